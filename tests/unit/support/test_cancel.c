/**
 * @file
 * Cancel tokens: which work they stop, and which they do not.
 */
#include <signal.h>

#include "support.h"

static void without_a_token_nothing_stops(void **state)
{
    (void) state;
    struct fp_error err = {0};
    assert_null(fp_cancel_current());
    assert_int_equal(fp_cancelled(), 0);
    assert_ok(fp_cancel_check(&err), err);
}

static void a_parent_stops_its_children_alone(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_cancel root = {0};
    struct fp_cancel one = {.parent = &root};
    struct fp_cancel other = {.parent = &root};
    struct fp_cancel below = {.parent = &one};
    assert_true(fp_cancel(&one, FP_CANCEL_FAILURE));
    cleanup_cancel struct fp_cancel *before = fp_cancel_enter(&below);
    assert_int_equal(fp_cancelled(), FP_CANCEL_FAILURE);
    assert_fails(fp_cancel_check(&err), err, FP_E_INTERRUPTED, "given up, as other work failed");
    (void) fp_cancel_enter(&other);
    assert_ok(fp_cancel_check(&err), err);
    (void) fp_cancel_enter(&root);
    assert_ok(fp_cancel_check(&err), err);
}

static void the_first_cause_stays(void **state)
{
    (void) state;
    struct fp_cancel cancel = {0};
    cleanup_cancel struct fp_cancel *before = fp_cancel_enter(&cancel);
    assert_true(fp_cancel(&cancel, SIGTERM));
    assert_false(fp_cancel(&cancel, SIGINT));
    assert_false(fp_cancel(&cancel, FP_CANCEL_FAILURE));
    assert_int_equal(fp_cancelled(), SIGTERM);
}

/* The exit status reports the signal, although it causes other failures. */
static void a_signal_goes_before_failures(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_cancel root = {0};
    struct fp_cancel group = {.parent = &root};
    cleanup_cancel struct fp_cancel *before = fp_cancel_enter(&group);
    assert_true(fp_cancel(&group, FP_CANCEL_FAILURE));
    assert_int_equal(fp_cancelled(), FP_CANCEL_FAILURE);
    assert_true(fp_cancel(&root, SIGHUP));
    assert_int_equal(fp_cancelled(), SIGHUP);
    assert_fails(fp_cancel_check(&err), err, FP_E_INTERRUPTED, "the terminal went away");
}

static void scopes_end(void **state)
{
    (void) state;
    struct fp_cancel outer = {0};
    struct fp_cancel inner = {.parent = &outer};
    {
        cleanup_cancel struct fp_cancel *before = fp_cancel_enter(&outer);
        assert_null(before);
        {
            cleanup_cancel struct fp_cancel *between = fp_cancel_enter(&inner);
            assert_ptr_equal(between, &outer);
            assert_ptr_equal(fp_cancel_current(), &inner);
        }
        assert_ptr_equal(fp_cancel_current(), &outer);
    }
    assert_null(fp_cancel_current());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_token_nothing_stops),
        cmocka_unit_test(a_parent_stops_its_children_alone),
        cmocka_unit_test(the_first_cause_stays),
        cmocka_unit_test(a_signal_goes_before_failures),
        cmocka_unit_test(scopes_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
