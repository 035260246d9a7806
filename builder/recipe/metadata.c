/* The content of --metadata-file: the inputs and layers of an image. */
#include "layers.h"

#include <string.h>

static json_t *base_input(const struct fp_plan *plan, const struct fp_bases *bases)
{
    json_t *platforms = json_object();
    for (size_t i = 0; i < bases->count; i++) {
        cleanup_free char *name = fp_platform_text(&plan->platforms[i]);
        fp_json_set_text(platforms, name, bases->images[i].descriptor.digest.text);
    }
    return json_pack("{s:s, s:o, s:s, s:o}", "kind", "base", "name", fp_json_text(bases->name),
                     "digest", bases->root.digest.text, "platforms", platforms);
}

static void add_flink_inputs(json_t *inputs, const struct fp_plan *plan,
                             const struct fp_flink *flink)
{
    const struct fp_release *release = &flink->release;
    if (!flink->has_dist)
        return;
    const char *name = release->url != NULL            ? release->url
                       : release->archive_name != NULL ? release->archive_name
                       : plan->flink_path != NULL      ? plan->flink_path
                                                       : "local distribution";
    /* A claim is the word of an earlier image, which has not been checked. */
    fp_json_append(inputs,
                   json_pack("{s:s, s:o, s:s, s:s, s:o*}", "kind", "flink", "name",
                             fp_json_text(name), "version", flink->version.text, "digest",
                             flink->digest, "claim", release->is_claim ? json_true() : NULL));
    if (release->hadoop_name == NULL)
        return;
    cleanup_free char *hadoop = release->hadoop != NULL
                                    ? fp_xasprintf("sha256:%s", release->hadoop->sha256)
                                    : fp_xstrdup(release->hadoop_digest);
    fp_json_append(
        inputs, json_pack("{s:s, s:s, s:s*}", "kind", "hadoop", "name",
                          release->hadoop_url != NULL ? release->hadoop_url : release->hadoop_name,
                          "digest", hadoop));
}

static void add_job_inputs(json_t *inputs, const struct fp_plan *plan)
{
    for (size_t i = 0; i < plan->job_jars.len; i++) {
        cleanup_free char *digest = plan->jars[i].sha256[0] != '\0'
                                        ? fp_xasprintf("sha256:%s", plan->jars[i].sha256)
                                        : NULL;
        fp_json_append(inputs, json_pack("{s:s, s:o, s:s*}", "kind", "job", "name",
                                         fp_json_text(plan->job_jars.items[i]), "digest", digest));
    }
}

static json_t *describe_layers(const struct fp_platform_image *image)
{
    json_t *layers = json_array();
    for (size_t i = 0; i < image->layer_count; i++) {
        const struct fp_own_layer *own = &image->layers[i];
        const struct fp_record *record = &own->record;
        if (fp_own_layer_is_there(own))
            fp_json_append(layers,
                           json_pack("{s:s, s:s, s:s, s:I, s:s, s:s*}", "kind", record->kind,
                                     "digest", record->blob.digest.text, "diffId",
                                     record->diff_id.text, "size", (json_int_t) record->blob.size,
                                     "recipe", record->key, "reused", own->from));
    }
    return layers;
}

json_t *fp_metadata(const struct fp_plan *plan, const struct fp_flink *flink,
                    const struct fp_bases *bases, const struct fp_platform_image *images,
                    const struct fp_blob *root)
{
    const struct fp_descriptor *descriptor = fp_blob_descriptor(root);
    bool is_about_flink = plan->source != FP_FROM_NOTHING;
    json_t *inputs = json_array();
    json_t *platforms = json_array();
    if (fp_digest_is_set(&bases->root.digest))
        fp_json_append(inputs, base_input(plan, bases));
    if (is_about_flink)
        add_flink_inputs(inputs, plan, flink);
    add_job_inputs(inputs, plan);
    for (size_t i = 0; i < plan->platform_count; i++) {
        cleanup_free char *name = fp_platform_text(&plan->platforms[i]);
        fp_json_append(platforms,
                       json_pack("{s:s, s:s, s:s, s:o, s:o}", "platform", name, "digest",
                                 fp_blob_descriptor(images[i].manifest)->digest.text, "config",
                                 fp_blob_descriptor(images[i].config)->digest.text, "layers",
                                 describe_layers(&images[i]), "packages",
                                 fp_json_texts(&images[i].packages)));
    }
    /* The first two keys are those of BuildKit, because scripts already use them. */
    return json_pack("{s:s, s:o, s:s, s:s*, s:o, s:o}", "containerimage.digest",
                     descriptor->digest.text, "containerimage.descriptor",
                     fp_descriptor_json(descriptor), "image.name", plan->title, "flinkVersion",
                     is_about_flink ? flink->version.text : NULL, "platforms", platforms, "inputs",
                     inputs);
}
