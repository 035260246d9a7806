/* Removes directory trees without following links. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "flinkpack/support/file.h"

/* Every level holds a descriptor; our own trees are much less deep. */
#define MAX_DEPTH 200

static enum fp_code remove_at(int parent, const char *name, const char *shown, int depth,
                              struct fp_error *err);

static DIR *open_folder(int parent, const char *name)
{
    const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    int fd = openat(parent, name, flags);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (dir == NULL)
        fp_cleanup_fdp(&fd);
    return dir;
}

/* Remove the content of `dir`; entries named by readdir() are direct children. */
static enum fp_code empty_folder(DIR *dir, const char *shown, int depth, struct fp_error *err)
{
    enum fp_code code = FP_OK;
    for (struct dirent *entry = readdir(dir); entry != NULL && code == FP_OK;
         entry = readdir(dir)) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        cleanup_free char *below = fp_path_join(shown, entry->d_name);
        code = remove_at(dirfd(dir), entry->d_name, below, depth, err);
    }
    return code;
}

static enum fp_code remove_folder(int parent, const char *name, const char *shown, int depth,
                                  struct fp_error *err)
{
    if (depth >= MAX_DEPTH)
        return fp_fail(err, FP_E_IO, "%s: cannot be removed: more than %d levels", shown,
                       MAX_DEPTH);
    DIR *dir = open_folder(parent, name);
    if (dir == NULL && errno == EACCES && fchmodat(parent, name, 0700, 0) == 0)
        dir = open_folder(parent, name);
    if (dir == NULL)
        return fp_fail_errno(err, FP_E_IO, "%s: cannot be removed", shown);
    /* A directory from an archive may lack the permission to change it. */
    (void) fchmod(dirfd(dir), 0700);
    enum fp_code code = empty_folder(dir, shown, depth + 1, err);
    (void) closedir(dir);
    if (code != FP_OK)
        return code;
    if (unlinkat(parent, name, AT_REMOVEDIR) != 0 && errno != ENOENT)
        return fp_fail_errno(err, FP_E_IO, "%s: cannot be removed", shown);
    return FP_OK;
}

static enum fp_code remove_at(int parent, const char *name, const char *shown, int depth,
                              struct fp_error *err)
{
    if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
        return FP_OK;
    /* Linux says EISDIR; POSIX lets others say EPERM. */
    if (errno == EISDIR || errno == EPERM)
        return remove_folder(parent, name, shown, depth, err);
    return fp_fail_errno(err, FP_E_IO, "%s: cannot be removed", shown);
}

enum fp_code fp_remove_tree(const char *path, struct fp_error *err)
{
    return remove_at(AT_FDCWD, path, path, 0, err);
}
