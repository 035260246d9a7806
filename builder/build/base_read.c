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
