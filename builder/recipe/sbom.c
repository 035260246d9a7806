/* Bills of materials of images: the inventories of their layers, read or remembered. */
#include "sbom.h"
#include "cache_repo.h"

#include <stdlib.h>
#include <string.h>

/* The kind of the records of inventories in the local cache. */
#define KIND "inventory"
/* The most inflated bytes of a layer that are read. */
#define LAYER_MAX_BYTES ((uint64_t) 32 << 30)

/* The inventories of an image's layers. */
struct inventories {
    json_t **items;
    size_t count;
};

static void inventories_clear(struct inventories *inventories)
{
    for (size_t i = 0; i < inventories->count; i++)
        json_decref(inventories->items[i]);
    free(inventories->items);
}

/* The key of an inventory in the cache. */
static void key_of(const struct fp_digest *diff_id, char ret_hex[FP_HASH_HEX_MAX])
{
    cleanup_free char *text = fp_xasprintf("%d %s", FP_INVENTORY_LAYOUT, diff_id->text);
    fp_hash_bytes(FP_SHA256, text, strlen(text), ret_hex);
}

static enum fp_code read_layer(const struct fp_build_context *context,
                               const struct fp_sbom_image *image, size_t i, json_t **ret,
                               struct fp_error *err)
{
    struct fp_stage stage;
    const struct fp_descriptor *layer = &image->image->manifest.layers[i];
    cleanup_free char *folder = fp_layout_blobs(context->places.store);
    const struct fp_sbom_layer *place = &image->layers[i];
    cleanup_blob struct fp_blob *blob = place->blob != NULL ? fp_blob_ref(place->blob) : NULL;
    fp_stage_begin(&stage, context->reporter, "inventory", layer->digest.text, layer->size);
    enum fp_code code = fp_mkdir_p(folder, FP_KEPT_DIR_MODE, err);
    if (code == FP_OK && blob == NULL)
        code = fp_repo_get_blob(place->repo, layer, NULL, &blob, err);
    if (code == FP_OK)
        code = fp_inventory_read(blob, &image->image->config.diff_ids[i], folder, LAYER_MAX_BYTES,
                                 ret, err);
    return fp_stage_close(&stage, code, "read");
}

/* What the repository of records has of a layer; a new reference, or NULL. */
static json_t *recall(struct fp_repo *records, const char *key)
{
    cleanup_descriptor struct fp_descriptor none = {0};
    cleanup_json json_t *record = fp_cache_repo_get(records, KIND, key, &none);
    json_t *inventory = json_object_get(record, "inventory");
    return fp_inventory_is_valid(inventory) ? json_incref(inventory) : NULL;
}

static enum fp_code get_inventory(const struct fp_build_context *context,
                                  const struct fp_sbom_image *image, size_t i, json_t **ret,
                                  struct fp_error *err)
{
    char key[FP_HASH_HEX_MAX];
    key_of(&image->image->config.diff_ids[i], key);
    cleanup_json json_t *known = fp_cache_get(context->cache, KIND, key);
    if (known != NULL && fp_inventory_is_valid(known)) {
        *ret = steal_pointer(&known);
        return FP_OK;
    }
    *ret = recall(image->records, key);
    if (*ret == NULL) {
        FP_TRY(read_layer(context, image, i, ret, err));
        cleanup_json json_t *record = json_pack("{s:O}", "inventory", *ret);
        fp_cache_repo_put(image->records, &image->image->config.platform, KIND, key, record);
    }
    fp_cache_put(context->cache, KIND, key, *ret);
    return FP_OK;
}

enum fp_code fp_sbom_make(const struct fp_build_context *context, const struct fp_sbom_image *image,
                          enum fp_sbom_format format, json_t **ret, struct fp_error *err)
{
    const struct fp_image *found = image->image;
    const char *base =
        fp_json_string(found->manifest.annotations, "org.opencontainers.image.base.digest");
    struct fp_digest base_digest = {0};
    bool has_base = base != NULL && fp_digest_parse(base, "base", &base_digest, NULL) == FP_OK;
    __attribute__((cleanup(inventories_clear))) struct inventories inventories = {
        .items = fp_xcalloc(found->manifest.layer_count + 1, sizeof(json_t *)),
        .count = found->manifest.layer_count};
    size_t count = 0;
    for (size_t i = 0; i < inventories.count; i++) {
        FP_TRY(get_inventory(context, image, i, &inventories.items[i], err));
        count += fp_inventory_count(inventories.items[i]);
        if (count > FP_INVENTORY_MAX_COUNT)
            return fp_fail(err, FP_E_INPUT,
                           "%s: it holds more than %d jars, libraries and packages", image->name,
                           FP_INVENTORY_MAX_COUNT);
    }
    const struct fp_sbom_subject subject = {
        .name = image->name,
        .image = &found->descriptor,
        .config = &found->config,
        .inventories = inventories.items,
        .base_name =
            fp_json_string(found->manifest.annotations, "org.opencontainers.image.base.name"),
        .base = has_base ? &base_digest : NULL,
        .program_version = FLINKPACK_VERSION};
    *ret = fp_sbom(&subject, format);
    return FP_OK;
}

enum fp_code fp_sbom_run(struct fp_repo *repo, const struct fp_descriptor *root, const char *name,
                         const struct fp_platform *platform, enum fp_sbom_format format,
                         const struct fp_build_context *context, json_t **ret, struct fp_error *err)
{
    cleanup_images struct fp_images images = {0};
    cleanup_descriptor struct fp_descriptor chosen = {0};
    cleanup_image struct fp_image image = {0};
    FP_TRY(fp_images_open(repo, root, name, &images, err));
    if (platform == NULL && images.index.manifest_count > 1)
        return fp_hinted(fp_fail(err, FP_E_USAGE, "%s is for several platforms", name), err,
                         "choose one with --platform OS/ARCH");
    if (platform == NULL && images.index.manifest_count == 1)
        chosen = fp_descriptor_copy(&images.index.manifests[0]);
    else
        FP_TRY(fp_images_choose(&images, platform, &chosen, err));
    FP_TRY(fp_image_open(repo, &chosen, name, &image, err));
    cleanup_free struct fp_sbom_layer *layers =
        fp_xcalloc(image.manifest.layer_count + 1, sizeof(*layers));
    for (size_t i = 0; i < image.manifest.layer_count; i++)
        layers[i].repo = repo;
    const struct fp_sbom_image found = {.name = name, .image = &image, .layers = layers};
    return fp_sbom_make(context, &found, format, ret, err);
}
