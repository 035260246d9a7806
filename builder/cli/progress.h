/**
 * @file
 * What is told while a command runs, on standard error: bars on a terminal, lines in a log, or one
 * JSON object a line.
 */
#ifndef FLINKPACK_CLI_PROGRESS_H
#define FLINKPACK_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "flinkpack/support.h"

/** How it is told. */
enum fp_progress_mode {
    FP_PROGRESS_AUTO,  /**< TTY where bars can be drawn, else PLAIN */
    FP_PROGRESS_TTY,   /**< a bar for each stage under way */
    FP_PROGRESS_PLAIN, /**< a line for each finished stage, and one every ten seconds */
    FP_PROGRESS_JSON,  /**< an object a line */
    FP_PROGRESS_NONE,  /**< warnings and errors; with verbose the debug lines too */
};

/** Settings. Zero is the default. */
struct fp_progress_options {
    enum fp_progress_mode mode;
    int fd;           /**< borrowed */
    bool verbose;     /**< debug lines too */
    bool quiet;       /**< warnings and errors only */
    bool strict;      /**< warnings end the work: see fp_report_heed() */
    unsigned columns; /**< width of the terminal; 0: asked for at each drawing */
    /** The time in milliseconds from any beginning; NULL: the monotonic clock. */
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
/** Whether what was begun last writes JSON. */
bool fp_progress_is_json(void);
/** Where events go. Borrowed. */
struct fp_reporter *fp_progress_reporter(struct fp_progress *progress);
/** Draw what is due. Called by the ticker. */
void fp_progress_tick(struct fp_progress *progress);
/** Take down what is drawn; lines may follow, stages are not drawn any more. */
void fp_progress_stop(struct fp_progress *progress);
/** Tell of the image that came of it, where that is not left to standard output. */
void fp_progress_result(struct fp_progress *progress, const char *name, const char *digest);
/** All that was warned of, as it was shown. Borrowed; for when no other thread is at work. */
const struct fp_strv *fp_progress_warnings(const struct fp_progress *progress);
/** Tell of the failure that ends the program. */
void fp_progress_error(struct fp_progress *progress, const struct fp_error *error);
/** Stop and free; NULL is fine. */
void fp_progress_free(struct fp_progress *progress);

FP_DEFINE_CLEANUP(fp_progress_freep, struct fp_progress, fp_progress_free)
/** Declare a renderer that is freed at the end of its scope. */
#define cleanup_progress __attribute__((cleanup(fp_progress_freep)))

#endif
