/* Reading a distribution in a directory, and making its layer. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dist_steps.h"
#include "flinkpack/layer/zip.h"

/* 1980-01-01T00:00:00Z, the earliest time that a jar can store. */
#define EARLIEST_TIME ((int64_t) 315532800)

/* What a directory's digest is made of: of each file and link its path and what it holds. Modes are
 * no part of it, as the layer's follow from paths and contents, and directories without files do
 * not count. */
struct folder_digest {
    fp_file_digest file_digest;
    void *context;
    struct fp_hash *hash;
};

/* A walk below one directory. */
struct dist_walk {
    const char *folder; /* for errors */
    struct fp_dist_list *list;
    struct fp_reporter *reporter;
    int folder_count; /* directories that were read, including empty ones, which are not listed */
    const struct folder_digest *digest; /* NULL: contents are kept as the layer needs them */
};

static enum fp_code walk_folder(struct dist_walk *walk, int take_fd, const char *path, int depth,
                                struct fp_error *err);

static enum fp_code read_link(const struct dist_walk *walk, int dir_fd, const char *name,
                              const char *path, char **ret, struct fp_error *err)
{
    char target[4096] = "";
    ssize_t len = readlinkat(dir_fd, name, target, sizeof(target) - 1);
    if (len < 0)
        return fp_fail_errno(err, FP_E_IO, "%s/%s", walk->folder, path);
    *ret = fp_xstrndup(target, (size_t) len);
    return FP_OK;
}

/* Whether a file is executable is decided by its first bytes, because some file systems and
 * artifact stores set the execute bit for every file, or for none. */
static bool begins_like_program(int fd)
{
    char head[4] = "";
    ssize_t len = pread(fd, head, sizeof(head), 0);
    return (len >= 2 && memcmp(head, "#!", 2) == 0) ||
           (len == sizeof(head) && fp_elf_begins(head, sizeof(head)));
}

/* Add an entry to the digest; no part of it contains a NUL. */
static void digest_entry(const struct folder_digest *digest, const char *kind, const char *path,
                         const char *holds)
{
    fp_hash_update(digest->hash, kind, 1);
    fp_hash_update(digest->hash, path, strlen(path) + 1);
    fp_hash_update(digest->hash, holds, strlen(holds) + 1);
}

static enum fp_code digest_file(const struct folder_digest *digest, const char *label,
                                const char *path, struct fp_error *err)
{
    char hex[FP_HASH_HEX_MAX] = "";
    FP_TRY(digest->file_digest(digest->context, label, hex, err));
    digest_entry(digest, "f", path, hex);
    return FP_OK;
}

/* Read the properties of a file that depend on its content. */
static enum fp_code look_into(struct dist_walk *walk, int dir_fd, const char *name,
                              struct fp_entry *entry, struct fp_error *err)
{
    cleanup_free char *label = fp_path_join(walk->folder, entry->path);
    if (walk->digest != NULL)
        return digest_file(walk->digest, label, entry->path, err);
    int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return fp_fail_errno(err, FP_E_IO, "%s", label);
    cleanup_source struct fp_source *content = fp_source_fd(fd, label, 0, entry->size);
    entry->mode = begins_like_program(fd) ? 0755 : 0644;
    return fp_dist_list_wants(walk->list, entry)
               ? fp_dist_list_keep(walk->list, entry, content, NULL, err)
               : FP_OK;
}

static enum fp_code walk_below(struct dist_walk *walk, int dir_fd, const char *name,
                               const char *path, int depth, struct fp_error *err)
{
    if (++walk->folder_count > FP_DIST_MAX_ENTRIES)
        return fp_fail(err, FP_E_INPUT, "%s: more than %d folders", walk->folder,
                       FP_DIST_MAX_ENTRIES);
    if (depth >= FP_DIST_MAX_DEPTH)
        return fp_fail(err, FP_E_INPUT, "%s/%s: folders nested too deeply", walk->folder, path);
    int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return fp_fail_errno(err, FP_E_IO, "%s/%s", walk->folder, path);
    return walk_folder(walk, fd, path, depth + 1, err);
}

static enum fp_entry_kind kind_of(const struct stat *st)
{
    if (S_ISREG(st->st_mode))
        return FP_ENTRY_FILE;
    if (S_ISDIR(st->st_mode))
        return FP_ENTRY_DIR;
    return S_ISLNK(st->st_mode) ? FP_ENTRY_SYMLINK : FP_ENTRY_DEVICE;
}

static enum fp_code add_name(struct dist_walk *walk, int dir_fd, const char *name, const char *path,
                             int depth, struct fp_error *err)
{
    struct stat st = {0};
    cleanup_free char *link = NULL;
    if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return fp_fail_errno(err, FP_E_IO, "%s/%s", walk->folder, path);
    struct fp_entry entry = {.path = path, .kind = kind_of(&st), .mode = 0755};
    if (fp_dist_is_litter(path, entry.kind)) {
        fp_report(walk->reporter, FP_EVENT_DEBUG, "%s/%s is left out", walk->folder, path);
        return FP_OK;
    }
    if (entry.kind == FP_ENTRY_DEVICE)
        return fp_fail(err, FP_E_INPUT, "%s/%s: neither a file, a folder nor a link", walk->folder,
                       path);
    if (entry.kind == FP_ENTRY_FILE)
        entry.size = (uint64_t) st.st_size;
    if (entry.kind == FP_ENTRY_SYMLINK) {
        FP_TRY(read_link(walk, dir_fd, name, path, &link, err));
        entry.link = link;
        if (walk->digest != NULL)
            digest_entry(walk->digest, "l", path, link);
    }
    size_t before = walk->list->len;
    if (entry.kind == FP_ENTRY_FILE)
        FP_TRY(look_into(walk, dir_fd, name, &entry, err));
    if (entry.kind == FP_ENTRY_DIR)
        FP_TRY(walk_below(walk, dir_fd, name, path, depth, err));
    /* Empty directories are left out, because version control does not keep them. */
    bool is_empty = entry.kind == FP_ENTRY_DIR && walk->list->len == before;
    return is_empty ? FP_OK : fp_dist_list_add(walk->list, &entry, walk->folder, NULL, err);
}

static enum fp_code walk_folder(struct dist_walk *walk, int take_fd, const char *path, int depth,
                                struct fp_error *err)
{
    cleanup_strv struct fp_strv names = {0};
    cleanup_free char *label = fp_path_join(walk->folder, path);
    cleanup_fd int dir_fd = take_fd;
    if (!fp_dir_names_fd(dir_fd, "*", FP_DIST_MAX_ENTRIES + 1, &names))
        return fp_fail_errno(err, FP_E_IO, "%s", label);
    if (names.len > FP_DIST_MAX_ENTRIES)
        return fp_fail(err, FP_E_INPUT, "%s: more than %d entries", label, FP_DIST_MAX_ENTRIES);
    for (size_t i = 0; i < names.len; i++) {
        cleanup_free char *below =
            path[0] == '\0' ? fp_xstrdup(names.items[i]) : fp_path_join(path, names.items[i]);
        FP_TRY(fp_cancel_check(err));
        FP_TRY(add_name(walk, dir_fd, names.items[i], below, depth, err));
    }
    return FP_OK;
}

/* The times of files change when they are copied or checked out. The times in Flink's own jar are
 * those of the build, and are the same in every copy. */
static int64_t time_of(const struct fp_distribution_options *options,
                       const struct fp_distribution *dist)
{
    int64_t newest_s = -1;
    if (options->mtime_s >= 0)
        return options->mtime_s;
    for (size_t i = 0; i < dist->lib_jars.len; i++) {
        const char *name = dist->lib_jars.items[i];
        if (strncmp(name, "flink-dist", strlen("flink-dist")) != 0)
            continue;
        cleanup_free char *path = fp_xasprintf("%s/lib/%s", options->folder, name);
        /* A file that is not a jar is ignored here; Java will report it. */
        (void) !fp_zip_newest(path, &newest_s, NULL);
    }
    return newest_s > EARLIEST_TIME ? newest_s : EARLIEST_TIME;
}

static enum fp_code walk_all(struct dist_walk *walk, struct fp_error *err)
{
    int fd = open(walk->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fp_fail_errno(err, FP_E_IO, "%s", walk->folder);
    return walk_folder(walk, fd, "", 0, err);
}

enum fp_code fp_distribution_folder_sha256(const char *folder, fp_file_digest file_digest,
                                           void *context, char ret_hex[FP_HASH_HEX_MAX],
                                           struct fp_error *err)
{
    cleanup_dist_list struct fp_dist_list list = {0};
    cleanup_hash struct fp_hash *hash = fp_hash_new(FP_SHA256);
    const struct folder_digest digest = {
        .file_digest = file_digest, .context = context, .hash = hash};
    struct dist_walk walk = {.folder = folder, .list = &list, .digest = &digest};
    FP_TRY(walk_all(&walk, err));
    fp_hash_hex(hash, ret_hex);
    return FP_OK;
}

enum fp_code fp_dist_from_folder(const struct fp_distribution_options *options,
                                 struct fp_distribution *ret, struct fp_error *err)
{
    cleanup_dist_list struct fp_dist_list list = {0};
    cleanup_free char *root = NULL;
    struct dist_walk walk = {
        .folder = options->folder, .list = &list, .reporter = options->reporter};
    FP_TRY(walk_all(&walk, err));
    FP_TRY(fp_dist_locate(&list, options->folder, options->reporter, ret, &root, err));
    if (root[0] != '\0') {
        return fp_hinted(fp_fail(err, FP_E_INPUT, "%s: no Flink directly in it", options->folder),
                         err, "name the folder %s/%s", options->folder, root);
    }
    /* Releases have an empty log/, which copies may have lost, so it is always added. */
    const struct fp_entry log = {.path = "log", .kind = FP_ENTRY_DIR, .mode = 0755};
    FP_TRY(fp_dist_list_add(&list, &log, options->folder, NULL, err));
    ret->newest_mtime_s = time_of(options, ret);
    for (size_t i = 0; i < list.len; i++)
        list.entries[i].meta.mtime_s = ret->newest_mtime_s;
    FP_TRY(fp_dist_pack(options, &list, root, NULL, options->folder, ret, err));
    return fp_dist_take_files(&list, options->folder, root, ret, err);
}
