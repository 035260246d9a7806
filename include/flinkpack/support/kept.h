/**
 * @file
 * Files of the cache and the local store. The directories that hold them are ours by default, but
 * one that was named may be anybody's: no link is followed there, nothing is waited for, and
 * whatever lies under a name of ours, but a directory, makes way.
 */
#ifndef FLINKPACK_SUPPORT_KEPT_H
#define FLINKPACK_SUPPORT_KEPT_H

#include <stdint.h>

#include "flinkpack/support/buf.h"

/** Permissions of the directories that are made there. */
#define FP_KEPT_DIR_MODE 0700

/**
 * Why a directory that nobody has named is not used: somebody else owns it, or may write to it.
 * Root, and the groups that this process is in, count as ourselves: Kubernetes gives volumes to
 * root and a group (fsGroup), and lets the group write.
 * @return A phrase ("belongs to another user"), static; NULL for one that is fit or not there yet.
 */
const char *fp_kept_dir_flaw(const char *path);
/** FP_E_IO for a link, and where that may not be found out; FP_OK for anything else, and nothing.
 */
FP_CHECKED enum fp_code fp_kept_check(const char *path, struct fp_error *err);
/** Likewise, and make the directory where there is none. FP_E_IO. */
FP_CHECKED enum fp_code fp_kept_dir_make(const char *path, struct fp_error *err);
/**
 * Open a directory below another one, links followed in `root` only.
 * @param below  "blobs/sha256".
 * @param ret_fd Owned by the caller; -1 where there is none.
 * @return FP_E_IO, for a link too.
 */
FP_CHECKED enum fp_code fp_kept_dir_open(const char *root, const char *below, int *ret_fd,
                                         struct fp_error *err);
/** Open a file for reading. FP_E_NOT_FOUND, FP_E_IO; FP_E_INPUT for what is no regular file. */
FP_CHECKED enum fp_code fp_kept_open(const char *path, int *ret_fd, uint64_t *ret_size,
                                     struct fp_error *err);
/** Likewise read it whole, at most buf->max bytes. */
FP_CHECKED enum fp_code fp_kept_read(const char *path, struct fp_buf *buf, struct fp_error *err);
/** Write a file, all or nothing. FP_E_NOT_FOUND (no such directory), FP_E_IO. */
FP_CHECKED enum fp_code fp_kept_write(const char *path, const void *data, size_t len,
                                      struct fp_error *err);

#endif
