#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "http/retry.h"

#define URL     "http://127.0.0.1:5000/v2/"
#define THREADS 6

static struct fp_http *new_client(void)
{
    static const struct fp_http_options options = {.first_pause_ms = 1};
    struct fp_http *http = NULL;
    struct fp_error err = {0};
    assert_int_equal(fp_http_new(&options, &http, &err), FP_OK);
    return http;
}

static struct fp_origin *origin_of(struct fp_http *http, const char *url)
{
    struct fp_origin *origin = NULL;
    struct fp_error err = {0};
    assert_int_equal(fp_http_origin(http, url, &origin, &err), FP_OK);
    return origin;
}

/* A task, and the time of its turn. */
struct waiter {
    struct fp_http *http;
    struct fp_origin *origin;
    int64_t turn_ms;
};

static enum fp_code wait_for_turn(void *data, struct fp_error *err)
{
    struct waiter *waiter = data;
    FP_TRY(fp_pace_wait(waiter->http, waiter->origin, err));
    waiter->turn_ms = fp_now_ms();
    return FP_OK;
}

static int by_turn(const void *a, const void *b)
{
    const struct waiter *left = a;
    const struct waiter *right = b;
    return (left->turn_ms > right->turn_ms) - (left->turn_ms < right->turn_ms);
}

static void test_threads_return_one_after_another(void **state)
{
    (void) state;
    struct fp_http *http = new_client();
    struct waiter waiters[THREADS] = {{0}};
    cleanup_group struct fp_group *group = fp_group_new(NULL, THREADS);
    int64_t rest_until_ms = fp_now_ms() + 100;
    fp_pace_slow_down(http, URL, rest_until_ms);
    for (size_t i = 0; i < THREADS; i++) {
        waiters[i].http = http;
        waiters[i].origin = origin_of(http, URL);
        fp_group_go(group, wait_for_turn, &waiters[i]);
    }
    assert_int_equal(fp_group_wait(group, NULL), FP_OK);
    qsort(waiters, THREADS, sizeof(waiters[0]), by_turn);
    /* A thread can read the clock late, so single gaps cannot be checked. Their sum can: the last
     * turn cannot come before all gaps are over. */
    assert_true(waiters[0].turn_ms >= rest_until_ms);
    assert_true(waiters[THREADS - 1].turn_ms >= rest_until_ms + INT64_C(50) * (THREADS - 1));
    fp_http_free(http);
}

static void test_gap_grows_with_each_burst_and_is_bounded(void **state)
{
    (void) state;
    struct fp_http *http = new_client();
    const struct fp_pace *pace = &origin_of(http, URL)->pace;
    assert_int_equal(pace->gap_ms, 0);
    int64_t until_ms = fp_now_ms() + 60000;
    fp_pace_slow_down(http, URL, until_ms);
    fp_pace_slow_down(http, URL "x", until_ms - 1000); /* sent before the rest, refused in it */
    assert_int_equal(pace->gap_ms, 50);
    assert_int_equal(pace->rest_until_ms, until_ms);
    assert_int_equal(origin_of(http, "http://127.0.0.1:5001/")->pace.gap_ms, 0);
    fp_http_free(http);

    http = new_client();
    pace = &origin_of(http, URL)->pace;
    for (int expected = 50; expected <= 800; expected *= 2) {
        fp_pace_slow_down(http, URL, 0);
        assert_int_equal(pace->gap_ms, expected);
    }
    fp_pace_slow_down(http, URL, 0);
    fp_pace_slow_down(http, URL, 0);
    assert_int_equal(pace->gap_ms, 1000);
    fp_http_free(http);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads_return_one_after_another),
        cmocka_unit_test(test_gap_grows_with_each_burst_and_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
