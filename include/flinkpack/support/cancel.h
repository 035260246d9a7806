/**
 * @file
 * Cancellation: the tokens by which work is told to stop.
 *
 * A token belongs to a piece of work: the program, a build, a group of tasks. Cancelling it cancels
 * all tokens below it, and no others, so that two builds in one process do not stop each other.
 * Each thread works under one token, and struct fp_group hands its own to its tasks. Whatever can
 * take long (reading, transfers, waiting for locks and children, loops over large inputs) asks
 * fp_cancel_check(), and the functions above it need not hand a token down.
 */
#ifndef FLINKPACK_SUPPORT_CANCEL_H
#define FLINKPACK_SUPPORT_CANCEL_H

#include <stdatomic.h>
#include <stdbool.h>

#include "flinkpack/support/error.h"

/** Why something is cancelled that no signal has cancelled: other work that it belongs to has
 * failed. Signals stand for themselves, with their number. */
#define FP_CANCEL_FAILURE (-1)

/** A token. Begin with {.parent = ...}; it must outlive what works under it. */
struct fp_cancel {
    const struct fp_cancel *parent; /**< borrowed; NULL for a root */
    atomic_int cause;               /**< 0 until it is cancelled itself */
};

/** Cancel a token; the first cause stays. Safe in signal handlers and from every thread.
 * @return Whether this was the first. */
bool fp_cancel(struct fp_cancel *cancel, int cause);
/** The token that the calling thread works under; NULL: nothing cancels it. */
struct fp_cancel *fp_cancel_current(void);
/** Let the calling thread work under `cancel` (borrowed; may be NULL).
 * @return The token before, to be given back by another call. */
struct fp_cancel *fp_cancel_enter(struct fp_cancel *cancel);
/** Why the calling thread is to stop: 0 (it is not), a signal, or FP_CANCEL_FAILURE. Signals go
 * first, as they are why the rest fails. */
int fp_cancelled(void);
/** FP_OK, or FP_E_INTERRUPTED with its words once the calling thread is to stop. */
FP_CHECKED enum fp_code fp_cancel_check(struct fp_error *err);

/** Give the token back that fp_cancel_enter() returned. */
void fp_cancel_leave(struct fp_cancel **before);
/** Declare the token before, which is given back at the end of the scope. */
#define cleanup_cancel __attribute__((cleanup(fp_cancel_leave), unused))

/**
 * Let SIGINT, SIGTERM and SIGHUP cancel `root` (borrowed for good), and ignore SIGPIPE and SIGXFSZ.
 * A second signal ends the program at once, by that signal and without clean-up, unless it comes
 * within a quarter of a second: then it is the first one once more. Signals that were ignored when
 * the program began (nohup) stay so. System calls are not restarted: they fail with EINTR. Call it
 * once, before any thread.
 */
void fp_signals_install(struct fp_cancel *root);

#endif
