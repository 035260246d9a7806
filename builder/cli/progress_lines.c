/* The lines that several renderers share, and their output buffer. */
#include "progress_internal.h"

#include <errno.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <unistd.h>

uint64_t fp_progress_now(const struct fp_progress *progress)
{
    return progress->options.now_ms != NULL ? progress->options.now_ms() : (uint64_t) fp_now_ms();
}

unsigned fp_progress_columns(const struct fp_progress *progress)
{
    struct winsize size = {0};
    if (progress->options.columns > 0)
        return progress->options.columns;
    if (ioctl(progress->options.fd, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20)
        return size.ws_col;
    return 80;
}

void fp_progress_put(struct fp_progress *progress, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    cleanup_free char *text = fp_xvasprintf(fmt, args);
    va_end(args);
    fp_buf_puts(&progress->out, text);
}

void fp_progress_flush(struct fp_progress *progress)
{
    size_t done = 0;
    while (done < progress->out.len) {
        ssize_t n =
            write(progress->options.fd, progress->out.data + done, progress->out.len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        done += (size_t) n;
    }
    fp_buf_clear(&progress->out);
    progress->told_ms = fp_progress_now(progress);
}

/* Append ", 451 MB in 12.3 s (36.7 MB/s)"; only the size if it took under half a second. */
static void put_moved(struct fp_progress *progress, uint64_t bytes, uint64_t ms)
{
    char size[FP_FORMAT_MAX];
    char time[FP_FORMAT_MAX];
    char rate[FP_FORMAT_MAX];
    fp_format_bytes(bytes, size);
    fp_format_duration(ms, time);
    fp_format_rate(bytes, ms, rate);
    fp_progress_put(progress, ", %s", size);
    if (ms >= 500)
        fp_progress_put(progress, " in %s (%s)", time, rate);
}

void fp_put_finished(struct fp_progress *progress, const struct fp_event *event,
                     const struct fp_shown_stage *stage)
{
    /* A failed stage needs no line: an error follows, or the failure was recovered. */
    if (event->kind == FP_EVENT_FAIL || event->text == NULL)
        return;
    cleanup_free char *outcome = fp_xstrdup(event->text);
    fp_make_printable(outcome);
    fp_progress_put(progress, "%s %s: %s", stage->stage, stage->text, outcome);
    uint64_t ms = fp_progress_now(progress) - stage->begin_ms;
    if (stage->done_bytes > stage->kept_bytes) {
        put_moved(progress, stage->done_bytes - stage->kept_bytes, ms);
    } else if (ms >= 1000) {
        char time[FP_FORMAT_MAX];
        fp_format_duration(ms, time);
        fp_progress_put(progress, ", %s", time);
    }
    fp_progress_put(progress, "\n");
}

void fp_put_line(struct fp_progress *progress, enum fp_event_kind kind, const char *text)
{
    const char *prefix = kind == FP_EVENT_WARNING ? "flinkpack: warning: "
                         : kind == FP_EVENT_DEBUG ? "debug: "
                                                  : "";
    fp_progress_put(progress, "%s%s\n", prefix, text);
}

void fp_put_error(struct fp_progress *progress, const struct fp_error *error)
{
    cleanup_free char *text = fp_xstrdup(error->text);
    cleanup_free char *hint = fp_xstrdup(error->hint);
    fp_make_printable(text);
    fp_make_printable(hint);
    fp_progress_put(progress, "flinkpack: error: %s\n", text);
    if (hint[0] != '\0')
        fp_progress_put(progress, "  try: %s\n", hint);
}
