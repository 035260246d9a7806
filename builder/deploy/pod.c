/* The pods of a role. */
#include "pod.h"

#include <string.h>

#include "format.h"
#include "setting.h"
#include "text.h"

json_t *fp_pod_security(const struct fp_deployment *d)
{
    const struct fp_deploy_options *o = d->options;
    bool has_volumes = o->claims.len > 0 || json_array_size(d->volumes) > 0;
    /* OpenShift assigns user ids to each project, and refuses others. */
    bool needs_user = o->run_as_user < 0 && !d->is_numeric_user && !o->route;
    int64_t uid = needs_user ? FP_DEPLOY_UID : o->run_as_user;
    int64_t gid = o->fs_group < 0 && !o->route && has_volumes ? d->image_gid : o->fs_group;
    return json_pack(
        "{s:b, s:s*, s:o*, s:o*, s:s*, s:o*, s:{s:s}}", "runAsNonRoot", 1, "#runAsUser",
        needs_user ? "the image names its user, of which nobody can tell that it is not root"
                   : NULL,
        "runAsUser", uid >= 0 ? json_integer(uid) : NULL, "runAsGroup",
        uid >= 0 && !d->is_numeric_user ? json_integer(d->image_gid) : NULL, "#fsGroup",
        gid >= 0 ? "so that Flink can write to the volumes" : NULL, "fsGroup",
        gid >= 0 ? json_integer(gid) : NULL, "seccompProfile", "type", "RuntimeDefault");
}

json_t *fp_container_security(const struct fp_deployment *d)
{
    return json_pack("{s:b, s:s*, s:b, s:{s:[s]}}", "allowPrivilegeEscalation", 0,
                     "#readOnlyRootFilesystem",
                     d->is_official ? "the official entrypoint writes to conf/" : NULL,
                     "readOnlyRootFilesystem", !d->is_official, "capabilities", "drop", "ALL");
}

static json_t *pod_address(const char *name)
{
    return json_pack("{s:s, s:{s:{s:s}}}", "name", name, "valueFrom", "fieldRef", "fieldPath",
                     "status.podIP");
}

/* With high availability the JobManager's address is that of its pod, which others look up through
 * Kubernetes. The official entrypoint defaults to the pod's host name, which has no DNS entry. */
static json_t *address(const struct fp_deployment *d, const struct fp_role *role)
{
    static const char name[] = "JOB_MANAGER_RPC_ADDRESS";
    if (d->options->ha && role->is_jobmanager)
        return pod_address(name);
    return d->is_official ? json_pack("{s:s, s:o}", "name", name, "value", fp_rpc_name(d)) : NULL;
}

static json_t *environment(const struct fp_deployment *d, const struct fp_role *role)
{
    json_t *env =
        json_pack("[o, o*, {s:s, s:{s:{s:o, s:s}}}]", pod_address("POD_IP"), address(d, role),
                  "name", "FLINK_PROPERTIES", "valueFrom", "configMapKeyRef", "name",
                  fp_object_name(d, "-config"), "key", "FLINK_PROPERTIES");
    (void) json_array_extend(env, d->env);
    return env;
}

static json_t *port(const char *name, int number)
{
    return json_pack("{s:s, s:i, s:s}", "name", name, "containerPort", number, "protocol", "TCP");
}

static json_t *ports(const struct fp_deployment *d, const struct fp_role *role)
{
    const struct fp_deploy_options *o = d->options;
    json_t *metrics = o->metrics ? port("metrics", FP_PORT_METRICS) : NULL;
    if (role->is_jobmanager)
        return json_pack("[o, o, o, o*]", port("rpc", FP_PORT_RPC), port("blob", FP_PORT_BLOB),
                         port("ui", FP_PORT_UI), metrics);
    return json_pack("[o, o, o*, o*]", port("data", FP_PORT_TM_DATA), port("rpc", FP_PORT_TM_RPC),
                     o->queryable_state ? port("query", FP_PORT_QUERY) : NULL, metrics);
}

static json_t *arguments(const struct fp_deployment *d, const struct fp_role *role)
{
    json_t *args = fp_role_arguments(d, role);
    /* Pod names have no DNS entry, but Flink up to 1.7 would advertise them (FLINK-11127). */
    if (!role->is_jobmanager)
        fp_json_append(args, json_string("-Dtaskmanager.host=$(POD_IP)"));
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
    fp_json_set(result, "periodSeconds", json_integer(period));
    if (failures > 0)
        fp_json_set(result, "failureThreshold", json_integer(failures));
    return result;
}

static void add_probes(const struct fp_deployment *d, const struct fp_role *role, json_t *container)
{
    const char *choice = d->options->probes;
    if (choice != NULL && strcmp(choice, "off") == 0)
        return;
    if (!role->is_jobmanager) {
        json_t *liveness = probe(d, false, "rpc", 60, 0);
        fp_json_set(liveness, "initialDelaySeconds", json_integer(30));
        fp_json_set(container, "livenessProbe", liveness);
        return;
    }
    fp_json_set_text(container, "#startupProbe",
                     "long: the job's main() can run before the ui answers");
    fp_json_set(container, "startupProbe", probe(d, true, "ui", 5, 60));
    fp_json_set(container, "readinessProbe", probe(d, true, "ui", 10, 0));
    fp_json_set(container, "livenessProbe", probe(d, false, "rpc", 30, 4));
}

/* Memory is limited to the size that Flink is told to use. CPU is requested, but not limited. */
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
    fp_mount_config_files(d, list);
    (void) json_array_extend(list, d->mounts);
    return list;
}

static json_t *volumes(const struct fp_deployment *d)
{
    json_t *list = json_pack("[{s:s, s:{}}, {s:s, s:{}}]", "name", "tmp", "emptyDir", "name", "log",
                             "emptyDir");
    fp_add_config_volumes(d, list);
    (void) json_array_extend(list, d->volumes);
    return list;
}

/* The comment on the arguments of a job's JobManager; NULL: none is needed. */
static json_t *args_comment(const struct fp_deployment *d, const struct fp_role *role)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(FP_DEPLOY_FILE_MAX);
    if (!d->is_job || !role->is_jobmanager)
        return NULL;
    if (d->cluster_id != NULL)
        fp_buf_puts(&text, "the ids that the job's state lies under stand here, as a Job keeps its "
                           "arguments\n");
    if (d->options->arguments.len > 0)
        fp_buf_puts(&text, "\"--\" ends Flink's own options: all that follows goes to main()");
    return text.len > 0 ? json_string(fp_buf_text(&text)) : NULL;
}

static json_t *container(const struct fp_deployment *d, const struct fp_role *role)
{
    json_t *result = json_pack(
        "{s:s, s:s*, s:s, s:s, s:o*, s:o, s:o, s:o*, s:o}", "name", role->component, "#image",
        fp_tag_of(d), "image", d->image_text, "imagePullPolicy", "IfNotPresent", "#args",
        args_comment(d, role), "args", arguments(d, role), "env", environment(d, role), "envFrom",
        fp_unless_empty(json_deep_copy(d->env_from)), "ports", ports(d, role));
    add_probes(d, role, result);
    fp_json_set(result, "resources", resources(role));
    fp_json_set(result, "securityContext", fp_container_security(d));
    fp_json_set(result, "volumeMounts", mounts(d));
    return result;
}

static json_t *toleration(const char *text)
{
    struct fp_split effect = fp_split_at(text, ':');
    struct fp_split pair = fp_split_at(effect.first, '=');
    json_t *result = json_pack("{s:s, s:s}", "key", pair.first, "operator",
                               pair.rest != NULL ? "Equal" : "Exists");
    fp_json_set_text(result, "value", pair.rest);
    fp_json_set_text(result, "effect", effect.rest);
    free(pair.first);
    free(effect.first);
    return result;
}

static json_t *tolerations(const struct fp_deployment *d)
{
    json_t *list = json_array();
    for (size_t i = 0; i < d->options->tolerations.len; i++)
        fp_json_append(list, toleration(d->options->tolerations.items[i]));
    return fp_unless_empty(list);
}

/* The node selector: the image's architecture and the user's own pairs. */
static json_t *node_selector(const struct fp_deployment *d)
{
    json_t *selector = json_object();
    fp_json_set_text(selector, "kubernetes.io/arch", d->image->architecture);
    fp_add_pairs(selector, &d->options->node_selectors);
    return fp_unless_empty(selector);
}

/* Spread the TaskManagers over all nodes. */
static json_t *spread(const struct fp_deployment *d, const struct fp_role *role)
{
    return json_pack("[{s:i, s:s, s:s, s:{s:o}}]", "maxSkew", 1, "topologyKey",
                     "kubernetes.io/hostname", "whenUnsatisfiable", "ScheduleAnyway",
                     "labelSelector", "matchLabels", fp_selector(d, role->component));
}

static json_t *account(const struct fp_deployment *d)
{
    const char *given = d->options->service_account;
    if (given != NULL)
        return json_string(given);
    return d->options->ha ? fp_object_name(d, "") : NULL;
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
        fp_json_append(list, json_pack("{s:s}", "name", name));
    }
    return fp_unless_empty(list);
}

static json_t *pod_spec(const struct fp_deployment *d, const struct fp_role *role)
{
    bool ha = d->options->ha;
    return json_pack("{s:s*, s:i, s:o*, s:s*, s:b, s:b, s:o*, s:o*, s:o*, s:o*, s:o, s:[o], s:o}",
                     "restartPolicy", d->is_job && role->is_jobmanager ? "Never" : NULL,
                     "terminationGracePeriodSeconds", role->is_jobmanager ? 60 : 30,
                     "serviceAccountName", account(d), "#automountServiceAccountToken",
                     ha ? "high availability talks to the API server" : NULL,
                     "automountServiceAccountToken", ha, "enableServiceLinks", 0,
                     "imagePullSecrets", pull_secrets(d), "nodeSelector", node_selector(d),
                     "tolerations", tolerations(d), "topologySpreadConstraints",
                     role->is_jobmanager ? NULL : spread(d, role), "securityContext",
                     fp_pod_security(d), "containers", container(d, role), "volumes", volumes(d));
}

void fp_add_scraping(json_t *annotations)
{
    fp_json_set_text(annotations, "prometheus.io/scrape", "true");
    fp_json_set_text(annotations, "prometheus.io/port", "9249");
}

/* The checksums restart pods when their configuration changes, as they read it only at start. */
static json_t *pod_annotations(const struct fp_deployment *d)
{
    json_t *annotations = json_object();
    char sum[FP_HASH_HEX_MAX] = "";
    cleanup_free char *text = fp_conf_text(d);
    fp_hash_bytes(FP_SHA256, text, strlen(text), sum);
    sum[16] = '\0';
    fp_json_set_text(annotations, "checksum/config", sum);
    cleanup_free char *log = fp_log_conf_sum(d);
    fp_json_set_text(annotations, "checksum/log-conf", log);
    if (d->options->metrics)
        fp_add_scraping(annotations);
    fp_add_pairs(annotations, &d->options->annotations);
    return annotations;
}

json_t *fp_pod_template(const struct fp_deployment *d, const struct fp_role *role)
{
    json_t *labels = fp_object_labels(d, role->component);
    if (d->format->has_revision)
        fp_json_set_text(labels, "flinkpack.revision", d->revision);
    return json_pack("{s:{s:o, s:o}, s:o}", "metadata", "labels", labels, "annotations",
                     pod_annotations(d), "spec", pod_spec(d, role));
}
