#include "internal.h"

#include <string.h>

/* The file that is looked for while the layers go by. */
struct search {
    const char *path;
    struct fp_buf *ret;
    bool found;
};

static enum fp_code keep(void *context, struct fp_scan *scan, const struct fp_entry *entry,
                         const char *raw_path, enum fp_scan_action *ret_action,
                         struct fp_error *err)
{
    struct search *search = context;
    (void) raw_path;
    *ret_action = FP_SCAN_SKIP;
    if (entry->kind != FP_ENTRY_FILE || strcmp(entry->path, search->path) != 0)
        return FP_OK;
    size_t max = search->ret->max;
    fp_buf_clear(search->ret);
    search->ret->max = max;
    cleanup_source struct fp_source *content = fp_scan_source(scan);
    search->found = true;
    return fp_source_read_all(content, search->ret, err);
}

static enum fp_code search_layer(const struct fp_blob *blob, struct search *search,
                                 struct fp_error *err)
{
    const char *name = fp_blob_descriptor(blob)->digest.text;
    struct fp_source *raw = NULL;
    enum fp_code code = fp_blob_open(blob, 0, &raw, err);
    if (code != FP_OK)
        return code;
    cleanup_source struct fp_source *tar = fp_source_inflate(raw, name, FP_BASE_MAX_BYTES, NULL);
    return fp_scan_tar(tar, name, true, keep, search, err);
}

/* Several files at once. */
struct gathering {
    const struct fp_strv *paths; /* real ones; "" where there is none */
    struct fp_buf *contents;
    size_t *found; /* one more than the layer that had it; 0: none so far */
    size_t layer;
};

static enum fp_code gather(void *context, struct fp_scan *scan, const struct fp_entry *entry,
                           const char *raw_path, enum fp_scan_action *ret_action,
                           struct fp_error *err)
{
    struct gathering *gathering = context;
    (void) raw_path;
    *ret_action = FP_SCAN_SKIP;
    for (size_t i = 0; entry->kind == FP_ENTRY_FILE && i < gathering->paths->len; i++) {
        struct fp_buf *content = &gathering->contents[i];
        if (strcmp(entry->path, gathering->paths->items[i]) != 0 ||
            (gathering->found[i] != 0 && gathering->found[i] != gathering->layer))
            continue;
        size_t max = content->max;
        fp_buf_clear(content);
        content->max = max;
        gathering->found[i] = gathering->layer;
        cleanup_source struct fp_source *source = fp_scan_source(scan);
        enum fp_code code = fp_source_read_all(source, content, err);
        return code == FP_OK ? FP_OK : fp_context(err, "/%s", entry->path);
    }
    return FP_OK;
}

static enum fp_code gather_layer(const struct fp_blob *blob, struct gathering *gathering,
                                 struct fp_error *err)
{
    const char *name = fp_blob_descriptor(blob)->digest.text;
    struct fp_source *raw = NULL;
    enum fp_code code = fp_blob_open(blob, 0, &raw, err);
    if (code != FP_OK)
        return code;
    cleanup_source struct fp_source *tar = fp_source_inflate(raw, name, FP_BASE_MAX_BYTES, NULL);
    return fp_scan_tar(tar, name, true, gather, gathering, err);
}

enum fp_code fp_base_image_read_many(void *context, const struct fp_strv *paths,
                                     struct fp_buf *contents, struct fp_error *err)
{
    const struct fp_base_image *image = context;
    cleanup_strv struct fp_strv real = {0};
    cleanup_free size_t *found = fp_xcalloc(paths->len + 1, sizeof(*found));
    struct gathering gathering = {.paths = &real, .contents = contents, .found = found};
    size_t missing = 0;
    for (size_t i = 0; i < paths->len; i++) {
        const struct fp_entry *entry = fp_tree_resolve(image->facts.tree, paths->items[i]);
        bool is_file = entry != NULL && entry->kind == FP_ENTRY_FILE;
        fp_strv_add(&real, is_file ? entry->path : "");
        missing += is_file;
    }
    for (size_t i = image->manifest.layer_count; i-- > 0 && missing > 0;) {
        gathering.layer = i + 1;
        enum fp_code code = gather_layer(image->blobs[i], &gathering, err);
        if (code != FP_OK)
            return code;
        for (size_t k = 0; k < paths->len; k++)
            missing -= found[k] == i + 1;
    }
    return FP_OK;
}

enum fp_code fp_base_image_read(const struct fp_base_image *image, const char *path,
                                struct fp_buf *ret, struct fp_error *err)
{
    const struct fp_entry *entry = fp_tree_resolve(image->facts.tree, path);
    if (entry == NULL || entry->kind != FP_ENTRY_FILE)
        return fp_fail(err, FP_E_NOT_FOUND, "the image has no file '/%s'", path);
    cleanup_free char *real = fp_xstrdup(entry->path);
    struct search search = {.path = real, .ret = ret};
    /* From the top: the uppermost layer that has the file is the one whose content counts. */
    for (size_t i = image->manifest.layer_count; i-- > 0 && !search.found;) {
        enum fp_code code = search_layer(image->blobs[i], &search, err);
        if (code != FP_OK)
            return fp_context(err, "reading '/%s'", path);
    }
    if (!search.found)
        return fp_fail(err, FP_E_NOT_FOUND, "no layer of the image holds '/%s'", path);
    return FP_OK;
}
