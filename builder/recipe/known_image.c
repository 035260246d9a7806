/* An earlier image whose label may hold records of layers. */
#include "known_image.h"

#include <stdlib.h>
#include <string.h>

/* The longest label that is parsed. */
#define LABEL_MAX_BYTES ((size_t) 512 << 10)

/* The annotation of a manifest or index. The caller owns it; NULL: it has none. */
static char *read_key(struct fp_repo *repo, const struct fp_images *images)
{
    cleanup_manifest struct fp_manifest manifest = {0};
    if (fp_media_is_index(images->root.media_type))
        return fp_unseal_index(&images->index);
    if (fp_image_manifest(repo, &images->root, images->name, &manifest, NULL) != FP_OK)
        return NULL;
    return fp_unseal_manifest(&manifest);
}

char *fp_known_key_below(const struct fp_bases *bases)
{
    cleanup_images struct fp_images images = {0};
    if (fp_images_open(bases->repo, &bases->root, bases->name, &images, NULL) != FP_OK)
        return NULL;
    char *key = read_key(bases->repo, &images);
    if (key != NULL)
        key[strcspn(key, ".")] = '\0';
    return key;
}

static enum fp_code find(struct fp_known_image *image, struct fp_error *err)
{
    cleanup_descriptor struct fp_descriptor root = {0};
    if (image->repo == NULL) {
        FP_TRY(fp_location_open(&image->location, &image->plan->context->places,
                                &image->plan->platforms[0], &image->repo, err));
        image->owns_repo = true;
    }
    FP_TRY(fp_repo_resolve(image->repo, image->name, &root, err));
    FP_TRY(fp_images_open(image->repo, &root, image->from, &image->images, err));
    image->image_key = read_key(image->repo, &image->images);
    image->is_found = true;
    return FP_OK;
}

enum fp_code fp_known_image_find(void *context, struct fp_error *err)
{
    struct fp_known_image *image = context;
    struct fp_error why = {0};
    (void) err;
    enum fp_code code = find(image, &why);
    image->is_missing = code == FP_E_NOT_FOUND;
    /* The name that is replaced may be new, but one that was given should be there. */
    bool is_named = image->output == SIZE_MAX && code != FP_E_INTERRUPTED;
    if (code != FP_OK)
        fp_report(image->plan->context->reporter, is_named ? FP_EVENT_INFO : FP_EVENT_DEBUG,
                  "%s%s is not used: %s", is_named ? "--cache-from: " : "", image->from, why.text);
    return FP_OK;
}

json_t *fp_known_label(const struct fp_config *config)
{
    const json_t *labels = json_object_get(json_object_get(config->document, "config"), "Labels");
    const char *text = fp_json_string(labels, FP_LABEL_RECIPES);
    json_t *label = NULL;
    if (text == NULL || strlen(text) > LABEL_MAX_BYTES ||
        fp_json_parse(text, strlen(text), FP_LABEL_RECIPES, &label, NULL) != FP_OK)
        return NULL;
    if (json_integer_value(json_object_get(label, "layout")) == FP_LAYOUT_NUMBER)
        return label;
    json_decref(label);
    return NULL;
}

const json_t *fp_known_label_layer(const json_t *label, const char *kind, const char *key)
{
    const json_t *layers = json_object_get(label, "layers");
    for (size_t i = 0; i < json_array_size(layers); i++) {
        const json_t *layer = json_array_get(layers, i);
        const char *its_kind = fp_json_string(layer, "kind");
        const char *its_key = fp_json_string(layer, "key");
        if (its_kind != NULL && its_key != NULL && (kind == NULL || strcmp(its_kind, kind) == 0) &&
            (key == NULL || strcmp(its_key, key) == 0))
            return layer;
    }
    return NULL;
}

/* The tree of an image's outline lies with the record of the last layer that changed it. */
static json_t *with_tree(const json_t *label, json_t *base)
{
    const char *key = fp_json_string(base, "treeOf");
    const json_t *layer = key != NULL ? fp_known_label_layer(label, NULL, key) : NULL;
    json_t *tree = json_object_get(json_object_get(layer, "facts"), "tree");
    if (key == NULL)
        return json_incref(base);
    json_t *joined = json_deep_copy(base);
    fp_json_set(json_object_get(joined, "facts"), "tree", json_incref(tree));
    return joined;
}

json_t *fp_known_label_facts(const json_t *label, const char *key)
{
    const json_t *bases = json_object_get(label, "bases");
    for (size_t i = 0; i < json_array_size(bases); i++) {
        json_t *base = json_array_get(bases, i);
        const char *its_key = fp_json_string(base, "key");
        if (its_key != NULL && strcmp(its_key, key) == 0)
            return json_is_object(json_object_get(base, "facts")) ? with_tree(label, base) : NULL;
    }
    return NULL;
}

/* Whether the image has the layers of all records, in their order. Nobody makes an image without a
 * distribution's or set-up's layer where it has their records. */
static bool agrees(const json_t *label, const struct fp_config *config)
{
    const json_t *layers = json_object_get(label, "layers");
    size_t next = 0;
    for (size_t i = 0; i < json_array_size(layers); i++) {
        const json_t *layer = json_array_get(layers, i);
        const char *diff_id = fp_json_string(layer, "diffId");
        const char *kind = fp_json_string(layer, "kind");
        if (diff_id == NULL && kind != NULL &&
            (strcmp(kind, "distribution") == 0 || strcmp(kind, "setup") == 0))
            return false;
        if (diff_id == NULL)
            continue;
        while (next < config->diff_id_count && strcmp(config->diff_ids[next].text, diff_id) != 0)
            next++;
        if (next++ >= config->diff_id_count)
            return false;
    }
    return true;
}

/* The label, unless it is at odds with the image that it is in. A new reference, or NULL. */
static json_t *believable_label(const struct fp_config *config)
{
    json_t *label = fp_known_label(config);
    if (label == NULL || agrees(label, config))
        return label;
    json_decref(label);
    return NULL;
}

static enum fp_code read_platform(struct fp_known_image *image, size_t i, struct fp_error *err)
{
    struct fp_known_platform *platform = &image->platforms[i];
    cleanup_descriptor struct fp_descriptor descriptor = {0};
    FP_TRY(fp_images_choose(&image->images, &image->plan->platforms[i], &descriptor, err));
    FP_TRY(fp_image_open(image->repo, &descriptor, image->from, &platform->image, err));
    if (fp_platform_matches(&image->plan->platforms[i], &platform->image.config.platform))
        platform->label = believable_label(&platform->image.config);
    return FP_OK;
}

enum fp_code fp_known_image_read(void *context, struct fp_error *err)
{
    struct fp_known_image *image = context;
    (void) err;
    if (!image->is_found)
        return FP_OK;
    image->platforms = fp_xcalloc(image->plan->platform_count, sizeof(*image->platforms));
    for (size_t i = 0; i < image->plan->platform_count; i++) {
        struct fp_error why = {0};
        if (read_platform(image, i, &why) != FP_OK)
            fp_report(image->plan->context->reporter, FP_EVENT_DEBUG, "no records in %s: %s",
                      image->from, why.text);
    }
    return FP_OK;
}

void fp_known_image_clear(struct fp_known_image *image)
{
    for (size_t i = 0; image->platforms != NULL && i < image->plan->platform_count; i++) {
        fp_image_clear(&image->platforms[i].image);
        json_decref(image->platforms[i].label);
    }
    free(image->platforms);
    fp_images_clear(&image->images);
    if (image->owns_repo)
        fp_repo_free(image->repo);
    fp_location_clear(&image->location);
    free(image->image_key);
    free(image->from);
    free(image->name);
    memset(image, 0, sizeof(*image));
}
