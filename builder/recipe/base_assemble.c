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
    enum fp_code code = FP_OK;
    for (size_t i = 0; i < entry->repositories.len && code == FP_OK; i++)
        code = fp_buf_addf(&lines, err, "%s\n", entry->repositories.items[i]);
    if (code != FP_OK)
        return code;
    fp_apk_system_new(tree, fp_buf_text(&lines), fp_apk_arch(&image->platform), ret);
    json_object_foreach(entry->keys, name, value)
    {
        code = fp_apk_keys_add(ret->keys, name, json_string_value(value), err);
        if (code != FP_OK)
            return fp_context(code, err, "%s: keys", entry->name);
    }
    return FP_OK;
}

static enum fp_code make_layer(const struct fp_layer_step *step, const struct fp_base_entry *entry,
                               struct fp_apk_system *root, const char *folder, struct fp_layer *ret,
                               struct fp_error *err)
{
    cleanup_draft struct fp_draft draft = fp_draft_new(step);
    cleanup_strv struct fp_strv requests = {0};
    cleanup_strv struct fp_strv changes = {0};
    struct fp_apk_spool spool = {.fd = -1};
    struct fp_apk_addition addition = {0};
    list_requests(step->plan, entry, &requests);
    enum fp_code code = fp_apk_spool_open(folder, &spool, err);
    fp_packages_addition(step, &draft, &spool, &addition);
    addition.requests = &requests;
    if (code == FP_OK)
        code = fp_apk_add(root, &addition, &changes, err);
    if (code == FP_E_NETWORK)
        fp_hint(err, "is there a mirror of Alpine that can be reached? --apk-mirror URL");
    if (code == FP_OK)
        code = fp_draft_write(&draft, step, "base", ret, err);
    fp_apk_spool_clear(&spool);
    return code;
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

enum fp_code fp_base_assemble(const struct fp_plan *plan, struct fp_bases *bases,
                              struct fp_base_image *image, struct fp_error *err)
{
    int64_t epoch = plan->context->source_date_epoch;
    cleanup_tree struct fp_tree *tree = fp_tree_new();
    cleanup_tree struct fp_tree *nothing = fp_tree_new();
    struct fp_layer_step step = {
        .plan = plan, .tree = tree, .mtime_s = epoch >= 0 ? epoch : FP_EARLIEST_TIME};
    struct fp_apk_system root = {0};
    struct fp_layer layer = {0};
    char *folder = NULL;
    enum fp_code code = make_system(&bases->entry, image, nothing, &root, err);
    if (code == FP_OK)
        code = fp_temp_dir(plan->context->cache_folder, &folder, err);
    if (code == FP_OK)
        code = make_layer(&step, &bases->entry, &root, folder, &layer, err);
    if (code == FP_OK)
        code = make_image(bases, image, &layer, step.mtime_s, err);
    if (folder != NULL)
        fp_temp_remove(folder);
    fp_apk_system_clear(&root);
    fp_layer_clear(&layer);
    return code;
}
