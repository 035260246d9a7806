/**
 * @file
 * The contents of a distribution while its layer is made.
 */
#ifndef FLINKPACK_FLINK_DIST_SPOOL_H
#define FLINKPACK_FLINK_DIST_SPOOL_H

#include "flinkpack/flink/distribution.h"

/** Contents of files while a layer is made of them: one file without a name. */
struct fp_dist_spool {
    struct fp_newfile *file;
    uint64_t size;
};

/** Begin a spool in `folder`. */
FP_CHECKED enum fp_code fp_dist_spool_open(const char *folder, struct fp_dist_spool *ret,
                                           struct fp_error *err);
/** Append all of `source`; `*ret_offset` is where it begins. */
FP_CHECKED enum fp_code fp_dist_spool_add(struct fp_dist_spool *spool, struct fp_source *source,
                                          uint64_t *ret_offset, struct fp_error *err);
/** A part of it as content. It must be released with fp_blob_unref() before the spool is. */
struct fp_blob *fp_dist_spool_blob(const struct fp_dist_spool *spool, uint64_t offset,
                                   uint64_t size);
/** Drop it; one that was never opened is fine. */
void fp_dist_spool_clear(struct fp_dist_spool *spool);

/** Declare a struct fp_dist_spool that is dropped at the end of its scope. */
#define cleanup_dist_spool __attribute__((cleanup(fp_dist_spool_clear)))

#endif
