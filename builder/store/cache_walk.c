/*
 * Finds the entries of the cache. The directory may be one of the user's that holds other files
 * too. So at its top level a file counts as ours only if its source and checksum stand beside it,
 * as after a download, or if it is named like an unfinished download of Flink.
 */
#include "cache_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <string.h>
#include <unistd.h>

#define MAX_ENTRIES ((size_t) 100000)

/* What a download has beside it. */
static const char *const companions[] = {".url", ".sha512", ".sha256", ".sha1"};
#define COMPANIONS (sizeof(companions) / sizeof(companions[0]))

/* A directory that is walked. */
struct cache_place {
    int fd;
    const char *path; /* below the directory of the cache; "" */
    struct fp_cache_list *list;
};

static bool later(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec : a->tv_nsec > b->tv_nsec;
}

static void add(const struct cache_place *place, enum fp_cache_part part, const char *name,
                uint64_t bytes, struct timespec used)
{
    struct fp_cache_list *list = place->list;
    if (list->len >= MAX_ENTRIES)
        return;
    if ((list->len & (list->len - 1)) == 0)
        list->items =
            fp_xreallocarray(list->items, list->len > 0 ? list->len * 2 : 1, sizeof(*list->items));
    list->items[list->len++] = (struct fp_cache_entry){
        .part = part,
        .name = place->path[0] != '\0' ? fp_path_join(place->path, name) : fp_xstrdup(name),
        .bytes = bytes,
        .used = used,
    };
    list->bytes += bytes;
}

/* Whether it is there and belongs to this user. */
static bool look(const struct cache_place *place, const char *name, struct stat *ret)
{
    return fstatat(place->fd, name, ret, AT_SYMLINK_NOFOLLOW) == 0 && ret->st_uid == geteuid();
}

static bool is_temporary(const char *name)
{
    return strncmp(name, FP_TEMP_PREFIX, strlen(FP_TEMP_PREFIX)) == 0;
}

static bool is_left(const struct stat *st)
{
    return time(NULL) - st->st_mtim.tv_sec > FP_CACHE_LEFTOVER_AGE_S;
}

/* Whatever is not a file does not belong in these directories. */
static void add_file(const struct cache_place *place, enum fp_cache_part part, const char *name)
{
    struct stat st = {0};
    if (!look(place, name, &st) || S_ISDIR(st.st_mode) || (is_temporary(name) && !is_left(&st)))
        return;
    bool is_left_over = is_temporary(name) || !S_ISREG(st.st_mode);
    add(place, is_left_over ? FP_CACHE_LEFTOVER : part, name, fp_cache_bytes(&st), st.st_mtim);
}

static void add_files(const struct cache_place *place, enum fp_cache_part part, const char *pattern)
{
    cleanup_strv struct fp_strv names = {0};
    if (place->fd < 0 || !fp_dir_names_fd(place->fd, "*", MAX_ENTRIES, &names))
        return;
    for (size_t i = 0; i < names.len && fp_cancelled() == 0; i++) {
        if (fnmatch(pattern, names.items[i], 0) == 0 || is_temporary(names.items[i]))
            add_file(place, part, names.items[i]);
    }
}

/* A descriptor of its own for a directory, as reading one moves its position. */
static int open_again(int fd)
{
    return fd >= 0 ? openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
}

void fp_cache_walk_kept(struct fp_cache *cache, struct fp_cache_list *list)
{
    cleanup_strv struct fp_strv kinds = {0};
    cleanup_fd int blobs = open_again(fp_cache_blobs(cache, false));
    cleanup_fd int records = open_again(fp_cache_records(cache, false));
    const struct cache_place place = {.fd = blobs, .path = "blobs/sha256", .list = list};
    add_files(&place, FP_CACHE_BLOB, "*");
    if (records < 0 || !fp_dir_names_fd(records, "*", MAX_ENTRIES, &kinds))
        return;
    for (size_t i = 0; i < kinds.len; i++) {
        cleanup_free char *path = fp_path_join("records", kinds.items[i]);
        cleanup_fd int fd = fp_cache_dir_open(records, kinds.items[i], false);
        const struct cache_place kind = {.fd = fd, .path = path, .list = list};
        add_files(&kind, FP_CACHE_RECORD, "*");
    }
}

/* A download with what stands beside it, whose source is in "NAME.url". */
static void add_download(const struct cache_place *place, const char *source)
{
    struct stat st = {0};
    uint64_t bytes = 0;
    struct timespec used = {0};
    cleanup_free char *name = fp_xstrndup(source, strlen(source) - strlen(companions[0]));
    bool is_there = look(place, name, &st) && S_ISREG(st.st_mode);
    size_t beside = 0;
    if (is_there) {
        bytes = fp_cache_bytes(&st);
        used = st.st_mtim;
    }
    for (size_t i = 0; i < COMPANIONS; i++) {
        cleanup_free char *companion = fp_xasprintf("%s%s", name, companions[i]);
        if (!look(place, companion, &st) || !S_ISREG(st.st_mode))
            continue;
        beside++;
        bytes += fp_cache_bytes(&st);
        used = later(&st.st_mtim, &used) ? st.st_mtim : used;
    }
    if (beside >= 2)
        add(place, is_there ? FP_CACHE_DOWNLOAD : FP_CACHE_LEFTOVER, name, bytes, used);
}

/* The checksum of a release that was not downloaded. */
static bool is_lone_checksum(const struct cache_place *place, const char *name)
{
    for (size_t i = 1; i < COMPANIONS; i++) {
        struct stat st = {0};
        if (strncmp(name, "flink-", 6) != 0 || !fp_text_ends_with(name, companions[i]))
            continue;
        cleanup_free char *source = fp_xasprintf(
            "%.*s%s", (int) (strlen(name) - strlen(companions[i])), name, companions[0]);
        return !look(place, source, &st);
    }
    return false;
}

static void add_at_top(const struct cache_place *place, const char *name)
{
    struct stat st = {0};
    if (!look(place, name, &st))
        return;
    bool is_unfinished = S_ISREG(st.st_mode) && fnmatch("flink-*.part", name, 0) == 0;
    if (is_unfinished || (is_temporary(name) && is_left(&st)))
        add(place, FP_CACHE_LEFTOVER, name, fp_cache_bytes(&st), st.st_mtim);
    else if (S_ISREG(st.st_mode) && fnmatch("?*.url", name, 0) == 0)
        add_download(place, name);
    else if (S_ISREG(st.st_mode) && is_lone_checksum(place, name))
        add(place, FP_CACHE_DOWNLOAD, name, fp_cache_bytes(&st), st.st_mtim);
}

static bool is_packages(const char *name)
{
    return strcmp(name, "apk") == 0 || fnmatch("apk-[0-9]*", name, 0) == 0;
}

static void add_packages(const struct cache_place *top, const char *name)
{
    cleanup_fd int fd =
        openat(top->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    cleanup_fd int again = open_again(fd);
    const struct cache_place packages = {.fd = fd, .path = name, .list = top->list};
    const struct cache_place indexes = {.fd = again, .path = name, .list = top->list};
    add_files(&packages, FP_CACHE_PACKAGE, "*.apk");
    add_files(&indexes, FP_CACHE_PACKAGE, "APKINDEX.*.tar.gz");
}

void fp_cache_walk_downloads(struct fp_cache *cache, struct fp_cache_list *list)
{
    cleanup_strv struct fp_strv names = {0};
    cleanup_fd int fd = open_again(fp_cache_root(cache, false));
    const struct cache_place top = {.fd = fd, .path = "", .list = list};
    if (fd < 0 || !fp_dir_names_fd(fd, "*", MAX_ENTRIES, &names))
        return;
    for (size_t i = 0; i < names.len && fp_cancelled() == 0; i++) {
        if (is_packages(names.items[i]))
            add_packages(&top, names.items[i]);
        else
            add_at_top(&top, names.items[i]);
    }
}

struct timespec fp_cache_downloads_changed(struct fp_cache *cache)
{
    struct stat top = {0};
    struct stat packages = {0};
    cleanup_free char *own = fp_xasprintf("apk-%ju", (uintmax_t) geteuid());
    int root = fp_cache_root(cache, false);
    (void) fstat(root, &top);
    if (fstatat(root, own, &packages, 0) != 0)
        (void) fstatat(root, "apk", &packages, 0);
    return later(&packages.st_mtim, &top.st_mtim) ? packages.st_mtim : top.st_mtim;
}

/* The process that downloads has a lock on the file. */
static bool is_under_way(int directory, const char *name)
{
    cleanup_fd int fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    return fd >= 0 && !fp_flock_now(fd, name);
}

static bool is_gone(int directory, const char *name)
{
    return unlinkat(directory, name, 0) == 0 || errno == ENOENT;
}

static enum fp_code remove_at(const struct fp_cache *cache, const struct fp_cache_entry *entry,
                              int directory, struct fp_error *err)
{
    const char *name = fp_path_base(entry->name);
    bool is_done = is_gone(directory, name);
    if (!is_done && errno == EISDIR) {
        cleanup_free char *path = fp_path_join(cache->directory, entry->name);
        return fp_remove_tree(path, err);
    }
    bool has_companions = entry->part == FP_CACHE_DOWNLOAD || entry->part == FP_CACHE_LEFTOVER;
    for (size_t i = 0; is_done && has_companions && i < COMPANIONS; i++) {
        cleanup_free char *companion = fp_xasprintf("%s%s", name, companions[i]);
        is_done = is_gone(directory, companion);
    }
    if (!is_done)
        return fp_fail_errno(err, FP_E_IO, "%s/%s: cannot be removed", cache->directory,
                             entry->name);
    return FP_OK;
}

enum fp_code fp_cache_entry_remove(const struct fp_cache *cache, const struct fp_cache_entry *entry,
                                   bool *ret_removed, struct fp_error *err)
{
    cleanup_fd int directory = -1;
    const char *name = fp_path_base(entry->name);
    size_t len = (size_t) (name - entry->name);
    cleanup_free char *below = fp_xstrndup(entry->name, len > 0 ? len - 1 : 0);
    *ret_removed = false;
    FP_TRY(fp_kept_dir_open(cache->directory, below, &directory, err));
    if (directory < 0 || is_under_way(directory, name))
        return FP_OK;
    FP_TRY(remove_at(cache, entry, directory, err));
    *ret_removed = true;
    return FP_OK;
}
