/* The documents of an image of a base and layers: configuration, manifest, index. */
#include "layers.h"

#include <stdlib.h>
#include <string.h>

#define ANNOTATION(name) "org.opencontainers.image." name

int64_t fp_base_time(const struct fp_base_image *base)
{
    int64_t created = -1;
    (void) fp_time_parse(base->config.created, &created);
    return created > FP_EARLIEST_TIME ? created : FP_EARLIEST_TIME;
}

static json_t *make_annotations(const struct fp_plan *plan, const char *base_name,
                                const char *base_digest, const char *created, const char *image_key)
{
    json_t *annotations = json_object();
    fp_json_set_text(annotations, ANNOTATION("created"), created);
    fp_json_set_text(annotations, ANNOTATION("base.name"), base_name);
    fp_json_set_text(annotations, ANNOTATION("base.digest"), base_digest);
    fp_json_set_text(annotations, FP_ANNOTATION_RECIPE, image_key);
    json_object_update(annotations, plan->annotations);
    return annotations;
}

/* Make the annotations about the base, for the image of one platform (`descriptor` is its manifest)
 * or for the index. The base's name is left out if it is not in a registry, as others could not
 * resolve it. If an image of ours gets a new job, its own base is the base. The root, which is the
 * manifest if there is no index, says the image's key. */
static json_t *annotate(const struct fp_plan *plan, const struct fp_bases *bases,
                        const struct fp_base_image *image, const struct fp_descriptor *descriptor,
                        const char *created, const char *key)
{
    const json_t *own = image->manifest.annotations;
    if (!image->is_rebuilt)
        return make_annotations(
            plan, fp_repo_is_remote(bases->repo) ? bases->name : NULL,
            fp_digest_is_set(&descriptor->digest) ? descriptor->digest.text : NULL, created, key);
    if (descriptor != &image->descriptor && bases->found.index.annotations != NULL)
        own = bases->found.index.annotations;
    return make_annotations(plan, fp_json_string(own, ANNOTATION("base.name")),
                            fp_json_string(own, ANNOTATION("base.digest")), created, key);
}

/* Add our layers to the configuration. The time of each one is the newest of it and the layers
 * below, so it does not depend on the layers above. */
static struct fp_blob *make_config(const struct fp_plan *plan, const struct fp_base_image *base,
                                   const struct fp_config_change *look,
                                   const struct fp_platform_image *image, const char *created)
{
    struct fp_config_layer layers[FP_OWN_LAYERS_MAX];
    char times[FP_OWN_LAYERS_MAX][32];
    struct fp_config_change change = *look;
    int64_t newest = -1;
    (void) fp_time_parse(base->config.created, &newest);
    for (size_t i = 0; i < image->layer_count; i++) {
        const struct fp_own_layer *own = &image->layers[i];
        size_t k = change.layer_count;
        if (!fp_own_layer_is_there(own))
            continue;
        newest = own->mtime_s > newest ? own->mtime_s : newest;
        fp_time_text(plan->context->source_date_epoch >= 0 ? own->mtime_s : newest, times[k]);
        layers[k] = (struct fp_config_layer){
            .diff_id = own->record.diff_id, .created_by = own->created_by, .created = times[k]};
        change.layer_count++;
    }
    change.layers = layers;
    change.created = created;
    char *bytes = fp_config_bytes(&base->config, &change);
    return fp_blob_memory(FP_MEDIA_OCI_CONFIG, bytes, strlen(bytes));
}

static void add_base_layers(const struct fp_base_image *base, struct fp_manifest *manifest)
{
    for (size_t i = 0; i < base->manifest.layer_count; i++) {
        struct fp_descriptor layer = base->manifest.layers[i];
        const char *type = fp_media_to_oci(layer.media_type);
        if (type != NULL && type != layer.media_type)
            (void) snprintf(layer.media_type, sizeof(layer.media_type), "%s", type);
        fp_manifest_add_layer(manifest, &layer);
    }
}

/* Most storage drivers of Docker stack 127 layers, of which a container itself takes two. */
#define DOCKERS_MAX_LAYERS 125

static enum fp_code check_layer_count(const struct fp_plan *plan, const struct fp_bases *bases,
                                      size_t count, struct fp_error *err)
{
    if (count > FP_MANIFEST_MAX_LAYERS)
        return fp_fail(err, FP_E_INPUT, "%s: %zu layers are more than an image may have (%d)",
                       bases->name, count, FP_MANIFEST_MAX_LAYERS);
    if (count > DOCKERS_MAX_LAYERS)
        fp_report(plan->context->reporter, FP_EVENT_WARNING,
                  "the image has %zu layers, and Docker runs those of at most %d (127 with the "
                  "container's own two): take a base that has fewer",
                  count, DOCKERS_MAX_LAYERS);
    return FP_OK;
}

enum fp_code fp_image_assemble(const struct fp_plan *plan, const struct fp_bases *bases,
                               size_t platform, const struct fp_config_change *look,
                               struct fp_platform_image *image, struct fp_error *err)
{
    const struct fp_base_image *base = &bases->images[platform];
    char created[32];
    fp_time_text(image->created_s, created);
    image->config = make_config(plan, base, look, image, created);
    cleanup_manifest struct fp_manifest manifest = {.media_type = FP_MEDIA_OCI_MANIFEST};
    manifest.config = fp_descriptor_copy(fp_blob_descriptor(image->config));
    manifest.annotations = annotate(plan, bases, base, &base->descriptor, created, NULL);
    add_base_layers(base, &manifest);
    for (size_t i = 0; i < image->layer_count; i++)
        if (fp_own_layer_is_there(&image->layers[i]))
            fp_manifest_add_layer(&manifest, &image->layers[i].record.blob);
    FP_TRY(check_layer_count(plan, bases, manifest.layer_count, err));
    if (plan->platform_count == 1 && bases->image_key != NULL) {
        cleanup_free char *sealed = fp_seal_manifest(bases->image_key, &manifest);
        fp_json_set_text(manifest.annotations, FP_ANNOTATION_RECIPE, sealed);
    }
    char *bytes = fp_manifest_bytes(&manifest);
    image->manifest = fp_blob_memory(FP_MEDIA_OCI_MANIFEST, bytes, strlen(bytes));
    return FP_OK;
}

enum fp_code fp_image_root(const struct fp_plan *plan, const struct fp_bases *bases,
                           const struct fp_platform_image *images, struct fp_blob **ret,
                           struct fp_error *err)
{
    if (plan->platform_count == 1) {
        *ret = fp_blob_ref(images[0].manifest);
        return FP_OK;
    }
    cleanup_index struct fp_index index = {.media_type = FP_MEDIA_OCI_INDEX};
    int64_t newest = -1;
    for (size_t i = 0; i < plan->platform_count; i++) {
        struct fp_descriptor manifest = *fp_blob_descriptor(images[i].manifest);
        manifest.platform = plan->platforms[i];
        manifest.stated_platform = fp_config_stated_platform(&bases->images[i].config);
        fp_index_add(&index, &manifest);
        json_decref(manifest.stated_platform);
        newest = images[i].created_s > newest ? images[i].created_s : newest;
    }
    char text[32];
    fp_time_text(newest, text);
    /* A comparison of digests must show that the name resolves to another image now. */
    const struct fp_descriptor *base =
        bases->has_moved ? &bases->images[0].descriptor : &bases->root;
    index.annotations = annotate(plan, bases, &bases->images[0], base, text, NULL);
    if (bases->image_key != NULL) {
        cleanup_free char *sealed = fp_seal_index(bases->image_key, &index);
        fp_json_set_text(index.annotations, FP_ANNOTATION_RECIPE, sealed);
    }
    char *bytes = fp_index_bytes(&index);
    if (strlen(bytes) > FP_MANIFEST_MAX_BYTES) {
        free(bytes);
        return fp_fail(err, FP_E_INPUT, "the index is larger than registries take");
    }
    *ret = fp_blob_memory(FP_MEDIA_OCI_INDEX, bytes, strlen(bytes));
    return FP_OK;
}
