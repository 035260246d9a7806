/**
 * @file
 * Ctrl-C and SIGTERM: they cancel one token, and all work below it unwinds in order.
 */
#ifndef FLINKPACK_SUPPORT_SIGNALS_H
#define FLINKPACK_SUPPORT_SIGNALS_H

#include "flinkpack/support/cancel.h"

/**
 * Let SIGINT, SIGTERM and SIGHUP cancel `root` (borrowed for good), and ignore SIGPIPE and SIGXFSZ.
 * A second signal ends the program at once, by that signal and without clean-up, unless it comes
 * within a quarter of a second: then it is the first one once more. Signals that were ignored when
 * the program began (nohup) stay so. System calls are not restarted: they fail with EINTR. Call it
 * once, before any thread.
 */
void fp_signals_install(struct fp_cancel *root);

#endif
