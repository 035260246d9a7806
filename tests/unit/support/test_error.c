#include <errno.h>

#include "support.h"

static void fail_fills_code_and_text(void **state)
{
    (void) state;
    struct fp_error err = {.sys_errno = 7, .hint = "old"};
    assert_fails(fp_fail(&err, FP_E_INPUT, "%s: not a gzip archive", "a.tgz"), err, FP_E_INPUT,
                 "a.tgz: not a gzip archive");
    assert_int_equal(err.sys_errno, 0);
    assert_string_equal(err.hint, "");
}

static void errno_becomes_words(void **state)
{
    (void) state;
    struct fp_error err = {0};
    errno = EACCES;
    assert_fails(fp_fail_errno(&err, FP_E_IO, "f: cannot be opened"), err, FP_E_IO,
                 "f: cannot be opened: Permission denied");
    assert_int_equal(err.sys_errno, EACCES);
}

static void missing_file_is_not_found(void **state)
{
    (void) state;
    struct fp_error err = {0};
    errno = ENOENT;
    assert_int_equal(fp_fail_errno(&err, FP_E_IO, "f"), FP_E_NOT_FOUND);
    errno = ENOENT;
    assert_int_equal(fp_fail_errno(NULL, FP_E_IO, "f"), FP_E_NOT_FOUND);
    errno = ENOENT;
    assert_int_equal(fp_fail_errno(&err, FP_E_NETWORK, "f"), FP_E_NETWORK);
}

static void full_disk_has_a_hint(void **state)
{
    (void) state;
    struct fp_error err = {0};
    errno = ENOSPC;
    assert_int_equal(fp_fail_errno(&err, FP_E_IO, "f"), FP_E_IO);
    assert_string_equal(err.hint, "free some space there, or choose another folder");
}

static void context_goes_in_front(void **state)
{
    (void) state;
    struct fp_error err = {0};
    assert_int_equal(fp_fail(&err, FP_E_VERIFY, "sha256 differs"), FP_E_VERIFY);
    assert_fails(fp_context(FP_E_VERIFY, &err, "layer %d", 3), err, FP_E_VERIFY,
                 "layer 3: sha256 differs");
}

/* A context or hint does not change the code, with or without an error to fill. */
static void the_code_that_goes_in_comes_out(void **state)
{
    (void) state;
    struct fp_error err = {0};
    assert_int_equal(fp_context(FP_E_NETWORK, NULL, "x"), FP_E_NETWORK);
    assert_int_equal(fp_hinted(FP_E_NETWORK, NULL, "x"), FP_E_NETWORK);
    fp_hint(NULL, "x");
    assert_int_equal(fp_context(FP_OK, &err, "x"), FP_OK);
    assert_int_equal(fp_hinted(FP_OK, &err, "x"), FP_OK);
    assert_string_equal(err.text, "");
    assert_string_equal(err.hint, "");
    assert_int_equal(fp_fail(&err, FP_E_USAGE, "no reference"), FP_E_USAGE);
    assert_fails(fp_context(FP_E_INPUT, &err, "f.json"), err, FP_E_INPUT, "f.json: no reference");
}

static void nothing_controls_the_terminal(void **state)
{
    (void) state;
    struct fp_error err = {0};
    assert_fails(fp_fail(&err, FP_E_INPUT, "a\033[31m\nb\177 \xc2\x9b."), err, FP_E_INPUT,
                 "a?[31m?b? ??.");
    fp_hint(&err, "see\a %s", "\r");
    assert_string_equal(err.hint, "see? ?");
    assert_fails(fp_context(FP_E_INPUT, &err, "\b"), err, FP_E_INPUT, "?: a?[31m?b? ??.");
}

/* A caller without an error struct still gets the code. */
static void a_hint_ends_a_function(void **state)
{
    (void) state;
    struct fp_error err = {0};
    assert_int_equal(fp_hinted(fp_fail(&err, FP_E_USAGE, "no"), &err, "try %s\n", "this"),
                     FP_E_USAGE);
    assert_string_equal(err.text, "no");
    assert_string_equal(err.hint, "try this?");
    assert_int_equal(fp_hinted(FP_E_NOT_FOUND, NULL, "nobody reads it"), FP_E_NOT_FOUND);
}

static void long_text_is_cut(void **state)
{
    (void) state;
    struct fp_error err = {0};
    char text[4000];
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    errno = EIO;
    assert_int_equal(fp_fail_errno(&err, FP_E_IO, "%s", text), FP_E_IO);
    assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
    assert_int_equal(fp_context(FP_E_IO, &err, "%s", text), FP_E_IO);
    assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fail_fills_code_and_text),
        cmocka_unit_test(errno_becomes_words),
        cmocka_unit_test(missing_file_is_not_found),
        cmocka_unit_test(full_disk_has_a_hint),
        cmocka_unit_test(context_goes_in_front),
        cmocka_unit_test(the_code_that_goes_in_comes_out),
        cmocka_unit_test(nothing_controls_the_terminal),
        cmocka_unit_test(a_hint_ends_a_function),
        cmocka_unit_test(long_text_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
