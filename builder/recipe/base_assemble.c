/* A base that is made of packages, as its entry in the catalogue lists them. */
#include "image.h"
#include "packages.h"

#include <string.h>

/* The packages of the entry, and what Flink and the user want besides: one layer holds them all. */
static void list_requests(const struct fp_plan *plan, const struct fp_base_entry *entry,
                          struct fp_strv *ret)
{
    for (size_t i = 0; i < entry->packages.len; i++)
        fp_strv_add(ret, entry->packages.items[i]);
    const struct fp_strv *asked = &plan->packages.names;
    for (size_t i = 0; i < asked->len; i++) {
        if (!fp_strv_has(ret, asked->items[i]))
            fp_strv_add(ret, asked->items[i]);
    }
    fp_packages_needed(plan, ret);
    fp_strv_sort(ret);
}

static enum fp_code make_system(const struct fp_base_entry *entry,
                                const struct fp_base_image *image, const struct fp_tree *tree,
                                struct fp_apk_system *ret, struct fp_error *err)
{
    cleanup_buf struct fp_buf lines = FP_BUF_INIT(FP_SMALL_FILE_MAX);
    json_t *value = NULL;
    const char *name = NULL;
    for (size_t i = 0; i < entry->repositories.len; i++)
        fp_buf_putf(&lines, "%s\n", entry->repositories.items[i]);
    FP_TRY(fp_buf_check(&lines, err));
    fp_apk_system_new(tree, fp_buf_text(&lines), fp_apk_arch(&image->platform), ret);
    json_object_foreach(entry->keys, name, value)
    {
        FP_TRY(fp_context(fp_apk_keys_add(ret->keys, name, json_string_value(value), err), err,
                          "%s: keys", entry->name));
    }
    return FP_OK;
}

/* An image of that one layer, as if it had been fetched. */
static enum fp_code make_image(struct fp_bases *bases, struct fp_base_image *image,
                               const struct fp_layer *layer, int64_t created_s,
                               struct fp_error *err)
{
    char created[32];
    fp_time_text(created_s, created);
    cleanup_config struct fp_config empty = fp_config_empty(&image->platform);
    struct fp_config_layer row = {.diff_id = layer->diff_id, .created_by = layer->created_by};
    cleanup_json json_t *env =
        json_pack("{s:s}", "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    struct fp_config_change change = {
        .layers = &row, .layer_count = 1, .env = env, .created = created};
    char *bytes = fp_config_bytes(&empty, &change);
    cleanup_blob struct fp_blob *config = fp_blob_memory(FP_MEDIA_OCI_CONFIG, bytes, strlen(bytes));
    FP_TRY(fp_config_parse(bytes, strlen(bytes), 1, bases->name, &image->config, err));
    image->manifest = (struct fp_manifest){.media_type = FP_MEDIA_OCI_MANIFEST};
    image->manifest.config = fp_descriptor_copy(fp_blob_descriptor(config));
    fp_manifest_add_layer(&image->manifest, fp_blob_descriptor(layer->blob));
    char *text = fp_manifest_bytes(&image->manifest);
    cleanup_blob struct fp_blob *manifest =
        fp_blob_memory(FP_MEDIA_OCI_MANIFEST, text, strlen(text));
    image->descriptor = fp_descriptor_copy(fp_blob_descriptor(manifest));
    image->blobs = fp_xcalloc(2, sizeof(struct fp_blob *));
    image->blobs[0] = fp_blob_ref(layer->blob);
    fp_parts_add_blob(bases->repo, layer->blob);
    if (!fp_digest_is_set(&bases->root.digest))
        bases->root = fp_descriptor_copy(fp_blob_descriptor(manifest));
    return FP_OK;
}

static enum fp_code assemble(const struct fp_layer_step *step, struct fp_bases *bases,
                             struct fp_base_image *image, struct fp_layer *layer,
                             struct fp_error *err)
{
    cleanup_tree struct fp_tree *nothing = fp_tree_new();
    cleanup_strv struct fp_strv requests = {0};
    __attribute__((cleanup(fp_apk_system_clear))) struct fp_apk_system root = {0};
    list_requests(step->plan, &bases->entry, &requests);
    FP_TRY(make_system(&bases->entry, image, nothing, &root, err));
    FP_TRY(fp_packages_layer(step, &root, &requests, "base", layer, err));
    return make_image(bases, image, layer, step->mtime_s, err);
}

enum fp_code fp_base_assemble(const struct fp_plan *plan, struct fp_bases *bases,
                              struct fp_base_image *image, struct fp_error *err)
{
    cleanup_tree struct fp_tree *tree = fp_tree_new();
    cleanup_strv struct fp_strv added = {0};
    const struct fp_layer_step step = {.plan = plan,
                                       .tree = tree,
                                       .packages = &added,
                                       .mtime_s = fp_plan_time(plan, FP_EARLIEST_TIME)};
    struct fp_layer layer = {0};
    enum fp_code code = assemble(&step, bases, image, &layer, err);
    fp_layer_clear(&layer);
    return code;
}
