/**
 * @file
 * Formats numbers for people, and makes text from outside safe to print.
 */
#ifndef FLINKPACK_CLI_FORMAT_H
#define FLINKPACK_CLI_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#include "flinkpack/support/text.h"

/** A duration: "0.4 s", "12.3 s", "2 min 05 s", "1 h 02 min". */
void fp_format_duration(uint64_t ms, char ret[FP_FORMAT_MAX]);
/** A rate: "12.3 MB/s"; "" if the rate cannot be computed. */
void fp_format_rate(uint64_t bytes, uint64_t ms, char ret[FP_FORMAT_MAX]);
/** Replace in place whatever is not printable UTF-8: control characters and stray bytes become '?'.
 * One byte of anything that a CI system would take for a command also becomes '?'. */
void fp_make_printable(char *text);
/** Apply fp_make_printable() to each line of a text. */
void fp_make_lines_printable(char *text);
/** The same JSON with escapes (RFC 8259, section 7) for all that fp_make_printable() would replace.
 * `json` has to be in the form that jansson writes. The caller owns the result. */
char *fp_json_printable(const char *json);
/** The number of columns of a printable text. Each character is assumed to take one. */
size_t fp_text_columns(const char *text);
/** Cut a printable text after `columns` columns, in place. */
void fp_text_cut(char *text, size_t columns);

#endif
