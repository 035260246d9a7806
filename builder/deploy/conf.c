/* Flink's configuration in the manifests. */
#include <string.h>

#include "format.h"
#include "pod.h"
#include "setting.h"
#include "text.h"

static bool is_key(const char *key)
{
    size_t len = strlen(key);
    return len > 0 && strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                  "-_.") == len;
}

static enum fp_code check_line(const char *key, const char *value, struct fp_error *err)
{
    if (!is_key(key))
        return fp_fail(err, FP_E_USAGE, "--conf: '%s' is no key of Flink's configuration", key);
    if (*value == '\0')
        return fp_fail(err, FP_E_USAGE, "--conf: %s has no value", key);
    if (!fp_yaml_is_printable(value))
        return fp_fail(err, FP_E_USAGE,
                       "--conf: %s: a value is one line, without control characters", key);
    if (value[0] == ' ' || value[strlen(value) - 1] == ' ')
        return fp_fail(err, FP_E_USAGE, "--conf: %s: a value neither begins nor ends with a blank",
                       key);
    return FP_OK;
}

/* Whether the entrypoint takes the value for YAML, and so does not quote it. */
static bool looks_like_yaml(const char *value)
{
    static const char pairs[][2] = {{'"', '"'}, {'\'', '\''}, {'[', ']'}, {'{', '}'}};
    char last = value[strlen(value) - 1];
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        if (value[0] == pairs[i][0] && last == pairs[i][1])
            return true;
    }
    return false;
}

/* flink-conf.yaml is not real YAML: any '#' in it starts a comment. */
static enum fp_code check_flat(const struct fp_deployment *d, const char *key, const char *value,
                               struct fp_error *err)
{
    if (strchr(value, '#') == NULL)
        return FP_OK;
    return fp_fail(err, FP_E_USAGE,
                   "--conf: %s: Flink %s takes what follows '#' for a comment, quoted or not", key,
                   d->version.text);
}

/* config.yaml is YAML. The entrypoint quotes most values that YAML would misread. */
static enum fp_code check_yaml(const char *key, const char *value, struct fp_error *err)
{
    bool quoted = value[0] == '"' || value[0] == '\'';
    if (!quoted && (value[0] == '#' || strstr(value, " #") != NULL))
        return fp_fail(err, FP_E_USAGE,
                       "--conf: %s: what follows '#' would be a comment; quote the value", key);
    if (!looks_like_yaml(value))
        return FP_OK;
    cleanup_free char *text = fp_xasprintf("v: %s", value);
    cleanup_json json_t *document = NULL;
    if (fp_yaml_parse(text, strlen(text), key, &document, NULL) == FP_OK)
        return FP_OK;
    return fp_hinted(fp_fail(err, FP_E_USAGE,
                             "--conf: %s: %s is not valid YAML, as which it would be read", key,
                             value),
                     err, "put single quotes around it, inside of those of your shell");
}

/* The official entrypoint removes all spaces from the lines of settings. */
static enum fp_code check_official(const struct fp_deployment *d, const char *key,
                                   const char *value, struct fp_error *err)
{
    if (strchr(value, ' ') == NULL)
        return FP_OK;
    return fp_hinted(fp_fail(err, FP_E_USAGE,
                             "--conf: %s: the official image of Flink %s takes all spaces "
                             "out of settings (FLINK-38587)",
                             key, d->version.text),
                     err, "an image that flinkpack built keeps them: flinkpack build");
}

/* Settings are lines "key: value" that pass through the entrypoint and a file before Flink reads
 * them. Values that one of these would misread are refused. The operator writes the file itself. */
static enum fp_code check_setting(const struct fp_deployment *d, const char *key, const char *value,
                                  struct fp_error *err)
{
    enum fp_code code = check_line(key, value, err);
    if (code != FP_OK || d->format->is_operated)
        return code;
    if (!fp_flink_at_least(&d->version, 1, 19, 0))
        return check_flat(d, key, value, err);
    return d->is_official ? check_official(d, key, value, err) : check_yaml(key, value, err);
}

static bool at_least(const struct fp_deployment *d, unsigned major, unsigned minor)
{
    return fp_flink_at_least(&d->version, major, minor, 0);
}

static void set(struct fp_deployment *d, const char *key, const char *value)
{
    fp_json_set_text(d->conf, key, value);
}

static void set_number(struct fp_deployment *d, const char *key, int64_t value, const char *unit)
{
    cleanup_free char *text = fp_xasprintf("%lld%s", (long long) value, unit);
    set(d, key, text);
}

static void set_memory(struct fp_deployment *d, const struct fp_role *role)
{
    set_number(d, role->memory_key, role->memory_value, role->memory_unit);
}

/* Flink picks random ports unless they are set, and Services need fixed ones. Since 1.15 Flink's
 * own file binds everything to localhost. The operator does all of this itself. */
static void set_network(struct fp_deployment *d)
{
    if (d->format->is_operated)
        return;
    cleanup_free char *service = d->format->jobmanager_host != NULL
                                     ? fp_xstrdup(d->format->jobmanager_host)
                                     : fp_xasprintf("%s-jobmanager", d->name);
    /* With high availability the address is that of the pod, from a variable. */
    if (fp_has_revision_service(d))
        fp_json_set(d->conf, "jobmanager.rpc.address", fp_rpc_name(d));
    else if (!d->options->ha)
        set(d, "jobmanager.rpc.address", service);
    set_number(d, "jobmanager.rpc.port", FP_PORT_RPC, "");
    set_number(d, "blob.server.port", FP_PORT_BLOB, "");
    set(d, "rest.address", service);
    set_number(d, "rest.port", FP_PORT_UI, "");
    set_number(d, "taskmanager.rpc.port", FP_PORT_TM_RPC, "");
    set_number(d, "taskmanager.data.port", FP_PORT_TM_DATA, "");
    if (d->traits->binds_localhost) {
        set(d, "jobmanager.bind-host", "0.0.0.0");
        set(d, "taskmanager.bind-host", "0.0.0.0");
        set(d, "rest.bind-address", "0.0.0.0");
    }
}

static void set_size(struct fp_deployment *d)
{
    if (!d->format->is_operated) {
        set_memory(d, &d->jobmanager);
        set_memory(d, &d->taskmanager);
    }
    set_number(d, "taskmanager.numberOfTaskSlots", d->slots, "");
    if (d->max_replicas > 0)
        set(d, "scheduler-mode", "reactive");
    else if (d->format->parallelism != NULL)
        set(d, "parallelism.default", d->format->parallelism);
    else if (!d->format->is_operated || !d->is_job)
        set_number(d, "parallelism.default", d->parallelism, "");
}

static void set_state(struct fp_deployment *d)
{
    const struct fp_deploy_options *o = d->options;
    /* The old names work everywhere, and operators before 1.11 know only those. */
    bool renamed = d->format->is_operated ? at_least(d, 2, 0) : at_least(d, 1, 20);
    set(d, renamed ? "execution.checkpointing.dir" : "state.checkpoints.dir", o->checkpoint_dir);
    set(d, renamed ? "execution.checkpointing.savepoint-dir" : "state.savepoints.dir",
        o->savepoint_dir);
    if (!o->ha)
        return;
    set(d, at_least(d, 1, 17) ? "high-availability.type" : "high-availability",
        at_least(d, 1, 16)
            ? "kubernetes"
            : "org.apache.flink.kubernetes.highavailability.KubernetesHaServicesFactory");
    set(d, "high-availability.storageDir", o->ha_dir);
    if (!d->format->is_operated) {
        set(d, "kubernetes.cluster-id", d->name);
        /* In a chart, the template of the ConfigMap sets the release's namespace. */
        set(d, "kubernetes.namespace", o->kube_namespace);
    }
}

static void set_extras(struct fp_deployment *d)
{
    bool factory = at_least(d, 1, 16);
    if (d->options->metrics) {
        set(d, "metrics.reporters", "prom");
        set(d, factory ? "metrics.reporter.prom.factory.class" : "metrics.reporter.prom.class",
            factory ? "org.apache.flink.metrics.prometheus.PrometheusReporterFactory"
                    : "org.apache.flink.metrics.prometheus.PrometheusReporter");
        set_number(d, "metrics.reporter.prom.port", FP_PORT_METRICS, "");
    }
    if (d->options->queryable_state) {
        set(d, "queryable-state.enable", "true");
        set_number(d, at_least(d, 1, 8) ? "queryable-state.proxy.ports" : "query.proxy.ports",
                   FP_PORT_QUERY, "");
    }
}

/* Users may not change these addresses, because other objects rely on them. Other values are
 * ignored with a warning, since Flink's own file has some. A different port is an error. */
static const char *const addresses[] = {
    "jobmanager.rpc.address",
    "rest.address",
    "jobmanager.bind-host",
    "rest.bind-address",
    "taskmanager.bind-host",
    "taskmanager.host",
    NULL,
};

static enum fp_code add_given(struct fp_deployment *d, const char *key, const char *value,
                              struct fp_error *err)
{
    const char *own = fp_json_string(d->conf, key);
    cleanup_free char *name = fp_xasprintf("conf %s", key);
    if (d->format->own_keys != NULL && fp_is_one_of(key, d->format->own_keys) &&
        fp_yields(d, name)) {
        fp_leave_out(d, name);
        return FP_OK;
    }
    FP_TRY(check_setting(d, key, value, err));
    if (fp_is_one_of(key, addresses) && !d->format->is_operated) {
        if (own == NULL || strcmp(own, value) != 0)
            fp_strv_addf(&d->warnings,
                         "--conf: %s: %s is not taken, pods could not find each other", key, value);
        return FP_OK;
    }
    /* A process listens on the bind port, if there is one, instead of the port. */
    cleanup_free char *port = fp_port_of_bind_port(key);
    if (own == NULL && port != NULL)
        own = fp_json_string(d->conf, port);
    if (fp_is_port(key) && own != NULL && strcmp(own, value) != 0)
        return fp_fail(err, FP_E_USAGE, "--conf: %s=%s: the manifests need it to be %s", key, value,
                       own);
    /* The memory sizes are set already, computed from the same value. */
    bool is_size =
        strcmp(key, d->jobmanager.memory_key) == 0 || strcmp(key, d->taskmanager.memory_key) == 0;
    /* Flink prefers the newer name of a key, but the setting that is given last must win. */
    if (fp_setting_alias(key) != NULL)
        (void) json_object_del(d->conf, fp_setting_alias(key));
    if (!is_size)
        set(d, key, value);
    return FP_OK;
}

/* One environment variable holds all settings, and Linux limits its length. */
static enum fp_code check_length(const struct fp_deployment *d, struct fp_error *err)
{
    cleanup_free char *text = fp_conf_text(d);
    size_t len = strlen("FLINK_PROPERTIES=") + strlen(text);
    if (d->format->is_operated || len < FP_DEPLOY_STRING_MAX)
        return FP_OK;
    return fp_hinted(fp_fail(err, FP_E_USAGE,
                             "--conf: all settings together have %zu bytes; a container takes "
                             "less than %d",
                             len, FP_DEPLOY_STRING_MAX),
                     err, "put them into the image: flinkpack build --conf");
}

enum fp_code fp_deployment_configure(struct fp_deployment *d, struct fp_error *err)
{
    d->conf = json_object();
    set_network(d);
    set_size(d);
    set_state(d);
    set_extras(d);
    for (size_t i = 0; i < d->options->conf.len; i++) {
        struct fp_split split = fp_split_at(d->options->conf.items[i], '=');
        cleanup_free char *key = split.first;
        if (split.rest == NULL)
            return fp_fail(err, FP_E_USAGE, "--conf or -D: expected KEY=VALUE, not '%s'",
                           d->options->conf.items[i]);
        FP_TRY(add_given(d, key, split.rest, err));
    }
    FP_TRY(fp_deployment_recover(d, err));
    fp_deployment_identify(d);
    fp_deployment_warn_of_recovery(d);
    fp_deployment_judge(d);
    FP_TRY(check_length(d, err));
    if (d->options->metrics && !at_least(d, 1, 9))
        fp_strv_addf(&d->warnings,
                     "--metrics: Flink %s needs its jar in lib/: build with --lib "
                     "opt/flink-metrics-prometheus-%s.jar",
                     d->version.text, d->version.text);
    return d->format->check != NULL ? d->format->check(d, err) : FP_OK;
}
