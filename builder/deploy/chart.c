/* Format helm: a chart whose templates are the files of chart/. */
#include "chart.h"

#include <string.h>

#include "format.h"
#include "pod.h"
#include "result.h"
#include "setting.h"
#include "text.h"

/* Whether the chart computes the key from other values; the other keys are values of their own. */
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

/* The repository and tag of the image, its digest, and the name that the digest belongs to. */
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

/* Return the text, or "" if it is NULL; NULL if this version of Flink has no such option. */
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

static json_t *make_values(const struct fp_deployment *d)
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

static json_t *make_chart(const struct fp_deployment *d)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "apiVersion", "v2", "name", d->name,
                     "description", "Apache Flink, for one image", "type", "application", "version",
                     "0.1.0", "appVersion", d->version.text, "kubeVersion", ">=1.29.0-0");
}

/* A document's template: templates/service-jobmanager.yaml for the Service NAME-jobmanager. */
static char *template_path(const struct fp_deployment *d, const json_t *document)
{
    cleanup_free char *name = fp_stable_name(d, document);
    char *path = fp_xasprintf("templates/%s%s.yaml", fp_json_string(document, "kind"),
                              name + strlen(d->name));
    fp_make_lower(path);
    return path;
}

static bool has_file(const struct fp_deploy_result *result, const char *path)
{
    for (size_t i = 0; i < result->file_count; i++) {
        if (strcmp(result->files[i].path, path) == 0)
            return true;
    }
    return false;
}

/* Claims have no file in chart/: each of their templates is a line with the claim's name. */
static char *template_text(const struct fp_deployment *d, const json_t *document, const char *path)
{
    for (const struct fp_chart_file *file = fp_chart_files; file->path != NULL; file++) {
        if (strcmp(file->path, path) == 0)
            return fp_xstrdup(file->text);
    }
    const char *name = fp_json_string(json_object_get(document, "metadata"), "name");
    return fp_xasprintf("{{- include \"flink.claim\" (list . \"%s\") }}\n",
                        name + strlen(d->name) + 1);
}

/* Add the templates of a type's Kubernetes documents that the chart does not have yet. */
static void add_templates(const struct fp_deployment *d, bool is_job, struct fp_deploy_result *ret)
{
    struct fp_deployment typed = *d;
    typed.options = &typed.own;
    typed.is_job = is_job;
    cleanup_json json_t *documents = fp_kubernetes_documents(&typed);
    for (size_t i = 0; i < json_array_size(documents); i++) {
        const json_t *document = json_array_get(documents, i);
        char *path = template_path(d, document);
        if (has_file(ret, path))
            free(path);
        else
            fp_result_add(ret, path, template_text(d, document, path));
    }
}

/* Whether a file is in every chart, not only in one that has a certain document. */
static bool is_common(const char *path, bool has_job)
{
    return strncmp(path, "templates/", 10) != 0 || !fp_text_ends_with(path, ".yaml") ||
           (has_job && strcmp(path, "templates/job-stop.yaml") == 0);
}

static enum fp_code add_files(const struct fp_deployment *d, const char *directory,
                              struct fp_deploy_result *ret, struct fp_error *err)
{
    (void) directory;
    bool has_job = d->traits->has_standalone_job;
    cleanup_json json_t *chart = make_chart(d);
    cleanup_json json_t *values = make_values(d);
    FP_TRY(fp_result_add_yaml(ret, "Chart.yaml", chart, err));
    FP_TRY(fp_result_add_yaml(ret, "values.yaml", values, err));
    fp_result_add(ret, fp_xstrdup("templates/_options.tpl"), fp_chart_options(d));
    for (const struct fp_chart_file *file = fp_chart_files; file->path != NULL; file++) {
        if (is_common(file->path, has_job))
            fp_result_add(ret, fp_xstrdup(file->path), fp_xstrdup(file->text));
    }
    add_templates(d, false, ret);
    if (has_job)
        add_templates(d, true, ret);
    return FP_OK;
}

static void note(const struct fp_notes *n)
{
    const char *name = n->d->name;
    const char *chart = n->directory != NULL ? n->directory : "FOLDER";
    fp_strv_addf(n->lines, "apply:    helm upgrade --install %s %s", name, chart);
    fp_strv_addf(n->lines,
                 "ui:       kubectl port-forward service/%s-jobmanager 8081, then "
                 "http://localhost:8081",
                 name);
    cleanup_free char *last = fp_xasprintf(
        "helm upgrade %s %s --reset-then-reuse-values --set-string image.tag=NEW_TAG,"
        "image.digest=NEW_DIGEST%s",
        name, chart,
        fp_flink_at_least(&n->d->version, 1, 6, 1) ? " --set job.fromSavepoint=PATH" : "");
    if (n->d->is_job)
        fp_notes_update(n, last);
    if (n->d->is_job && fp_is_highly_available(n->d))
        fp_strv_addf(n->lines,
                     "identity: of the namespace and the release's name, when it is installed; a "
                     "release keeps what it has until --set job.clusterId=NAMESPACE/NAME");
    fp_strv_addf(n->lines, "clean up: helm uninstall %s%s", name,
                 n->d->options->claims.len > 0 ? "    (keeps the volumes)" : "");
    fp_notes_state(n, "");
}

const struct fp_format fp_format_helm = {
    .name = "helm",
    .places = FP_PLACE_HA | FP_PLACE_OBJECTS | FP_PLACE_PODS | FP_PLACE_JOB_ID | FP_PLACE_SIZE,
    .place_hint = "helm takes --namespace itself; other things are changed in the chart's "
                  "values.yaml and templates",
    .has_revision = true,
    .add_files = add_files,
    .note = note,
};
