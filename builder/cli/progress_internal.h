/**
 * @file
 * Declarations that the renderers share.
 */
#ifndef FLINKPACK_CLI_PROGRESS_INTERNAL_H
#define FLINKPACK_CLI_PROGRESS_INTERNAL_H

#include <pthread.h>

#include "format.h"
#include "progress.h"

/** The greatest number of stages that are shown. There are never more, because a group has at most
 * FP_GROUP_MAX threads. */
#define FP_STAGES_MAX 64

/** A stage under way. */
struct fp_shown_stage {
    uint64_t id;
    char stage[24];
    char text[160];
    uint64_t done_bytes;
    uint64_t kept_bytes;  /**< those of done_bytes that were there before; not part of the rate */
    uint64_t total_bytes; /**< 0: not known */
    uint64_t begin_ms;
    uint64_t told_ms; /**< when its progress was last reported */
};

/** A way of rendering. Its functions are called with the lock held. */
struct fp_renderer {
    /** A stage begins (`stage` is new), advances, or has ended. */
    void (*stage)(struct fp_progress *progress, const struct fp_event *event,
                  struct fp_shown_stage *stage);
    /** A line for the user. */
    void (*line)(struct fp_progress *progress, enum fp_event_kind kind, const char *text);
    /** The failure that ends the program. */
    void (*error)(struct fp_progress *progress, const struct fp_error *error);
    /** The resulting image; may be NULL if only standard output reports it. */
    void (*result)(struct fp_progress *progress, const char *name, const char *digest);
    /** Time has passed; may be NULL. */
    void (*tick)(struct fp_progress *progress);
    /** Erase the bars; may be NULL. */
    void (*stop)(struct fp_progress *progress);
    unsigned tick_ms; /**< how often tick() is due; 0: never */
};

struct fp_progress {
    struct fp_reporter reporter;
    struct fp_progress_options options;
    const struct fp_renderer *renderer;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct fp_group *ticker; /**< has at most one task; without a thread, tick() is not called */
    bool stopping;
    struct fp_shown_stage stages[FP_STAGES_MAX]; /**< in the order they began */
    size_t stage_count;
    uint64_t begin_ms;
    uint64_t told_ms; /**< when anything was last written */
    unsigned drawn;   /**< lines of bars on the screen */
    struct fp_strv warnings;
    struct fp_buf out;
};

extern const struct fp_renderer fp_renderer_tty;
extern const struct fp_renderer fp_renderer_plain;
extern const struct fp_renderer fp_renderer_json;
extern const struct fp_renderer fp_renderer_none;

/** The time by the clock of the options. */
uint64_t fp_progress_now(const struct fp_progress *progress);
/** Append text to the output buffer. */
void fp_progress_put(struct fp_progress *progress, const char *fmt, ...) FP_PRINTF(2, 3);
/** Write the output buffer now. Failures are ignored, because they cannot be reported. */
void fp_progress_flush(struct fp_progress *progress);
/** The columns of the terminal. */
unsigned fp_progress_columns(const struct fp_progress *progress);
/** Append a line "push app: pushed, 451 MB in 12.3 s (36.7 MB/s)". Nothing is appended if the stage
 * failed or has no outcome. */
void fp_put_finished(struct fp_progress *progress, const struct fp_event *event,
                     const struct fp_shown_stage *stage);
/** Append a line with its kind in front: "warning: ...", "debug: ...". */
void fp_put_line(struct fp_progress *progress, enum fp_event_kind kind, const char *text);
/** Append the error and its hint. */
void fp_put_error(struct fp_progress *progress, const struct fp_error *error);

#endif
