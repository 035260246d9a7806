/**
 * @file
 * The inside of a layout: the text of its index.json and oci-layout, which is pure, its files, and
 * blobs as files.
 */
#ifndef FLINKPACK_STORE_LAYOUT_INDEX_H
#define FLINKPACK_STORE_LAYOUT_INDEX_H

#include "flinkpack/store/layout.h"

/** The annotation that names an image in a layout (image-spec 1.1, annotations.md). */
#define FP_ANNOTATION_REF_NAME "org.opencontainers.image.ref.name"
/** Where containerd, BuildKit and docker save put the full name; read, never written. */
#define FP_ANNOTATION_CONTAINERD_NAME "io.containerd.image.name"

/** Longest name of an image in a layout. */
#define FP_LAYOUT_NAME_MAX 512

/** An index.json; unknown members and entries are kept as they are. */
struct fp_layout_index {
    json_t *document;
};
/** One without images. */
struct fp_layout_index fp_layout_index_new(void);
/** Parse and check the outline. FP_E_INPUT naming `name`. */
FP_CHECKED enum fp_code fp_layout_index_parse(const char *text, size_t len, const char *name,
                                              struct fp_layout_index *ret, struct fp_error *err);
/**
 * The descriptor of an image: by ref.name, else by containerd's name, else by either with
 * ":latest", else by digest ("sha256:HEX" or "...@sha256:HEX"); NULL is the only image.
 * @param title Names the place in errors.
 * @param ret   The caller clears it.
 * @return FP_E_NOT_FOUND listing some of the names.
 */
FP_CHECKED enum fp_code fp_layout_index_find(const struct fp_layout_index *index, const char *name,
                                             const char *title, struct fp_descriptor *ret,
                                             struct fp_error *err);
/** Let `name` stand for an image from now on; NULL: list the image without a name. */
void fp_layout_index_set(struct fp_layout_index *index, const struct fp_descriptor *descriptor,
                         const char *name);
/** Take away what fp_layout_index_find() finds for `name`: that name, or all names of a digest. */
bool fp_layout_index_forget(struct fp_layout_index *index, const char *name);
/** The names in it, as stored, sorted. */
void fp_layout_index_names(const struct fp_layout_index *index, struct fp_strv *ret);
/** All named images, sorted by name. */
FP_CHECKED enum fp_code fp_layout_index_list(const struct fp_layout_index *index, const char *title,
                                             struct fp_layout_names *ret, struct fp_error *err);
/** The bytes to store. The caller owns them. */
char *fp_layout_index_bytes(const struct fp_layout_index *index);
/** Release. */
void fp_layout_index_clear(struct fp_layout_index *index);
/** FP_E_NOT_FOUND for `name` (NULL: more than one image), with the names that there are. */
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
 * Keep blobs that nothing refers to yet from being collected, until the returned descriptor is
 * closed; -1 where there is no layout, or none that can be locked.
 */
int fp_layout_hold(const char *path);
/** Write a file of the layout, all or nothing. A link under that name is replaced, not followed. */
FP_CHECKED enum fp_code fp_layout_write_file(const char *path, const char *name, const char *bytes,
                                             bool replace, struct fp_error *err);
/** Read a small file of the layout, at most body->max bytes; FP_E_INPUT where it is no file. */
FP_CHECKED enum fp_code fp_layout_read_file(const char *path, const char *name, struct fp_buf *body,
                                            struct fp_error *err);
/** Read index.json; a layout that has none yet is empty. */
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
 * Whether the blob is at `path`, every byte read. What a bad disk or a hand has changed is removed,
 * with a warning, so that whoever asks gets the blob again.
 * @param reporter May be NULL.
 * @return Other failures than that the bytes are wrong: FP_E_IO, FP_E_INTERRUPTED.
 */
FP_CHECKED enum fp_code fp_blob_file_has(const char *path, const struct fp_descriptor *descriptor,
                                         struct fp_reporter *reporter, bool *ret,
                                         struct fp_error *err);
/**
 * Put a blob under `path`: a nameless file of ours is linked into place, a file of `linkable`
 * hard-linked, anything else cloned or copied. What is there already or linked is verified too.
 * @param linkable A directory of blobs that nobody else writes to; NULL: there is none.
 * @param blob     NULL: only see whether it is there.
 */
FP_CHECKED enum fp_code fp_blob_file_put(const char *path, const char *linkable,
                                         const struct fp_descriptor *descriptor,
                                         struct fp_blob *blob, struct fp_stage *stage,
                                         enum fp_push_outcome *ret_outcome, struct fp_error *err);
/**
 * A blob that is the file at `path`. FP_E_NOT_FOUND or FP_E_VERIFY naming `title`.
 * @param follow Whether a link to it will do: its digest is what holds it.
 */
FP_CHECKED enum fp_code fp_blob_file_get(const char *path, const char *title, bool follow,
                                         const struct fp_descriptor *descriptor,
                                         struct fp_blob **ret, struct fp_error *err);
/** Delete what index.json does not lead to; see layout_gc.c. */
FP_CHECKED enum fp_code fp_layout_collect(const char *path, const struct fp_layout_index *index,
                                          uint64_t *ret_freed_bytes, struct fp_error *err);

#endif
