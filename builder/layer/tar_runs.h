/**
 * @file
 * Splits a tar into runs: contents that are compressed already, such as jars, and all the rest.
 *
 * The first bytes of a content decide, so that equal tars are split in the same way, whoever made
 * them. A stream that is no tar is one run. A tar that this does not understand is split badly but
 * never wrongly: the runs are always all of the bytes.
 */
#ifndef FLINKPACK_LAYER_TAR_RUNS_H
#define FLINKPACK_LAYER_TAR_RUNS_H

#include "flinkpack/layer/tar_block.h"

/** The most runs, and the most tar blocks, that are split at a time. */
#define FP_TAR_RUNS_MAX ((size_t) 512)

/** Bytes that follow each other and are of the same kind. */
struct fp_tar_run {
    size_t len;
    bool is_packed; /**< they are compressed already */
};

/** A position in a tar. Zero-initialise. */
struct fp_tar_runs {
    uint64_t left;  /**< blocks of the current content that are still to come */
    bool is_file;   /**< that content is a file's */
    bool is_first;  /**< none of it has come */
    bool is_packed; /**< it is compressed already */
};

/** Whether a file that begins like this is compressed: jar and zip, gzip, zstd, xz, bzip2, lz4,
 * 7-zip, PNG, JPEG, GIF, WebP, WOFF. */
bool fp_is_packed(const void *data, size_t len);
/**
 * Split the next bytes of a tar. All calls but the last have a multiple of FP_TAR_BLOCK bytes.
 * @param len At most FP_TAR_RUNS_MAX * FP_TAR_BLOCK.
 * @param ret Neighbours differ in kind, and none is empty.
 * @return The number of runs; 0 if `len` is 0.
 */
size_t fp_tar_runs_split(struct fp_tar_runs *self, const char *data, size_t len,
                         struct fp_tar_run ret[FP_TAR_RUNS_MAX]);

#endif
