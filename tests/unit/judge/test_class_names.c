/** Tables of names: each name has one number, however alike they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "flinkpack/support.h"
#include "judge/class_names.h"

static void test_numbers(void **state)
{
    struct fp_names names = {0};
    (void) state;
    assert_int_equal(fp_names_find(&names, "a", 1), FP_NO_NAME);
    assert_int_equal(fp_names_add(&names, "a/B", 3), 0);
    assert_int_equal(fp_names_add(&names, "a/Bc", 4), 1);
    assert_int_equal(fp_names_add(&names, "", 0), 2);
    assert_int_equal(fp_names_add(&names, "a/B", 3), 0);
    assert_int_equal(fp_names_find(&names, "a/Bc", 4), 1);
    assert_int_equal(fp_names_find(&names, "", 0), 2);
    assert_int_equal(fp_names_find(&names, "a/", 2), FP_NO_NAME);
    assert_string_equal(fp_names_text(&names, 1), "a/Bc");
    fp_names_clear(&names);
}

/* Names that differ in digits, as generated classes do, have room whatever the seed is. */
static void test_many_alike(void **state)
{
    static const char *const PREFIXES[] = {"i/I", "com/example/application/SomeClassName"};
    (void) state;
    for (unsigned turn = 0; turn < 6; turn++) {
        struct fp_names names = {0};
        char text[64];
        for (unsigned i = 0; i < 60000; i++) {
            int len = snprintf(text, sizeof(text), "%s%u", PREFIXES[turn % 2], i);
            assert_int_equal(fp_names_add(&names, text, (size_t) len), i);
        }
        assert_int_equal(fp_names_find(&names, text, strlen(text)), 59999);
        fp_names_clear(&names);
    }
}

static void test_full(void **state)
{
    struct fp_names names = {0};
    (void) state;
    char *text = fp_xcalloc(FP_NAMES_MAX_BYTES + 1, 1);
    assert_int_equal(fp_names_add(&names, text, FP_NAMES_MAX_BYTES - 2), 0);
    assert_int_equal(fp_names_add(&names, text, FP_NAMES_MAX_BYTES + 1), FP_NO_NAME);
    assert_int_equal(fp_names_add(&names, "ab", 2), FP_NO_NAME);
    assert_int_equal(names.count, 1);
    free(text);
    fp_names_clear(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_many_alike),
        cmocka_unit_test(test_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
