#include "support.h"

static void content_is_terminated(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_buf struct fp_buf buf = FP_BUF_INIT(1000);
    assert_string_equal(fp_buf_text(&buf), "");
    fp_buf_put(&buf, "ab\0c", 4);
    fp_buf_putf(&buf, "%d", 42);
    assert_ok(fp_buf_check(&buf, &err), err);
    assert_int_equal(buf.len, 6);
    assert_memory_equal(buf.data, "ab\0c42", 7);
}

static void ceiling_holds(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_buf struct fp_buf buf = FP_BUF_INIT(4);
    fp_buf_puts(&buf, "abcd");
    fp_buf_put(&buf, NULL, 0);
    assert_ok(fp_buf_check(&buf, &err), err);
    fp_buf_puts(&buf, "e");
    assert_fails(fp_buf_check(&buf, &err), err, FP_E_INPUT, "more than the limit of 4 bytes");
    fp_buf_clear(&buf);
    fp_buf_put(&buf, "", SIZE_MAX);
    assert_int_equal(fp_buf_check(&buf, NULL), FP_E_INPUT);
    assert_string_equal(fp_buf_text(&buf), "");
}

/* After text that did not fit, nothing is appended, so that the content has no gaps. */
static void nothing_is_added_behind_a_hole(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_buf struct fp_buf buf = FP_BUF_INIT(4);
    fp_buf_puts(&buf, "ab");
    fp_buf_puts(&buf, "cde");
    fp_buf_puts(&buf, "f");
    fp_buf_put(&buf, NULL, 0);
    assert_string_equal(fp_buf_text(&buf), "ab");
    assert_fails(fp_buf_check(&buf, &err), err, FP_E_INPUT, "more than the limit of 4 bytes");
    cleanup_free char *text = fp_buf_take(&buf);
    assert_string_equal(text, "ab");
    fp_buf_puts(&buf, "whole");
    assert_int_equal(fp_buf_check(&buf, NULL), FP_E_INPUT);
    fp_buf_clear(&buf);
    fp_buf_puts(&buf, "fits");
    assert_ok(fp_buf_check(&buf, &err), err);
}

static void taking_leaves_nothing(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_buf struct fp_buf buf = FP_BUF_INIT(8);
    cleanup_free char *nothing = fp_buf_take(&buf);
    assert_string_equal(nothing, "");
    fp_buf_puts(&buf, "abc");
    cleanup_free char *text = fp_buf_take(&buf);
    assert_string_equal(text, "abc");
    assert_int_equal(buf.len, 0);
    fp_buf_puts(&buf, "12345678");
    assert_ok(fp_buf_check(&buf, &err), err);
}

static void lists_split_and_sort(void **state)
{
    (void) state;
    cleanup_strv struct fp_strv list = {0};
    fp_strv_sort(&list);
    fp_strv_split(&list, ",b,,a,", ',');
    fp_strv_addf(&list, "c%d", 1);
    fp_strv_add(&list, "B");
    assert_int_equal(list.len, 4);
    fp_strv_sort(&list);
    const char *const expected[] = {"B", "a", "b", "c1"};
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(list.items[i], expected[i]);
    assert_null(list.items[4]);
    assert_true(fp_strv_has(&list, "c1"));
    assert_false(fp_strv_has(&list, "c"));
}

static void stolen_things_are_gone(void **state)
{
    (void) state;
    char *text = fp_xstrdup("x");
    cleanup_free char *stolen = steal_pointer(&text);
    assert_null(text);
    assert_string_equal(stolen, "x");
    int fd = 5;
    assert_int_equal(steal_fd(&fd), 5);
    assert_int_equal(fd, -1);
    assert_null(fp_xstrdup(NULL));
    cleanup_free char *cut = fp_xstrndup("abc", 2);
    assert_string_equal(cut, "ab");
}

static void ends_are_compared(void **state)
{
    (void) state;
    assert_true(fp_text_ends_with("a.jar", ".jar"));
    assert_true(fp_text_ends_with(".jar", ".jar"));
    assert_true(fp_text_ends_with("x", ""));
    assert_false(fp_text_ends_with("jar", ".jar"));
    assert_false(fp_text_ends_with("a.jars", ".jar"));
}

static void lists_are_joined(void **state)
{
    (void) state;
    cleanup_strv struct fp_strv list = {0};
    cleanup_free char *none = fp_strv_join(&list, ", ", SIZE_MAX);
    cleanup_free char *first_of_none = fp_strv_join_first(&list, 2);
    fp_strv_split(&list, "a bb c", ' ');
    cleanup_free char *all = fp_strv_join(&list, ", ", SIZE_MAX);
    cleanup_free char *exact = fp_strv_join(&list, ", ", 8);
    cleanup_free char *some = fp_strv_join(&list, ", ", 7);
    cleanup_free char *first = fp_strv_join_first(&list, 2);
    cleanup_free char *every = fp_strv_join_first(&list, 3);
    assert_string_equal(none, "");
    assert_string_equal(first_of_none, "");
    assert_string_equal(all, "a, bb, c");
    assert_string_equal(exact, "a, bb, c");
    assert_string_equal(some, "a, bb");
    assert_string_equal(first, "a, bb and 1 more");
    assert_string_equal(every, "a, bb, c");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(content_is_terminated),
        cmocka_unit_test(ceiling_holds),
        cmocka_unit_test(nothing_is_added_behind_a_hole),
        cmocka_unit_test(taking_leaves_nothing),
        cmocka_unit_test(lists_split_and_sort),
        cmocka_unit_test(stolen_things_are_gone),
        cmocka_unit_test(ends_are_compared),
        cmocka_unit_test(lists_are_joined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
