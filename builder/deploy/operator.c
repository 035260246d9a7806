/* Format operator: a FlinkDeployment, and a FlinkSessionJob for a session's job. */
#include <stdint.h>
#include <string.h>

#include "format.h"
#include "pod.h"
#include "result.h"
#include "setting.h"
#include "text.h"

/* Flink versions in the operator's enumeration. `since` is the first operator that knows a version;
 * NULL means that all current operators know it, which is true for those before Flink 2. */
static const struct known {
    unsigned major;
    unsigned minor;
    const char *since;
} versions[] = {
    {1, 13, NULL},  {1, 14, NULL},  {1, 15, NULL},  {1, 16, NULL},  {1, 17, NULL},
    {1, 18, NULL},  {1, 19, NULL},  {1, 20, NULL},  {2, 0, "1.12"}, {2, 1, "1.13"},
    {2, 2, "1.13"}, {2, 3, "1.16"}, {2, 4, "1.16"},
};

static const struct known *find_version(const struct fp_deployment *d)
{
    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        if (versions[i].major == d->version.major && versions[i].minor == d->version.minor)
            return &versions[i];
    }
    return NULL;
}

static enum fp_code check_known(struct fp_deployment *d, struct fp_error *err)
{
    if (find_version(d) != NULL) {
        if (!fp_flink_at_least(&d->version, 1, 15, 0))
            fp_strv_addf(&d->warnings,
                         "--format operator: from 1.7 on the operator refuses Flink %s",
                         d->version.text);
        return FP_OK;
    }
    return fp_hinted(fp_fail(err, FP_E_USAGE,
                             "--format operator: a FlinkDeployment can be of Flink 1.13 to 2.4, "
                             "not %s",
                             d->version.text),
                     err, "--format kubernetes works without the operator");
}

/* The operator refuses a FlinkDeployment with these settings. */
static const char *const own_keys[] = {"kubernetes.cluster-id", "kubernetes.namespace",
                                       "high-availability.cluster-id", NULL};

static enum fp_code check_keys(const struct fp_deployment *d, struct fp_error *err)
{
    for (const char *const *key = own_keys; *key != NULL; key++) {
        if (json_object_get(d->conf, *key) != NULL)
            return fp_fail(err, FP_E_USAGE, "--conf: %s: is set by Flink's operator", *key);
    }
    return FP_OK;
}

/* Whether a directory is set, under either name of its key. */
static bool has_directory(const struct fp_deployment *d, const char *key, const char *old_key)
{
    return json_object_get(d->conf, key) != NULL || json_object_get(d->conf, old_key) != NULL;
}

static const char *upgrade_mode(const struct fp_deployment *d)
{
    if (has_directory(d, "execution.checkpointing.savepoint-dir", "state.savepoints.dir"))
        return "savepoint";
    /* Only newer operators support last-state for the jobs of a session. */
    return d->options->ha && d->is_job ? "last-state" : "stateless";
}

/* The operator only upgrades a job with its state if a checkpoint directory is set too. */
static enum fp_code check_state(const struct fp_deployment *d, struct fp_error *err)
{
    bool has_job = d->is_job || d->options->jar_uri != NULL;
    if (!has_job || strcmp(upgrade_mode(d), "stateless") == 0 ||
        has_directory(d, "execution.checkpointing.dir", "state.checkpoints.dir"))
        return FP_OK;
    return fp_fail(
        err, FP_E_USAGE,
        "--checkpoint-dir: is missing: Flink's operator changes a job over from its state "
        "only where it knows this folder too");
}

/* The operator uses REPLICAS times SLOTS as the parallelism, and ignores the given one. */
static enum fp_code check_replicas(struct fp_deployment *d, struct fp_error *err)
{
    const struct fp_deploy_options *o = d->options;
    if (!d->is_job || o->replicas == 0 || o->replicas * d->slots == d->parallelism)
        return FP_OK;
    if (fp_yields(d, "replicas")) {
        fp_leave_out(d, "replicas");
        return FP_OK;
    }
    return fp_fail(err, FP_E_USAGE,
                   "--replicas %lld: Flink's operator would make the parallelism %lld of it, not "
                   "%lld; leave it out",
                   (long long) o->replicas, (long long) (o->replicas * d->slots),
                   (long long) d->parallelism);
}

static enum fp_code check(struct fp_deployment *d, struct fp_error *err)
{
    FP_TRY(check_known(d, err));
    FP_TRY(check_keys(d, err));
    FP_TRY(check_state(d, err));
    return check_replicas(d, err);
}

/* The operator's resources have CPU as a number. */
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

/* Turn CPU into a number again: our YAML reader reads the 0.5 of a patch as a string. */
static void settle_cpu(json_t *spec, const char *role)
{
    json_t *resource = json_object_get(json_object_get(spec, role), "resource");
    const char *text = fp_json_string(resource, "cpu");
    char *end = NULL;
    double number = text != NULL ? strtod(text, &end) : 0;
    if (text != NULL && *text != '\0' && *end == '\0' && number > 0)
        fp_json_set(resource, "cpu", json_real(number));
}

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

/* The URI of a file in the image; names of jars can have spaces and other special characters. */
static char *local_uri(const char *directory, const char *file)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+@$()";
    struct fp_buf out = FP_BUF_INIT(SIZE_MAX);
    fp_buf_putf(&out, "local://%s/", directory);
    for (const char *p = file; *p != '\0'; p++)
        fp_buf_putf(&out, strchr(plain, *p) != NULL ? "%c" : "%%%02X", (unsigned char) *p);
    return fp_buf_take(&out);
}

/* The labels and annotations that pods have beside the operator's own; NULL: none. */
static json_t *pod_metadata(const struct fp_deployment *d)
{
    json_t *annotations = json_object();
    if (d->options->metrics)
        fp_add_scraping(annotations);
    fp_add_pairs(annotations, &d->options->annotations);
    return fp_unless_empty(json_pack("{s:o*, s:o*}", "labels",
                                     fp_unless_empty(fp_pairs(&d->options->labels)), "annotations",
                                     fp_unless_empty(annotations)));
}

/* The pod template, with the settings that have no field in a FlinkDeployment. */
static json_t *pod_template(const struct fp_deployment *d)
{
    static const char *const pod_keys[] = {"imagePullSecrets", "nodeSelector",    "tolerations",
                                           "#securityContext", "securityContext", NULL};
    static const char *const container_keys[] = {"envFrom", "securityContext", "volumeMounts",
                                                 NULL};
    cleanup_json json_t *full = fp_pod_template(d, &d->taskmanager);
    const json_t *spec = json_object_get(full, "spec");
    json_t *main = json_pack("{s:s, s:o*}", "name", "flink-main-container", "env",
                             fp_unless_empty(json_deep_copy(d->env)));
    fp_pick(main, json_array_get(json_object_get(spec, "containers"), 0), container_keys);
    json_t *pod = json_object();
    fp_pick(pod, spec, pod_keys);
    fp_json_set(pod, "containers", json_pack("[o]", main));
    fp_json_set(pod, "volumes", json_incref(json_object_get(spec, "volumes")));
    return json_pack("{s:o*, s:o}", "metadata", pod_metadata(d), "spec", pod);
}

static json_t *job(const struct fp_deployment *d, const char *jar_uri)
{
    const struct fp_deploy_options *o = d->options;
    return json_pack("{s:s*, s:s*, s:o*, s:I, s:s, s:s, s:s*, s:o*}", "jarURI", jar_uri,
                     "entryClass", d->classname, "args",
                     fp_unless_empty(fp_json_texts(&o->arguments)), "parallelism",
                     (json_int_t) d->parallelism, "upgradeMode", upgrade_mode(d), "state",
                     "running", "initialSavepointPath", o->from_savepoint, "allowNonRestoredState",
                     o->allow_non_restored_state ? json_true() : NULL);
}

static json_t *image_job(const struct fp_deployment *d)
{
    cleanup_free char *usrlib = fp_path_join(d->home, "usrlib");
    cleanup_free char *uri = d->jar != NULL ? local_uri(usrlib, d->jar) : NULL;
    return job(d, uri);
}

static json_t *flink_deployment(const struct fp_deployment *d)
{
    const struct fp_deploy_options *o = d->options;
    cleanup_free char *version = fp_xasprintf("v%u_%u", d->version.major, d->version.minor);
    json_t *spec = json_pack(
        "{s:s*, s:s, s:s, s:s, s:s, s:O, s:o*, s:o, s:{s:i, s:o}, s:{s:o, s:o*}, s:o*}", "#image",
        fp_tag_of(d), "image", d->image_text, "imagePullPolicy", "IfNotPresent", "flinkVersion",
        version, "serviceAccount", o->service_account != NULL ? o->service_account : "flink",
        "flinkConfiguration", d->conf, "logConfiguration",
        d->log_conf != NULL ? json_pack("{s:s}", FP_LOG_CONF_FILE, d->log_conf) : NULL,
        "podTemplate", pod_template(d), "jobManager", "replicas", 1, "resource",
        resource(&d->jobmanager), "taskManager", "resource", resource(&d->taskmanager), "replicas",
        o->replicas > 0 && !d->is_job ? json_integer(o->replicas) : NULL, "job",
        d->is_job ? image_job(d) : NULL);
    return fp_object(d, "flink.apache.org/v1beta1", "FlinkDeployment", "", NULL, spec);
}

static json_t *session_job(const struct fp_deployment *d)
{
    return fp_object(d, "flink.apache.org/v1beta1", "FlinkSessionJob", "-job", NULL,
                     json_pack("{s:o, s:o}", "deploymentName", fp_object_name(d, ""), "job",
                               job(d, d->options->jar_uri)));
}

static json_t *documents_of(const struct fp_deployment *d)
{
    json_t *documents = json_array();
    fp_json_append(documents, fp_passwd_map(d));
    for (size_t i = 0; i < d->options->claims.len; i++)
        fp_json_append(documents, fp_volume_claim(d, d->options->claims.items[i]));
    fp_json_append(documents, flink_deployment(d));
    if (d->options->jar_uri != NULL)
        fp_json_append(documents, session_job(d));
    return documents;
}

static void note(const struct fp_notes *n)
{
    const struct fp_deployment *d = n->d;
    const char *account =
        d->options->service_account != NULL ? d->options->service_account : "flink";
    const struct known *known = find_version(d);
    const char *since = known != NULL ? known->since : NULL;
    const char *port = fp_json_string(d->conf, "rest.port");
    cleanup_free char *remark =
        fp_xasprintf("    (needs Flink's operator%s%s, and its account '%s')",
                     since != NULL ? " from version " : "", since != NULL ? since : "", account);
    bool has_job = d->is_job || d->options->jar_uri != NULL;
    bool stateless = strcmp(upgrade_mode(d), "stateless") == 0;
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

const struct fp_format fp_format_operator = {
    .name = "operator",
    .places = FP_PLACE_SESSION_JOB | FP_PLACE_HA | FP_PLACE_NAMESPACE | FP_PLACE_PODS |
              FP_PLACE_SIZE | FP_PLACE_OUTPUT,
    .is_operated = true,
    .own_keys = own_keys,
    .check = check,
    .documents = documents_of,
    .settle = settle,
    .add_files = fp_add_kustomization,
    .note = note,
};
