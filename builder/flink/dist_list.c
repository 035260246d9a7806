/* The list of the entries of an archive or a directory, within limits. */
#include "dist_list.h"

#include <string.h>

/* The list is limited, because it is held in memory and searched more than once. */
static enum fp_code check_limits(const struct fp_dist_list *list, const char *path,
                                 const char *name, struct fp_error *err)
{
    if (list->len >= FP_DIST_MAX_ENTRIES)
        return fp_fail(err, FP_E_INPUT, "%s: more than %d entries, no Flink has that many", name,
                       FP_DIST_MAX_ENTRIES);
    if (list->name_bytes > FP_DIST_MAX_NAMES)
        return fp_fail(err, FP_E_INPUT, "%s: more than %zu MiB of names, no Flink has that many",
                       name, FP_DIST_MAX_NAMES >> 20);
    int depth = 0;
    for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/'))
        depth++;
    if (depth > FP_DIST_MAX_DEPTH)
        return fp_fail(err, FP_E_INPUT, "%s: %.200s: folders nested too deeply", name, path);
    return FP_OK;
}

enum fp_code fp_dist_list_add(struct fp_dist_list *list, const struct fp_entry *entry,
                              const char *name, struct fp_dist_entry **ret, struct fp_error *err)
{
    FP_TRY(check_limits(list, entry->path, name, err));
    list->name_bytes += strlen(entry->path) + (entry->link != NULL ? strlen(entry->link) : 0);
    if (list->len == list->cap) {
        list->cap = list->cap == 0 ? 256 : list->cap * 2;
        list->entries = fp_xreallocarray(list->entries, list->cap, sizeof(*list->entries));
    }
    struct fp_dist_entry *added = &list->entries[list->len++];
    *added = (struct fp_dist_entry){.meta = *entry,
                                    .path = fp_xstrdup(entry->path),
                                    .link = fp_xstrdup(entry->link),
                                    .has_xattrs = entry->xattrs != NULL,
                                    .spool_offset = FP_DIST_NOT_SPOOLED};
    added->meta.path = added->path;
    added->meta.link = added->link;
    added->meta.xattrs = NULL;
    if (ret != NULL)
        *ret = added;
    return FP_OK;
}

/* Whether a file is directly in a bin/ or conf/ that is not too deep. */
static bool is_kept(const char *path)
{
    int depth = 0;
    const char *part = path;
    bool wanted = false;
    for (const char *slash = strchr(part, '/'); slash != NULL; slash = strchr(part, '/')) {
        size_t len = (size_t) (slash - part);
        wanted = (len == 3 && strncmp(part, "bin", 3) == 0) ||
                 (len == 4 && strncmp(part, "conf", 4) == 0);
        part = slash + 1;
        depth++;
    }
    return wanted && depth <= FP_DIST_KEPT_DEPTH;
}

bool fp_dist_list_wants(struct fp_dist_list *list, const struct fp_entry *entry)
{
    if (entry->kind != FP_ENTRY_FILE || !is_kept(entry->path))
        return false;
    bool fits = entry->size <= FP_DIST_MAX_KEPT - list->kept_bytes &&
                list->kept_count < FP_DIST_MAX_KEPT_FILES;
    list->keeps_too_much = list->keeps_too_much || !fits;
    return fits;
}

enum fp_code fp_dist_list_keep(struct fp_dist_list *list, const struct fp_entry *entry,
                               struct fp_source *source, const struct fp_dist_file **ret,
                               struct fp_error *err)
{
    cleanup_buf struct fp_buf content = FP_BUF_INIT(FP_DIST_MAX_KEPT - list->kept_bytes);
    FP_TRY(fp_source_read_all(source, &content, err));
    list->kept = fp_xreallocarray(list->kept, list->kept_count + 1, sizeof(*list->kept));
    struct fp_dist_file *file = &list->kept[list->kept_count++];
    list->kept_bytes += content.len;
    *file = (struct fp_dist_file){.path = fp_xstrdup(entry->path), .len = content.len};
    file->data = fp_buf_take(&content);
    if (ret != NULL)
        *ret = file;
    return FP_OK;
}

const char *fp_dist_below(const char *path, const char *root)
{
    size_t len = strlen(root);
    if (len == 0)
        return path;
    return strncmp(path, root, len) == 0 && path[len] == '/' ? path + len + 1 : NULL;
}

bool fp_dist_is_resource_file(const char *path)
{
    return strncmp(fp_path_base(path), "._", 2) == 0;
}

/* Whether a later entry has the same name, because the last one counts, as for tar. */
static bool is_kept_again(const struct fp_dist_list *list, size_t i)
{
    for (size_t later = i + 1; later < list->kept_count; later++)
        if (strcmp(list->kept[i].path, list->kept[later].path) == 0)
            return true;
    return false;
}

enum fp_code fp_dist_take_files(struct fp_dist_list *list, const char *name, const char *root,
                                struct fp_distribution *ret, struct fp_error *err)
{
    if (list->keeps_too_much)
        return fp_fail(err, FP_E_INPUT, "%s: bin/ and conf/ hold more than %zu MiB or %d files",
                       name, FP_DIST_MAX_KEPT >> 20, FP_DIST_MAX_KEPT_FILES);
    ret->files = fp_xcalloc(list->kept_count, sizeof(*ret->files));
    for (size_t i = 0; i < list->kept_count; i++) {
        struct fp_dist_file *file = &list->kept[i];
        const char *path = fp_dist_below(file->path, root);
        bool direct =
            path != NULL && (strncmp(path, "bin/", 4) == 0 || strncmp(path, "conf/", 5) == 0);
        if (!direct || fp_dist_is_resource_file(path) || is_kept_again(list, i))
            continue;
        ret->files[ret->file_count++] = (struct fp_dist_file){
            .path = fp_xstrdup(path), .data = steal_pointer(&file->data), .len = file->len};
    }
    return FP_OK;
}

void fp_dist_list_clear(struct fp_dist_list *list)
{
    for (size_t i = 0; i < list->len; i++) {
        free(list->entries[i].path);
        free(list->entries[i].link);
    }
    for (size_t i = 0; i < list->kept_count; i++) {
        free(list->kept[i].path);
        free(list->kept[i].data);
    }
    free(list->entries);
    free(list->kept);
    *list = (struct fp_dist_list){0};
}
