/* Files that appear under their name only once they are complete. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "flinkpack/support/file.h"
#include "flinkpack/support/stream.h"
#include "internal.h"

struct fp_newfile {
    int fd;
    mode_t mode;
    char *folder;
    char *path;      /* NULL: not known before it is published */
    char *temp_path; /* NULL: the file has no name yet */
};

char *fp_folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return fp_xstrdup(".");
    return slash == path ? fp_xstrdup("/") : fp_xstrndup(path, (size_t) (slash - path));
}

/* "/proc/self/fd/N", by which linkat() names a file that has no name; false without /proc. */
static bool proc_name(int fd, char name[32])
{
    (void) snprintf(name, 32, "/proc/self/fd/%d", fd);
    return faccessat(AT_FDCWD, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Some file systems, above all those of user space and of networks, have no fsync(). */
bool fp_sync(int fd)
{
    return fsync(fd) == 0 || errno == EINVAL || errno == EOPNOTSUPP || errno == ENOSYS;
}

/* Returns -1 if the kernel, the file system or a missing /proc rules out files without a name. */
static int open_unnamed(const char *folder, mode_t mode)
{
    cleanup_fd int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, mode);
    char name[32];
    if (fd >= 0)
        fp_own_file(fd);
    return fd >= 0 && proc_name(fd, name) ? steal_fd(&fd) : -1;
}

static enum fp_code open_newfile(struct fp_newfile *file, struct fp_error *err)
{
    file->fd = open_unnamed(file->folder, file->mode);
    if (file->fd >= 0)
        return FP_OK;
    return fp_temp_file(file->folder, file->mode, &file->fd, &file->temp_path, err);
}

enum fp_code fp_newfile_open_in(const char *folder, mode_t mode, struct fp_newfile **ret,
                                struct fp_error *err)
{
    cleanup_newfile struct fp_newfile *file = fp_xcalloc(1, sizeof(*file));
    file->fd = -1;
    file->mode = mode;
    file->folder = fp_xstrdup(folder);
    FP_TRY(open_newfile(file, err));
    *ret = steal_pointer(&file);
    return FP_OK;
}

/* If root replaces a user's file in the user's own directory, the owner is kept, so that the user
 * can read it. Elsewhere the user may have placed the file there to obtain the content. */
static void keep_owner(const struct fp_newfile *file, const struct stat *old)
{
    struct stat folder = {0};
    if (geteuid() == 0 && old->st_uid != 0 && stat(file->folder, &folder) == 0 &&
        folder.st_uid == old->st_uid && fchown(file->fd, old->st_uid, old->st_gid) != 0)
        errno = 0; /* some file systems cannot set other owners */
}

enum fp_code fp_newfile_open(const char *path, mode_t mode, struct fp_newfile **ret,
                             struct fp_error *err)
{
    struct stat st = {0};
    cleanup_free char *target = NULL;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return fp_fail(err, FP_E_IO, "%s: is a folder, a file was expected", path);
    /* The target of a link is replaced, not the link, because settings are often kept elsewhere. */
    FP_TRY(fp_output_path(path, &target, err));
    cleanup_free char *folder = fp_folder_of(target);
    cleanup_newfile struct fp_newfile *file = NULL;
    enum fp_code code = fp_newfile_open_in(folder, mode, &file, err);
    if (code == FP_E_NOT_FOUND)
        fp_hint(err, "make the folder first");
    if (code != FP_OK)
        return code;
    keep_owner(file, &st);
    file->path = steal_pointer(&target);
    *ret = steal_pointer(&file);
    return FP_OK;
}

int fp_newfile_fd(const struct fp_newfile *file)
{
    return file->fd;
}

static enum fp_code copy_content(int from, int to, const char *name, struct fp_error *err)
{
    int copy = fcntl(from, F_DUPFD_CLOEXEC, 3);
    if (copy < 0)
        return fp_fail_errno(err, FP_E_IO, "%s: cannot be written", name);
    cleanup_source struct fp_source *source = fp_source_fd(copy, name, 0, UINT64_MAX);
    cleanup_sink struct fp_sink *sink = fp_sink_fd(to, name);
    enum fp_code code = fp_stream_copy(source, sink, NULL, err);
    if (code == FP_OK && !fp_sync(to))
        return fp_fail_errno(err, FP_E_IO, "%s: cannot be written", name);
    return code;
}

/* Copy the content to a temporary name in `folder`, for a destination that cannot be linked to,
 * such as one on another file system. */
static enum fp_code copy_to_temp(struct fp_newfile *file, const char *folder, struct fp_error *err)
{
    cleanup_fd int fd = -1;
    char *path = NULL;
    FP_TRY(fp_temp_file(folder, file->mode, &fd, &path, err));
    enum fp_code code = copy_content(file->fd, fd, folder, err);
    if (code != FP_OK) {
        fp_temp_file_remove(path);
        return code;
    }
    fp_temp_file_remove(file->temp_path);
    file->temp_path = path;
    return FP_OK;
}

/* Give the file without a name a temporary one next to `path`. */
static enum fp_code link_to_temp(struct fp_newfile *file, const char *folder, struct fp_error *err)
{
    char name[32];
    char *temp = fp_temp_name(folder);
    fp_temp_register(temp);
    if (proc_name(file->fd, name) &&
        linkat(AT_FDCWD, name, AT_FDCWD, temp, AT_SYMLINK_FOLLOW) == 0) {
        file->temp_path = temp;
        return FP_OK;
    }
    fp_temp_forget(temp);
    free(temp);
    return copy_to_temp(file, folder, err);
}

/* Whether `path` exists now, by this call or from before; the temporary name is then gone. */
static bool rename_if_absent(const char *temp, const char *path)
{
    if (renameat2(AT_FDCWD, temp, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
        return true;
    /* Some file systems do not support the flag, and some of these have no links. */
    if (errno == EINVAL || errno == ENOSYS) {
        if (link(temp, path) != 0 && errno != EEXIST && !fp_path_exists(path))
            return rename(temp, path) == 0;
        errno = EEXIST;
    }
    return errno == EEXIST && unlink(temp) == 0;
}

static enum fp_code rename_temp(struct fp_newfile *file, const char *folder, const char *path,
                                bool replace, struct fp_error *err)
{
    bool moved =
        replace ? rename(file->temp_path, path) == 0 : rename_if_absent(file->temp_path, path);
    if (!moved && errno == EXDEV) {
        FP_TRY(copy_to_temp(file, folder, err));
        moved =
            replace ? rename(file->temp_path, path) == 0 : rename_if_absent(file->temp_path, path);
    }
    if (!moved)
        return fp_fail_errno(err, FP_E_IO, "%s: cannot be put in place", path);
    fp_temp_forget(file->temp_path);
    free(file->temp_path);
    file->temp_path = NULL;
    return FP_OK;
}

/* A name is only safe once its directory is synced, but some file systems cannot do that. */
static enum fp_code sync_folder(const char *folder, struct fp_error *err)
{
    cleanup_fd int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fp_sync(fd))
        return FP_OK;
    return fp_fail_errno(err, FP_E_IO, "%s: cannot be synced", folder);
}

/* Whether the file without a name was linked to `path`, or an existing file there is kept. */
static bool link_unnamed(const struct fp_newfile *file, const char *path, bool replace)
{
    char name[32];
    if (file->temp_path != NULL || !proc_name(file->fd, name))
        return false;
    return linkat(AT_FDCWD, name, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0 ||
           (errno == EEXIST && !replace);
}

enum fp_code fp_newfile_publish(struct fp_newfile *file, const char *path, bool replace,
                                struct fp_error *err)
{
    const char *target = path != NULL ? path : file->path;
    struct stat st = {0};
    if (target == NULL)
        return fp_fail(err, FP_E_INTERNAL, "a new file in %s has no name", file->folder);
    /* Devices and pipes that the user names are not replaced: /dev/null would be gone for everyone.
     */
    if (replace && lstat(target, &st) == 0 && (path == NULL || S_ISDIR(st.st_mode)) &&
        !S_ISREG(st.st_mode))
        return fp_fail(err, FP_E_IO, "%s: is there and is not a regular file", target);
    if (!fp_sync(file->fd))
        return fp_fail_errno(err, FP_E_IO, "%s: cannot be written", target);
    cleanup_free char *folder = fp_folder_of(target);
    if (!link_unnamed(file, target, replace)) {
        FP_TRY(file->temp_path == NULL ? link_to_temp(file, folder, err) : FP_OK);
        FP_TRY(rename_temp(file, folder, target, replace, err));
    }
    return sync_folder(folder, err);
}

void fp_newfile_free(struct fp_newfile *file)
{
    if (file == NULL)
        return;
    fp_cleanup_fdp(&file->fd);
    fp_temp_file_remove(file->temp_path);
    free(file->folder);
    free(file->path);
    free(file);
}

/* N of "/dev/stdout", "/dev/fd/N" and "/proc/self/fd/N", else -1. */
static int fd_of_path(const char *path)
{
    static const char *const names[] = {"/dev/stdin", "/dev/stdout", "/dev/stderr"};
    int number = -1;
    int len = 0;
    for (int i = 0; i < 3; i++)
        if (strcmp(path, names[i]) == 0)
            return i;
    bool is_number = sscanf(path, "/dev/fd/%9d%n", &number, &len) == 1 ||
                     sscanf(path, "/proc/self/fd/%9d%n", &number, &len) == 1;
    return is_number && path[len] == '\0' ? number : -1;
}

bool fp_is_written_through(const char *path)
{
    struct stat st = {0};
    if (fd_of_path(path) >= 0)
        return true;
    return stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

/* A descriptor of ours is used as it is: it may be a socket, or a pipe of another user, and neither
 * can be opened by that name. */
static enum fp_code write_through(const char *path, const void *data, size_t len,
                                  struct fp_error *err)
{
    struct stat st = {0};
    int own = fd_of_path(path);
    if (own < 0 && strncmp(path, "/dev/", 5) != 0 && stat(path, &st) == 0 &&
        !fp_is_own_or_root(st.st_uid))
        return fp_fail(err, FP_E_IO, "%s: is a pipe or device of another user", path);
    cleanup_fd int fd = own >= 0 ? fcntl(own, F_DUPFD_CLOEXEC, 3)
                                 : open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return fp_fail_errno(err, FP_E_IO, "%s: cannot be opened", path);
    cleanup_sink struct fp_sink *sink = fp_sink_fd(fd, path);
    return fp_sink_write(sink, data, len, err);
}

enum fp_code fp_file_write(const char *path, const void *data, size_t len, mode_t mode,
                           struct fp_error *err)
{
    if (fp_is_written_through(path))
        return write_through(path, data, len, err);
    cleanup_newfile struct fp_newfile *file = NULL;
    FP_TRY(fp_newfile_open(path, mode, &file, err));
    cleanup_sink struct fp_sink *sink = fp_sink_fd(file->fd, path);
    FP_TRY(fp_sink_write(sink, data, len, err));
    return fp_newfile_publish(file, NULL, true, err);
}
