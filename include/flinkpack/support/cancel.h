/**
 * @file
 * Cancellation: tokens that tell work to stop.
 *
 * A token belongs to a piece of work: the program, a build, a group of tasks. Cancelling it cancels
 * all tokens below it, and no others, so that two builds in one process do not stop each other.
 * Each thread works under one token, and struct fp_group passes its own to its tasks. Code that can
 * take long (reading, transfers, waiting for locks and children, loops over large inputs) calls
 * fp_cancel_check(), so that its callers need not pass a token down.
 */
#ifndef FLINKPACK_SUPPORT_CANCEL_H
#define FLINKPACK_SUPPORT_CANCEL_H

#include <stdatomic.h>
#include <stdbool.h>

#include "flinkpack/support/error.h"

/** The cause of a cancellation without a signal: other work of the same token has failed. The cause
 * of one by a signal is the signal's number. */
#define FP_CANCEL_FAILURE (-1)

/** A token. Begin with {.parent = ...}; it must outlive what works under it. */
struct fp_cancel {
    const struct fp_cancel *parent; /**< borrowed; NULL: a root */
    atomic_int cause;               /**< 0 until this token itself is cancelled */
};

/** Cancel a token; the first cause stays. Safe in signal handlers and from every thread.
 * @return Whether this was the first. */
bool fp_cancel(struct fp_cancel *cancel, int cause);
/** The token of the calling thread; NULL: nothing cancels the thread. */
struct fp_cancel *fp_cancel_current(void);
/** Let the calling thread work under `cancel` (borrowed; may be NULL).
 * @return The previous token, to be restored by another call. */
struct fp_cancel *fp_cancel_enter(struct fp_cancel *cancel);
/** Why the calling thread has to stop: 0 (it has not), a signal, or FP_CANCEL_FAILURE. A signal
 * takes precedence, because it is the cause of the failures. */
int fp_cancelled(void);
/** FP_OK, or FP_E_INTERRUPTED and its text once the calling thread has to stop. */
FP_CHECKED enum fp_code fp_cancel_check(struct fp_error *err);

/** Restore the token that fp_cancel_enter() returned. */
void fp_cancel_leave(struct fp_cancel **before);
/** Declare the token before, which is given back at the end of the scope. */
#define cleanup_cancel __attribute__((cleanup(fp_cancel_leave), unused))

/**
 * Let SIGINT, SIGTERM and SIGHUP cancel `root` (borrowed for good), and ignore SIGPIPE and SIGXFSZ.
 * A second signal ends the program at once, by that signal and without clean-up, unless it comes
 * within a quarter of a second: then it counts as the first. Signals that were ignored when the
 * program began (nohup) stay ignored. System calls are not restarted: they fail with EINTR. Call it
 * once, before any thread starts.
 */
void fp_signals_install(struct fp_cancel *root);

#endif
