#include "internal.h"

#include <stdlib.h>
#include <string.h>

/* Where a base says nothing of PATH. */
#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

#define ANNOTATION(name) "org.opencontainers.image." name

int64_t fp_image_created(const struct fp_plan *plan, const struct fp_flink *flink,
                         const struct fp_base_image *base)
{
    if (plan->context->source_date_epoch >= 0)
        return plan->context->source_date_epoch;
    int64_t newest = base->config.created != NULL ? fp_time_parse(base->config.created) : -1;
    int64_t inputs = fp_inputs_time(plan, flink);
    return newest > inputs ? newest : inputs;
}

int64_t fp_base_time(const struct fp_base_image *base)
{
    int64_t created = base->config.created != NULL ? fp_time_parse(base->config.created) : -1;
    return created > FP_EARLIEST_TIME ? created : FP_EARLIEST_TIME;
}

static void set_text(json_t *object, const char *key, const char *value)
{
    if (value != NULL)
        json_object_set_new(object, key, fp_json_text(value));
}

/* A job that is put on an image with one brings its class along, or has none: never the old one's.
 */
static void set_or_remove(json_t *object, const char *key, const char *value)
{
    json_object_set_new(object, key, value != NULL ? fp_json_text(value) : json_null());
}

static json_t *make_env(const struct fp_plan *plan, const struct fp_flink *flink,
                        const struct fp_base_image *base)
{
    json_t *env = json_object();
    if (flink->has_dist) {
        cleanup_free char *old_path = fp_config_env(&base->config, "PATH");
        cleanup_free char *old_java = fp_config_env(&base->config, "JAVA_HOME");
        cleanup_free char *path =
            fp_xasprintf("%s/bin:%s", flink->home,
                         old_path != NULL && *old_path != '\0' ? old_path : DEFAULT_PATH);
        set_text(env, "FLINK_HOME", flink->home);
        set_text(env, "PATH", path);
        if (old_java == NULL)
            set_text(env, "JAVA_HOME", base->facts.java_home);
    }
    if (plan->job_jars.len > 0)
        set_or_remove(env, FP_ENV_JOB_CLASSNAME, fp_job_classname(plan, flink));
    json_object_update(env, plan->env);
    return env;
}

/* What later tools ask of an image: `generate`, `rebase`, and whoever looks at it. */
static json_t *make_labels(const struct fp_plan *plan, const struct fp_flink *flink,
                           const struct fp_base_image *base, const struct fp_platform_image *image)
{
    json_t *labels = json_object();
    cleanup_buf struct fp_buf jars = FP_BUF_INIT(FP_SMALL_FILE_MAX);
    cleanup_json json_t *recipes = json_object();
    for (size_t i = 0; i < plan->job_jars.len; i++) {
        if (fp_buf_addf(&jars, NULL, "%s%s", i > 0 ? "," : "", plan->job_names.items[i]) != FP_OK)
            break;
    }
    for (size_t i = 0; i < image->layer_count; i++)
        set_text(recipes, image->layers[i].layer.recipe_key, image->layers[i].layer.diff_id.text);
    cleanup_free char *recipes_text = fp_json_canonical(recipes);
    set_text(labels, "flinkpack.type",
             plan->job_jars.len > 0 || fp_keeps_job(flink, base) ? "job" : "session");
    set_text(labels, "flinkpack.flink-version", flink->version.text);
    set_text(labels, "flinkpack.scala-version", flink->dist.scala_version);
    if (plan->job_jars.len > 0) {
        set_or_remove(labels, "flinkpack.job-class", fp_job_classname(plan, flink));
        set_text(labels, "flinkpack.job-jars", fp_buf_text(&jars));
    }
    set_text(labels, "flinkpack.recipes", recipes_text);
    json_object_update(labels, plan->labels);
    return labels;
}

static json_t *make_annotations(const struct fp_plan *plan, const char *base_name,
                                const char *base_digest, const char *created)
{
    json_t *annotations = json_object();
    set_text(annotations, ANNOTATION("created"), created);
    set_text(annotations, ANNOTATION("base.name"), base_name);
    set_text(annotations, ANNOTATION("base.digest"), base_digest);
    json_object_update(annotations, plan->annotations);
    return annotations;
}

/* What is said of the base of the image of one platform (`descriptor` its manifest), or of the
 * index of all. An image without a registry has no name that others could look up. With a new job
 * an image of ours is no base any more, as it may have had another: its own is. */
static json_t *annotate(const struct fp_plan *plan, const struct fp_bases *bases,
                        const struct fp_base_image *image, const struct fp_descriptor *descriptor,
                        const char *created)
{
    const json_t *own = image->manifest.annotations;
    if (!image->is_rebuilt)
        return make_annotations(plan, bases->repo->registry != NULL ? bases->name : NULL,
                                descriptor->digest.text, created);
    if (descriptor != &image->descriptor && bases->annotations != NULL)
        own = bases->annotations;
    return make_annotations(plan, fp_json_string(own, ANNOTATION("base.name")),
                            fp_json_string(own, ANNOTATION("base.digest")), created);
}

static struct fp_blob *make_config(const struct fp_plan *plan, const struct fp_flink *flink,
                                   const struct fp_base_image *base,
                                   const struct fp_platform_image *image, const char *created)
{
    struct fp_config_layer layers[FP_OWN_LAYERS_MAX];
    char times[FP_OWN_LAYERS_MAX][32]; /* of the image up to each layer, whatever comes on top */
    cleanup_json json_t *env = make_env(plan, flink, base);
    cleanup_json json_t *labels = make_labels(plan, flink, base, image);
    cleanup_json json_t *entrypoint = json_pack("[s]", "/docker-entrypoint.sh");
    cleanup_json json_t *cmd = json_pack("[s]", "help");
    cleanup_json json_t *ports = json_pack("{s:{}, s:{}}", "6123/tcp", "8081/tcp");
    cleanup_free char *user = fp_xasprintf("%u:%u", plan->uid, plan->gid);
    int64_t newest = base->config.created != NULL ? fp_time_parse(base->config.created) : -1;
    for (size_t i = 0; i < image->layer_count; i++) {
        const struct fp_own_layer *own = &image->layers[i];
        newest = own->mtime_s > newest ? own->mtime_s : newest;
        fp_time_text(plan->context->source_date_epoch >= 0 ? own->mtime_s : newest, times[i]);
        layers[i] = (struct fp_config_layer){.diff_id = own->layer.diff_id,
                                             .created_by = own->layer.created_by,
                                             .created = times[i]};
    }
    struct fp_config_change change = {.layers = layers,
                                      .layer_count = image->layer_count,
                                      .env = env,
                                      .labels = labels,
                                      .created = created};
    if (flink->has_dist || plan->options->user != NULL)
        change.user = user;
    if (flink->has_dist) {
        change.entrypoint = entrypoint;
        change.cmd = cmd;
        change.exposed_ports = ports;
        change.working_dir = FP_FLINK_HOME;
    }
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

enum fp_code fp_image_assemble(const struct fp_plan *plan, const struct fp_flink *flink,
                               const struct fp_bases *bases, size_t platform,
                               struct fp_platform_image *image, struct fp_error *err)
{
    const struct fp_base_image *base = &bases->images[platform];
    char created[32];
    fp_time_text(fp_image_created(plan, flink, base), created);
    image->config = make_config(plan, flink, base, image, created);
    cleanup_manifest struct fp_manifest manifest = {.media_type = FP_MEDIA_OCI_MANIFEST};
    manifest.config = fp_descriptor_copy(fp_blob_descriptor(image->config));
    manifest.annotations = annotate(plan, bases, base, &base->descriptor, created);
    add_base_layers(base, &manifest);
    for (size_t i = 0; i < image->layer_count; i++)
        fp_manifest_add_layer(&manifest, fp_blob_descriptor(image->layers[i].layer.blob));
    if (manifest.layer_count > FP_MANIFEST_MAX_LAYERS)
        return fp_fail(err, FP_E_INPUT, "%s: %zu layers are more than an image may have (%d)",
                       bases->name, manifest.layer_count, FP_MANIFEST_MAX_LAYERS);
    char *bytes = fp_manifest_bytes(&manifest);
    image->manifest = fp_blob_memory(FP_MEDIA_OCI_MANIFEST, bytes, strlen(bytes));
    return FP_OK;
}

enum fp_code fp_image_root(const struct fp_plan *plan, const struct fp_flink *flink,
                           const struct fp_bases *bases, const struct fp_platform_image *images,
                           struct fp_blob **ret, struct fp_error *err)
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
        fp_index_add(&index, &manifest);
        int64_t created = fp_image_created(plan, flink, &bases->images[i]);
        newest = created > newest ? created : newest;
    }
    char text[32];
    fp_time_text(newest, text);
    /* Whoever compares has to find that the name stands for something else by now. */
    const struct fp_descriptor *base =
        bases->has_moved ? &bases->images[0].descriptor : &bases->root;
    index.annotations = annotate(plan, bases, &bases->images[0], base, text);
    char *bytes = fp_index_bytes(&index);
    if (strlen(bytes) > FP_MANIFEST_MAX_BYTES) {
        free(bytes);
        return fp_fail(err, FP_E_INPUT, "the index is larger than registries take");
    }
    *ret = fp_blob_memory(FP_MEDIA_OCI_INDEX, bytes, strlen(bytes));
    return FP_OK;
}
