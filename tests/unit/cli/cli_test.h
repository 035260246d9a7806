/* What the programs of this folder share. */
#ifndef TESTS_UNIT_CLI_TEST_H
#define TESTS_UNIT_CLI_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flinkpack/support.h"

/* FP_OK, or the error's words in the log. */
#define assert_ok(call, err)                                                                       \
    do {                                                                                           \
        if ((call) != FP_OK)                                                                       \
            fail_msg("%s: %s", #call, (err).text);                                                 \
    } while (0)

/* This code, and a text that contains these words. */
#define assert_fails(call, err, expected, words)                                                   \
    do {                                                                                           \
        assert_int_equal((call), (expected));                                                      \
        assert_int_equal((err).code, (expected));                                                  \
        if (strstr((err).text, (words)) == NULL)                                                   \
            fail_msg("'%s' does not say '%s'", (err).text, (words));                               \
    } while (0)

#define assert_contains(text, words)                                                               \
    do {                                                                                           \
        if (strstr((text), (words)) == NULL)                                                       \
            fail_msg("'%s' does not contain '%s'", (text), (words));                               \
    } while (0)

#define assert_lacks(text, words)                                                                  \
    do {                                                                                           \
        if (strstr((text), (words)) != NULL)                                                       \
            fail_msg("'%s' contains '%s'", (text), (words));                                       \
    } while (0)

#endif
