#include <ctype.h>
#include <string.h>

#include "chart.h"
#include "chart_text.h"
#include "documents.h"
#include "notes.h"
#include "role.h"
#include "text.h"
#include "yaml_write.h"

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
    };
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (strcmp(key, keys[i]) == 0)
            return true;
    }
    return false;
}

static enum fp_code put_memory(struct fp_buf *out, const struct fp_deployment *d,
                               const struct fp_role *role, struct fp_error *err)
{
    const char *key = fp_role_memory_key(d, role);
    bool bare = strcmp(key + strlen(key) - 3, ".mb") == 0;
    bool is_heap = fp_role_memory_value(d, role) != role->mib;
    cleanup_free char *value =
        is_heap ? fp_xasprintf("div (mul (int .Values.%s.memoryMiB) 3) 4", role->component)
                : fp_xasprintf("int .Values.%s.memoryMiB", role->component);
    return fp_buf_addf(out, err, "%s: {{ %s }}%s\n", key, value, bare ? "" : "m");
}

/* "flink.properties": the lines of FLINK_PROPERTIES. */
static enum fp_code put_properties(struct fp_buf *out, const struct fp_deployment *d,
                                   struct fp_error *err)
{
    const struct fp_role jobmanager = fp_jobmanager_of(d);
    const struct fp_role taskmanager = fp_taskmanager_of(d);
    enum fp_code code = fp_buf_add_text(out, "\n{{- define \"flink.properties\" -}}\n", err);
    if (code == FP_OK && !d->options->ha)
        code = fp_buf_add_text(out,
                               "jobmanager.rpc.address: {{ include \"flink.fullname\" . }}-rpc-"
                               "{{ include \"flink.revision\" . }}\n",
                               err);
    if (code == FP_OK)
        code = fp_buf_add_text(out,
                               "{{ include \"flink.settings\" . }}\n"
                               "{{- end -}}\n\n"
                               "{{- define \"flink.settings\" -}}\n"
                               "{{- include \"flink.checkConfiguration\" . -}}\n",
                               err);
    if (code == FP_OK)
        code = fp_buf_add_text(out, "rest.address: {{ include \"flink.fullname\" . }}-jobmanager\n",
                               err);
    if (code == FP_OK)
        code = put_memory(out, d, &jobmanager, err);
    if (code == FP_OK)
        code = put_memory(out, d, &taskmanager, err);
    if (code == FP_OK)
        code = fp_buf_add_text(
            out, "taskmanager.numberOfTaskSlots: {{ int .Values.taskmanager.slots }}\n", err);
    if (code == FP_OK && d->max_replicas == 0)
        code =
            fp_buf_add_text(out, "parallelism.default: {{ int .Values.flink.parallelism }}\n", err);
    if (code == FP_OK && d->options->ha)
        code = fp_buf_add_text(out,
                               "kubernetes.cluster-id: {{ include \"flink.fullname\" . }}\n"
                               "kubernetes.namespace: {{ .Release.Namespace }}\n",
                               err);
    if (code == FP_OK)
        code = fp_buf_add_text(out,
                               "{{- range $key, $value := .Values.configuration }}\n"
                               "{{ $key }}: {{ include \"flink.scalar\" $value }}\n{{- end }}\n"
                               "{{- end -}}\n",
                               err);
    return code;
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

static json_t *make_values(const struct fp_deployment *d)
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

static json_t *make_chart(const struct fp_deployment *d)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "apiVersion", "v2", "name", d->name,
                     "description", "Apache Flink, for one image", "type", "application", "version",
                     "0.1.0", "appVersion", d->version.text, "kubeVersion", ">=1.29.0-0");
}

static enum fp_code add_yaml(struct fp_deploy_result *ret, const char *path, json_t *take_document,
                             struct fp_error *err)
{
    cleanup_json json_t *document = take_document;
    cleanup_buf struct fp_buf out = FP_BUF_INIT(FP_DEPLOY_FILE_MAX);
    FP_TRY(fp_yaml_write(&out, document, err));
    fp_result_add(ret, fp_xstrdup(path), fp_buf_take(&out));
    return FP_OK;
}

/* service-jobmanager.yaml: the kind, and what follows the release's name, but for a revision. */
static char *template_path(const json_t *document)
{
    const json_t *name = json_object_get(json_object_get(document, "metadata"), "name");
    const char *raw = fp_json_string(name, FP_YAML_RAW);
    const char *suffix = raw != NULL ? strstr(raw, "}}") : NULL;
    cleanup_free char *kind = fp_xstrdup(fp_json_string(document, "kind"));
    for (char *p = kind; *p != '\0'; p++)
        *p = (char) tolower((unsigned char) *p);
    suffix = suffix != NULL ? suffix + 2 : "";
    const char *revision = strstr(suffix, "-{{");
    size_t len = revision != NULL ? (size_t) (revision - suffix) : strlen(suffix);
    return fp_xasprintf("templates/%s%.*s.yaml", kind, (int) len, suffix);
}

/* `type`: the document is for releases of that flink.type only; NULL: for all. */
static enum fp_code add_template(struct fp_deploy_result *ret, const json_t *document,
                                 const char *type, struct fp_error *err)
{
    cleanup_buf struct fp_buf out = FP_BUF_INIT(FP_DEPLOY_FILE_MAX);
    enum fp_code code = FP_OK;
    if (type != NULL)
        code = fp_buf_addf(&out, err, "{{- if eq .Values.flink.type \"%s\" }}\n", type);
    if (code == FP_OK)
        code = fp_yaml_write_as(&out, document, FP_YAML_CHART, err);
    if (code == FP_OK && type != NULL)
        code = fp_buf_add_text(&out, "{{- end }}\n", err);
    if (code == FP_OK)
        fp_result_add(ret, template_path(document), fp_buf_take(&out));
    return code;
}

static bool is_jobmanager(const json_t *document)
{
    cleanup_free char *path = template_path(document);
    return strcmp(path, "templates/job-jobmanager.yaml") == 0 ||
           strcmp(path, "templates/deployment-jobmanager.yaml") == 0;
}

/* All documents of one type; of the other only its JobManager, the rest being the same. */
static enum fp_code add_templates(struct fp_deployment *d, struct fp_deploy_result *ret,
                                  struct fp_error *err)
{
    bool is_job = d->is_job;
    enum fp_code code = FP_OK;
    for (int other = 0; other < 2 && code == FP_OK; other++) {
        d->is_job = other == 0 ? is_job : !is_job;
        if (d->is_job && !d->traits->has_standalone_job)
            continue;
        cleanup_json json_t *documents = fp_kubernetes_documents(d);
        for (size_t i = 0; i < json_array_size(documents) && code == FP_OK; i++) {
            const json_t *document = json_array_get(documents, i);
            bool typed = is_jobmanager(document);
            if (typed || other == 0)
                code = add_template(ret, document,
                                    !typed      ? NULL
                                    : d->is_job ? "job"
                                                : "session",
                                    err);
        }
    }
    d->is_job = is_job;
    return code;
}

enum fp_code fp_chart_files(struct fp_deployment *d, struct fp_deploy_result *ret,
                            struct fp_error *err)
{
    cleanup_buf struct fp_buf helpers = FP_BUF_INIT(FP_DEPLOY_FILE_MAX);
    FP_TRY(add_yaml(ret, "Chart.yaml", make_chart(d), err));
    FP_TRY(add_yaml(ret, "values.yaml", make_values(d), err));
    FP_TRY(fp_buf_add_text(&helpers, fp_chart_helpers, err));
    FP_TRY(put_properties(&helpers, d, err));
    FP_TRY(fp_chart_put_facts(&helpers, d, err));
    fp_result_add(ret, fp_xstrdup("values.schema.json"), fp_xstrdup(fp_chart_schema));
    fp_result_add(ret, fp_xstrdup(".helmignore"), fp_xstrdup(".git/\n*.swp\n*.bak\n*.tgz\n"));
    fp_result_add(ret, fp_xstrdup("templates/NOTES.txt"), fp_xstrdup(fp_chart_notes));
    fp_result_add(ret, fp_xstrdup("templates/_helpers.tpl"), fp_buf_take(&helpers));
    fp_result_add(ret, fp_xstrdup("templates/_identity.tpl"), fp_xstrdup(fp_chart_identity));
    if (d->traits->has_standalone_job)
        fp_result_add(ret, fp_xstrdup("templates/job-stop.yaml"), fp_xstrdup(fp_chart_stop));
    return add_templates(d, ret, err);
}
