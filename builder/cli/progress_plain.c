/* The renderer for logs. It writes a line when a stage begins and ends. */
#include "progress_internal.h"

/* CI systems can time out, and people worry, if a log is silent for longer. */
#define SIGN_OF_LIFE_MS 10000

static void plain_stage(struct fp_progress *progress, const struct fp_event *event,
                        struct fp_shown_stage *stage)
{
    if (event->kind != FP_EVENT_END)
        return;
    fp_put_finished(progress, event, stage);
    fp_progress_flush(progress);
}

static void plain_line(struct fp_progress *progress, enum fp_event_kind kind, const char *text)
{
    fp_put_line(progress, kind, text);
    fp_progress_flush(progress);
}

static void plain_error(struct fp_progress *progress, const struct fp_error *error)
{
    fp_put_error(progress, error);
    fp_progress_flush(progress);
}

static void put_amount(struct fp_progress *progress, const struct fp_shown_stage *stage)
{
    char done[FP_FORMAT_MAX];
    char total[FP_FORMAT_MAX];
    char rate[FP_FORMAT_MAX];
    uint64_t ms = fp_progress_now(progress) - stage->begin_ms;
    fp_format_bytes(stage->done_bytes, done);
    fp_format_bytes(stage->total_bytes, total);
    fp_format_rate(stage->done_bytes - stage->kept_bytes, ms, rate);
    fp_progress_put(progress, ": %s", done);
    if (stage->total_bytes > 0)
        fp_progress_put(progress, " of %s", total);
    if (rate[0] != '\0')
        fp_progress_put(progress, ", %s", rate);
}

static void plain_tick(struct fp_progress *progress)
{
    uint64_t now = fp_progress_now(progress);
    if (now - progress->told_ms < SIGN_OF_LIFE_MS)
        return;
    char time[FP_FORMAT_MAX];
    fp_format_duration(now - progress->begin_ms, time);
    fp_progress_put(progress, "... %s", time);
    if (progress->stage_count > 0) {
        const struct fp_shown_stage *stage = &progress->stages[0];
        fp_progress_put(progress, ", %s %s", stage->stage, stage->text);
        if (stage->done_bytes > 0)
            put_amount(progress, stage);
    }
    if (progress->stage_count > 1)
        fp_progress_put(progress, ", and %zu more", progress->stage_count - 1);
    fp_progress_put(progress, "\n");
    fp_progress_flush(progress);
}

const struct fp_renderer fp_renderer_plain = {
    .stage = plain_stage,
    .line = plain_line,
    .error = plain_error,
    .tick = plain_tick,
    .tick_ms = 500,
};

static void none_stage(struct fp_progress *progress, const struct fp_event *event,
                       struct fp_shown_stage *stage)
{
    (void) progress;
    (void) event;
    (void) stage;
}

static void none_line(struct fp_progress *progress, enum fp_event_kind kind, const char *text)
{
    if (kind != FP_EVENT_INFO)
        plain_line(progress, kind, text);
}

const struct fp_renderer fp_renderer_none = {
    .stage = none_stage,
    .line = none_line,
    .error = plain_error,
};
