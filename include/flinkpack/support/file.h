/**
 * @file
 * Files and directories: bounded reading, and writing that is all or nothing.
 *
 * No file that flinkpack writes is ever half-written under its name. It is built without a name
 * (O_TMPFILE and linkat()) or, if the file system cannot do that, under a temporary name that
 * fp_temp_remove_all() knows. Then it is synced and renamed.
 */
#ifndef FLINKPACK_SUPPORT_FILE_H
#define FLINKPACK_SUPPORT_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "flinkpack/support/buf.h"
#include "flinkpack/support/mem.h"
#include "flinkpack/support/progress.h"

/** Read a whole file, at most buf->max bytes. FP_E_NOT_FOUND, FP_E_IO, FP_E_INPUT (too large). */
FP_CHECKED enum fp_code fp_file_read(const char *path, struct fp_buf *buf, struct fp_error *err);
/**
 * Open for reading (O_CLOEXEC).
 * @param ret_fd   Owned by the caller.
 * @param ret_size Its size in bytes, if it must be a regular file. NULL: pipes and devices are
 *                 fine, and the call waits for a pipe to get a writer.
 * @return FP_OK, FP_E_NOT_FOUND, FP_E_IO, or FP_E_INPUT for anything but a file.
 */
FP_CHECKED enum fp_code fp_file_open(const char *path, int *ret_fd, uint64_t *ret_size,
                                     struct fp_error *err);
/**
 * Add the names in a directory that a pattern (fnmatch(3), "*" is all of them) matches, in bytewise
 * order, without "." and ".."; at most the first `most` that the file system lists.
 * @return False with errno if it cannot be read.
 */
bool fp_dir_names(const char *path, const char *pattern, size_t most, struct fp_strv *ret);
/** Like fp_dir_names(), for a directory that is open, stays open, and has not been read yet. */
bool fp_dir_names_fd(int fd, const char *pattern, size_t most, struct fp_strv *ret);
/** Whether something exists at that path (links are followed). */
bool fp_path_exists(const char *path);
/** Whether a directory exists at that path (links are followed). */
bool fp_path_is_dir(const char *path);
/** The two parts joined by one '/'. The caller owns the result. */
char *fp_path_join(const char *folder, const char *name);
/** The part after the last '/'. Borrowed from `path`. */
const char *fp_path_base(const char *path);
/**
 * The path of an output with its links resolved, or the same path if it has none. Links of this
 * user and of root are followed.
 * @param ret Owned by the caller. The file need not exist.
 * @return FP_E_IO for a link of another user, or too many.
 */
FP_CHECKED enum fp_code fp_output_path(const char *path, char **ret, struct fp_error *err);
/** Make a directory and its parents with mode & ~umask, but always with the owner's permissions; it
 * may exist already. FP_E_IO. */
FP_CHECKED enum fp_code fp_mkdir_p(const char *path, mode_t mode, struct fp_error *err);
/**
 * Remove `path` and the tree below it, without following links; it need not exist. Directories
 * without permissions, which archives may contain, get some first.
 * @return FP_OK or FP_E_IO, also for more than 200 levels.
 */
FP_CHECKED enum fp_code fp_remove_tree(const char *path, struct fp_error *err);

/** The prefix of the names of temporary files and directories; a leftover one belongs to nobody. */
#define FP_TEMP_PREFIX ".flinkpack-"

/** A file under construction. For one thread at a time. */
struct fp_newfile;

/**
 * Begin a file that will be published under `path`; its directory must exist (FP_E_NOT_FOUND). If
 * `path` is a symbolic link, its target is replaced and the link stays: fp_output_path().
 * @param mode Permissions, before the umask, which leaves the owner's.
 * @param ret  Owned by the caller; fp_newfile_free() without publishing leaves nothing behind.
 */
FP_CHECKED enum fp_code fp_newfile_open(const char *path, mode_t mode, struct fp_newfile **ret,
                                        struct fp_error *err);
/** Like fp_newfile_open() in a directory, for files whose name is only known at the end (blobs). */
FP_CHECKED enum fp_code fp_newfile_open_in(const char *folder, mode_t mode, struct fp_newfile **ret,
                                           struct fp_error *err);
/** Its descriptor, for reading and writing. Borrowed. */
int fp_newfile_fd(const struct fp_newfile *file);
/**
 * Sync and publish. Under the path given at the opening only regular files are replaced: anything
 * else is FP_E_IO. Under another path, links, pipes and devices are replaced as well, and only
 * directories are not. A file on another file system than the one it was begun on is copied there
 * first. After a failure the file can only be freed.
 * @param path    NULL: the path given at the opening.
 * @param replace Whether an existing file is replaced; if not, it is kept, and that is no error
 *                (content-addressed files).
 */
FP_CHECKED enum fp_code fp_newfile_publish(struct fp_newfile *file, const char *path, bool replace,
                                           struct fp_error *err);
/** fsync(), if the file system has it; false with errno only if the bytes may not be safe. */
bool fp_sync(int fd);
/** Free, abandoning a file that was not published; NULL is fine. */
void fp_newfile_free(struct fp_newfile *file);

/** Whether `path` is a pipe, a terminal, a device or a name of a descriptor of ours (/dev/stdout,
 * which may be a file that the shell has opened). It is then not replaced. */
bool fp_is_written_through(const char *path);
/**
 * Write `len` bytes to `path`, replacing it, all or nothing, unless fp_is_written_through(). Pipes
 * and devices of another user are refused (FP_E_IO).
 */
FP_CHECKED enum fp_code fp_file_write(const char *path, const void *data, size_t len, mode_t mode,
                                      struct fp_error *err);

/**
 * Make a new private directory below `parent` that fp_temp_remove_all() removes unless
 * fp_temp_remove() did before. The caller owns the returned path.
 */
FP_CHECKED enum fp_code fp_temp_dir(const char *parent, char **ret_path, struct fp_error *err);
/** Remove a directory made by fp_temp_dir() with its content, and free `take_path`. */
void fp_temp_remove(char *take_path);
/** Remove every temporary file and directory still known; called once, before the program ends. */
void fp_temp_remove_all(void);

/** Set who is told, once each, of locks that are waited for, and of a file system without locks;
 * NULL: nobody. Borrowed until the next call. */
void fp_lock_tell(struct fp_reporter *reporter);
/**
 * Wait for an exclusive or shared advisory lock (flock) on an open file. If the file system has no
 * locks, that is reported, and the file counts as locked.
 * @param name For messages.
 * @return FP_OK, FP_E_IO (a file that cannot be locked as opened: directories on NFS),
 *         FP_E_INTERRUPTED.
 */
FP_CHECKED enum fp_code fp_flock(int fd, bool exclusive, const char *name, struct fp_error *err);
/** Take an exclusive lock like fp_flock(), but without waiting. Returns whether it was free. */
bool fp_flock_now(int fd, const char *name);
/**
 * Wait for an exclusive or shared advisory lock (flock) on a file that is made if needed. For a
 * shared one the file may be read-only.
 * @param ret_fd Owned by the caller; closing it unlocks.
 * @return FP_OK, FP_E_IO, FP_E_NOT_FOUND (no such directory), FP_E_INTERRUPTED.
 */
FP_CHECKED enum fp_code fp_file_lock(const char *path, bool exclusive, int *ret_fd,
                                     struct fp_error *err);

FP_DEFINE_CLEANUP(fp_newfile_freep, struct fp_newfile, fp_newfile_free)
/** Declare a struct fp_newfile pointer that is freed at the end of its scope. */
#define cleanup_newfile __attribute__((cleanup(fp_newfile_freep)))

/**
 * Open a file for reading and writing, made if needed, under an exclusive lock of its own. The
 * holder of the lock may rename or remove it; waiting callers then get the next file of that name.
 * A link, a pipe, or a second name of another file is removed.
 * @param ret_fd Owned by the caller; closing it unlocks.
 * @return FP_OK, FP_E_IO (a directory, too), FP_E_NOT_FOUND, FP_E_INTERRUPTED.
 */
FP_CHECKED enum fp_code fp_file_open_locked(const char *path, int *ret_fd, struct fp_error *err);

#endif
