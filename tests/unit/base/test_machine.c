/* The machine that a program is for, by the head of its ELF file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "../../../builder/base/internal.h"

static const char *of(unsigned char order, unsigned char low, unsigned char high)
{
    unsigned char head[FP_ELF_HEAD] = {0x7f, 'E', 'L', 'F', 2, order};
    head[18] = low;
    head[19] = high;
    return fp_machine_architecture(head, sizeof(head));
}

static void test_known(void **state)
{
    (void) state;
    assert_string_equal(of(1, 62, 0), "amd64");
    assert_string_equal(of(1, 183, 0), "arm64");
    assert_string_equal(of(2, 0, 22), "s390x");
    assert_string_equal(of(1, 2, 1), "loong64");
}

static void test_unknown(void **state)
{
    static const unsigned char script[FP_ELF_HEAD] = "#!/bin/sh\nexec java";
    (void) state;
    assert_null(of(1, 0xff, 0xff));
    assert_null(fp_machine_architecture(script, sizeof(script)));
    assert_null(fp_machine_architecture((const unsigned char *) "\177ELF", 4));
}

static void test_names(void **state)
{
    (void) state;
    assert_true(fp_machine_is_of_use("usr/bin/bash"));
    assert_true(fp_machine_is_of_use("java"));
    assert_false(fp_machine_is_of_use("usr/bin/bashbug"));
    assert_false(fp_machine_is_of_use("usr/share/java/x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_known), cmocka_unit_test(test_unknown),
                                       cmocka_unit_test(test_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
