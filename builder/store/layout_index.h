/**
 * @file
 * The internals of a layout: the content of index.json and oci-layout (pure functions), its files,
 * and its blob files.
 */
#ifndef FLINKPACK_STORE_LAYOUT_INDEX_H
#define FLINKPACK_STORE_LAYOUT_INDEX_H

#include "flinkpack/store/layout.h"

/** The annotation that names an image in a layout (image-spec 1.1, annotations.md). */
#define FP_ANNOTATION_REF_NAME "org.opencontainers.image.ref.name"
/** The annotation for the full name by containerd, BuildKit and docker save; only read. */
#define FP_ANNOTATION_CONTAINERD_NAME "io.containerd.image.name"

/** Longest name of an image in a layout. */
#define FP_LAYOUT_NAME_MAX 512

/** An index.json; unknown members and entries are kept as they are. */
struct fp_layout_index {
    json_t *document;
};
/** An index without images. */
struct fp_layout_index fp_layout_index_new(void);
/** Parse and check the basic structure. FP_E_INPUT naming `name`. */
FP_CHECKED enum fp_code fp_layout_index_parse(const char *text, size_t len, const char *name,
                                              struct fp_layout_index *ret, struct fp_error *err);
/**
 * Find the descriptor of an image: by ref.name, else by containerd's name, else by either with
 * ":latest", else by digest ("sha256:HEX" or "...@sha256:HEX"); NULL means the only image.
 * @param title Names the layout in errors.
 * @param ret   The caller clears it.
 * @return FP_E_NOT_FOUND listing some of the names.
 */
FP_CHECKED enum fp_code fp_layout_index_find(const struct fp_layout_index *index, const char *name,
                                             const char *title, struct fp_descriptor *ret,
                                             struct fp_error *err);
/** Make `name` stand for an image; NULL: list the image without a name. */
void fp_layout_index_set(struct fp_layout_index *index, const struct fp_descriptor *descriptor,
                         const char *name);
/** Remove the entry that fp_layout_index_find() finds for `name`, or all entries of a digest. */
bool fp_layout_index_forget(struct fp_layout_index *index, const char *name);
/** List its names as stored, sorted. */
void fp_layout_index_names(const struct fp_layout_index *index, struct fp_strv *ret);
/** List all named images, sorted by name. */
FP_CHECKED enum fp_code fp_layout_index_list(const struct fp_layout_index *index, const char *title,
                                             struct fp_layout_names *ret, struct fp_error *err);
/** The bytes to store. The caller owns them. */
char *fp_layout_index_bytes(const struct fp_layout_index *index);
/** Release. */
void fp_layout_index_clear(struct fp_layout_index *index);
/** Fail with FP_E_NOT_FOUND for `name` (NULL: more than one image), and list existing names. */
FP_CHECKED enum fp_code fp_fail_no_image(const char *title, const char *name,
                                         const struct fp_strv *names, struct fp_error *err);

/** Declare an index.json that is cleared at the end of its scope. */
#define cleanup_layout_index __attribute__((cleanup(fp_layout_index_clear)))

/** Check the bytes of a file oci-layout. FP_E_INPUT naming `name`. */
FP_CHECKED enum fp_code fp_layout_marker_check(const char *text, size_t len, const char *name,
                                               struct fp_error *err);
/** The bytes of a file oci-layout. */
#define FP_LAYOUT_MARKER "{\"imageLayoutVersion\":\"1.0.0\"}"

/** Lock index.json against other writers until `*ret_fd` is closed. */
FP_CHECKED enum fp_code fp_layout_lock_index(const char *path, int *ret_fd, struct fp_error *err);
/**
 * Prevent unreferenced blobs from being collected until the returned descriptor is closed. Returns
 * -1 if there is no layout or it cannot be locked.
 */
int fp_layout_hold(const char *path);
/** Write a file of the layout atomically. A link with that name is replaced, not followed. */
FP_CHECKED enum fp_code fp_layout_write_file(const char *path, const char *name, const char *bytes,
                                             bool replace, struct fp_error *err);
/** Read a small file of the layout, at most body->max bytes; FP_E_INPUT if it is not a file. */
FP_CHECKED enum fp_code fp_layout_read_file(const char *path, const char *name, struct fp_buf *body,
                                            struct fp_error *err);
/** Read index.json; a layout without one is empty. */
FP_CHECKED enum fp_code fp_layout_read_index(const char *path, struct fp_layout_index *ret,
                                             struct fp_error *err);
/** Replace index.json atomically. */
FP_CHECKED enum fp_code fp_layout_write_index(const char *path, const struct fp_layout_index *index,
                                              struct fp_error *err);
/** "PATH/blobs/ALGORITHM/HEX". The caller owns it. */
char *fp_layout_blob_path(const char *path, const struct fp_digest *digest);
/** Whether a regular file of that size is at `path`. */
bool fp_blob_file_is_there(const char *path, uint64_t size);
/**
 * Whether the blob is at `path`; every byte is verified. A damaged or modified file is removed with
 * a warning, so that the caller gets the blob again.
 * @param reporter May be NULL.
 * @return FP_OK also if the bytes are wrong; FP_E_IO, FP_E_INTERRUPTED.
 */
FP_CHECKED enum fp_code fp_blob_file_has(const char *path, const struct fp_descriptor *descriptor,
                                         struct fp_reporter *reporter, bool *ret,
                                         struct fp_error *err);
/**
 * Put a blob at `path`: a nameless file of ours is linked into place, a file in `linkable` is
 * hard-linked, any other blob is cloned or copied. Existing and linked files are verified too.
 * @param linkable A directory of blobs that nobody else writes to; NULL: there is none.
 * @param blob     NULL: only check whether it exists.
 */
FP_CHECKED enum fp_code fp_blob_file_put(const char *path, const char *linkable,
                                         const struct fp_descriptor *descriptor,
                                         struct fp_blob *blob, struct fp_stage *stage,
                                         enum fp_push_outcome *ret_outcome, struct fp_error *err);
/**
 * Make a blob of the file at `path`. FP_E_NOT_FOUND or FP_E_VERIFY naming `title`.
 * @param follow Whether a link to the file is allowed, because its digest is verified.
 */
FP_CHECKED enum fp_code fp_blob_file_get(const char *path, const char *title, bool follow,
                                         const struct fp_descriptor *descriptor,
                                         struct fp_blob **ret, struct fp_error *err);
/** Implements fp_repo_change_name() for the layout at `path`. */
FP_CHECKED enum fp_code fp_layout_change_name(struct fp_repo *self, const char *path,
                                              const char *name, struct fp_name_change *change,
                                              struct fp_error *err);
/** Implements fp_repo_list_referrers() for the layout at `path`. */
FP_CHECKED enum fp_code fp_layout_list_referrers(struct fp_repo *self, const char *path,
                                                 const struct fp_digest *subject, json_t *entries,
                                                 struct fp_error *err);
/** Delete all blobs that index.json does not lead to; see layout_gc.c. */
FP_CHECKED enum fp_code fp_layout_collect(const char *path, const struct fp_layout_index *index,
                                          uint64_t *ret_freed_bytes, struct fp_error *err);

#endif
