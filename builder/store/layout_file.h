/**
 * @file
 * The files of a layout, and blobs as files.
 */
#ifndef FLINKPACK_STORE_LAYOUT_FILE_H
#define FLINKPACK_STORE_LAYOUT_FILE_H

#include "layout_index.h"

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
