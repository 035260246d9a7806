/**
 * @file
 * Functions that the files of this room share.
 */
#ifndef FLINKPACK_SUPPORT_INTERNAL_H
#define FLINKPACK_SUPPORT_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "flinkpack/support/error.h"

/** Have fp_temp_remove_all() remove `path`, which is copied. */
void fp_temp_register(const char *path);
/** Undo fp_temp_register(): `path` has been removed or published. */
void fp_temp_forget(const char *path);
/** The directory that a path is in. The caller owns it. */
char *fp_folder_of(const char *path);
/** Whether links and directories of that user are trusted like our own. */
bool fp_is_own_or_root(uid_t owner);
/** Give the owner of a file of ours the permissions to read and write that a umask removed. */
void fp_own_file(int fd);
/** Give the owner of a directory of ours the permissions of `mode` that a umask removed. */
void fp_own_dir(const char *path, mode_t mode);
/** A hidden, unpredictable name in `folder`. The caller owns it. */
char *fp_temp_name(const char *folder);
/**
 * Make a file under a temporary name in `folder`, open for reading and writing, and register it.
 * @param ret_fd   Owned by the caller.
 * @param ret_path Owned by the caller; call fp_temp_forget() once the file is gone.
 */
FP_CHECKED enum fp_code fp_temp_file(const char *folder, mode_t mode, int *ret_fd, char **ret_path,
                                     struct fp_error *err);
/**
 * How many processors the cgroup quotas allow, from 1 to FP_GROUP_MAX (which it is without quotas).
 * @param root The prefix of /proc and /sys: "", or a directory used as the root.
 */
unsigned fp_cgroup_cpus(const char *root);
/** Remove a file made by fp_temp_file() if it is still there, forget it, and free `take_path`. */
void fp_temp_file_remove(char *take_path);

#endif
