#include "operator.h"

#include <stdint.h>
#include <string.h>

#include "documents.h"
#include "format.h"
#include "log_conf.h"
#include "object.h"
#include "pod.h"
#include "result.h"
#include "setting.h"
#include "text.h"

/* The operator's resources take CPU as a number, and memory as Flink writes it. */
static json_t *cpu_number(const char *text)
{
    int64_t number = 0;
    size_t len = strlen(text);
    if (len > 0 && text[len - 1] == 'm') {
        cleanup_free char *digits = fp_xstrndup(text, len - 1);
        if (fp_parse_count(digits, &number))
            return json_real((double) number / 1000);
    }
    return fp_parse_count(text, &number) ? json_integer(number) : json_real(strtod(text, NULL));
}

/* A patch that is YAML has "0.5" as it is spelled, which is a string here. */
static void settle_cpu(json_t *spec, const char *role)
{
    json_t *resource = json_object_get(json_object_get(spec, role), "resource");
    const char *text = fp_json_string(resource, "cpu");
    char *end = NULL;
    double number = text != NULL ? strtod(text, &end) : 0;
    if (text != NULL && *text != '\0' && *end == '\0' && number > 0)
        fp_set(resource, "cpu", json_real(number));
}

/* Make documents fit their schema again after patches. */
static void settle(json_t *documents)
{
    for (size_t i = 0; i < json_array_size(documents); i++) {
        json_t *spec = json_object_get(json_array_get(documents, i), "spec");
        settle_cpu(spec, "jobManager");
        settle_cpu(spec, "taskManager");
    }
}

static json_t *resource(const struct fp_role *role)
{
    cleanup_free char *memory = fp_xasprintf("%lldm", (long long) role->mib);
    return json_pack("{s:o, s:s}", "cpu", cpu_number(role->cpu), "memory", memory);
}

/* A file of the image as a URI; names of jars can have blanks and more. */
static char *local_uri(const char *folder, const char *file)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+@$()";
    struct fp_buf out = FP_BUF_INIT(SIZE_MAX);
    enum fp_code code = fp_buf_addf(&out, NULL, "local://%s/", folder);
    for (const char *p = file; *p != '\0' && code == FP_OK; p++) {
        bool fine = strchr(plain, *p) != NULL;
        code = fp_buf_addf(&out, NULL, fine ? "%c" : "%%%02X", (unsigned char) *p);
    }
    return fp_buf_take(&out);
}

/* What pods have beside the operator's own labels; NULL: nothing. */
static json_t *pod_metadata(const struct fp_deployment *d)
{
    cleanup_json json_t *labels = json_object();
    cleanup_json json_t *annotations = json_object();
    fp_add_pairs(labels, &d->options->labels);
    if (d->options->metrics)
        fp_add_scraping(annotations);
    fp_add_pairs(annotations, &d->options->annotations);
    json_t *metadata = json_object();
    if (json_object_size(labels) > 0)
        fp_set(metadata, "labels", json_incref(labels));
    if (json_object_size(annotations) > 0)
        fp_set(metadata, "annotations", json_incref(annotations));
    if (json_object_size(metadata) > 0)
        return metadata;
    json_decref(metadata);
    return NULL;
}

/* What the operator's own fields have no place for. */
static json_t *pod_template(const struct fp_deployment *d)
{
    const struct fp_role role = fp_taskmanager_of(d);
    json_t *full = fp_pod_template(d, &role);
    json_t *spec = json_object_get(full, "spec");
    json_t *container = json_array_get(json_object_get(spec, "containers"), 0);
    static const char *const pod_keys[] = {"imagePullSecrets", "nodeSelector",    "tolerations",
                                           "#securityContext", "securityContext", NULL};
    static const char *const container_keys[] = {"envFrom", "securityContext", "volumeMounts",
                                                 NULL};
    json_t *main = json_pack("{s:s}", "name", "flink-main-container");
    if (json_array_size(d->env) > 0)
        fp_set(main, "env", json_deep_copy(d->env));
    fp_pick(main, container, container_keys);
    json_t *pod = json_object();
    fp_pick(pod, spec, pod_keys);
    fp_set(pod, "containers", json_pack("[o]", main));
    fp_set(pod, "volumes", json_incref(json_object_get(spec, "volumes")));
    json_t *result = json_object();
    fp_set(result, "metadata", pod_metadata(d));
    fp_set(result, "spec", pod);
    json_decref(full);
    return result;
}

static json_t *job(const struct fp_deployment *d, const char *jar_uri)
{
    const struct fp_deploy_options *o = d->options;
    json_t *result = json_object();
    json_t *args = json_array();
    if (jar_uri != NULL)
        fp_set(result, "jarURI", json_string(jar_uri));
    if (d->classname != NULL)
        fp_set(result, "entryClass", json_string(d->classname));
    for (size_t i = 0; i < o->arguments.len; i++)
        fp_append(args, json_string(o->arguments.items[i]));
    if (o->arguments.len > 0)
        fp_set(result, "args", json_incref(args));
    json_decref(args);
    fp_set(result, "parallelism", json_integer(d->parallelism));
    fp_set(result, "upgradeMode", json_string(fp_operator_upgrade(d)));
    fp_set(result, "state", json_string("running"));
    if (o->from_savepoint != NULL)
        fp_set(result, "initialSavepointPath", json_string(o->from_savepoint));
    if (o->allow_non_restored_state)
        fp_set(result, "allowNonRestoredState", json_true());
    return result;
}

static json_t *flink_deployment(const struct fp_deployment *d)
{
    const struct fp_deploy_options *o = d->options;
    const struct fp_role jobmanager = fp_jobmanager_of(d);
    const struct fp_role taskmanager = fp_taskmanager_of(d);
    cleanup_free char *version = fp_xasprintf("v%u_%u", d->version.major, d->version.minor);
    json_t *object = fp_object(d, "flink.apache.org/v1beta1", "FlinkDeployment", "", NULL);
    json_t *spec = json_pack("{s:s, s:s, s:s, s:s}", "image", d->image_text, "imagePullPolicy",
                             "IfNotPresent", "flinkVersion", version, "serviceAccount",
                             o->service_account != NULL ? o->service_account : "flink");
    fp_note_tag(d, spec);
    fp_set(spec, "flinkConfiguration", json_incref(d->conf));
    if (d->log_conf != NULL) {
        fp_set(spec, "logConfiguration", json_object());
        fp_add_log_conf(d, json_object_get(spec, "logConfiguration"));
    }
    fp_set(spec, "podTemplate", pod_template(d));
    fp_set(spec, "jobManager",
           json_pack("{s:i, s:o}", "replicas", 1, "resource", resource(&jobmanager)));
    fp_set(spec, "taskManager", json_pack("{s:o}", "resource", resource(&taskmanager)));
    if (o->replicas > 0 && !d->is_job)
        fp_set(json_object_get(spec, "taskManager"), "replicas", json_integer(o->replicas));
    if (d->is_job) {
        cleanup_free char *folder = fp_path_join(d->home, "usrlib");
        cleanup_free char *uri = d->jar != NULL ? local_uri(folder, d->jar) : NULL;
        fp_set(spec, "job", job(d, uri));
    }
    fp_set(object, "spec", spec);
    return object;
}

static json_t *session_job(const struct fp_deployment *d)
{
    json_t *object = fp_object(d, "flink.apache.org/v1beta1", "FlinkSessionJob", "-job", NULL);
    fp_set(object, "spec",
           json_pack("{s:o, s:o}", "deploymentName", fp_object_name(d, ""), "job",
                     job(d, d->options->jar_uri)));
    return object;
}

static json_t *documents_of(const struct fp_deployment *d)
{
    json_t *documents = json_array();
    if (fp_has_passwd(d))
        fp_append(documents, fp_passwd_map(d));
    for (size_t i = 0; i < d->options->claims.len; i++)
        fp_append(documents, fp_volume_claim(d, d->options->claims.items[i]));
    fp_append(documents, flink_deployment(d));
    if (d->options->jar_uri != NULL)
        fp_append(documents, session_job(d));
    return documents;
}

static void note(const struct fp_notes *n)
{
    const struct fp_deployment *d = n->d;
    const char *account =
        d->options->service_account != NULL ? d->options->service_account : "flink";
    const char *since = fp_operator_since(d);
    const char *port = fp_json_string(d->conf, "rest.port");
    cleanup_free char *remark =
        fp_xasprintf("    (needs Flink's operator%s%s, and its account '%s')",
                     since != NULL ? " from version " : "", since != NULL ? since : "", account);
    bool has_job = d->is_job || d->options->jar_uri != NULL;
    bool stateless = strcmp(fp_operator_upgrade(d), "stateless") == 0;
    const char *lost = d->is_job ? "starts the job without its state, as neither --savepoint-dir "
                                   "nor --ha is given"
                                 : "starts the job without its state, as --savepoint-dir is not "
                                   "given";
    cleanup_free char *apply = fp_notes_apply_command(n);
    cleanup_free char *command = fp_notes_again(n, "", apply);
    fp_notes_apply(n, remark);
    fp_strv_addf(n->lines, "watch:    %s get flinkdeployment %s -w", n->kubectl, d->name);
    fp_strv_addf(n->lines,
                 "ui:       %s port-forward service/%s-rest 8081:%s, then "
                 "http://localhost:8081",
                 n->kubectl, d->name, port != NULL ? port : "8081");
    if (has_job)
        fp_strv_addf(n->lines, "update:   %s    (the operator %s)",
                     *command != '\0' ? command : "apply again with the new image",
                     stateless ? lost : "stops the job, and starts it from its state");
    if (fp_is_highly_available(d))
        fp_strv_addf(n->lines,
                     "identity: the operator keeps state under the name alone: a FlinkDeployment "
                     "'%s' of another namespace needs another high-availability.storageDir",
                     d->name);
    if (d->options->jar_uri != NULL)
        fp_strv_addf(n->lines, "clean up: %s delete flinksessionjob %s-job, then", n->kubectl,
                     d->name);
    fp_strv_addf(n->lines, "%s %s delete flinkdeployment %s",
                 d->options->jar_uri != NULL ? "         " : "clean up:", n->kubectl, d->name);
    fp_notes_state(n, "; 'delete -f' and '-k' do that too");
}

static enum fp_code add_files(const struct fp_deployment *d, const char *directory,
                              struct fp_deploy_result *ret, struct fp_error *err)
{
    return directory != NULL ? fp_add_kustomization(d, false, ret, err) : FP_OK;
}

const struct fp_format fp_format_operator = {
    .name = "operator",
    .places = FP_PLACE_SESSION_JOB | FP_PLACE_HA | FP_PLACE_NAMESPACE | FP_PLACE_PODS |
              FP_PLACE_SIZE | FP_PLACE_OUTPUT,
    .is_operated = true,
    .own_keys = fp_operator_keys,
    .runs_in = "pod",
    .volume_hint = "--claim NAME:SIZE:PATH makes one",
    .check = fp_operator_check,
    .documents = documents_of,
    .settle = settle,
    .add_files = add_files,
    .note = note,
};
