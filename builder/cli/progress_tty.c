/* The renderer for terminals. It draws a bar for each stage under way. */
#include "progress_internal.h"

#include <stdio.h>
#include <string.h>

/* More bars than this push the lines that matter off the screen. */
#define BARS_MAX    8
#define BAR_COLUMNS 24

/* Erase the bars. They are the last lines, and the cursor is at the start of the line below. */
static void put_erase(struct fp_progress *progress)
{
    if (progress->drawn > 0)
        fp_progress_put(progress, "\033[%uA\r\033[J", progress->drawn);
    progress->drawn = 0;
}

/* Format "[=====>      ]  45%  203 MB/451 MB  36.7 MB/s  7.4 s left". */
static void format_amount(const struct fp_progress *progress, const struct fp_shown_stage *stage,
                          struct fp_buf *out)
{
    char done[FP_FORMAT_MAX];
    char total[FP_FORMAT_MAX];
    char rate[FP_FORMAT_MAX];
    uint64_t ms = fp_progress_now(progress) - stage->begin_ms;
    uint64_t moved = stage->done_bytes - stage->kept_bytes;
    fp_format_bytes(stage->done_bytes, done);
    fp_format_bytes(stage->total_bytes, total);
    fp_format_rate(moved, ms, rate);
    if (stage->total_bytes > 0) {
        double part = (double) stage->done_bytes / (double) stage->total_bytes;
        part = part > 1 ? 1 : part;
        int full = (int) (part * BAR_COLUMNS);
        char bar[BAR_COLUMNS + 1];
        memset(bar, ' ', BAR_COLUMNS);
        memset(bar, '=', (size_t) full);
        bar[full < BAR_COLUMNS ? full : BAR_COLUMNS - 1] = '>';
        bar[BAR_COLUMNS] = '\0';
        fp_buf_putf(out, "[%s] %3d%%  %s/%s", bar, (int) (part * 100), done, total);
    } else if (stage->done_bytes > 0) {
        fp_buf_puts(out, done);
    }
    if (rate[0] != '\0')
        fp_buf_putf(out, "  %s", rate);
    if (moved > 0 && ms >= 2000 && stage->total_bytes > stage->done_bytes) {
        char left[FP_FORMAT_MAX];
        double per_byte = (double) ms / (double) moved;
        fp_format_duration(
            (uint64_t) (per_byte * (double) (stage->total_bytes - stage->done_bytes)), left);
        fp_buf_putf(out, "  %s left", left);
    }
}

/* If the line is too long, the name is cut, but it keeps at least a third of the line. */
static void put_bar(struct fp_progress *progress, const struct fp_shown_stage *stage,
                    unsigned columns)
{
    cleanup_buf struct fp_buf amount = FP_BUF_INIT(256);
    format_amount(progress, stage, &amount);
    char name[sizeof(stage->stage) + sizeof(stage->text)];
    (void) snprintf(name, sizeof(name), "%s %s", stage->stage, stage->text);
    size_t wanted = fp_text_columns(fp_buf_text(&amount)) + 3;
    size_t room = columns > wanted ? columns - wanted : 0;
    fp_text_cut(name, room > columns / 3 ? room : columns / 3);
    cleanup_free char *line = fp_xasprintf("%s  %s", name, fp_buf_text(&amount));
    fp_text_cut(line, columns - 1);
    fp_progress_put(progress, "%s\n", line);
    progress->drawn++;
}

static void put_bars(struct fp_progress *progress)
{
    unsigned columns = fp_progress_columns(progress);
    size_t shown = progress->stage_count < BARS_MAX ? progress->stage_count : BARS_MAX;
    for (size_t i = 0; i < shown; i++)
        put_bar(progress, &progress->stages[i], columns);
    if (shown < progress->stage_count) {
        fp_progress_put(progress, "and %zu more\n", progress->stage_count - shown);
        progress->drawn++;
    }
}

static void tty_tick(struct fp_progress *progress)
{
    if (progress->stage_count == 0 && progress->drawn == 0)
        return;
    put_erase(progress);
    put_bars(progress);
    fp_progress_flush(progress);
}

static void tty_stage(struct fp_progress *progress, const struct fp_event *event,
                      struct fp_shown_stage *stage)
{
    /* The next tick draws new and advancing stages. There are ten ticks a second. */
    if (event->kind != FP_EVENT_END && event->kind != FP_EVENT_FAIL)
        return;
    put_erase(progress);
    fp_put_finished(progress, event, stage);
    put_bars(progress);
    fp_progress_flush(progress);
}

static void tty_line(struct fp_progress *progress, enum fp_event_kind kind, const char *text)
{
    put_erase(progress);
    fp_put_line(progress, kind, text);
    put_bars(progress);
    fp_progress_flush(progress);
}

static void tty_error(struct fp_progress *progress, const struct fp_error *error)
{
    put_erase(progress);
    fp_put_error(progress, error);
    put_bars(progress);
    fp_progress_flush(progress);
}

static void tty_stop(struct fp_progress *progress)
{
    put_erase(progress);
    fp_progress_flush(progress);
}

const struct fp_renderer fp_renderer_tty = {
    .stage = tty_stage,
    .line = tty_line,
    .error = tty_error,
    .tick = tty_tick,
    .stop = tty_stop,
    .tick_ms = 100,
};
