/**
 * @file
 * A layer under construction.
 */
#ifndef FLINKPACK_LAYER_BUILDER_H
#define FLINKPACK_LAYER_BUILDER_H

#include "flinkpack/layer/write.h"
#include "internal.h"

/** Entries by path; the payload of a file is its content. */
struct fp_layer_builder {
    struct fp_map entries;
    int64_t mtime_s;
    struct fp_error failure; /* the first one; its code is FP_OK as long as there is none */
};

/** Where content comes from: an owned copy of what the caller gave. */
struct fp_layer_content {
    struct fp_blob *blob;
    char *path;
    char *text;
    size_t text_len;
    char *sha256; /* of the file at `path`, or NULL */
};

/** Open a file's content. The caller frees `*ret`. */
FP_CHECKED enum fp_code fp_layer_content_open(const struct fp_layer_content *content,
                                              struct fp_source **ret, struct fp_error *err);
/** Free. */
void fp_layer_content_free(struct fp_layer_content *content);

/** Visit all entries as they are written: in order, hard links behind all others. */
FP_CHECKED enum fp_code fp_layer_builder_each(const struct fp_layer_builder *builder,
                                              fp_map_visitor visitor, void *context,
                                              struct fp_error *err);

#endif
