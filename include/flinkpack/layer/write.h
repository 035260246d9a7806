/**
 * @file
 * Making layers: entries are sorted, normalised, written as a tar, and compressed to a blob.
 *
 * The tar is ustar, with pax records only for values that ustar cannot hold. Its bytes depend only
 * on the entries, so diff_ids are the same on every machine. Memory: the entries (see
 * FP_TREE_MAX_BYTES) and some 15 MiB of buffers, whatever the size of the contents.
 */
#ifndef FLINKPACK_LAYER_WRITE_H
#define FLINKPACK_LAYER_WRITE_H

#include "flinkpack/layer/blob.h"
#include "flinkpack/layer/compress.h"
#include "flinkpack/layer/tree.h"

/** A finished layer. Immutable. */
struct fp_layer {
    struct fp_blob *blob;     /**< owned */
    struct fp_digest diff_id; /**< of the uncompressed tar */
    uint64_t tar_bytes;       /**< size of the uncompressed tar */
};

/** Release the members. */
void fp_layer_clear(struct fp_layer *layer);
/** Declare a layer that is cleared at the end of its scope. */
#define cleanup_layer __attribute__((cleanup(fp_layer_clear)))

/**
 * A layer under construction: entries may be added in any order. Adding returns no error: the first
 * failure is kept, later entries are ignored, and fp_layer_builder_finish() returns the failure.
 */
struct fp_layer_builder;

/** The origin of a file's content. It must have exactly as many bytes as the entry's size says. */
struct fp_content {
    struct fp_blob *blob; /**< a blob, referenced, verified if it has a digest; or NULL and */
    const char *path;     /**< a file, copied, opened when the layer is written; or NULL and */
    const char *text;     /**< bytes, copied */
    size_t text_len;
    const char *sha256; /**< the file at `path` is verified against it; NULL: it is not verified */
};

/** Make a builder; the caller frees it. Entries with a negative mtime_s get `mtime_s`. */
struct fp_layer_builder *fp_layer_builder_new(int64_t mtime_s);
/**
 * Add an entry (copied). Adding the same path twice is FP_E_INPUT unless both are equal
 * directories. Parents need not be added: see fp_layer_builder_finish().
 * @param content For FP_ENTRY_FILE only; else NULL.
 */
void fp_layer_builder_add(struct fp_layer_builder *builder, const struct fp_entry *entry,
                          const struct fp_content *content);
/** Remove the lower layers' entries at `path` (a whiteout). `path` must not be added here too. */
void fp_layer_builder_remove(struct fp_layer_builder *builder, const char *path);
/** Make the builder fail with `err` unless it has failed already: for errors in making an entry. */
void fp_layer_builder_fail(struct fp_layer_builder *builder, const struct fp_error *err);
/** Return the first failure so far, so that the caller can add a prefix to its message. */
FP_CHECKED enum fp_code fp_layer_builder_check(const struct fp_layer_builder *builder,
                                               struct fp_error *err);
/**
 * End adding: return the first failure, else declare every missing parent directory once, with the
 * mode, owner, times and xattrs that it has in `below` (the layers underneath; may be NULL), else
 * 0755 0:0. If a parent is a symbolic link to a directory in `below`, its entries move to the real
 * path; if it is anything else but a directory, that is FP_E_INPUT. An added directory is treated
 * in the same way, so that no layer replaces a link such as /lib by a directory. Call this once;
 * after a failure the builder can only be freed.
 */
FP_CHECKED enum fp_code fp_layer_builder_finish(struct fp_layer_builder *builder,
                                                const struct fp_tree *below, struct fp_error *err);
/** The entry that was added at exactly `path`, or NULL. Borrowed until the next change. */
const struct fp_entry *fp_layer_builder_get(const struct fp_layer_builder *builder,
                                            const char *path);
/** Drop the added entries at `path` and below it, if there are any. */
void fp_layer_builder_drop(struct fp_layer_builder *builder, const char *path);
/** Apply all entries to `tree`, as a layer of its own. */
FP_CHECKED enum fp_code fp_layer_builder_apply(const struct fp_layer_builder *builder,
                                               struct fp_tree *tree, struct fp_error *err);

/** How a layer is written. */
struct fp_layer_options {
    const char *folder; /**< directory for the nameless blob file, on the store's file system */
    struct fp_compression compression;
    unsigned threads;       /**< as for fp_sink_compressed() */
    struct fp_stage *stage; /**< advanced by tar bytes; NULL: silent */
};

/** A blob that is being written. Zero-initialise; it must not move while it is open. */
struct fp_blob_writer {
    struct fp_sink *tar; /**< takes the uncompressed tar; not to be finished or freed */
    struct fp_newfile *file;
    struct fp_hash *hash;
    struct fp_descriptor descriptor;
};

/** Open a writer; the caller clears it, also after a failure. Only options->stage is not used. */
FP_CHECKED enum fp_code fp_blob_writer_open(const struct fp_layer_options *options,
                                            struct fp_blob_writer *ret, struct fp_error *err);
/** End the tar. The caller owns `*ret`, which has no path: fp_blob_fd() gives the nameless file,
 * for linkat() or copying. */
FP_CHECKED enum fp_code fp_blob_writer_finish(struct fp_blob_writer *writer, struct fp_blob **ret,
                                              struct fp_error *err);
/** Release the members; without fp_blob_writer_finish() before, nothing is left of the blob. */
void fp_blob_writer_clear(struct fp_blob_writer *writer);
/** Declare a writer that is cleared at the end of its scope. */
#define cleanup_blob_writer __attribute__((cleanup(fp_blob_writer_clear)))

/**
 * Write the layer: parents before children, siblings sorted bytewise, hard links after all other
 * entries. One pass computes diff_id, digest and size. The tar ends with two zero blocks and no
 * further padding. An empty builder makes a layer without entries. The blob is as of
 * fp_blob_writer_finish().
 *
 * @param ret The caller clears it with fp_layer_clear().
 * @return FP_OK; FP_E_IO if a content's size differs from its entry's, FP_E_VERIFY if its digest
 *         differs, FP_E_INTERNAL if the parents have not been declared.
 */
FP_CHECKED enum fp_code fp_layer_builder_write(const struct fp_layer_builder *builder,
                                               const struct fp_layer_options *options,
                                               struct fp_layer *ret, struct fp_error *err);
/** Free; NULL is fine. */
void fp_layer_builder_free(struct fp_layer_builder *builder);

FP_DEFINE_CLEANUP(fp_layer_builder_freep, struct fp_layer_builder, fp_layer_builder_free)
/** Declare a layer builder that is freed at the end of its scope. */
#define cleanup_layer_builder __attribute__((cleanup(fp_layer_builder_freep)))

#endif
