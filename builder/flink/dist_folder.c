#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dist_list.h"

static void close_dir(DIR **dir)
{
    if (*dir != NULL)
        (void) closedir(*dir);
}

/* A walk below one folder. */
struct walk {
    const char *folder; /* for errors */
    struct fp_dist_list *list;
};

static enum fp_code walk_folder(struct walk *walk, int take_fd, const char *path, int depth,
                                struct fp_error *err);

/* Names in bytewise order, whatever order the file system has them in. */
static enum fp_code list_names(int take_fd, const char *path, struct fp_strv *names,
                               struct fp_error *err)
{
    __attribute__((cleanup(close_dir))) DIR *dir = fdopendir(take_fd);
    if (dir == NULL) {
        enum fp_code code = fp_fail_errno(err, FP_E_IO, "%s", path);
        (void) close(take_fd);
        return code;
    }
    errno = 0;
    for (struct dirent *item = readdir(dir); item != NULL; item = readdir(dir)) {
        bool self = strcmp(item->d_name, ".") == 0 || strcmp(item->d_name, "..") == 0;
        if (!self)
            fp_strv_add(names, item->d_name);
        if (names->len > FP_DIST_MAX_ENTRIES)
            return fp_fail(err, FP_E_INPUT, "%s: more than %d entries", path, FP_DIST_MAX_ENTRIES);
        errno = 0;
    }
    if (errno != 0)
        return fp_fail_errno(err, FP_E_IO, "%s", path);
    fp_strv_sort(names);
    return FP_OK;
}

static enum fp_code read_link(const struct walk *walk, int dir_fd, const char *name,
                              const char *path, char **ret, struct fp_error *err)
{
    char target[4096] = "";
    ssize_t len = readlinkat(dir_fd, name, target, sizeof(target) - 1);
    if (len < 0)
        return fp_fail_errno(err, FP_E_IO, "%s/%s", walk->folder, path);
    *ret = fp_xstrndup(target, (size_t) len);
    return FP_OK;
}

static enum fp_code keep_content(struct walk *walk, int dir_fd, const char *name,
                                 const struct fp_entry *entry, struct fp_error *err)
{
    cleanup_free char *label = fp_path_join(walk->folder, entry->path);
    int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return fp_fail_errno(err, FP_E_IO, "%s", label);
    cleanup_source struct fp_source *content = fp_source_fd(fd, label, 0, entry->size);
    return fp_dist_list_keep(walk->list, entry, content, NULL, err);
}

static enum fp_code walk_below(struct walk *walk, int dir_fd, const char *name, const char *path,
                               int depth, struct fp_error *err)
{
    if (depth >= FP_DIST_MAX_DEPTH)
        return fp_fail(err, FP_E_INPUT, "%s/%s: folders nested too deeply", walk->folder, path);
    int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return fp_fail_errno(err, FP_E_IO, "%s/%s", walk->folder, path);
    return walk_folder(walk, fd, path, depth + 1, err);
}

static enum fp_code add_name(struct walk *walk, int dir_fd, const char *name, const char *path,
                             int depth, struct fp_error *err)
{
    struct stat st = {0};
    cleanup_free char *link = NULL;
    if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return fp_fail_errno(err, FP_E_IO, "%s/%s", walk->folder, path);
    struct fp_entry entry = {
        .path = path, .mode = st.st_mode & 07777, .mtime_s = (int64_t) st.st_mtim.tv_sec};
    if (S_ISREG(st.st_mode)) {
        entry.kind = FP_ENTRY_FILE;
        entry.size = (uint64_t) st.st_size;
    } else if (S_ISDIR(st.st_mode)) {
        entry.kind = FP_ENTRY_DIR;
    } else if (S_ISLNK(st.st_mode)) {
        entry.kind = FP_ENTRY_SYMLINK;
        enum fp_code code = read_link(walk, dir_fd, name, path, &link, err);
        if (code != FP_OK)
            return code;
        entry.link = link;
    } else {
        return fp_fail(err, FP_E_INPUT, "%s/%s: neither a file, a folder nor a link", walk->folder,
                       path);
    }
    enum fp_code code = fp_dist_list_add(walk->list, &entry, walk->folder, NULL, err);
    if (code == FP_OK && entry.kind == FP_ENTRY_DIR)
        code = walk_below(walk, dir_fd, name, path, depth, err);
    if (code == FP_OK && fp_dist_list_wants(walk->list, &entry))
        code = keep_content(walk, dir_fd, name, &entry, err);
    return code;
}

static enum fp_code walk_folder(struct walk *walk, int take_fd, const char *path, int depth,
                                struct fp_error *err)
{
    cleanup_strv struct fp_strv names = {0};
    cleanup_free char *label = fp_path_join(walk->folder, path);
    cleanup_fd int dir_fd = fcntl(take_fd, F_DUPFD_CLOEXEC, 3);
    if (dir_fd < 0) {
        enum fp_code code = fp_fail_errno(err, FP_E_IO, "%s", label);
        (void) close(take_fd);
        return code;
    }
    enum fp_code code = list_names(take_fd, label, &names, err);
    for (size_t i = 0; i < names.len && code == FP_OK; i++) {
        cleanup_free char *below =
            path[0] == '\0' ? fp_xstrdup(names.items[i]) : fp_path_join(path, names.items[i]);
        code = fp_interrupt_check(err);
        if (code == FP_OK)
            code = add_name(walk, dir_fd, names.items[i], below, depth, err);
    }
    return code;
}

enum fp_code fp_dist_from_folder(const struct fp_distribution_options *options,
                                 struct fp_distribution *ret, struct fp_error *err)
{
    cleanup_dist_list struct fp_dist_list list = {0};
    cleanup_free char *root = NULL;
    struct walk walk = {.folder = options->folder, .list = &list};
    int fd = open(options->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fp_fail_errno(err, FP_E_IO, "%s", options->folder);
    enum fp_code code = walk_folder(&walk, fd, "", 0, err);
    if (code == FP_OK)
        code = fp_dist_locate(&list, options->folder, ret, &root, err);
    if (code != FP_OK)
        return code;
    if (root[0] != '\0') {
        return fp_hinted(fp_fail(err, FP_E_INPUT, "%s: no Flink directly in it", options->folder),
                         err, "name the folder %s/%s", options->folder, root);
    }
    code = fp_dist_pack(options, &list, root, NULL, options->folder, ret, err);
    if (code == FP_OK)
        code = fp_dist_take_files(&list, options->folder, root, ret, err);
    return code;
}
