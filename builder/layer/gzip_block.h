/**
 * @file
 * One block of fp_sink_gzip(): a gzip member.
 */
#ifndef FLINKPACK_LAYER_GZIP_BLOCK_H
#define FLINKPACK_LAYER_GZIP_BLOCK_H

#include <libdeflate.h>

#include "internal.h"

/** The size of a full block in bytes. fp_gzip_version() covers it, and all of gzip_block.c. */
#define FP_GZIP_BLOCK_BYTES ((size_t) 256 << 10)

/** The largest size of a member in bytes. */
size_t fp_gzip_block_bound(void);
/**
 * Compress `len` (at most FP_GZIP_BLOCK_BYTES) bytes to a gzip member. A block that does not get
 * smaller is stored. The result depends only on the bytes and the compressor's level.
 * @param cap At least fp_gzip_block_bound().
 * @return Its size, never 0.
 */
size_t fp_gzip_block(struct libdeflate_compressor *compressor, const char *data, size_t len,
                     char *out, size_t cap);

#endif
