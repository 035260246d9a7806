/**
 * @file
 * Numbers and foreign text as people read them.
 */
#ifndef FLINKPACK_CLI_FORMAT_H
#define FLINKPACK_CLI_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#include "flinkpack/support/text.h"

/** A duration: "0.4 s", "12.3 s", "2 min 05 s", "1 h 02 min". */
void fp_format_duration(uint64_t ms, char ret[FP_FORMAT_MAX]);
/** A rate: "12.3 MB/s"; "" where nothing can be said. */
void fp_format_rate(uint64_t bytes, uint64_t ms, char ret[FP_FORMAT_MAX]);
/** Replace in place what is not printable UTF-8: control characters and stray bytes become '?';
 * what CI systems would take for a command to them gets one into it. */
void fp_make_printable(char *text);
/** Likewise with each line of a text. */
void fp_make_lines_printable(char *text);
/** The same JSON, where what fp_make_printable() would replace is escaped (RFC 8259, section 7);
 * `json` is as jansson writes it. The caller owns it. */
char *fp_json_printable(const char *json);
/** How many columns a printable text takes; one a character is assumed. */
size_t fp_text_columns(const char *text);
/** Cut a printable text after `columns` columns, in place. */
void fp_text_cut(char *text, size_t columns);

#endif
