/**
 * @file
 * What the programs of this folder share.
 */
#ifndef IMAGE_TEST_H
#define IMAGE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "flinkpack/image.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Digests by the letter that they are made of: DIGEST("a") is valid, and a literal. */
#define HEX64(c)                                                                                   \
    c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c  \
        c c c c c c c c c c c c c c c c c
#define DIGEST(c) "sha256:" HEX64(c)

/* The message has to hold the given words; shows both when it does not. */
static inline void assert_says(const struct fp_error *err, const char *words)
{
    if (strstr(err->text, words) == NULL)
        fail_msg("'%s' does not say '%s'", err->text, words);
}

static inline void assert_hints(const struct fp_error *err, const char *words)
{
    if (strstr(err->hint, words) == NULL)
        fail_msg("hint '%s' does not say '%s'", err->hint, words);
}

#endif
