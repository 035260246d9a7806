/**
 * @file
 * Making layers: entries, sorted and normalised, become a tar, and that a compressed blob.
 *
 * The tar is ustar, with pax records only where ustar cannot say it; the bytes are a pure
 * function of the entries. diff_ids are therefore promised on every machine. Memory: the entries
 * (see FP_TREE_MAX_BYTES) and some 15 MiB of buffers, whatever the contents.
 */
#ifndef FLINKPACK_LAYER_WRITE_H
#define FLINKPACK_LAYER_WRITE_H

#include "flinkpack/layer/blob.h"
#include "flinkpack/layer/codec.h"
#include "flinkpack/layer/tree.h"

/** A finished layer. Immutable. */
struct fp_layer {
    struct fp_blob *blob;             /**< owned */
    struct fp_digest diff_id;         /**< of the uncompressed tar */
    uint64_t tar_bytes;               /**< size of the uncompressed tar */
    char recipe_key[FP_HASH_HEX_MAX]; /**< see fp_recipe_key() in build; may be empty */
    char *created_by;                 /**< for the history; owned, may be NULL */
};

/** Release the members. */
void fp_layer_clear(struct fp_layer *layer);
/** Declare a layer that is cleared at the end of its scope. */
#define cleanup_layer __attribute__((cleanup(fp_layer_clear)))

/**
 * A layer under construction: entries in any order. Adding answers nothing: the first failure is
 * kept, nothing is added behind it, and fp_layer_builder_finish() tells of it.
 */
struct fp_layer_builder;

/** Where the content of a file comes from: exactly as many bytes as the entry's size says. */
struct fp_content {
    struct fp_blob *blob; /**< referenced; held to its digest where it has one; or NULL: */
    const char *path;     /**< a file, copied, opened when written; or */
    const char *text;     /**< bytes, copied */
    size_t text_len;
    const char *sha256; /**< of the file at `path`, which is held to it; NULL: it is not */
};

/** The caller frees it. `mtime_s` is given to entries that are added with mtime_s < 0. */
struct fp_layer_builder *fp_layer_builder_new(int64_t mtime_s);
/**
 * Add an entry (copied). Adding the same path twice is FP_E_INPUT unless both are equal
 * directories. Parents need not be added: see fp_layer_builder_finish().
 * @param content For FP_ENTRY_FILE only; else NULL.
 */
void fp_layer_builder_add(struct fp_layer_builder *builder, const struct fp_entry *entry,
                          const struct fp_content *content);
/** Take away what lower layers have at `path` (a whiteout). Not for what is added here as well. */
void fp_layer_builder_remove(struct fp_layer_builder *builder, const char *path);
/** Have the builder fail with `err`, unless it has failed: for what goes along with an entry. */
void fp_layer_builder_fail(struct fp_layer_builder *builder, const struct fp_error *err);
/** The first failure so far: for whoever has words to put in front of it. */
FP_CHECKED enum fp_code fp_layer_builder_check(const struct fp_layer_builder *builder,
                                               struct fp_error *err);
/**
 * End adding: tell of the first failure, else declare every missing parent directory once: with
 * the mode, owner, times and xattrs that `below` (the layers underneath; may be NULL) gives it,
 * else 0755 0:0. A parent that is a symbolic link to a directory in `below` moves the entries to
 * the real path; one that is anything else is FP_E_INPUT. A directory that was added is treated
 * likewise, so that no layer puts a directory in the place of a link such as /lib. To be called
 * once; after a failure the builder can only be freed.
 */
FP_CHECKED enum fp_code fp_layer_builder_finish(struct fp_layer_builder *builder,
                                                const struct fp_tree *below, struct fp_error *err);
/** What was added at exactly `path`, or NULL. Borrowed until the next change. */
const struct fp_entry *fp_layer_builder_get(const struct fp_layer_builder *builder,
                                            const char *path);
/** Take back what was added at `path` and below it; nothing there is fine. */
void fp_layer_builder_drop(struct fp_layer_builder *builder, const char *path);
/** Apply all entries to `tree`, as a layer of its own. */
FP_CHECKED enum fp_code fp_layer_builder_apply(const struct fp_layer_builder *builder,
                                               struct fp_tree *tree, struct fp_error *err);

/** How a layer is written. */
struct fp_layer_options {
    const char *folder; /**< where the nameless blob file is made (same file system as the store) */
    int gzip_level;     /**< 1 to 9; 0 is FP_GZIP_LEVEL */
    unsigned threads;   /**< as for fp_sink_gzip() */
    struct fp_stage *stage; /**< advanced by tar bytes; NULL: silent */
};

/**
 * Write the layer: parents before children, siblings bytewise sorted, hard links after all
 * others. One pass gives diff_id, digest and size. The tar ends with two zero blocks and no
 * further padding. An empty builder makes a layer without entries.
 *
 * The blob has no path: fp_blob_fd() gives the nameless file, for linkat() or copying.
 *
 * @param ret The caller clears it with fp_layer_clear().
 * @return FP_OK; FP_E_IO when a content has not as many bytes as its entry says, FP_E_VERIFY when
 *         it has others than its digest says; FP_E_INTERNAL when parents have not been declared.
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
