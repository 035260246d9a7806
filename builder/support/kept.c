/* Files of cache and store, in directories that others may be able to write to. */
#include "flinkpack/support/kept.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "flinkpack/support/file.h"
#include "flinkpack/support/stream.h"
#include "internal.h"

/* How exact the time of the last use is. */
#define TOUCH_S 600

/* No process is in more groups. */
#define MAX_GROUPS 65536

static bool is_own_group(gid_t group)
{
    int count = getgroups(0, NULL);
    if (group == getegid() || count <= 0 || count > MAX_GROUPS)
        return group == getegid();
    cleanup_free gid_t *groups = fp_xcalloc((size_t) count, sizeof(*groups));
    count = getgroups(count, groups);
    for (int i = 0; i < count; i++) {
        if (groups[i] == group)
            return true;
    }
    return false;
}

const char *fp_kept_dir_flaw(const char *path)
{
    struct stat st = {0};
    if (lstat(path, &st) != 0)
        return errno == ENOENT ? NULL : "cannot be examined";
    if (S_ISLNK(st.st_mode) && !fp_is_own_or_root(st.st_uid))
        return "is a link of another user";
    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
        return "is no directory";
    if (!fp_is_own_or_root(st.st_uid))
        return "belongs to another user";
    if ((st.st_mode & S_IWOTH) != 0)
        return "can be written to by anybody";
    if ((st.st_mode & S_IWGRP) != 0 && !is_own_group(st.st_gid))
        return "can be written to by a group of others";
    return NULL;
}

enum fp_code fp_kept_check(const char *path, struct fp_error *err)
{
    struct stat st = {0};
    bool is_there = lstat(path, &st) == 0;
    /* A path that may not be examined must not count as missing. */
    if (!is_there && errno == EACCES)
        return fp_fail_errno(err, FP_E_IO, "%s: cannot be examined", path);
    if (!is_there || !S_ISLNK(st.st_mode))
        return FP_OK;
    return fp_hinted(fp_fail(err, FP_E_IO, "%s: is a link, which is not followed here", path), err,
                     "remove it, or name a directory of your own with --cache or --store");
}

enum fp_code fp_kept_dir_make(const char *path, struct fp_error *err)
{
    FP_TRY(fp_kept_check(path, err));
    return fp_mkdir_p(path, FP_KEPT_DIR_MODE, err);
}

enum fp_code fp_kept_dir_open(const char *root, const char *below, int *ret_fd,
                              struct fp_error *err)
{
    const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    cleanup_strv struct fp_strv parts = {0};
    fp_strv_split(&parts, below, '/');
    cleanup_fd int fd = open(root, flags);
    for (size_t i = 0; fd >= 0 && i < parts.len; i++) {
        int next = openat(fd, parts.items[i], flags | O_NOFOLLOW);
        int saved = errno;
        fp_cleanup_fdp(&fd);
        fd = next;
        errno = saved;
    }
    if (fd < 0 && errno != ENOENT)
        return fp_fail_errno(err, FP_E_IO, "%s/%s: cannot be opened as a directory of its own",
                             root, below);
    *ret_fd = steal_fd(&fd);
    return FP_OK;
}

enum fp_code fp_kept_open(const char *path, int *ret_fd, uint64_t *ret_size, struct fp_error *err)
{
    struct stat st = {0};
    cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 && (errno == ELOOP || errno == ENXIO))
        return fp_fail(err, FP_E_INPUT, "%s: is a link or a socket, which is left alone", path);
    if (fd < 0 || fstat(fd, &st) != 0)
        return fp_fail_errno(err, FP_E_IO, "%s: cannot be opened", path);
    if (!S_ISREG(st.st_mode))
        return fp_fail(err, FP_E_INPUT, "%s: is no regular file", path);
    *ret_size = (uint64_t) st.st_size;
    *ret_fd = steal_fd(&fd);
    return FP_OK;
}

enum fp_code fp_kept_read(const char *path, struct fp_buf *buf, struct fp_error *err)
{
    int fd = -1;
    uint64_t size = 0;
    FP_TRY(fp_kept_open(path, &fd, &size, err));
    cleanup_source struct fp_source *source = fp_source_fd(fd, path, 0, UINT64_MAX);
    enum fp_code code = fp_source_read_all(source, buf, err);
    return code == FP_E_INPUT ? fp_context(code, err, "%s", path) : code;
}

void fp_kept_touch(const char *path)
{
    struct stat st = {0};
    if (lstat(path, &st) == 0 && S_ISREG(st.st_mode) && time(NULL) - st.st_mtim.tv_sec > TOUCH_S)
        (void) !utimensat(AT_FDCWD, path, NULL, AT_SYMLINK_NOFOLLOW);
}

enum fp_code fp_kept_write(const char *path, const void *data, size_t len, struct fp_error *err)
{
    cleanup_free char *folder = fp_folder_of(path);
    cleanup_newfile struct fp_newfile *file = NULL;
    FP_TRY(fp_newfile_open_in(folder, 0644, &file, err));
    cleanup_sink struct fp_sink *sink = fp_sink_fd(fp_newfile_fd(file), path);
    FP_TRY(fp_sink_write(sink, data, len, err));
    return fp_newfile_publish(file, path, true, err);
}
