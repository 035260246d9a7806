/**
 * @file
 * Copying an image from one repo to another.
 */
#ifndef FLINKPACK_STORE_COPY_H
#define FLINKPACK_STORE_COPY_H

#include "flinkpack/store/repo.h"

/** How an image is copied. */
struct fp_copy_options {
    unsigned threads;                   /**< for transfers; 0: FP_POOL_MAX */
    const struct fp_platform *platform; /**< of an index take only this one; NULL: all */
    struct fp_repo *neighbour;          /**< has the same image already: where both are of one
                                             registry its blobs are mounted; may be NULL */
    bool one_of_several; /**< the image goes to other places too: each line says where to */
    struct fp_reporter *reporter; /**< may be NULL */
};

/** What a copy did. */
struct fp_copy_result {
    struct fp_descriptor
        root; /**< what the names stand for now; clear with fp_descriptor_clear() */
    uint64_t moved_bytes;
    unsigned uploaded;
    unsigned mounted;
    unsigned existing;
};

/**
 * Copy an image: blobs side by side, then configurations, then manifests, the index, and last the
 * names, so that a failure never leaves a name that leads nowhere. A name that is right already is
 * not put again. finish() is called on `to`, and what was put is asked for.
 *
 * @param names What it is called in `to`; may be empty (digest only).
 */
FP_CHECKED enum fp_code fp_copy_image(struct fp_repo *from, const struct fp_descriptor *root,
                                      struct fp_repo *to, const struct fp_strv *names,
                                      const struct fp_copy_options *options,
                                      struct fp_copy_result *ret, struct fp_error *err);

#endif
