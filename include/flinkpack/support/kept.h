/**
 * @file
 * Files of the cache and the local store. Their directories are ours by default, but one that the
 * user named may be anybody's. So no link is followed there, nothing blocks, and anything but a
 * directory that has a name of ours is replaced.
 */
#ifndef FLINKPACK_SUPPORT_KEPT_H
#define FLINKPACK_SUPPORT_KEPT_H

#include <stdint.h>

#include "flinkpack/support/buf.h"

/** The permissions of new directories there. */
#define FP_KEPT_DIR_MODE 0700

/**
 * Why a default directory is not used: somebody else owns it, or may write to it. Root, and the
 * groups that this process is in, count as ourselves: Kubernetes gives volumes to root and a group
 * (fsGroup), and lets the group write.
 * @return A phrase ("belongs to another user"), static; NULL if it is usable or does not exist yet.
 */
const char *fp_kept_dir_flaw(const char *path);
/** FP_E_IO for a link, or if that cannot be determined; FP_OK for anything else, or nothing. */
FP_CHECKED enum fp_code fp_kept_check(const char *path, struct fp_error *err);
/** Like fp_kept_check(), and make the directory if it is missing. FP_E_IO. */
FP_CHECKED enum fp_code fp_kept_dir_make(const char *path, struct fp_error *err);
/**
 * Open a directory below another one, following links in `root` only.
 * @param below  "blobs/sha256".
 * @param ret_fd Owned by the caller; -1 if there is none.
 * @return FP_E_IO, also for a link.
 */
FP_CHECKED enum fp_code fp_kept_dir_open(const char *root, const char *below, int *ret_fd,
                                         struct fp_error *err);
/** Open a file for reading. FP_E_NOT_FOUND, FP_E_IO; FP_E_INPUT for anything but a regular file. */
FP_CHECKED enum fp_code fp_kept_open(const char *path, int *ret_fd, uint64_t *ret_size,
                                     struct fp_error *err);
/** Like fp_kept_open(), but read the whole file, at most buf->max bytes. */
FP_CHECKED enum fp_code fp_kept_read(const char *path, struct fp_buf *buf, struct fp_error *err);
/** Set the time of a file to now, as a sign that it was used; nothing happens where it cannot be,
 * or was done in the last ten minutes. */
void fp_kept_touch(const char *path);
/** Write a file, all or nothing. FP_E_NOT_FOUND (no such directory), FP_E_IO. */
FP_CHECKED enum fp_code fp_kept_write(const char *path, const void *data, size_t len,
                                      struct fp_error *err);

#endif
