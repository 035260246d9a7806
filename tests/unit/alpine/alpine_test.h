/* What the tests of the room share. */
#ifndef ALPINE_TEST_H
#define ALPINE_TEST_H

/* cmocka.h wants these first */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "flinkpack/alpine.h"

#define assert_text_has(text, part)                                                                \
    do {                                                                                           \
        if (strstr((text), (part)) == NULL)                                                        \
            fail_msg("'%s' has no '%s'", (text), (part));                                          \
    } while (0)

#endif
