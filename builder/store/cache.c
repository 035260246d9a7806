/* The local cache: opened, bounded when it is closed, listed and pruned. */
#include "cache_count.h"
#include "cache_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Judge a directory that could not be opened. One that is missing is made when it is needed. */
static enum fp_code judge(int fd, const char *directory, const char *name, struct fp_error *err)
{
    if (fd >= 0 || errno == ENOENT)
        return FP_OK;
    if (errno == EPERM)
        return fp_hinted(fp_fail(err, FP_E_IO,
                                 "%s%s belongs to another user, or others can write to it",
                                 directory, name),
                         err, "remove it, or name another directory with --cache");
    return fp_fail_errno(err, FP_E_IO, "%s%s: cannot be opened", directory, name);
}

static enum fp_code open_all(struct fp_cache *cache, struct fp_error *err)
{
    FP_TRY(judge(fp_cache_root(cache, false), cache->directory, "", err));
    FP_TRY(judge(fp_cache_blobs(cache, false), cache->directory, "/blobs", err));
    return judge(fp_cache_records(cache, false), cache->directory, "/records", err);
}

static void close_all(struct fp_cache *cache)
{
    fp_cleanup_fdp(&cache->root);
    fp_cleanup_fdp(&cache->blobs);
    fp_cleanup_fdp(&cache->records);
    (void) pthread_mutex_destroy(&cache->opening);
    free(cache->directory);
    free(cache);
}

/* A layout has its blobs where a cache would have them, and they are not the cache's to remove. */
static enum fp_code check_layout(const char *directory, struct fp_error *err)
{
    cleanup_free char *mark = fp_path_join(directory, "oci-layout");
    cleanup_free char *index = fp_path_join(directory, "index.json");
    return fp_path_exists(mark) || fp_path_exists(index)
               ? fp_fail(err, FP_E_IO, "%s is an OCI layout, not a cache", directory)
               : FP_OK;
}

enum fp_code fp_cache_open(const char *directory, uint64_t max_bytes, struct fp_cache **ret,
                           struct fp_error *err)
{
    FP_TRY(check_layout(directory, err));
    struct fp_cache *cache = fp_xcalloc(1, sizeof(*cache));
    cache->root = cache->blobs = cache->records = -1;
    (void) pthread_mutex_init(&cache->opening, NULL);
    cache->directory = fp_xstrdup(directory);
    cache->max_bytes = max_bytes;
    enum fp_code code = open_all(cache, err);
    if (code != FP_OK) {
        close_all(cache);
        return code;
    }
    cache->downloads_changed = fp_cache_downloads_changed(cache);
    *ret = cache;
    return FP_OK;
}

/* Whether the bound may be exceeded. By default nothing is looked at unless something was added
 * since the opening, as others do the same for what they add. But a bound that somebody has chosen
 * may be lower than that of the build before. */
static bool may_exceed(struct fp_cache *cache)
{
    uint64_t bytes = 0;
    cleanup_cache_list struct fp_cache_list downloads = {0};
    struct timespec now = fp_cache_downloads_changed(cache);
    const struct timespec *then = &cache->downloads_changed;
    bool has_changed = now.tv_sec != then->tv_sec || now.tv_nsec != then->tv_nsec;
    bool is_usual = cache->max_bytes == FP_CACHE_MAX_BYTES;
    if (cache->max_bytes == UINT64_MAX ||
        (is_usual && !has_changed && !atomic_load(&cache->has_added)))
        return false;
    if (!fp_cache_counted(cache, &bytes))
        return true;
    fp_cache_walk_downloads(cache, &downloads);
    return __builtin_add_overflow(bytes, downloads.bytes, &bytes) || bytes > cache->max_bytes;
}

/* A tenth below the bound, so that not every build has to do it. */
static void evict(struct fp_cache *cache)
{
    cleanup_cache_list struct fp_cache_list freed = {0};
    (void) !fp_cache_prune(cache, cache->max_bytes - cache->max_bytes / 10, &freed, NULL);
}

void fp_cache_free(struct fp_cache *cache)
{
    if (cache == NULL)
        return;
    if (fp_cancelled() == 0 && may_exceed(cache))
        evict(cache);
    close_all(cache);
}

bool fp_cache_saw_damage(const struct fp_cache *cache)
{
    return cache != NULL && atomic_load(&cache->saw_damage);
}

static int compare_use(const void *left, const void *right)
{
    const struct timespec *a = &((const struct fp_cache_entry *) left)->used;
    const struct timespec *b = &((const struct fp_cache_entry *) right)->used;
    if (a->tv_sec != b->tv_sec)
        return a->tv_sec < b->tv_sec ? -1 : 1;
    return (a->tv_nsec > b->tv_nsec) - (a->tv_nsec < b->tv_nsec);
}

enum fp_code fp_cache_entries(struct fp_cache *cache, struct fp_cache_list *ret,
                              struct fp_error *err)
{
    fp_cache_walk_downloads(cache, ret);
    fp_cache_walk_kept(cache, ret);
    if (ret->len > 0)
        qsort(ret->items, ret->len, sizeof(*ret->items), compare_use);
    return fp_cancel_check(err);
}

void fp_cache_list_clear(struct fp_cache_list *list)
{
    for (size_t i = 0; i < list->len; i++)
        free(list->items[i].name);
    free(list->items);
    *list = (struct fp_cache_list){0};
}

/* Remove what has to go; *ret_failed is the first failure. */
static enum fp_code remove_oldest(struct fp_cache *cache, const struct fp_cache_list *list,
                                  uint64_t max_bytes, bool *is_removed, struct fp_error *ret_failed)
{
    uint64_t left = list->bytes;
    time_t old = time(NULL) - FP_CACHE_LEFTOVER_AGE_S;
    for (size_t i = 0; i < list->len; i++) {
        struct fp_error failure = {0};
        const struct fp_cache_entry *entry = &list->items[i];
        bool is_nobodys = entry->part == FP_CACHE_LEFTOVER && entry->used.tv_sec < old;
        if (left <= max_bytes && max_bytes > 0 && !is_nobodys)
            continue;
        FP_TRY(fp_cancel_check(ret_failed));
        if (fp_cache_entry_remove(cache, entry, &is_removed[i], &failure) != FP_OK &&
            ret_failed->code == FP_OK)
            *ret_failed = failure;
        left -= is_removed[i] ? entry->bytes : 0;
    }
    return ret_failed->code;
}

/* Move the removed entries to a list of their own, and count what is left. */
static uint64_t divide(struct fp_cache_list *list, const bool *is_removed,
                       struct fp_cache_list *ret_freed)
{
    uint64_t kept = 0;
    ret_freed->items = fp_xcalloc(list->len, sizeof(*ret_freed->items));
    for (size_t i = 0; i < list->len; i++) {
        struct fp_cache_entry *entry = &list->items[i];
        if (is_removed[i]) {
            ret_freed->bytes += entry->bytes;
            ret_freed->items[ret_freed->len++] = *entry;
            entry->name = NULL;
        } else if (entry->part == FP_CACHE_BLOB || entry->part == FP_CACHE_RECORD) {
            kept += entry->bytes;
        }
    }
    return kept;
}

enum fp_code fp_cache_prune(struct fp_cache *cache, uint64_t max_bytes,
                            struct fp_cache_list *ret_freed, struct fp_error *err)
{
    struct fp_error failed = {0};
    cleanup_cache_list struct fp_cache_list list = {0};
    FP_TRY(fp_cache_entries(cache, &list, err));
    cleanup_free bool *is_removed = fp_xcalloc(list.len, sizeof(*is_removed));
    enum fp_code code = remove_oldest(cache, &list, max_bytes, is_removed, &failed);
    fp_cache_recount(cache, divide(&list, is_removed, ret_freed));
    return code != FP_OK ? fp_fail_as(err, &failed) : FP_OK;
}
