/* The label that holds the records of an image's layers, and outlines of what is in it. */
#include "known_image.h"

#include <string.h>

/* The most facts that are taken over from the image below. */
#define BASES_MAX 4

/* Records of the image that this one is built upon count on, as far as their layers are there. */
static void keep_below(const struct fp_base_image *base, json_t *layers)
{
    cleanup_json json_t *label = fp_known_label(&base->config);
    const json_t *below = json_object_get(label, "layers");
    for (size_t i = 0; i < json_array_size(below); i++) {
        cleanup_record struct fp_record record = {0};
        bool is_there = false;
        if (!fp_record_parse(json_array_get(below, i), &record))
            continue;
        for (size_t k = 0; k < base->config.diff_id_count; k++)
            is_there = is_there || fp_digest_equal(&base->config.diff_ids[k], &record.diff_id);
        if (is_there || !fp_record_has_layer(&record))
            fp_json_append(layers, fp_record_json(&record, false));
    }
}

/* The key by which --from-image will know the image, whose job it leaves out. */
static bool find_key(const struct fp_base_image *base, const struct fp_platform_image *image,
                     const json_t *env, char ret_hex[FP_HASH_HEX_MAX])
{
    struct fp_config_layer layers[FP_OWN_LAYERS_MAX] = {0};
    struct fp_config_change change = {.layers = layers, .env = env};
    cleanup_config struct fp_config config = {0};
    for (size_t i = 0; i < image->layer_count; i++) {
        const struct fp_record *record = &image->layers[i].record;
        if (fp_record_has_layer(record) && strcmp(record->kind, "job") != 0)
            layers[change.layer_count++].diff_id = record->diff_id;
    }
    cleanup_free char *bytes = fp_config_bytes(&base->config, &change);
    if (fp_config_parse(bytes, strlen(bytes), base->config.diff_id_count + change.layer_count,
                        "the image", &config, NULL) != FP_OK)
        return false;
    fp_base_facts_key(&base->platform, &config, NULL, ret_hex);
    return true;
}

/* The last layer that has changed the outline. */
static const struct fp_record *outlined_by(const struct fp_platform_image *image)
{
    const struct fp_record *found = NULL;
    for (size_t i = 0; i < image->layer_count; i++)
        if (json_object_get(image->layers[i].record.facts, "tree") != NULL)
            found = &image->layers[i].record;
    return found;
}

/* Add facts, unless there are some with their key. */
static void add_facts(json_t *bases, json_t *take_facts)
{
    const char *key = fp_json_string(take_facts, "key");
    for (size_t i = 0; i < json_array_size(bases); i++) {
        if (strcmp(fp_json_string(json_array_get(bases, i), "key"), key) == 0) {
            json_decref(take_facts);
            return;
        }
    }
    fp_json_append(bases, take_facts);
}

/* Facts of what is below count on, as the images that they are of may be built upon again. */
static void keep_bases(const struct fp_base_image *base, json_t *bases)
{
    cleanup_json json_t *label = fp_known_label(&base->config);
    json_t *below = json_object_get(label, "bases");
    for (size_t i = 0; i < json_array_size(below) && i < BASES_MAX; i++) {
        json_t *facts = json_array_get(below, i);
        if (fp_json_string(facts, "key") != NULL)
            add_facts(bases, json_incref(facts));
    }
}

static void add_bases(const struct fp_base_image *base, const struct fp_platform_image *image,
                      const json_t *env, json_t *bases)
{
    char key[FP_HASH_HEX_MAX];
    const struct fp_record *outlined = outlined_by(image);
    if (base->outline == NULL)
        return;
    keep_bases(base, bases);
    add_facts(bases, json_incref(base->outline));
    if (outlined == NULL || !find_key(base, image, env, key))
        return;
    json_t *whole = json_deep_copy(base->outline);
    (void) json_object_del(json_object_get(whole, "facts"), "tree");
    fp_json_set_text(whole, "key", key);
    fp_json_set_text(whole, "treeOf", outlined->key);
    add_facts(bases, whole);
}

char *fp_recipes_label(const struct fp_bases *bases, size_t platform,
                       const struct fp_platform_image *image, const json_t *env)
{
    const struct fp_base_image *base = &bases->images[platform];
    const char *key = bases->image_key;
    cleanup_free char *rest = key != NULL ? fp_xstrndup(key, strcspn(key, ".")) : NULL;
    json_t *layers = json_array();
    json_t *facts = json_array();
    keep_below(base, layers);
    for (size_t i = 0; i < image->layer_count; i++) {
        const struct fp_record *record = &image->layers[i].record;
        /* What an earlier version made has no record. */
        if (record->key[0] != '\0')
            fp_json_append(layers, fp_record_json(record, false));
    }
    add_bases(base, image, env, facts);
    cleanup_json json_t *label = json_pack("{s:i, s:s*, s:o, s:o}", "layout", FP_LAYOUT_NUMBER,
                                           "recipe", rest, "layers", layers, "bases", facts);
    return fp_json_canonical(label);
}
