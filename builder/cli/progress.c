/* Collects events and passes them to the renderer that shows them. */
#include "progress_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The output buffer never holds more than a screen full of lines. */
#define OUT_MAX_BYTES ((size_t) 1 << 20)
/* Further warnings are shown, but not kept. */
#define WARNINGS_MAX 1000

enum fp_progress_mode fp_progress_mode_of(const char *text)
{
    static const struct {
        const char *name;
        enum fp_progress_mode mode;
    } modes[] = {
        {"tty", FP_PROGRESS_TTY},
        {"plain", FP_PROGRESS_PLAIN},
        {"json", FP_PROGRESS_JSON},
        {"none", FP_PROGRESS_NONE},
    };
    for (size_t i = 0; text != NULL && i < sizeof(modes) / sizeof(modes[0]); i++)
        if (strcmp(text, modes[i].name) == 0)
            return modes[i].mode;
    return FP_PROGRESS_AUTO;
}

bool fp_progress_can_draw(int fd)
{
    const char *term = getenv("TERM");
    if (isatty(fd) == 0 || term == NULL || strcmp(term, "dumb") == 0 || fp_env("NO_COLOR") != NULL)
        return false;
    return tcgetpgrp(fd) == getpgrp();
}

static struct fp_shown_stage *find_stage(struct fp_progress *progress, uint64_t id)
{
    for (size_t i = 0; i < progress->stage_count; i++)
        if (progress->stages[i].id == id)
            return &progress->stages[i];
    return NULL;
}

static struct fp_shown_stage *add_stage(struct fp_progress *progress, const struct fp_event *event)
{
    if (progress->stage_count == FP_STAGES_MAX)
        return NULL;
    struct fp_shown_stage *stage = &progress->stages[progress->stage_count++];
    *stage = (struct fp_shown_stage){
        .id = event->id,
        .begin_ms = fp_progress_now(progress),
    };
    (void) snprintf(stage->stage, sizeof(stage->stage), "%s",
                    event->stage != NULL ? event->stage : "");
    (void) snprintf(stage->text, sizeof(stage->text), "%s", event->text != NULL ? event->text : "");
    fp_make_printable(stage->text);
    return stage;
}

static void remove_stage(struct fp_progress *progress, const struct fp_shown_stage *stage)
{
    size_t at = (size_t) (stage - progress->stages);
    memmove(&progress->stages[at], &progress->stages[at + 1],
            (progress->stage_count - at - 1) * sizeof(*stage));
    progress->stage_count--;
}

static void take_stage(struct fp_progress *progress, const struct fp_event *event)
{
    struct fp_shown_stage *stage = event->kind == FP_EVENT_BEGIN ? add_stage(progress, event)
                                                                 : find_stage(progress, event->id);
    if (stage == NULL)
        return;
    stage->done_bytes = event->done_bytes;
    stage->kept_bytes = event->kept_bytes;
    stage->total_bytes = event->total_bytes;
    struct fp_shown_stage copy = *stage;
    bool over = event->kind == FP_EVENT_END || event->kind == FP_EVENT_FAIL;
    if (over) {
        remove_stage(progress, stage);
        stage = &copy;
    }
    progress->renderer->stage(progress, event, stage);
}

static void take_line(struct fp_progress *progress, const struct fp_event *event)
{
    if (event->kind == FP_EVENT_DEBUG && !progress->options.verbose)
        return;
    cleanup_free char *text = fp_xstrdup(event->text != NULL ? event->text : "");
    fp_make_printable(text);
    /* The same warning can come once for each platform. It is shown once. */
    if (event->kind == FP_EVENT_WARNING && fp_strv_has(&progress->warnings, text))
        return;
    if (event->kind == FP_EVENT_WARNING && progress->warnings.len < WARNINGS_MAX)
        fp_strv_add(&progress->warnings, text);
    progress->renderer->line(progress, event->kind, text);
}

static void take_event(struct fp_reporter *self, const struct fp_event *event)
{
    /* The reporter is the first member. */
    struct fp_progress *progress = (struct fp_progress *) (void *) self;
    if (progress->options.quiet && event->kind != FP_EVENT_WARNING)
        return;
    (void) pthread_mutex_lock(&progress->lock);
    if (event->kind <= FP_EVENT_FAIL)
        take_stage(progress, event);
    else
        take_line(progress, event);
    (void) pthread_mutex_unlock(&progress->lock);
}

static enum fp_code heed_warnings(struct fp_reporter *self, struct fp_error *err)
{
    struct fp_progress *progress = (struct fp_progress *) (void *) self;
    enum fp_code code = FP_OK;
    (void) pthread_mutex_lock(&progress->lock);
    if (progress->options.strict && progress->warnings.len > 0)
        code = fp_fail(err, FP_E_INPUT, "--fail-on-warning: %s%s", progress->warnings.items[0],
                       progress->warnings.len > 1 ? " (and more, see above)" : "");
    (void) pthread_mutex_unlock(&progress->lock);
    return code;
}

const struct fp_strv *fp_progress_warnings(const struct fp_progress *progress)
{
    return &progress->warnings;
}

void fp_progress_tick(struct fp_progress *progress)
{
    (void) pthread_mutex_lock(&progress->lock);
    if (progress->renderer->tick != NULL)
        progress->renderer->tick(progress);
    (void) pthread_mutex_unlock(&progress->lock);
}

static enum fp_code tick_task(void *context, struct fp_error *err)
{
    struct fp_progress *progress = context;
    (void) err;
    (void) pthread_mutex_lock(&progress->lock);
    while (!progress->stopping) {
        struct timespec until = {0};
        (void) clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += (long) progress->renderer->tick_ms * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        int rc = pthread_cond_timedwait(&progress->wake, &progress->lock, &until);
        if (rc == ETIMEDOUT && !progress->stopping)
            progress->renderer->tick(progress);
    }
    (void) pthread_mutex_unlock(&progress->lock);
    return FP_OK;
}

static const struct fp_renderer *renderer_of(const struct fp_progress_options *options)
{
    switch (options->mode) {
    case FP_PROGRESS_TTY:
        return &fp_renderer_tty;
    case FP_PROGRESS_PLAIN:
        return &fp_renderer_plain;
    case FP_PROGRESS_JSON:
        return &fp_renderer_json;
    case FP_PROGRESS_NONE:
        return &fp_renderer_none;
    case FP_PROGRESS_AUTO:
        break;
    }
    return fp_progress_can_draw(options->fd) ? &fp_renderer_tty : &fp_renderer_plain;
}

static bool is_json;

bool fp_progress_is_json(void)
{
    return is_json;
}

struct fp_progress *fp_progress_new(const struct fp_progress_options *options)
{
    struct fp_progress *progress = fp_xcalloc(1, sizeof(*progress));
    progress->reporter.event = take_event;
    progress->reporter.heed = heed_warnings;
    progress->options = *options;
    progress->renderer = renderer_of(options);
    is_json = progress->renderer == &fp_renderer_json;
    progress->out.max = OUT_MAX_BYTES;
    progress->begin_ms = progress->told_ms = fp_progress_now(progress);
    pthread_condattr_t attributes;
    (void) pthread_condattr_init(&attributes);
    (void) pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void) pthread_cond_init(&progress->wake, &attributes);
    (void) pthread_condattr_destroy(&attributes);
    (void) pthread_mutex_init(&progress->lock, NULL);
    progress->ticker = fp_group_new(NULL, 1);
    if (!options->no_ticker && !options->quiet && progress->renderer->tick != NULL)
        fp_group_go(progress->ticker, tick_task, progress);
    return progress;
}

struct fp_reporter *fp_progress_reporter(struct fp_progress *progress)
{
    return &progress->reporter;
}

void fp_progress_stop(struct fp_progress *progress)
{
    (void) pthread_mutex_lock(&progress->lock);
    progress->stopping = true;
    progress->stage_count = 0;
    (void) pthread_cond_signal(&progress->wake);
    if (progress->renderer->stop != NULL)
        progress->renderer->stop(progress);
    (void) pthread_mutex_unlock(&progress->lock);
    (void) !fp_group_wait(progress->ticker, NULL);
}

void fp_progress_result(struct fp_progress *progress, const char *name, const char *digest)
{
    (void) pthread_mutex_lock(&progress->lock);
    if (progress->renderer->result != NULL)
        progress->renderer->result(progress, name, digest);
    (void) pthread_mutex_unlock(&progress->lock);
}

void fp_progress_error(struct fp_progress *progress, const struct fp_error *error)
{
    (void) pthread_mutex_lock(&progress->lock);
    progress->renderer->error(progress, error);
    (void) pthread_mutex_unlock(&progress->lock);
}

void fp_progress_free(struct fp_progress *progress)
{
    if (progress == NULL)
        return;
    fp_progress_stop(progress);
    fp_group_free(progress->ticker);
    fp_buf_clear(&progress->out);
    fp_strv_clear(&progress->warnings);
    (void) pthread_cond_destroy(&progress->wake);
    (void) pthread_mutex_destroy(&progress->lock);
    free(progress);
}
