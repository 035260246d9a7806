/**
 * @file
 * The list of documents and blobs that copying an image takes.
 */
#ifndef FLINKPACK_STORE_COPY_PLAN_H
#define FLINKPACK_STORE_COPY_PLAN_H

#include "flinkpack/store/repo.h"

/** A manifest or index that is copied, with its bytes. */
struct fp_copy_document {
    struct fp_descriptor descriptor;
    char *bytes;
};
/** All documents and blobs of an image, each digest once. */
struct fp_copy_plan {
    struct fp_copy_document *documents; /**< children before parents; the last one is the root */
    size_t document_count;
    struct fp_descriptor *layers;
    size_t layer_count;
    struct fp_descriptor *configs;
    size_t config_count;
    size_t document_bytes;
};
/** Make the plan by walking the image; `platform` NULL: all platforms. */
FP_CHECKED enum fp_code fp_copy_plan_make(struct fp_repo *from, const struct fp_descriptor *root,
                                          const struct fp_platform *platform,
                                          struct fp_copy_plan *ret, struct fp_error *err);
/** Release. */
void fp_copy_plan_clear(struct fp_copy_plan *plan);

#endif
