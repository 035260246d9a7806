#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "support.h"

#define TASKS 200

/* Tasks count themselves; some wait until as many run as the pool has threads. */
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
    (void) err;
    (void) pthread_barrier_wait(&barrier);
    return count_task(context, err);
}

static enum fp_code failing_task(void *context, struct fp_error *err)
{
    return fp_fail(err, FP_E_NETWORK, "blob %s failed", (const char *) context);
}

static void all_tasks_run(void **state)
{
    (void) state;
    struct fp_error err = {0};
    for (unsigned threads = 1; threads <= FP_POOL_MAX; threads++) {
        cleanup_pool struct fp_pool *pool = fp_pool_new(threads);
        atomic_store(&done, 0);
        for (int i = 0; i < TASKS; i++)
            fp_pool_add(pool, count_task, NULL);
        assert_ok(fp_pool_wait(pool, &err), err);
        assert_int_equal(atomic_load(&done), TASKS);
    }
}

/* Ends only if four tasks run at the same time. */
static void tasks_run_side_by_side(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_pool struct fp_pool *pool = fp_pool_new(4);
    assert_int_equal(pthread_barrier_init(&barrier, NULL, 4), 0);
    atomic_store(&done, 0);
    for (int i = 0; i < 8; i++)
        fp_pool_add(pool, meet_task, NULL);
    assert_ok(fp_pool_wait(pool, &err), err);
    assert_int_equal(atomic_load(&done), 8);
    (void) pthread_barrier_destroy(&barrier);
}

static void waiting_for_nothing(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_pool struct fp_pool *pool = fp_pool_new(2);
    assert_ok(fp_pool_wait(pool, &err), err);
    fp_pool_free(NULL);
}

static void first_failure_drops_the_rest(void **state)
{
    (void) state;
    struct fp_error err = {0};
    char name[] = "one";
    cleanup_pool struct fp_pool *pool = fp_pool_new(1);
    assert_int_equal(pthread_barrier_init(&barrier, NULL, 2), 0);
    atomic_store(&done, 0);
    fp_pool_add(pool, meet_task, NULL); /* holds the only thread until all are queued */
    fp_pool_add(pool, failing_task, name);
    fp_pool_add(pool, count_task, NULL);
    (void) pthread_barrier_wait(&barrier);
    assert_fails(fp_pool_wait(pool, &err), err, FP_E_NETWORK, "blob one failed");
    assert_int_equal(atomic_load(&done), 1);
    (void) pthread_barrier_destroy(&barrier);
}

static void failure_is_seen_then_forgotten(void **state)
{
    (void) state;
    struct fp_error err = {0};
    char name[] = "one";
    cleanup_pool struct fp_pool *pool = fp_pool_new(2);
    assert_false(fp_pool_failed(pool));
    fp_pool_add(pool, failing_task, name);
    while (!fp_pool_failed(pool))
        (void) sched_yield();
    atomic_store(&done, 0);
    fp_pool_add(pool, count_task, NULL);
    assert_int_equal(fp_pool_wait(pool, NULL), FP_E_NETWORK);
    assert_int_equal(atomic_load(&done), 0);
    assert_false(fp_pool_failed(pool));
    fp_pool_add(pool, count_task, NULL);
    assert_ok(fp_pool_wait(pool, &err), err);
    assert_int_equal(atomic_load(&done), 1);
}

static void freeing_drops_the_queue(void **state)
{
    (void) state;
    struct fp_pool *pool = fp_pool_new(1);
    assert_int_equal(pthread_barrier_init(&barrier, NULL, 2), 0);
    atomic_store(&done, 0);
    fp_pool_add(pool, meet_task, NULL);
    (void) pthread_barrier_wait(&barrier);
    fp_pool_free(pool);
    assert_int_equal(atomic_load(&done), 1);
    (void) pthread_barrier_destroy(&barrier);
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
    cleanup_pool struct fp_pool *pool = fp_pool_new(1);
    fp_pool_add(pool, signals_task, &theirs);
    assert_ok(fp_pool_wait(pool, &err), err);
    assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &ours), 0);
    assert_true(sigismember(&theirs, SIGINT));
    assert_true(sigismember(&theirs, SIGTERM));
    assert_false(sigismember(&ours, SIGINT));
}

static void numbers_are_clamped(void **state)
{
    (void) state;
    struct fp_error err = {0};
    unsigned threads = fp_cpus();
    assert_in_range(threads, 1, FP_POOL_MAX);
    static const unsigned odd[] = {0, FP_POOL_MAX + 1, 1000};
    for (size_t i = 0; i < 3; i++) {
        cleanup_pool struct fp_pool *pool = fp_pool_new(odd[i]);
        atomic_store(&done, 0);
        fp_pool_add(pool, count_task, NULL);
        assert_ok(fp_pool_wait(pool, &err), err);
        assert_int_equal(atomic_load(&done), 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_tasks_run),
        cmocka_unit_test(tasks_run_side_by_side),
        cmocka_unit_test(waiting_for_nothing),
        cmocka_unit_test(first_failure_drops_the_rest),
        cmocka_unit_test(failure_is_seen_then_forgotten),
        cmocka_unit_test(freeing_drops_the_queue),
        cmocka_unit_test(signals_are_for_the_main_thread),
        cmocka_unit_test(numbers_are_clamped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
