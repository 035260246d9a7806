/**
 * @file
 * Packers compress the blocks of a layer. Each run of a block becomes a gzip member or a zstd frame
 * of its own, and these, one after the other, are one gzip file (RFC 1952, 2.2) or one zstd file
 * (RFC 8878, 3.1). So blocks can be compressed side by side.
 */
#ifndef FLINKPACK_LAYER_PACKER_H
#define FLINKPACK_LAYER_PACKER_H

#include "flinkpack/layer/compress.h"
#include "tar_runs.h"

/** The size of a full block in bytes. fp_compression_version() covers it. */
#define FP_BLOCK_BYTES (FP_TAR_RUNS_MAX * FP_TAR_BLOCK)

struct fp_packer;

/** The operations of a packer. The results depend only on the bytes and the level. */
struct fp_packer_ops {
    /** The most bytes that `len` bytes of one run become. */
    size_t (*bound)(size_t len);
    /** Compress a run of at most FP_BLOCK_BYTES to `out`, which has room for bound(len) bytes.
     * Returns the size, never 0. */
    size_t (*pack)(struct fp_packer *self, const char *data, size_t len, char *out, size_t cap);
    /** Likewise, but store the run, without a library whose bytes might change. */
    size_t (*store)(const char *data, size_t len, char *out);
    /** Release everything. */
    void (*free)(struct fp_packer *self);
};

/** Embedded as the first member of every packer. It is for one thread at a time. */
struct fp_packer {
    const struct fp_packer_ops *ops;
};

/** The packer of a codec, which is not FP_CODEC_NONE. The caller frees it. */
struct fp_packer *fp_packer_new(const struct fp_compression *compression);
/** gzip by libdeflate. Level 1 is the same as 2. */
struct fp_packer *fp_packer_gzip(int level);
/** zstd by libzstd. */
struct fp_packer *fp_packer_zstd(int level);

/** Write the `bytes` lowest bytes of a number, the lowest first. Returns what comes after it. */
char *fp_packer_put(char *out, uint32_t value, size_t bytes);

#endif
