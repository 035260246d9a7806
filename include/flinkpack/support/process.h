/**
 * @file
 * Child processes, without a shell, bounded in time and output.
 */
#ifndef FLINKPACK_SUPPORT_PROCESS_H
#define FLINKPACK_SUPPORT_PROCESS_H

#include <stddef.h>

#include "flinkpack/support/buf.h"

/**
 * Run a program found on PATH, feed it `input`, and collect its standard output. Its standard
 * error is ours. It is killed and reaped after `timeout_ms` and when fp_interrupted() is set.
 *
 * @param argv            NULL-terminated; argv[0] is the program. No secret may be in it.
 * @param output          Gets the output; its ceiling bounds it.
 * @param ret_exit_status The exit status, or 128 + the signal that ended it.
 * @return FP_OK however the child exited; FP_E_NOT_FOUND when there is no such program;
 *         FP_E_IO, FP_E_INPUT (too much output), FP_E_NETWORK (timed out), FP_E_INTERRUPTED.
 */
FP_CHECKED enum fp_code fp_process_run(const char *const *argv, const char *input, size_t input_len,
                                       int timeout_ms, struct fp_buf *output, int *ret_exit_status,
                                       struct fp_error *err);

#endif
