/**
 * @file
 * Ctrl-C and SIGTERM: a flag that every loop over bytes looks at, so that all unwinds in order.
 */
#ifndef FLINKPACK_SUPPORT_INTERRUPT_H
#define FLINKPACK_SUPPORT_INTERRUPT_H

#include <stdbool.h>

#include "flinkpack/support/error.h"

/**
 * Catch SIGINT, SIGTERM and SIGHUP, and ignore SIGPIPE and SIGXFSZ. A second signal ends the
 * program at once, by that signal and without clean-up, unless it comes within a quarter of a
 * second: then it is the first one once more. Signals that were ignored when the program began
 * (nohup) stay so. System calls are not restarted: they fail with EINTR. Call it once, before any
 * thread.
 */
void fp_interrupt_install(void);
/** The signal that arrived, or 0. Safe from every thread. */
int fp_interrupted(void);
/**
 * The work has failed: what other threads still have under way ends as if SIGTERM had come. For
 * good, so only what tidies up may follow.
 */
void fp_interrupt_give_up(void);
/** FP_OK, or FP_E_INTERRUPTED with its words once a signal has arrived. */
FP_CHECKED enum fp_code fp_interrupt_check(struct fp_error *err);

#endif
