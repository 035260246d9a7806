/* Files and directories by their path. */
#include "flinkpack/support/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "flinkpack/support/cancel.h"
#include "internal.h"

bool fp_dir_names_fd(int fd, const char *pattern, size_t most, struct fp_strv *ret)
{
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    DIR *dir = copy >= 0 ? fdopendir(copy) : NULL;
    if (dir == NULL && errno == ENOMEM)
        fp_out_of_memory();
    if (dir == NULL) {
        fp_cleanup_fdp(&copy);
        return false;
    }
    errno = 0;
    for (struct dirent *entry = readdir(dir); entry != NULL && most > 0; entry = readdir(dir)) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && fnmatch(pattern, name, 0) == 0) {
            fp_strv_add(ret, name);
            most--;
        }
        errno = 0;
    }
    int failed = errno;
    (void) closedir(dir);
    fp_strv_sort(ret);
    errno = failed;
    return failed == 0;
}

bool fp_dir_names(const char *path, const char *pattern, size_t most, struct fp_strv *ret)
{
    cleanup_fd int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd >= 0 && fp_dir_names_fd(fd, pattern, most, ret);
}

/* Without /proc, "/proc/self/fd/N" still means the open file N. It is duplicated and not opened
 * again, which is fine because each reader uses offsets of its own. */
static int open_file(const char *path, int flags)
{
    static const char descriptors[] = "/proc/self/fd/";
    int fd = open(path, flags);
    if (fd >= 0 || errno != ENOENT || strncmp(path, descriptors, strlen(descriptors)) != 0)
        return fd;
    char *end = NULL;
    long number = strtol(path + strlen(descriptors), &end, 10);
    errno = ENOENT;
    if (*end != '\0' || number < 0 || number > INT_MAX)
        return -1;
    return fcntl((int) number, F_DUPFD_CLOEXEC, 3);
}

enum fp_code fp_file_open(const char *path, int *ret_fd, uint64_t *ret_size, struct fp_error *err)
{
    /* open() of a pipe without a writer would block for ever. */
    int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | (ret_size != NULL ? O_NONBLOCK : 0);
    cleanup_fd int fd = open_file(path, flags);
    /* This waits for a writer if `path` may be a pipe. */
    while (fd < 0 && errno == EINTR && fp_cancelled() == 0)
        fd = open_file(path, flags);
    if (fd < 0 && errno == EINTR)
        return fp_cancel_check(err);
    if (fd < 0)
        return fp_fail_errno(err, FP_E_IO, "%s: cannot be opened", path);
    struct stat st = {0};
    if (fstat(fd, &st) != 0)
        return fp_fail_errno(err, FP_E_IO, "%s: cannot be examined", path);
    if (S_ISDIR(st.st_mode))
        return fp_fail(err, FP_E_INPUT, "%s: is a folder, a file was expected", path);
    if (ret_size != NULL && !S_ISREG(st.st_mode))
        return fp_hinted(
            fp_fail(err, FP_E_INPUT, "%s: is a pipe or device, a file was expected", path), err,
            "save what it gives to a file first: it is read more than once");
    if (ret_size != NULL)
        *ret_size = (uint64_t) st.st_size;
    *ret_fd = steal_fd(&fd);
    return FP_OK;
}

bool fp_path_exists(const char *path)
{
    struct stat st = {0};
    return stat(path, &st) == 0;
}

bool fp_path_is_dir(const char *path)
{
    struct stat st = {0};
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

char *fp_path_join(const char *folder, const char *name)
{
    size_t len = strlen(folder);
    while (len > 1 && folder[len - 1] == '/')
        len--;
    while (*name == '/')
        name++;
    bool root = len == 1 && folder[0] == '/';
    return fp_xasprintf("%.*s%s%s", (int) len, folder, root || len == 0 ? "" : "/", name);
}

const char *fp_path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

void fp_own_file(int fd)
{
    struct stat st = {0};
    const mode_t owner = S_IRUSR | S_IWUSR;
    if (fstat(fd, &st) == 0 && (st.st_mode & owner) != owner)
        (void) fchmod(fd, st.st_mode | owner);
}

void fp_own_dir(const char *path, mode_t mode)
{
    struct stat st = {0};
    if (stat(path, &st) == 0 && (~st.st_mode & mode & S_IRWXU) != 0)
        (void) chmod(path, st.st_mode | (mode & S_IRWXU));
}

static enum fp_code make_one(const char *path, mode_t mode, struct fp_error *err)
{
    if (mkdir(path, mode) == 0) {
        fp_own_dir(path, mode);
        return FP_OK;
    }
    int saved = errno;
    if (fp_path_is_dir(path))
        return FP_OK;
    if (saved == EEXIST)
        return fp_fail(err, FP_E_IO, "%s: is there and is not a folder", path);
    errno = saved;
    /* ENOENT becomes FP_E_IO too, because the directory is made, not looked for. */
    enum fp_code ignored = fp_fail_errno(err, FP_E_IO, "%s: the folder cannot be made", path);
    (void) ignored;
    if (err != NULL)
        err->code = FP_E_IO;
    return FP_E_IO;
}

enum fp_code fp_mkdir_p(const char *path, mode_t mode, struct fp_error *err)
{
    if (path[0] == '\0' || fp_path_is_dir(path))
        return make_one(path, mode, err);
    cleanup_free char *part = fp_xstrdup(path);
    for (char *slash = strchr(part + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        /* A parent is useless if its owner cannot enter it. */
        enum fp_code code = make_one(part, mode | S_IWUSR | S_IXUSR, err);
        *slash = '/';
        if (code != FP_OK)
            return code;
    }
    return make_one(path, mode, err);
}
