/**
 * @file
 * Numbers as people read them.
 */
#ifndef FLINKPACK_SUPPORT_FORMAT_H
#define FLINKPACK_SUPPORT_FORMAT_H

#include <stdint.h>

/** Room for a number and its unit. */
#define FP_FORMAT_MAX 32

/** A size in decimal units, three digits or so: "0 B", "12.3 kB", "451 MB". */
void fp_format_bytes(uint64_t bytes, char ret[FP_FORMAT_MAX]);

#endif
