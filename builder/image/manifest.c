/* Parses and writes manifests. */
#include "internal.h"

#include <stdio.h>

static enum fp_code read_config(const json_t *document, const char *name, struct fp_descriptor *ret,
                                struct fp_error *err)
{
    cleanup_free char *where = fp_xasprintf("%s: config", name);
    cleanup_descriptor struct fp_descriptor config = {0};
    FP_TRY(fp_descriptor_parse(json_object_get(document, "config"), where, &config, err));
    if (config.size > FP_MANIFEST_MAX_BYTES)
        return fp_fail(err, FP_E_INPUT, "%s: %ju bytes, configurations of at most %zu are accepted",
                       where, (uintmax_t) config.size, FP_MANIFEST_MAX_BYTES);
    *ret = steal_value(&config);
    return FP_OK;
}

enum fp_code fp_manifest_parse(const char *text, size_t len, const char *content_type,
                               const char *name, struct fp_manifest *ret, struct fp_error *err)
{
    cleanup_json json_t *document = NULL;
    cleanup_manifest struct fp_manifest manifest = {0};
    const char *type = NULL;
    FP_TRY(fp_document_read(text, len, content_type, name, &document, &type, err));
    if (!fp_media_is_manifest(type))
        return fp_fail(err, FP_E_INPUT,
                       "%s: an index, where the manifest of one image was expected", name);
    (void) snprintf(manifest.media_type, sizeof(manifest.media_type), "%s", type);
    FP_TRY(read_config(document, name, &manifest.config, err));
    FP_TRY(fp_annotations_read(document, name, &manifest.annotations, err));
    FP_TRY(fp_descriptors_read(document, "layers", name, &manifest.layers, &manifest.layer_count,
                               err));
    *ret = steal_value(&manifest);
    return FP_OK;
}

/* Docker's media types are replaced by OCI's names for the same bytes. */
static json_t *oci_descriptor_json(const struct fp_descriptor *descriptor)
{
    json_t *object = fp_descriptor_json(descriptor);
    const char *type = fp_media_to_oci(descriptor->media_type);
    fp_json_set_text(object, "mediaType", type);
    return object;
}

char *fp_manifest_bytes(const struct fp_manifest *manifest)
{
    json_t *layers = json_array();
    for (size_t i = 0; i < manifest->layer_count; i++)
        fp_json_append(layers, oci_descriptor_json(&manifest->layers[i]));
    return fp_document_bytes(
        json_pack("{s:o, s:o}", "config", oci_descriptor_json(&manifest->config), "layers", layers),
        FP_MEDIA_OCI_MANIFEST, manifest->annotations);
}

void fp_manifest_add_layer(struct fp_manifest *manifest, const struct fp_descriptor *layer)
{
    fp_descriptors_append(&manifest->layers, &manifest->layer_count, layer);
}

void fp_manifest_clear(struct fp_manifest *manifest)
{
    fp_descriptors_clear(&manifest->layers, &manifest->layer_count);
    fp_descriptor_clear(&manifest->config);
    json_decref(manifest->annotations);
    *manifest = (struct fp_manifest){0};
}
