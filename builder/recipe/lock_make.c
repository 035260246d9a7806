/* The document of a lock: what an image is made of, and what it is. */
#include "layers.h"

static const char *source_of(const struct fp_plan *plan)
{
    switch (plan->source) {
    case FP_FROM_RELEASE:
        return "release";
    case FP_FROM_ARCHIVE:
        return "archive";
    case FP_FROM_LOCAL_DIST:
        return "directory";
    case FP_FROM_IMAGE:
    case FP_FROM_NOTHING:
        break;
    }
    return "image";
}

static json_t *describe_flink(const struct fp_plan *plan, const struct fp_flink *flink)
{
    json_t *object = json_object();
    fp_json_set_text(object, "from", source_of(plan));
    fp_json_set_text(object, "version", flink->version.text);
    fp_json_set_text(object, "digest", flink->has_dist ? flink->digest : NULL);
    fp_json_set_text(object, "scala", flink->release.scala_version);
    fp_json_set_text(object, "hadoop", plan->release.hadoop_version);
    fp_json_set_text(object, "file", flink->release.archive_name);
    fp_json_set_text(object, "signer", flink->signer);
    return object;
}

static json_t *describe_layers(const struct fp_platform_image *image)
{
    json_t *layers = json_object();
    for (size_t i = 0; i < image->layer_count; i++) {
        const struct fp_record *record = &image->layers[i].record;
        if (fp_record_has_layer(record))
            fp_json_set(layers, record->kind,
                        json_pack("{s:s, s:s, s:s}", "key", record->key, "diffId",
                                  record->diff_id.text, "digest", record->blob.digest.text));
    }
    return layers;
}

static json_t *describe_platform(const struct fp_base_image *base,
                                 const struct fp_platform_image *image)
{
    json_t *object =
        json_pack("{s:s, s:o}", "image", fp_blob_descriptor(image->manifest)->digest.text, "layers",
                  describe_layers(image));
    if (fp_digest_is_set(&base->descriptor.digest))
        fp_json_set_text(object, "base", base->descriptor.digest.text);
    if (json_object_size(base->additions) > 0)
        fp_json_set(object, "packages", json_incref(base->additions));
    return object;
}

json_t *fp_lock_make(const struct fp_plan *plan, const struct fp_flink *flink,
                     const struct fp_bases *bases, const struct fp_platform_image *images,
                     const struct fp_blob *root)
{
    const struct fp_compression *compression = &plan->compression;
    cleanup_free char *compressed =
        fp_xasprintf("%s, %s, level %d", fp_codec_name(compression->codec),
                     fp_compression_version(compression), fp_compression_level(compression));
    json_t *base = json_pack("{s:o}", "name", fp_json_text(bases->name));
    json_t *platforms = json_object();
    if (fp_digest_is_set(&bases->root.digest))
        fp_json_set_text(base, "digest", bases->root.digest.text);
    for (size_t i = 0; i < plan->platform_count; i++) {
        cleanup_free char *name = fp_platform_text(&plan->platforms[i]);
        fp_json_set(platforms, name, describe_platform(&bases->images[i], &images[i]));
    }
    return json_pack("{s:i, s:o, s:o, s:s, s:s, s:o}", "lock", FP_LOCK_LAYOUT, "base", base,
                     "flink", describe_flink(plan, flink), "compression", compressed, "image",
                     fp_blob_descriptor(root)->digest.text, "platforms", platforms);
}
