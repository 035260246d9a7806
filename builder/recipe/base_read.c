/* Reading the documents of a base, and files in its layers. */
#include "flink.h"

#include <string.h>

/* The files to find while the layers are scanned from the top, because the content of the topmost
 * layer that has a file counts. */
struct gathering {
    const struct fp_strv *paths; /* without links; "" if there is no file */
    fp_base_taker *take;
    void *context;
    size_t *found; /* the number of the layer that has it, plus one; 0: none so far */
    size_t layer;
    size_t missing;
};

static enum fp_code gather(void *context, struct fp_scan *scan, const struct fp_entry *entry,
                           const char *raw_path, enum fp_scan_action *ret_action,
                           struct fp_error *err)
{
    struct gathering *gathering = context;
    (void) raw_path;
    *ret_action = FP_SCAN_SKIP;
    for (size_t i = 0; entry->kind == FP_ENTRY_FILE && i < gathering->paths->len; i++) {
        if (strcmp(entry->path, gathering->paths->items[i]) != 0 ||
            (gathering->found[i] != 0 && gathering->found[i] != gathering->layer))
            continue;
        gathering->found[i] = gathering->layer;
        cleanup_source struct fp_source *source = fp_scan_source(scan);
        return fp_context(gathering->take(gathering->context, i, source, err), err, "/%s",
                          entry->path);
    }
    return FP_OK;
}

static enum fp_code gather_layer(const struct fp_blob *blob, struct gathering *gathering,
                                 struct fp_error *err)
{
    const struct fp_descriptor *descriptor = fp_blob_descriptor(blob);
    const char *name = descriptor->digest.text;
    struct fp_source *raw = NULL;
    FP_TRY(fp_blob_open(blob, 0, &raw, err));
    /* The layer was verified when the base was scanned, but its bytes may have changed since. */
    raw = fp_source_verified(raw, descriptor, name);
    cleanup_source struct fp_source *tar = fp_source_inflate(raw, name, FP_BASE_MAX_BYTES, NULL);
    return fp_scan_tar(tar, name, true, gather, gathering, err);
}

enum fp_code fp_base_image_take(const struct fp_base_image *image, const struct fp_strv *paths,
                                fp_base_taker *take, void *context, size_t *ret_missing,
                                struct fp_error *err)
{
    cleanup_free size_t *found = fp_xcalloc(paths->len + 1, sizeof(*found));
    struct gathering gathering = {.paths = paths, .take = take, .context = context, .found = found};
    for (size_t i = 0; i < paths->len; i++)
        gathering.missing += paths->items[i][0] != '\0';
    for (size_t i = image->manifest.layer_count; i-- > 0 && gathering.missing > 0;) {
        gathering.layer = i + 1;
        FP_TRY(gather_layer(image->blobs[i], &gathering, err));
        for (size_t k = 0; k < paths->len; k++)
            gathering.missing -= found[k] == i + 1;
    }
    *ret_missing = gathering.missing;
    return FP_OK;
}

/* Read a file into its buffer, again if the layer has it twice. */
static enum fp_code take_content(void *context, size_t i, struct fp_source *content,
                                 struct fp_error *err)
{
    struct fp_buf *contents = context;
    size_t max = contents[i].max;
    fp_buf_clear(&contents[i]);
    contents[i].max = max;
    return fp_source_read_all(content, &contents[i], err);
}

/* Whether the facts have the content of a file. */
static enum fp_code read_known(const struct fp_base_facts *facts, const char *path,
                               struct fp_buf *ret, bool *ret_known, struct fp_error *err)
{
    *ret_known = fp_base_text(facts, path, ret);
    return fp_context(fp_buf_check(ret, err), err, "/%s", path);
}

/* `*ret_missing` is the number of paths that lead to no file. */
static enum fp_code read_files(const struct fp_base_image *image, const struct fp_strv *paths,
                               struct fp_buf *contents, size_t *ret_missing, struct fp_error *err)
{
    cleanup_strv struct fp_strv real = {0};
    size_t unfound = 0;
    for (size_t i = 0; i < paths->len; i++) {
        const struct fp_entry *entry = fp_tree_resolve(image->facts.tree, paths->items[i]);
        bool is_file = entry != NULL && entry->kind == FP_ENTRY_FILE;
        bool is_known = false;
        if (is_file)
            FP_TRY(read_known(&image->facts, entry->path, &contents[i], &is_known, err));
        fp_strv_add(&real, is_file && !is_known ? entry->path : "");
        *ret_missing += !is_file;
    }
    FP_TRY(fp_base_image_take(image, &real, take_content, contents, &unfound, err));
    *ret_missing += unfound;
    return FP_OK;
}

enum fp_code fp_base_image_read_many(void *context, const struct fp_strv *paths,
                                     struct fp_buf *contents, struct fp_error *err)
{
    size_t missing = 0;
    return read_files(context, paths, contents, &missing, err);
}

enum fp_code fp_base_image_read(const struct fp_base_image *image, const char *path,
                                struct fp_buf *ret, struct fp_error *err)
{
    cleanup_strv struct fp_strv paths = {0};
    size_t missing = 0;
    fp_strv_add(&paths, path);
    FP_TRY(fp_context(read_files(image, &paths, ret, &missing, err), err, "reading '/%s'", path));
    return missing > 0 ? fp_fail(err, FP_E_NOT_FOUND, "the image has no file '/%s'", path) : FP_OK;
}

enum fp_code fp_base_read(const struct fp_bases *bases, struct fp_base_image *image,
                          struct fp_error *err)
{
    struct fp_image found = {0};
    enum fp_code code = fp_image_open(bases->repo, &image->descriptor, bases->name, &found, err);
    fp_descriptor_clear(&found.descriptor);
    image->manifest = found.manifest;
    image->config = found.config;
    return code;
}
