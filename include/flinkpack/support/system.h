/**
 * @file
 * What the system tells a process: variables and the clock.
 */
#ifndef FLINKPACK_SUPPORT_SYSTEM_H
#define FLINKPACK_SUPPORT_SYSTEM_H

#include <stdint.h>

/** The value of a variable of the environment; NULL: it is not set, or empty. Borrowed. */
const char *fp_env(const char *name);
/** Milliseconds of the clock that nobody sets (CLOCK_MONOTONIC): for differences only. */
int64_t fp_now_ms(void);

#endif
