/* Builds one JSON value from the manifests and configurations of an image. */
#include "image_model.h"

#include <string.h>

static json_t *layers_of(const struct fp_manifest *manifest, const struct fp_config *config)
{
    json_t *layers = json_array();
    for (size_t i = 0; i < manifest->layer_count; i++) {
        const struct fp_descriptor *layer = &manifest->layers[i];
        json_t *object = json_pack("{s:s, s:I, s:s}", "digest", layer->digest.text, "size",
                                   (json_int_t) layer->size, "mediaType", layer->media_type);
        if (i < config->diff_id_count)
            fp_json_set_text(object, "diffId", config->diff_ids[i].text);
        const char *by = fp_config_layer_by(config, i);
        fp_json_set_text(object, "createdBy", by);
        fp_json_append(layers, object);
    }
    return layers;
}

static json_t *image_of(const struct fp_image *image)
{
    const struct fp_config *config = &image->config;
    cleanup_free char *platform = fp_platform_text(&config->platform);
    json_t *object =
        json_pack("{s:s, s:s}", "platform", platform, "digest", image->descriptor.digest.text);
    fp_json_set_text(object, "created", config->created);
    fp_json_set(object, "config", json_incref(json_object_get(config->document, "config")));
    fp_json_set(object, "annotations", json_incref(image->manifest.annotations));
    fp_json_set(object, "layers", layers_of(&image->manifest, config));
    return object;
}

enum fp_code fp_image_model(struct fp_repo *repo, const struct fp_descriptor *root,
                            const char *name, const struct fp_platform *platform, json_t **ret,
                            struct fp_error *err)
{
    cleanup_images struct fp_images images = {0};
    cleanup_image struct fp_image image = {0};
    cleanup_json json_t *list = json_array();
    cleanup_json json_t *model =
        json_pack("{s:s, s:s, s:s, s:O}", "name", name, "digest", root->digest.text, "mediaType",
                  root->media_type, "images", list);
    bool more = true;
    if (model == NULL)
        return fp_fail(err, FP_E_INPUT, "the name is not valid UTF-8");
    FP_TRY(fp_images_open(repo, root, name, &images, err));
    fp_json_set(model, "annotations", json_incref(images.index.annotations));
    while (more) {
        FP_TRY(fp_images_next(&images, platform, &image, &more, err));
        if (more)
            fp_json_append(list, image_of(&image));
    }
    *ret = steal_pointer(&model);
    return FP_OK;
}

uint64_t fp_image_model_bytes(const json_t *model)
{
    cleanup_json json_t *seen = json_object();
    uint64_t sum = 0;
    const json_t *images = json_object_get(model, "images");
    for (size_t i = 0; i < json_array_size(images); i++) {
        const json_t *layers = json_object_get(json_array_get(images, i), "layers");
        for (size_t k = 0; k < json_array_size(layers); k++) {
            const json_t *layer = json_array_get(layers, k);
            const char *digest = fp_json_string(layer, "digest");
            if (digest == NULL || json_object_get(seen, digest) != NULL)
                continue;
            fp_json_set(seen, digest, json_true());
            sum += (uint64_t) json_integer_value(json_object_get(layer, "size"));
        }
    }
    return sum;
}
