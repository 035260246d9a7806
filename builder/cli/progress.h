/**
 * @file
 * Reports the progress of a command on standard error: as bars on a terminal, as lines in a log, or
 * as one JSON object on each line.
 */
#ifndef FLINKPACK_CLI_PROGRESS_H
#define FLINKPACK_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "flinkpack/support.h"

/** How progress is reported. */
enum fp_progress_mode {
    FP_PROGRESS_AUTO,  /**< TTY if bars can be drawn, else PLAIN */
    FP_PROGRESS_TTY,   /**< a bar for each stage under way */
    FP_PROGRESS_PLAIN, /**< a line for each finished stage, and one every ten seconds */
    FP_PROGRESS_JSON,  /**< a JSON object on each line */
    FP_PROGRESS_NONE,  /**< warnings and errors; if verbose, debug lines too */
};

/** Settings. Zero is the default. */
struct fp_progress_options {
    enum fp_progress_mode mode;
    int fd;           /**< borrowed */
    bool verbose;     /**< show debug lines too */
    bool quiet;       /**< show warnings and errors only */
    bool strict;      /**< warnings end the work: see fp_report_heed() */
    unsigned columns; /**< width of the terminal; 0: ask the terminal at each drawing */
    /** A clock in milliseconds from any starting point; NULL: the monotonic clock. */
    uint64_t (*now_ms)(void);
    bool no_ticker; /**< no thread; the caller calls fp_progress_tick() */
};

/** A renderer. */
struct fp_progress;

/** "auto", "tty", "plain", "json", "none"; anything else, and NULL, is FP_PROGRESS_AUTO. */
enum fp_progress_mode fp_progress_mode_of(const char *text);
/** Whether bars can be drawn: a terminal in the foreground, TERM not dumb, NO_COLOR not set. */
bool fp_progress_can_draw(int fd);
/** Begin. The caller ends it with fp_progress_free(). */
struct fp_progress *fp_progress_new(const struct fp_progress_options *options);
/** Whether the renderer that was started last writes JSON. */
bool fp_progress_is_json(void);
/** The reporter that passes events to the renderer. Borrowed. */
struct fp_reporter *fp_progress_reporter(struct fp_progress *progress);
/** Draw whatever is due. The ticker calls this. */
void fp_progress_tick(struct fp_progress *progress);
/** Erase the bars. Lines may still follow, but stages are no longer drawn. */
void fp_progress_stop(struct fp_progress *progress);
/** Report the resulting image, unless only standard output reports it. */
void fp_progress_result(struct fp_progress *progress, const char *name, const char *digest);
/** The warnings, as they were shown. Borrowed. Call this only if no other thread is at work. */
const struct fp_strv *fp_progress_warnings(const struct fp_progress *progress);
/** Report the failure that ends the program. */
void fp_progress_error(struct fp_progress *progress, const struct fp_error *error);
/** Stop and free; NULL is fine. */
void fp_progress_free(struct fp_progress *progress);

FP_DEFINE_CLEANUP(fp_progress_freep, struct fp_progress, fp_progress_free)
/** Declare a renderer that is freed at the end of its scope. */
#define cleanup_progress __attribute__((cleanup(fp_progress_freep)))

#endif
