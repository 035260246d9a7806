#include "pod.h"

#include <string.h>

#include "format.h"
#include "log_conf.h"
#include "object.h"
#include "setting.h"
#include "text.h"

json_t *fp_pod_security(const struct fp_deployment *d)
{
    const struct fp_deploy_options *o = d->options;
    json_t *security = json_pack("{s:b}", "runAsNonRoot", 1);
    int64_t uid = o->run_as_user;
    /* OpenShift gives each project its own user ids, and refuses others. */
    if (uid < 0 && !d->is_numeric_user && !o->route) {
        uid = FP_DEPLOY_UID;
        fp_set(
            security, "#runAsUser",
            json_string("the image names its user, of which nobody can tell that it is not root"));
    }
    if (uid >= 0) {
        fp_set(security, "runAsUser", json_integer(uid));
        if (!d->is_numeric_user)
            fp_set(security, "runAsGroup", json_integer(d->image_gid));
    }
    int64_t gid = o->fs_group;
    if (gid < 0 && !o->route && (o->claims.len > 0 || json_array_size(d->volumes) > 0))
        gid = d->image_gid;
    if (gid >= 0) {
        fp_set(security, "#fsGroup", json_string("so that Flink can write to the volumes"));
        fp_set(security, "fsGroup", json_integer(gid));
    }
    fp_set(security, "seccompProfile", json_pack("{s:s}", "type", "RuntimeDefault"));
    return security;
}

json_t *fp_container_security(const struct fp_deployment *d)
{
    json_t *security = json_pack("{s:b}", "allowPrivilegeEscalation", 0);
    /* The entrypoint of the official image writes to conf/. */
    if (d->is_official)
        fp_set(security, "#readOnlyRootFilesystem",
               json_string("the official entrypoint writes to conf/"));
    fp_set(security, "readOnlyRootFilesystem", json_boolean(!d->is_official));
    fp_set(security, "capabilities", json_pack("{s:[s]}", "drop", "ALL"));
    return security;
}

static json_t *variable_of_field(const char *name, const char *path)
{
    return json_pack("{s:s, s:{s:{s:s}}}", "name", name, "valueFrom", "fieldRef", "fieldPath",
                     path);
}

/* Where a JobManager is reached that can move: at its pod, which the others learn of through
 * Kubernetes. The official entrypoint otherwise takes the pod's host name, which nobody resolves.
 */
static void add_address(const struct fp_deployment *d, const struct fp_role *role, json_t *env)
{
    static const char name[] = "JOB_MANAGER_RPC_ADDRESS";
    if (d->options->ha && role->is_jobmanager)
        fp_append(env, variable_of_field(name, "status.podIP"));
    else if (d->is_official)
        fp_append(env, json_pack("{s:s, s:o}", "name", name, "value", fp_rpc_name(d)));
}

static json_t *environment(const struct fp_deployment *d, const struct fp_role *role)
{
    json_t *env = json_array();
    fp_append(env, variable_of_field("POD_IP", "status.podIP"));
    add_address(d, role, env);
    fp_append(env, json_pack("{s:s, s:{s:{s:o, s:s}}}", "name", "FLINK_PROPERTIES", "valueFrom",
                             "configMapKeyRef", "name", fp_object_name(d, "-config"), "key",
                             "FLINK_PROPERTIES"));
    (void) json_array_extend(env, d->env);
    return env;
}

static json_t *port(const char *name, int number)
{
    return json_pack("{s:s, s:i, s:s}", "name", name, "containerPort", number, "protocol", "TCP");
}

static json_t *ports(const struct fp_deployment *d, const struct fp_role *role)
{
    json_t *list = json_array();
    if (role->is_jobmanager) {
        fp_append(list, port("rpc", FP_PORT_RPC));
        fp_append(list, port("blob", FP_PORT_BLOB));
        fp_append(list, port("ui", FP_PORT_UI));
    } else {
        fp_append(list, port("data", FP_PORT_TM_DATA));
        fp_append(list, port("rpc", FP_PORT_TM_RPC));
        if (d->options->queryable_state)
            fp_append(list, port("query", FP_PORT_QUERY));
    }
    if (d->options->metrics)
        fp_append(list, port("metrics", FP_PORT_METRICS));
    return list;
}

static json_t *arguments(const struct fp_deployment *d, const struct fp_role *role)
{
    json_t *args = fp_role_arguments(d, role);
    /* Names of pods do not resolve; Flink up to 1.7 would tell them to others (FLINK-11127). */
    if (!role->is_jobmanager)
        fp_append(args, json_string("-Dtaskmanager.host=$(POD_IP)"));
    return args;
}

static json_t *probe(const struct fp_deployment *d, bool is_http, const char *port_name, int period,
                     int failures)
{
    const char *tls = fp_json_string(d->conf, "security.ssl.rest.enabled");
    bool http = is_http && (tls == NULL || strcmp(tls, "true") != 0);
    json_t *result =
        http ? json_pack("{s:{s:s, s:s}}", "httpGet", "path", "/config", "port", port_name)
             : json_pack("{s:{s:s}}", "tcpSocket", "port", port_name);
    fp_set(result, "periodSeconds", json_integer(period));
    if (failures > 0)
        fp_set(result, "failureThreshold", json_integer(failures));
    return result;
}

static void add_probes(const struct fp_deployment *d, const struct fp_role *role, json_t *container)
{
    const char *choice = d->options->probes;
    if (choice != NULL && strcmp(choice, "off") == 0)
        return;
    if (!role->is_jobmanager) {
        json_t *liveness = probe(d, false, "rpc", 60, 0);
        fp_set(liveness, "initialDelaySeconds", json_integer(30));
        fp_set(container, "livenessProbe", liveness);
        return;
    }
    fp_set(container, "#startupProbe",
           json_string("long: the job's main() can run before the ui answers"));
    fp_set(container, "startupProbe", probe(d, true, "ui", 5, 60));
    fp_set(container, "readinessProbe", probe(d, true, "ui", 10, 0));
    fp_set(container, "livenessProbe", probe(d, false, "rpc", 30, 4));
}

/* The container's limit is what Flink is told to fill; CPU is not limited, only asked for. */
static json_t *resources(const struct fp_role *role)
{
    cleanup_free char *memory = fp_xasprintf("%lldMi", (long long) role->mib);
    return json_pack("{s:{s:s, s:s}, s:{s:s}}", "requests", "cpu", role->cpu, "memory", memory,
                     "limits", "memory", memory);
}

static json_t *mounts(const struct fp_deployment *d)
{
    cleanup_free char *log = fp_path_join(d->home, "log");
    json_t *list = json_pack("[{s:s, s:s}, {s:s, s:s}]", "name", "tmp", "mountPath", "/tmp", "name",
                             "log", "mountPath", log);
    fp_mount_log_conf(d, list);
    fp_mount_passwd(d, list);
    (void) json_array_extend(list, d->mounts);
    return list;
}

static json_t *volumes(const struct fp_deployment *d)
{
    json_t *list = json_pack("[{s:s, s:{}}, {s:s, s:{}}]", "name", "tmp", "emptyDir", "name", "log",
                             "emptyDir");
    fp_add_log_conf_volume(d, list);
    fp_add_passwd_volume(d, list);
    (void) json_array_extend(list, d->volumes);
    return list;
}

/* NULL: none. */
static json_t *args_comment(const struct fp_deployment *d, const struct fp_role *role)
{
    if (!d->is_job || !role->is_jobmanager)
        return NULL;
    const char *identity = d->cluster_id != NULL
                               ? "the ids that the job's state lies under stand here, as a Job "
                                 "keeps its arguments"
                               : "";
    const char *end = d->options->arguments.len > 0
                          ? "\"--\" ends Flink's own options: all that follows goes to main()"
                          : "";
    cleanup_free char *text =
        fp_xasprintf("%s%s%s", identity, *identity != '\0' && *end != '\0' ? "\n" : "", end);
    return *text != '\0' ? json_string(text) : NULL;
}

static json_t *container(const struct fp_deployment *d, const struct fp_role *role)
{
    json_t *result = json_pack("{s:s}", "name", role->component);
    fp_note_tag(d, result);
    fp_set(result, "image", json_string(d->image_text));
    fp_set(result, "imagePullPolicy", json_string("IfNotPresent"));
    fp_set(result, "#args", args_comment(d, role));
    fp_set(result, "args", arguments(d, role));
    fp_set(result, "env", environment(d, role));
    if (json_array_size(d->env_from) > 0)
        fp_set(result, "envFrom", json_deep_copy(d->env_from));
    fp_set(result, "ports", ports(d, role));
    add_probes(d, role, result);
    fp_set(result, "resources", resources(role));
    fp_set(result, "securityContext", fp_container_security(d));
    fp_set(result, "volumeMounts", mounts(d));
    return result;
}

static json_t *toleration(const char *text)
{
    struct fp_split effect = fp_split_at(text, ':');
    struct fp_split pair = fp_split_at(effect.first, '=');
    json_t *result = json_pack("{s:s, s:s}", "key", pair.first, "operator",
                               pair.rest != NULL ? "Equal" : "Exists");
    if (pair.rest != NULL)
        fp_set(result, "value", json_string(pair.rest));
    if (effect.rest != NULL)
        fp_set(result, "effect", json_string(effect.rest));
    free(pair.first);
    free(effect.first);
    return result;
}

/* Nodes that can run the image, and what the user says of them. */
static void add_placement(const struct fp_deployment *d, const struct fp_role *role, json_t *spec)
{
    const struct fp_deploy_options *o = d->options;
    json_t *selector = json_object();
    if (d->image->architecture != NULL)
        fp_set(selector, "kubernetes.io/arch", json_string(d->image->architecture));
    fp_add_pairs(selector, &o->node_selectors);
    if (json_object_size(selector) > 0)
        fp_set(spec, "nodeSelector", selector);
    else
        json_decref(selector);
    if (o->tolerations.len > 0) {
        json_t *list = json_array();
        for (size_t i = 0; i < o->tolerations.len; i++)
            fp_append(list, toleration(o->tolerations.items[i]));
        fp_set(spec, "tolerations", list);
    }
    if (!role->is_jobmanager)
        fp_set(spec, "topologySpreadConstraints",
               json_pack("[{s:i, s:s, s:s, s:{s:o}}]", "maxSkew", 1, "topologyKey",
                         "kubernetes.io/hostname", "whenUnsatisfiable", "ScheduleAnyway",
                         "labelSelector", "matchLabels", fp_selector(d, role->component)));
}

static void add_account(const struct fp_deployment *d, json_t *spec)
{
    const struct fp_deploy_options *o = d->options;
    if (o->service_account != NULL)
        fp_set(spec, "serviceAccountName", json_string(o->service_account));
    else if (o->ha)
        fp_set(spec, "serviceAccountName", fp_object_name(d, ""));
    if (o->ha)
        fp_set(spec, "#automountServiceAccountToken",
               json_string("high availability talks to the API server"));
    fp_set(spec, "automountServiceAccountToken", json_boolean(o->ha));
    fp_set(spec, "enableServiceLinks", json_false());
}

static json_t *pull_secrets(const struct fp_deployment *d)
{
    json_t *list = json_array();
    cleanup_strv struct fp_strv once = {0};
    for (size_t i = 0; i < d->options->pull_secrets.len; i++) {
        const char *name = d->options->pull_secrets.items[i];
        if (fp_strv_has(&once, name))
            continue;
        fp_strv_add(&once, name);
        fp_append(list, json_pack("{s:s}", "name", name));
    }
    return list;
}

static json_t *pod_spec(const struct fp_deployment *d, const struct fp_role *role)
{
    json_t *spec = json_object();
    if (d->is_job && role->is_jobmanager)
        fp_set(spec, "restartPolicy", json_string("Never"));
    fp_set(spec, "terminationGracePeriodSeconds", json_integer(role->is_jobmanager ? 60 : 30));
    add_account(d, spec);
    if (d->options->pull_secrets.len > 0)
        fp_set(spec, "imagePullSecrets", pull_secrets(d));
    add_placement(d, role, spec);
    fp_set(spec, "securityContext", fp_pod_security(d));
    fp_set(spec, "containers", json_pack("[o]", container(d, role)));
    fp_set(spec, "volumes", volumes(d));
    return spec;
}

void fp_add_scraping(json_t *annotations)
{
    fp_set(annotations, "prometheus.io/scrape", json_string("true"));
    fp_set(annotations, "prometheus.io/port", json_string("9249"));
}

/* Pods start anew when their configuration changes, as they read it only at the start. */
static json_t *pod_annotations(const struct fp_deployment *d)
{
    json_t *annotations = json_object();
    char sum[FP_HASH_HEX_MAX] = "";
    cleanup_free char *text = fp_conf_text(d);
    fp_hash_bytes(FP_SHA256, text, strlen(text), sum);
    sum[16] = '\0';
    fp_set(annotations, "checksum/config", json_string(sum));
    cleanup_free char *log = fp_log_conf_sum(d);
    if (log != NULL)
        fp_set(annotations, "checksum/log-conf", json_string(log));
    if (d->options->metrics)
        fp_add_scraping(annotations);
    fp_add_pairs(annotations, &d->options->annotations);
    return annotations;
}

json_t *fp_pod_template(const struct fp_deployment *d, const struct fp_role *role)
{
    json_t *labels = fp_object_labels(d, role->component);
    if (d->format->has_revision)
        fp_set(labels, "flinkpack.revision", json_string(d->revision));
    return json_pack("{s:{s:o, s:o}, s:o}", "metadata", "labels", labels, "annotations",
                     pod_annotations(d), "spec", pod_spec(d, role));
}
