/**
 * @file
 * Groups: all tasks run. The first failure cancels the others, and the owner gets its error.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>

#include "support.h"

#define TASKS 200
/* The number of repetitions of tests that depend on the timing of threads. */
#define ROUNDS 300

/* Tasks count themselves. Some wait until enough of them have reached the barrier. */
static atomic_int done;
static pthread_barrier_t barrier;

static enum fp_code count_task(void *context, struct fp_error *err)
{
    (void) context;
    (void) err;
    atomic_fetch_add(&done, 1);
    return FP_OK;
}

static enum fp_code meet_task(void *context, struct fp_error *err)
{
    (void) pthread_barrier_wait(&barrier);
    return count_task(context, err);
}

static enum fp_code failing_task(void *context, struct fp_error *err)
{
    return fp_fail(err, FP_E_NETWORK, "blob %s failed", (const char *) context);
}

/* A task that only ends if it is cancelled. */
static enum fp_code endless_task(void *context, struct fp_error *err)
{
    enum fp_code code = FP_OK;
    (void) meet_task(context, err);
    while (code == FP_OK) {
        (void) sched_yield();
        code = fp_cancel_check(err);
    }
    return code;
}

static int setup(void **state)
{
    (void) state;
    atomic_store(&done, 0);
    return pthread_barrier_init(&barrier, NULL, 2);
}

static int teardown(void **state)
{
    (void) state;
    return pthread_barrier_destroy(&barrier);
}

static void all_tasks_run(void **state)
{
    (void) state;
    struct fp_error err = {0};
    for (unsigned limit = 1; limit <= FP_GROUP_MAX; limit++) {
        cleanup_group struct fp_group *group = fp_group_new(NULL, limit);
        atomic_store(&done, 0);
        for (int i = 0; i < TASKS; i++)
            fp_group_go(group, count_task, NULL);
        assert_ok(fp_group_wait(group, &err), err);
        assert_int_equal(atomic_load(&done), TASKS);
        /* After success, the group can be used again. */
        fp_group_go(group, count_task, NULL);
        assert_ok(fp_group_wait(group, &err), err);
        assert_int_equal(atomic_load(&done), TASKS + 1);
    }
}

/* This test ends only if four tasks run at the same time. */
static void tasks_run_side_by_side(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_group struct fp_group *group = fp_group_new(NULL, 4);
    assert_int_equal(pthread_barrier_destroy(&barrier), 0);
    assert_int_equal(pthread_barrier_init(&barrier, NULL, 4), 0);
    for (int i = 0; i < 8; i++)
        fp_group_go(group, meet_task, NULL);
    assert_ok(fp_group_wait(group, &err), err);
    assert_int_equal(atomic_load(&done), 8);
}

static enum fp_code note_order_task(void *context, struct fp_error *err)
{
    int *place = context;
    (void) err;
    *place = atomic_fetch_add(&done, 1);
    return FP_OK;
}

static void one_at_a_time_is_in_order(void **state)
{
    (void) state;
    struct fp_error err = {0};
    int places[TASKS] = {0};
    cleanup_group struct fp_group *group = fp_group_new(NULL, 1);
    for (int i = 0; i < TASKS; i++)
        fp_group_go(group, note_order_task, &places[i]);
    assert_ok(fp_group_wait(group, &err), err);
    for (int i = 0; i < TASKS; i++)
        assert_int_equal(places[i], i);
}

static void waiting_for_nothing(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_group struct fp_group *group = fp_group_new(NULL, 2);
    assert_ok(fp_group_wait(group, &err), err);
    fp_group_free(NULL);
}

static void first_failure_drops_the_rest(void **state)
{
    (void) state;
    struct fp_error err = {0};
    char name[] = "one";
    cleanup_group struct fp_group *group = fp_group_new(NULL, 1);
    fp_group_go(group, meet_task, NULL); /* blocks the thread until all are queued */
    fp_group_go(group, failing_task, name);
    fp_group_go(group, count_task, NULL);
    (void) pthread_barrier_wait(&barrier);
    assert_fails(fp_group_wait(group, &err), err, FP_E_NETWORK, "blob one failed");
    assert_int_equal(atomic_load(&done), 1);
    /* The group stays failed. */
    fp_group_go(group, count_task, NULL);
    fp_group_run(group, count_task, NULL);
    assert_int_equal(fp_group_wait(group, NULL), FP_E_NETWORK);
    assert_int_equal(atomic_load(&done), 1);
}

/* The error is the cause of the failure, not "given up". */
static void a_failure_ends_what_is_under_way(void **state)
{
    (void) state;
    struct fp_error err = {0};
    char name[] = "one";
    cleanup_group struct fp_group *group = fp_group_new(NULL, 2);
    fp_group_go(group, endless_task, NULL);
    (void) pthread_barrier_wait(&barrier);
    fp_group_go(group, failing_task, name);
    assert_fails(fp_group_wait(group, &err), err, FP_E_NETWORK, "blob one failed");
    /* The waiting thread is not cancelled. */
    assert_ok(fp_cancel_check(&err), err);
}

/* The calling thread can run a task of the group, and its failure cancels the others. */
static void the_caller_can_be_of_the_group(void **state)
{
    (void) state;
    struct fp_error err = {0};
    char name[] = "two";
    cleanup_group struct fp_group *group = fp_group_new(NULL, 1);
    fp_group_go(group, endless_task, NULL);
    (void) pthread_barrier_wait(&barrier);
    fp_group_run(group, failing_task, name);
    assert_fails(fp_group_wait(group, &err), err, FP_E_NETWORK, "blob two failed");
    assert_ok(fp_cancel_check(&err), err);
}

static void a_failure_is_one_of_the_owner(void **state)
{
    (void) state;
    struct fp_error err = {0};
    char name[] = "three";
    cleanup_group struct fp_group *owner = fp_group_new(NULL, 1);
    cleanup_group struct fp_group *part = fp_group_new(owner, 1);
    fp_group_go(owner, endless_task, NULL);
    (void) pthread_barrier_wait(&barrier);
    fp_group_go(part, failing_task, name);
    assert_fails(fp_group_wait(owner, &err), err, FP_E_NETWORK, "blob three failed");
    assert_int_equal(fp_group_wait(part, NULL), FP_E_NETWORK);
}

/* Cancelled tasks may reach the owner before the failed one, but the owner gets the cause. */
static void the_owner_is_told_the_cause(void **state)
{
    (void) state;
    char name[] = "four";
    for (int i = 0; i < ROUNDS; i++) {
        struct fp_error err = {0};
        cleanup_group struct fp_group *owner = fp_group_new(NULL, 1);
        cleanup_group struct fp_group *part = fp_group_new(owner, 2);
        fp_group_go(part, endless_task, NULL);
        (void) pthread_barrier_wait(&barrier);
        fp_group_go(part, failing_task, name);
        assert_int_equal(fp_group_wait(part, NULL), FP_E_NETWORK);
        assert_fails(fp_group_wait(owner, &err), err, FP_E_NETWORK, "blob four failed");
    }
}

/* Queued tasks are dropped while a caller waits for them. The caller must wake up. */
static void nobody_waits_for_what_is_dropped(void **state)
{
    (void) state;
    char name[] = "five";
    for (int i = 0; i < ROUNDS; i++) {
        struct fp_error err = {0};
        cleanup_group struct fp_group *owner = fp_group_new(NULL, 1);
        cleanup_group struct fp_group *part = fp_group_new(owner, 1);
        fp_group_go(owner, count_task, NULL);
        assert_ok(fp_group_wait(owner, &err), err);
        fp_group_go(part, failing_task, name);
        fp_group_go(owner, count_task, NULL);
        enum fp_code code = fp_group_wait(owner, &err);
        assert_true(code == FP_OK || code == FP_E_NETWORK);
    }
}

/* Freeing a group cancels its tasks. The owner does not take that for a failure. */
static void freeing_ends_what_is_under_way(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_group struct fp_group *owner = fp_group_new(NULL, 1);
    struct fp_group *part = fp_group_new(owner, 1);
    fp_group_go(part, endless_task, NULL);
    fp_group_go(part, count_task, NULL);
    (void) pthread_barrier_wait(&barrier);
    fp_group_free(part);
    assert_int_equal(atomic_load(&done), 1);
    fp_group_go(owner, count_task, NULL);
    assert_ok(fp_group_wait(owner, &err), err);
    assert_int_equal(atomic_load(&done), 2);
}

static void a_signal_ends_groups(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_cancel root = {0};
    cleanup_cancel struct fp_cancel *before = fp_cancel_enter(&root);
    cleanup_group struct fp_group *owner = fp_group_new(NULL, 1);
    cleanup_group struct fp_group *part = fp_group_new(owner, 1);
    fp_group_go(part, endless_task, NULL);
    fp_group_go(part, count_task, NULL);
    (void) pthread_barrier_wait(&barrier);
    assert_true(fp_cancel(&root, SIGINT));
    assert_fails(fp_group_wait(part, &err), err, FP_E_INTERRUPTED, "interrupted");
    assert_fails(fp_group_wait(owner, &err), err, FP_E_INTERRUPTED, "interrupted");
    assert_int_equal(atomic_load(&done), 1);
}

static enum fp_code signals_task(void *context, struct fp_error *err)
{
    sigset_t *mask = context;
    return pthread_sigmask(SIG_SETMASK, NULL, mask) == 0
               ? FP_OK
               : fp_fail(err, FP_E_INTERNAL, "pthread_sigmask");
}

static void signals_are_for_the_main_thread(void **state)
{
    (void) state;
    struct fp_error err = {0};
    sigset_t theirs;
    sigset_t ours;
    cleanup_group struct fp_group *group = fp_group_new(NULL, 1);
    fp_group_go(group, signals_task, &theirs);
    assert_ok(fp_group_wait(group, &err), err);
    assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &ours), 0);
    assert_true(sigismember(&theirs, SIGINT));
    assert_true(sigismember(&theirs, SIGTERM));
    assert_false(sigismember(&ours, SIGINT));
}

static void numbers_are_clamped(void **state)
{
    (void) state;
    struct fp_error err = {0};
    assert_in_range(fp_cpus(), 1, FP_GROUP_MAX);
    static const unsigned odd[] = {0, FP_GROUP_MAX + 1, 1000};
    for (size_t i = 0; i < 3; i++) {
        cleanup_group struct fp_group *group = fp_group_new(NULL, odd[i]);
        atomic_store(&done, 0);
        for (int j = 0; j < TASKS; j++)
            fp_group_go(group, count_task, NULL);
        assert_ok(fp_group_wait(group, &err), err);
        assert_int_equal(atomic_load(&done), TASKS);
    }
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_tasks_run),
        TEST(tasks_run_side_by_side),
        TEST(one_at_a_time_is_in_order),
        TEST(waiting_for_nothing),
        TEST(first_failure_drops_the_rest),
        TEST(a_failure_ends_what_is_under_way),
        TEST(the_caller_can_be_of_the_group),
        TEST(a_failure_is_one_of_the_owner),
        TEST(the_owner_is_told_the_cause),
        TEST(nobody_waits_for_what_is_dropped),
        TEST(freeing_ends_what_is_under_way),
        TEST(a_signal_ends_groups),
        TEST(signals_are_for_the_main_thread),
        TEST(numbers_are_clamped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
