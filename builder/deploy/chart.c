/* Format helm: a chart, whose templates are the files of chart/. */
#include "chart.h"

#include <string.h>

#include "format.h"
#include "object.h"
#include "pod.h"
#include "result.h"
#include "setting.h"
#include "text.h"

static json_t *make_chart(const struct fp_deployment *d)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "apiVersion", "v2", "name", d->name,
                     "description", "Apache Flink, for one image", "type", "application", "version",
                     "0.1.0", "appVersion", d->version.text, "kubeVersion", ">=1.29.0-0");
}

/* The template of a document: templates/service-jobmanager.yaml for the Service NAME-jobmanager. */
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

/* A claim's template has its name. */
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

/* A template for each document of Kubernetes, of both types of deployments where both work. */
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

/* Whether it is in every chart. */
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
    cleanup_json json_t *values = fp_chart_values(d);
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
    .runs_in = "pod",
    .volume_hint = "--claim NAME:SIZE:PATH makes one",
    .add_files = add_files,
    .note = note,
};
