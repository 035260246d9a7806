#include "image_model.h"

#include <string.h>

/* What the parts are read from. */
struct reader {
    struct fp_repo *repo;
    const char *name;
    const struct fp_platform *platform;
    json_t *images; /* of the model; borrowed */
};

/* The n-th entry of the history that made a layer; what was squashed lies in the last layers. */
static const char *created_by(const struct fp_config *config, size_t layer)
{
    const json_t *history = json_object_get(config->document, "history");
    size_t told = fp_config_told_layers(config);
    size_t seen = 0;
    layer += told > config->diff_id_count ? told - config->diff_id_count : 0;
    for (size_t i = 0; i < json_array_size(history); i++) {
        const json_t *entry = json_array_get(history, i);
        if (json_is_true(json_object_get(entry, "empty_layer")))
            continue;
        if (seen++ == layer)
            return fp_json_string(entry, "created_by");
    }
    return NULL;
}

static json_t *layers_of(const struct fp_manifest *manifest, const struct fp_config *config)
{
    json_t *layers = json_array();
    for (size_t i = 0; i < manifest->layer_count; i++) {
        const struct fp_descriptor *layer = &manifest->layers[i];
        json_t *object = json_pack("{s:s, s:I, s:s}", "digest", layer->digest.text, "size",
                                   (json_int_t) layer->size, "mediaType", layer->media_type);
        if (i < config->diff_id_count)
            fp_json_set_text(object, "diffId", config->diff_ids[i].text);
        const char *by = created_by(config, i);
        fp_json_set_text(object, "createdBy", by);
        fp_json_append(layers, object);
    }
    return layers;
}

static json_t *image_of(const struct fp_descriptor *descriptor, const struct fp_manifest *manifest,
                        const struct fp_config *config)
{
    cleanup_free char *platform = fp_platform_text(&config->platform);
    json_t *image =
        json_pack("{s:s, s:s}", "platform", platform, "digest", descriptor->digest.text);
    fp_json_set_text(image, "created", config->created);
    fp_json_set(image, "config", json_incref(json_object_get(config->document, "config")));
    fp_json_set(image, "annotations", json_incref(manifest->annotations));
    fp_json_set(image, "layers", layers_of(manifest, config));
    return image;
}

static enum fp_code read_image(const struct reader *reader, const struct fp_descriptor *descriptor,
                               const struct fp_buf *document, struct fp_error *err)
{
    cleanup_manifest struct fp_manifest manifest = {0};
    cleanup_config struct fp_config config = {0};
    cleanup_buf struct fp_buf text = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
    FP_TRY(fp_manifest_parse(fp_buf_text(document), document->len, descriptor->media_type,
                             reader->name, &manifest, err));
    FP_TRY(fp_repo_get_document(reader->repo, &manifest.config, &text, err));
    FP_TRY(fp_config_parse(fp_buf_text(&text), text.len, manifest.layer_count, reader->name,
                           &config, err));
    (void) fp_config_complete(&config, &descriptor->platform);
    fp_json_append(reader->images, image_of(descriptor, &manifest, &config));
    return FP_OK;
}

static bool is_wanted(const struct reader *reader, const struct fp_descriptor *descriptor)
{
    if (!fp_media_is_manifest(descriptor->media_type) ||
        strcmp(descriptor->platform.os, "unknown") == 0)
        return false;
    return reader->platform == NULL || fp_platform_matches(reader->platform, &descriptor->platform);
}

static enum fp_code read_index(const struct reader *reader, const struct fp_index *index,
                               struct fp_error *err)
{
    for (size_t i = 0; i < index->manifest_count; i++) {
        const struct fp_descriptor *descriptor = &index->manifests[i];
        cleanup_buf struct fp_buf text = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
        if (!is_wanted(reader, descriptor))
            continue;
        FP_TRY(fp_repo_get_document(reader->repo, descriptor, &text, err));
        FP_TRY(read_image(reader, descriptor, &text, err));
    }
    if (json_array_size(reader->images) > 0 || reader->platform == NULL)
        return FP_OK;
    const struct fp_descriptor *chosen = NULL; /* for its error, which lists what there is */
    return fp_index_choose(index, reader->platform, reader->name, &chosen, err);
}

static enum fp_code read_root(const struct reader *reader, const struct fp_descriptor *root,
                              json_t *model, struct fp_error *err)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
    cleanup_index struct fp_index index = {0};
    enum fp_code code = fp_repo_get_document(reader->repo, root, &text, err);
    if (code != FP_OK)
        return code;
    if (!fp_media_is_index(root->media_type))
        return read_image(reader, root, &text, err);
    code =
        fp_index_parse(fp_buf_text(&text), text.len, root->media_type, reader->name, &index, err);
    if (code != FP_OK)
        return code;
    fp_json_set(model, "annotations", json_incref(index.annotations));
    return read_index(reader, &index, err);
}

enum fp_code fp_image_model(struct fp_repo *repo, const struct fp_descriptor *root,
                            const char *name, const struct fp_platform *platform, json_t **ret,
                            struct fp_error *err)
{
    cleanup_json json_t *model =
        json_pack("{s:s, s:s, s:s, s:[]}", "name", name, "digest", root->digest.text, "mediaType",
                  root->media_type, "images");
    if (model == NULL)
        return fp_fail(err, FP_E_INPUT, "the name is not valid UTF-8");
    const struct reader reader = {repo, name, platform, json_object_get(model, "images")};
    FP_TRY(read_root(&reader, root, model, err));
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
