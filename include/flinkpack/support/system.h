/**
 * @file
 * The environment, the clock, and child processes, which run without a shell and are bounded in
 * time and output.
 */
#ifndef FLINKPACK_SUPPORT_SYSTEM_H
#define FLINKPACK_SUPPORT_SYSTEM_H

#include <stddef.h>
#include <stdint.h>

#include "flinkpack/support/buf.h"

/** The value of a variable of the environment; NULL if it is unset or empty. Borrowed. */
const char *fp_env(const char *name);
/** Milliseconds of a clock that is never set (CLOCK_MONOTONIC), for differences only. */
int64_t fp_now_ms(void);

/**
 * Run a program found on PATH (in its absolute directories), feed it `input`, and collect its
 * standard output. Its standard error is discarded, because secrets may be in it. It leads a
 * process group of its own, which is killed and reaped after `timeout_ms` or if the calling thread
 * is cancelled. Processes that it leaves running when it exits are neither ended nor waited for.
 * SIGPIPE has to be ignored, as fp_signals_install() does. May be called from every thread.
 *
 * @param argv            NULL-terminated; argv[0] is the program. No secret may be in it.
 * @param input           `input_len` bytes, may be NULL when that is 0. A child that does not read
 *                        them all has not failed.
 * @param timeout_ms      More than 0.
 * @param output          Gets the output; its ceiling bounds it.
 * @param ret_exit_status The exit status, or 128 + the signal that ended it.
 * @return FP_OK however the child exited; FP_E_NOT_FOUND if there is no such program; FP_E_IO,
 *         FP_E_INPUT (too much output), FP_E_NETWORK (timed out), FP_E_INTERRUPTED.
 */
FP_CHECKED enum fp_code fp_process_run(const char *const *argv, const char *input, size_t input_len,
                                       int timeout_ms, struct fp_buf *output, int *ret_exit_status,
                                       struct fp_error *err);

#endif
