/*
 * Obeys the rate that an origin sets. After a 429, or if the origin asks for a pause, no thread
 * sends a request to it for that long. Then requests start one after another, because in a crowd
 * the same one might be refused each time. Each further refusal doubles the gap between them.
 */
#include "retry.h"

#include <time.h>

#define FIRST_GAP_MS 50
#define MAX_GAP_MS   1000
#define SLICE_MS     50

enum fp_code fp_sleep_until_ms(int64_t until_ms, struct fp_error *err)
{
    for (int64_t now = fp_now_ms(); now < until_ms; now = fp_now_ms()) {
        FP_TRY(fp_cancel_check(err));
        int64_t slice = until_ms - now < SLICE_MS ? until_ms - now : SLICE_MS;
        struct timespec pause = {.tv_nsec = (long) slice * 1000000};
        (void) nanosleep(&pause, NULL);
    }
    return fp_cancel_check(err);
}

void fp_pace_slow_down(struct fp_http *http, const char *url, int64_t until_ms)
{
    struct fp_origin *origin = NULL;
    if (fp_http_origin(http, url, &origin, NULL) != FP_OK)
        return;
    pthread_mutex_lock(&http->lock);
    struct fp_pace *pace = &origin->pace;
    /* A request refused during a rest was sent before it, so the current gap is not to blame. */
    if (fp_now_ms() >= pace->rest_until_ms)
        pace->gap_ms = pace->gap_ms == 0 ? FIRST_GAP_MS : pace->gap_ms * 2;
    if (pace->gap_ms > MAX_GAP_MS)
        pace->gap_ms = MAX_GAP_MS;
    if (until_ms > pace->rest_until_ms)
        pace->rest_until_ms = until_ms;
    pthread_mutex_unlock(&http->lock);
}

/* Takes the turn if it is free, else returns when to try again. */
static int64_t take_turn(struct fp_http *http, struct fp_pace *pace)
{
    pthread_mutex_lock(&http->lock);
    int64_t now = fp_now_ms();
    int64_t free_at = pace->rest_until_ms > pace->next_ms ? pace->rest_until_ms : pace->next_ms;
    if (free_at <= now)
        pace->next_ms = now + pace->gap_ms;
    pthread_mutex_unlock(&http->lock);
    return free_at <= now ? 0 : free_at;
}

enum fp_code fp_pace_wait(struct fp_http *http, struct fp_origin *origin, struct fp_error *err)
{
    enum fp_code code = fp_cancel_check(err);
    for (int64_t free_at = 0; code == FP_OK; code = fp_sleep_until_ms(free_at, err)) {
        free_at = take_turn(http, &origin->pace);
        if (free_at == 0)
            return FP_OK;
    }
    return code;
}
