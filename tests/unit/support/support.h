/**
 * @file
 * What the tests of this room share: cmocka, a scratch folder, and checks of errors.
 */
#ifndef FLINKPACK_TEST_SUPPORT_H
#define FLINKPACK_TEST_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flinkpack/support.h"

/** The call succeeds; otherwise the text of the error is shown. */
#define assert_ok(call, error)                                                                     \
    do {                                                                                           \
        if ((call) != FP_OK)                                                                       \
            fail_msg("%s: %s", #call, (error).text);                                               \
    } while (0)

/** The call fails with this code, in the result and in the error, and with exactly this text. */
#define assert_fails(call, error, expected_code, expected_text)                                    \
    do {                                                                                           \
        assert_int_equal((call), (expected_code));                                                 \
        assert_int_equal((error).code, (expected_code));                                           \
        assert_string_equal((error).text, (expected_text));                                        \
    } while (0)

/** A cmocka set-up: `*state` becomes the path of a new scratch folder. */
static inline int scratch_setup(void **state)
{
    const char *parent = getenv("TMPDIR");
    char *path = fp_xasprintf("%s/fp-test-XXXXXX", parent != NULL ? parent : "/tmp");
    *state = mkdtemp(path);
    return *state != NULL ? 0 : -1;
}

/** The tear-down that belongs to scratch_setup(). */
static inline int scratch_teardown(void **state)
{
    struct fp_error err = {0};
    enum fp_code code = fp_remove_tree(*state, &err);
    free(*state);
    return code == FP_OK ? 0 : -1;
}

/** A test with a scratch folder of its own. */
#define scratch_test(function)                                                                     \
    cmocka_unit_test_setup_teardown(function, scratch_setup, scratch_teardown)

#endif
