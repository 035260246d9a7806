/**
 * @file
 * Times as text (RFC 3339).
 */
#ifndef FLINKPACK_SUPPORT_TIME_H
#define FLINKPACK_SUPPORT_TIME_H

#include <stdbool.h>
#include <stdint.h>

/** The bytes of such a text at the most, with its end. */
#define FP_TIME_TEXT 32

/**
 * Seconds since 1970 of a time such as "2026-11-22T10:20:30.5+01:00", of the years 0 to 9999: less
 * than 0 before 1970. Small letters, and a blank in place of the T, are taken too, as RFC 3339
 * says.
 * @return False for what is none, a day that its month does not have included, and for NULL;
 *         `*ret_s` stays then.
 */
bool fp_time_parse(const char *text, int64_t *ret_s);
/** The time in UTC and whole seconds; that of 1980-01-01 for one that no year can hold. */
void fp_time_text(int64_t epoch_s, char ret_text[FP_TIME_TEXT]);

#endif
