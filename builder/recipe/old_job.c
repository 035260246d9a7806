/* Removing the old job of an image of ours that gets a new one, because Flink does not start with
 * two jobs. The new job's layer is made as if there had been no old job. */
#include "layers.h"

#include <stdlib.h>
#include <string.h>

#define OURS "flinkpack build # "

static bool is_empty_layer(const json_t *entry)
{
    return json_is_true(json_object_get(entry, "empty_layer"));
}

/* Find the old job's layers by the history. Layers below one of somebody else stay, because that
 * one was made on top of them. The caller owns the result. */
static bool *find_job(const struct fp_config *config)
{
    const json_t *history = json_object_get(config->document, "history");
    bool *is_job = fp_xcalloc(config->diff_id_count + 1, sizeof(*is_job));
    size_t layer = config->diff_id_count;
    bool is_ours = true;
    /* If the history has another number of layers than the image, it is unknown which ones are
     * ours. */
    if (fp_config_told_layers(config) != layer)
        return is_job;
    for (size_t i = json_array_size(history); i-- > 0 && layer > 0 && is_ours;) {
        const json_t *entry = json_array_get(history, i);
        const char *by = fp_json_string(entry, "created_by");
        if (is_empty_layer(entry))
            continue;
        is_ours = by != NULL && strncmp(by, OURS, strlen(OURS)) == 0;
        is_job[--layer] = is_ours && strcmp(by, OURS "job") == 0;
    }
    return is_job;
}

static bool has_any(const bool *flags, size_t count)
{
    bool any = false;
    for (size_t i = 0; i < count; i++)
        any = any || flags[i];
    return any;
}

static void cut_history(json_t *history, const bool *is_job, size_t layer_count)
{
    size_t layer = 0;
    for (size_t i = 0; i < json_array_size(history) && layer < layer_count;) {
        bool is_layer = !is_empty_layer(json_array_get(history, i));
        bool goes = is_layer && is_job[layer];
        layer += is_layer;
        if (goes)
            (void) json_array_remove(history, i);
        else
            i++;
    }
}

static void cut_layers(struct fp_base_image *image, const bool *is_job)
{
    struct fp_config *config = &image->config;
    struct fp_manifest *manifest = &image->manifest;
    size_t kept = 0;
    for (size_t i = 0; i < config->diff_id_count; i++) {
        if (is_job[i]) {
            fp_descriptor_clear(&manifest->layers[i]);
            continue;
        }
        manifest->layers[kept] = manifest->layers[i];
        config->diff_ids[kept++] = config->diff_ids[i];
    }
    config->diff_id_count = kept;
    manifest->layer_count = kept;
}

/* Use the newest time of the remaining history, because the image's own may be the old job's. */
static void find_created(struct fp_config *config)
{
    const json_t *history = json_object_get(config->document, "history");
    const char *newest = NULL;
    int64_t newest_s = -1;
    for (size_t i = 0; i < json_array_size(history); i++) {
        const char *text = fp_json_string(json_array_get(history, i), "created");
        int64_t epoch_s = -1;
        (void) fp_time_parse(text, &epoch_s);
        if (epoch_s > newest_s) {
            newest_s = epoch_s;
            newest = text;
        }
    }
    if (newest == NULL)
        return;
    free(config->created);
    config->created = fp_xstrdup(newest);
}

static void forget_job(json_t *config)
{
    static const char class_name[] = FP_ENV_JOB_CLASSNAME "=";
    json_t *labels = json_object_get(config, "Labels");
    json_t *env = json_object_get(config, "Env");
    (void) json_object_del(labels, "flinkpack.job-class");
    (void) json_object_del(labels, "flinkpack.job-jars");
    for (size_t i = json_array_size(env); i-- > 0;) {
        const char *item = json_string_value(json_array_get(env, i));
        if (item != NULL && strncmp(item, class_name, strlen(class_name)) == 0)
            (void) json_array_remove(env, i);
    }
}

void fp_leave_job_out(const struct fp_plan *plan, struct fp_base_image *image)
{
    struct fp_config *config = &image->config;
    const json_t *labels = json_object_get(json_object_get(config->document, "config"), "Labels");
    const char *jars = fp_json_string(labels, "flinkpack.job-jars");
    bool is_new_job = plan->source == FP_FROM_IMAGE && plan->job_jars.len > 0;
    if (!is_new_job || fp_json_string(labels, FP_LABEL_RECIPES) == NULL)
        return;
    cleanup_free bool *is_job = find_job(config);
    image->is_rebuilt = true;
    image->keeps_old_job = jars != NULL && !has_any(is_job, config->diff_id_count);
    if (jars != NULL) {
        fp_strv_split(&image->old_jars, jars, ',');
        fp_report(plan->context->reporter, FP_EVENT_INFO,
                  "--from-image: the job that is in the image is left out: %s", jars);
    }
    json_t *document = json_deep_copy(config->document);
    json_decref(config->document);
    config->document = document;
    cut_history(json_object_get(document, "history"), is_job, config->diff_id_count);
    cut_layers(image, is_job);
    find_created(config);
    forget_job(json_object_get(document, "config"));
}
