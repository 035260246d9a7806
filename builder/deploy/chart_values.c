/* values.yaml of a chart. */
#include <string.h>

#include "chart.h"
#include "text.h"

/* Keys that the release's values or names decide; the rest of the configuration is a value. */
static bool is_computed(const struct fp_deployment *d, const char *key)
{
    const char *const keys[] = {
        "jobmanager.rpc.address",
        "rest.address",
        "taskmanager.numberOfTaskSlots",
        "parallelism.default",
        "kubernetes.cluster-id",
        "kubernetes.namespace",
        d->jobmanager.memory_key,
        d->taskmanager.memory_key,
        NULL,
    };
    return fp_is_one_of(key, keys);
}

/* REPOSITORY and TAG of the image's name, and what its digest was read for. */
static json_t *image_values(const struct fp_deployment *d)
{
    const char *name = d->image->name;
    const char *colon = strchr(fp_path_base(name), ':');
    cleanup_free char *repository =
        colon != NULL ? fp_xstrndup(name, (size_t) (colon - name)) : fp_xstrdup(name);
    cleanup_free char *read = fp_chart_digest_of(d);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "repository", repository, "tag",
                     colon != NULL ? colon + 1 : "", "#digest",
                     "goes before the tag; empty to use that. One that you set is taken as it is",
                     "digest", d->image->digest != NULL ? d->image->digest : "", "#digestOf",
                     "what the digest was read for: with another repository or tag it is dropped",
                     "digestOf", read, "pullPolicy", "IfNotPresent");
}

/* Text, or an empty one where there is none; NULL where the version of Flink has no such option. */
static const char *text_of(const char *text, bool is_known)
{
    return !is_known ? NULL : text != NULL ? text : "";
}

static json_t *job_values(const struct fp_deployment *d)
{
    const struct fp_deploy_options *o = d->options;
    bool has_id = fp_flink_at_least(&d->version, 1, 8, 0);
    bool has_savepoint = fp_flink_at_least(&d->version, 1, 6, 1);
    return json_pack(
        "{s:s, s:s, s:o, s:s, s:s, s:s, s:s*, s:s*, s:o*, s:s, s:{}, s:s, s:I, s:s, s:b}",
        "classname", text_of(d->classname, true), "#arguments", "of main(), each as it is",
        "arguments", fp_json_texts(&o->arguments), "#clusterId",
        "with high availability, what its state lies under; empty: NAMESPACE/NAME, or what the "
        "installed release has",
        "clusterId", "", "#id", "empty: with high availability out of the clusterId", "id",
        text_of(o->job_id, has_id), "fromSavepoint", text_of(o->from_savepoint, has_savepoint),
        "allowNonRestoredState", has_savepoint ? json_boolean(o->allow_non_restored_state) : NULL,
        "#annotations", "of the Job alone", "annotations", "#retries",
        "of lost pods; -1: 3, and without a limit with high availability", "retries",
        (json_int_t) o->retries, "#replaceOnUpgrade",
        "the Job as a hook that Helm deletes and makes again; Helm then waits for the job to end, "
        "so it is not for streaming jobs",
        "replaceOnUpgrade", 0);
}

json_t *fp_chart_values(const struct fp_deployment *d)
{
    json_t *configuration = json_object();
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(d->conf, key, value)
    {
        if (!is_computed(d, key))
            fp_json_set(configuration, key, json_incref(value));
    }
    const struct fp_role *taskmanager = &d->taskmanager;
    static const char about_memory[] = "the container's limit, all of which Flink is told to use";
    return json_pack(
        "{s:o, s:{s:s, s:I}, s:o, s:{s:s, s:I, s:s}, s:{s:s, s:I, s:I, s:s, s:I, s:s}, s:s, s:o}",
        "image", image_values(d), "flink", "type", d->is_job ? "job" : "session", "parallelism",
        (json_int_t) d->parallelism, "job", job_values(d), "jobmanager", "#memoryMiB", about_memory,
        "memoryMiB", (json_int_t) d->jobmanager.mib, "cpu", d->jobmanager.cpu, "taskmanager",
        "#replicas", "0: as many as the parallelism needs", "replicas",
        (json_int_t) d->options->replicas, "slots", (json_int_t) d->slots, "#memoryMiB",
        about_memory, "memoryMiB", (json_int_t) taskmanager->mib, "cpu", taskmanager->cpu,
        "#configuration", "of Flink, merged onto the file in the image", "configuration",
        configuration);
}
