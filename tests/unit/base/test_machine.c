/* Which programs of a base tell the machine that it is for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "../../../builder/base/internal.h"

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
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
