/* values.yaml of a chart. */
#include <string.h>

#include "chart.h"
#include "role.h"
#include "text.h"

/* Keys that the release's values or names decide; the rest of the configuration is a value. */
static bool is_computed(const struct fp_deployment *d, const char *key)
{
    const struct fp_role jobmanager = fp_jobmanager_of(d);
    const struct fp_role taskmanager = fp_taskmanager_of(d);
    const char *const keys[] = {
        "jobmanager.rpc.address",
        "rest.address",
        "taskmanager.numberOfTaskSlots",
        "parallelism.default",
        "kubernetes.cluster-id",
        "kubernetes.namespace",
        fp_role_memory_key(d, &jobmanager),
        fp_role_memory_key(d, &taskmanager),
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
    json_t *image =
        json_pack("{s:s, s:s}", "repository", repository, "tag", colon != NULL ? colon + 1 : "");
    fp_set(
        image, "#digest",
        json_string("goes before the tag; empty to use that. One that you set is taken as it is"));
    fp_set(image, "digest", json_string(d->image->digest != NULL ? d->image->digest : ""));
    fp_set(
        image, "#digestOf",
        json_string("what the digest was read for: with another repository or tag it is dropped"));
    fp_set(image, "digestOf", json_string(read));
    fp_set(image, "pullPolicy", json_string("IfNotPresent"));
    return image;
}

static json_t *job_values(const struct fp_deployment *d)
{
    const struct fp_deploy_options *o = d->options;
    json_t *arguments = json_array();
    for (size_t i = 0; i < o->arguments.len; i++)
        fp_append(arguments, json_string(o->arguments.items[i]));
    json_t *job =
        json_pack("{s:s, s:s, s:o}", "classname", d->classname != NULL ? d->classname : "",
                  "#arguments", "of main(), each as it is", "arguments", arguments);
    fp_set(
        job, "#clusterId",
        json_string("with high availability, what its state lies under; empty: NAMESPACE/NAME, or "
                    "what the installed release has"));
    fp_set(job, "clusterId", json_string(""));
    if (fp_flink_at_least(&d->version, 1, 8, 0)) {
        fp_set(job, "#id", json_string("empty: with high availability out of the clusterId"));
        fp_set(job, "id", json_string(o->job_id != NULL ? o->job_id : ""));
    }
    if (fp_flink_at_least(&d->version, 1, 6, 1)) {
        fp_set(job, "fromSavepoint",
               json_string(o->from_savepoint != NULL ? o->from_savepoint : ""));
        fp_set(job, "allowNonRestoredState", json_boolean(o->allow_non_restored_state));
    }
    fp_set(job, "#annotations", json_string("of the Job alone"));
    fp_set(job, "annotations", json_object());
    fp_set(job, "#retries",
           json_string("of lost pods; -1: 3, and without a limit with high availability"));
    fp_set(job, "retries", json_integer(o->retries));
    fp_set(
        job, "#replaceOnUpgrade",
        json_string("the Job as a hook that Helm deletes and makes again; Helm then waits for the "
                    "job to end, so it is not for streaming jobs"));
    fp_set(job, "replaceOnUpgrade", json_false());
    return job;
}

static json_t *role_values(const struct fp_role *role)
{
    return json_pack("{s:s, s:I, s:s}", "#memoryMiB",
                     "the container's limit, all of which Flink is told to use", "memoryMiB",
                     (json_int_t) role->mib, "cpu", role->cpu);
}

json_t *fp_chart_values(const struct fp_deployment *d)
{
    const struct fp_role jobmanager = fp_jobmanager_of(d);
    const struct fp_role taskmanager = fp_taskmanager_of(d);
    json_t *configuration = json_object();
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(d->conf, key, value)
    {
        if (!is_computed(d, key))
            fp_set(configuration, key, json_incref(value));
    }
    json_t *taskmanagers =
        json_pack("{s:s, s:I, s:I}", "#replicas", "0: as many as the parallelism needs", "replicas",
                  (json_int_t) d->options->replicas, "slots", (json_int_t) d->slots);
    json_t *size = role_values(&taskmanager);
    (void) json_object_update(taskmanagers, size);
    json_decref(size);
    return json_pack("{s:o, s:{s:s, s:I}, s:o, s:o, s:o, s:s, s:o}", "image", image_values(d),
                     "flink", "type", d->is_job ? "job" : "session", "parallelism",
                     (json_int_t) d->parallelism, "job", job_values(d), "jobmanager",
                     role_values(&jobmanager), "taskmanager", taskmanagers, "#configuration",
                     "of Flink, merged onto the file in the image", "configuration", configuration);
}
