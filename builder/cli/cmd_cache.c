/* cache: shows what the cache holds, and removes what was used longest ago, or all. */
#include <string.h>

#include "format.h"
#include "session.h"

static const char *const part_names[] = {
    [FP_CACHE_BLOB] = "blobs",         [FP_CACHE_RECORD] = "records",
    [FP_CACHE_DOWNLOAD] = "downloads", [FP_CACHE_PACKAGE] = "packages",
    [FP_CACHE_LEFTOVER] = "leftovers",
};

/* What a part of the cache has in all. */
struct part_sum {
    size_t items;
    uint64_t bytes;
    int64_t oldest_s;
    int64_t newest_s;
};

/* The entries are sorted by their use. */
static void sum_up(const struct fp_cache_list *list, struct part_sum sums[FP_CACHE_PARTS])
{
    for (size_t i = 0; i < list->len; i++) {
        const struct fp_cache_entry *entry = &list->items[i];
        struct part_sum *sum = &sums[entry->part];
        sum->bytes += entry->bytes;
        sum->newest_s = entry->used.tv_sec;
        if (sum->items++ == 0)
            sum->oldest_s = entry->used.tv_sec;
    }
}

static void put_row(struct fp_buf *out, const char *name, const struct part_sum *sum)
{
    char size[FP_FORMAT_MAX];
    char oldest[FP_TIME_TEXT] = "";
    char newest[FP_TIME_TEXT] = "";
    fp_format_bytes(sum->bytes, size);
    fp_buf_putf(out, "%-10s  %7zu  %8s", name, sum->items, size);
    if (sum->items > 0) {
        fp_time_text(sum->oldest_s, oldest);
        fp_time_text(sum->newest_s, newest);
        fp_buf_putf(out, "  %-20s  %s", oldest, newest);
    }
    fp_buf_puts(out, "\n");
}

static void put_table(struct fp_run *run, const char *directory, const struct fp_cache_list *list)
{
    struct part_sum sums[FP_CACHE_PARTS] = {{0}};
    struct part_sum all = {.items = list->len, .bytes = list->bytes};
    char bound[FP_FORMAT_MAX];
    sum_up(list, sums);
    if (list->len > 0) {
        all.oldest_s = list->items[0].used.tv_sec;
        all.newest_s = list->items[list->len - 1].used.tv_sec;
    }
    fp_format_bytes((uint64_t) run->args.build.cache_max_bytes, bound);
    fp_buf_putf(&run->out, "%s, at most %s\n\n", directory, bound);
    fp_buf_putf(&run->out, "%-10s  %7s  %8s  %-20s  %s\n", "PART", "ITEMS", "SIZE", "OLDEST USE",
                "NEWEST USE");
    for (size_t i = 0; i < FP_CACHE_PARTS; i++)
        put_row(&run->out, part_names[i], &sums[i]);
    put_row(&run->out, "all", &all);
}

static json_t *entry_json(const struct fp_cache_entry *entry)
{
    char used[FP_TIME_TEXT];
    json_t *object = json_object();
    fp_time_text(entry->used.tv_sec, used);
    fp_json_set_text(object, "part", part_names[entry->part]);
    fp_json_set_text(object, "name", entry->name);
    fp_json_set(object, "size", json_integer((json_int_t) entry->bytes));
    fp_json_set_text(object, "used", used);
    return object;
}

static void put_json(struct fp_run *run, const char *directory, const struct fp_cache_list *list)
{
    cleanup_json json_t *object = json_object();
    json_t *entries = json_array();
    for (size_t i = 0; i < list->len; i++)
        fp_json_append(entries, entry_json(&list->items[i]));
    fp_json_set_text(object, "directory", directory);
    fp_json_set(object, "size", json_integer((json_int_t) list->bytes));
    fp_json_set(object, "maxSize", json_integer(run->args.build.cache_max_bytes));
    fp_json_set(object, "entries", entries);
    fp_run_put_json(run, object);
}

static enum fp_code show(struct fp_run *run, const struct fp_session *session, struct fp_error *err)
{
    cleanup_cache_list struct fp_cache_list list = {0};
    FP_TRY(fp_cache_entries(session->layers, &list, err));
    if (run->args.format != NULL && strcmp(run->args.format, "json") == 0)
        put_json(run, session->cache, &list);
    else
        put_table(run, session->cache, &list);
    return FP_OK;
}

static enum fp_code prune(const struct fp_run *run, const struct fp_session *session,
                          int64_t max_bytes, struct fp_error *err)
{
    char freed[FP_FORMAT_MAX];
    cleanup_cache_list struct fp_cache_list removed = {0};
    enum fp_code code = fp_cache_prune(session->layers, (uint64_t) max_bytes, &removed, err);
    fp_format_bytes(removed.bytes, freed);
    fp_report(run->reporter, FP_EVENT_INFO, "%s: %zu removed, %s freed", session->cache,
              removed.len, freed);
    return code;
}

enum fp_code fp_run_cache(struct fp_run *run, struct fp_error *err)
{
    cleanup_session struct fp_session session = {0};
    const char *what = run->operands.items[0];
    const struct fp_args *args = &run->args;
    bool is_prune = strcmp(what, "prune") == 0;
    if (!is_prune && args->prune_max_bytes >= 0)
        return fp_fail(err, FP_E_USAGE, "--max-size goes with: cache prune");
    if (!is_prune && strcmp(what, "show") != 0 && strcmp(what, "clear") != 0)
        return fp_fail(err, FP_E_USAGE, "cache: expected show, prune, or clear");
    FP_TRY(fp_session_open_cache(run, &session, err));
    if (strcmp(what, "show") == 0)
        return show(run, &session, err);
    int64_t bound =
        args->prune_max_bytes >= 0 ? args->prune_max_bytes : args->build.cache_max_bytes;
    return prune(run, &session, is_prune ? bound : 0, err);
}
