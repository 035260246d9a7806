/* Making a base from the packages that its entry in the catalogue lists. */
#include "layers.h"

#include <string.h>

/* List the packages of the entry, of Flink and of the user, because one layer holds them all. */
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

/* Make an image of that one layer, and read it like a fetched one. */
static enum fp_code make_image(struct fp_bases *bases, struct fp_base_image *image,
                               const struct fp_layer *layer, int64_t created_s,
                               struct fp_error *err)
{
    char created[32];
    fp_time_text(created_s, created);
    struct fp_config_layer row = {.diff_id = layer->diff_id,
                                  .created_by = "flinkpack build # base"};
    cleanup_json json_t *env =
        json_pack("{s:s}", "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    struct fp_config_change change = {
        .layers = &row, .layer_count = 1, .env = env, .created = created};
    image->descriptor =
        fp_descriptor_copy(fp_parts_add_image(bases->repo, &image->platform, &change, layer->blob));
    if (!fp_digest_is_set(&bases->root.digest))
        bases->root = fp_descriptor_copy(&image->descriptor);
    image->blobs = fp_xcalloc(2, sizeof(struct fp_blob *));
    image->blobs[0] = fp_blob_ref(layer->blob);
    return fp_base_read(bases, image, err);
}

enum fp_code fp_base_assemble(const struct fp_plan *plan, struct fp_bases *bases,
                              struct fp_base_image *image, struct fp_error *err)
{
    cleanup_tree struct fp_tree *tree = fp_tree_new();
    cleanup_tree struct fp_tree *nothing = fp_tree_new();
    cleanup_strv struct fp_strv requests = {0};
    cleanup_strv struct fp_strv added = {0};
    cleanup_apk_system struct fp_apk_system root = {0};
    cleanup_layer struct fp_layer layer = {0};
    const struct fp_layer_step step = {.plan = plan,
                                       .base = image,
                                       .base_name = bases->name,
                                       .tree = tree,
                                       .packages = &added,
                                       .mtime_s = fp_plan_time(plan, FP_EARLIEST_TIME)};
    list_requests(plan, &bases->entry, &requests);
    FP_TRY(make_system(&bases->entry, image, nothing, &root, err));
    FP_TRY(fp_packages_layer(&step, &root, &requests, "base", &layer, err));
    return make_image(bases, image, &layer, step.mtime_s, err);
}
