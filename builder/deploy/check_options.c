/* Checks of single options: manifests can hold its text, its value is a valid name or amount, and
 * the format and the type of the deployment support it. An unsupported option on the command line
 * is an error. In a file of values it is left out, because such a file serves all formats. */
#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "flinkpack/judge/finding.h"
#include "format.h"
#include "text.h"

#define ALNUM "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/* The API server's default range of node ports. */
#define NODE_PORT_MIN 30000
#define NODE_PORT_MAX 32767

static bool is_qualified_part(const char *text)
{
    size_t len = strlen(text);
    return len > 0 && len <= 63 && strspn(text, ALNUM "-_.") == len &&
           isalnum((unsigned char) text[0]) && isalnum((unsigned char) text[len - 1]);
}

/* Whether it is [PREFIX/]NAME, the form of the keys of labels and annotations. */
static bool is_qualified_name(const char *text)
{
    struct fp_split split = fp_split_at(text, '/');
    bool fine = split.rest == NULL ? is_qualified_part(split.first)
                                   : fp_is_dns_name(split.first) && is_qualified_part(split.rest);
    free(split.first);
    return fine;
}

/* The labels that selectors rely on. */
static const char *const own_labels[] = {
    "app.kubernetes.io/name",
    "app.kubernetes.io/instance",
    "app.kubernetes.io/component",
    "app.kubernetes.io/version",
    "app.kubernetes.io/managed-by",
    "flinkpack.revision",
    NULL,
};
static const char *const effects[] = {"NoSchedule", "PreferNoSchedule", "NoExecute", NULL};

/* KEY=VALUE of an annotation. */
static enum fp_code check_annotation(const char *pair, const char *title, struct fp_error *err)
{
    struct fp_split split = fp_split_at(pair, '=');
    cleanup_free char *key = split.first;
    if (split.rest == NULL)
        return fp_fail(err, FP_E_USAGE, "%s: expected KEY=VALUE, not '%s'", title, pair);
    if (!is_qualified_name(key))
        return fp_fail(err, FP_E_USAGE,
                       "%s: '%s' is no key: [PREFIX/]NAME with at most 63 "
                       "letters, digits, '-', '_' and '.'",
                       title, key);
    return FP_OK;
}

static enum fp_code check_selector(const char *pair, const char *title, struct fp_error *err)
{
    FP_TRY(check_annotation(pair, title, err));
    const char *value = strchr(pair, '=') + 1;
    if (*value != '\0' && !is_qualified_part(value))
        return fp_fail(err, FP_E_USAGE,
                       "%s: '%s' is no value of a label: at most 63 letters, "
                       "digits, '-', '_' and '.'",
                       title, value);
    return FP_OK;
}

static enum fp_code check_label(const char *pair, const char *title, struct fp_error *err)
{
    struct fp_split split = fp_split_at(pair, '=');
    cleanup_free char *key = split.first;
    if (split.rest != NULL && fp_is_one_of(key, own_labels))
        return fp_fail(err, FP_E_USAGE, "%s: %s is set by flinkpack: Services find pods by it",
                       title, key);
    return check_selector(pair, title, err);
}

static enum fp_code check_dns(const char *text, const char *title, struct fp_error *err)
{
    if (fp_is_dns_name(text))
        return FP_OK;
    return fp_fail(err, FP_E_USAGE,
                   "%s: '%s' is no name: lower-case letters, digits, '-' and '.' are wanted", title,
                   text);
}

static enum fp_code check_namespace(const char *text, const char *title, struct fp_error *err)
{
    if (fp_is_dns_label(text, 63))
        return FP_OK;
    return fp_fail(err, FP_E_USAGE,
                   "%s: '%s' is no namespace: at most 63 lower-case letters, digits and '-'", title,
                   text);
}

/* KEY[=VALUE][:EFFECT] */
static enum fp_code check_toleration(const char *text, const char *title, struct fp_error *err)
{
    struct fp_split effect = fp_split_at(text, ':');
    struct fp_split pair = fp_split_at(effect.first, '=');
    bool has_value = pair.rest != NULL && *pair.rest != '\0';
    bool fine = is_qualified_name(pair.first) && (!has_value || is_qualified_part(pair.rest)) &&
                (effect.rest == NULL || fp_is_one_of(effect.rest, effects));
    free(pair.first);
    free(effect.first);
    if (fine)
        return FP_OK;
    return fp_hinted(
        fp_fail(err, FP_E_USAGE, "%s: expected KEY[=VALUE][:EFFECT], not '%s'", title, text), err,
        "EFFECT is NoSchedule, PreferNoSchedule or NoExecute; for example "
        "spot=true:NoSchedule");
}

/* "1", "0.5", "500m" */
static enum fp_code check_cpu(const char *text, const char *title, struct fp_error *err)
{
    size_t whole = strspn(text, "0123456789");
    const char *rest = text + whole;
    size_t part = *rest == '.' ? strspn(rest + 1, "0123456789") : 0;
    bool fraction = part > 0 && rest[part + 1] == '\0';
    if (whole > 0 && whole < 7 && part < 4 &&
        (*rest == '\0' || strcmp(rest, "m") == 0 || fraction) &&
        strspn(text, "0.m") != strlen(text))
        return FP_OK;
    return fp_hinted(fp_fail(err, FP_E_USAGE, "%s: '%s' is no amount of CPU", title, text), err,
                     "for example 1, 0.5 or 500m");
}

static enum fp_code check_uri(const char *text, const char *title, struct fp_error *err)
{
    if (strcspn(text, " #'\"") != strlen(text) || !fp_yaml_is_printable(text))
        return fp_fail(err, FP_E_USAGE,
                       "%s: '%s' has blanks, quotes, '#' or control characters in it", title, text);
    if (strstr(text, ":/") != NULL || text[0] == '/')
        return FP_OK;
    return fp_hinted(
        fp_fail(err, FP_E_USAGE, "%s: '%s' is no place that all pods reach", title, text), err,
        "for example s3://bucket/folder, or /folder of a mounted --claim");
}

static enum fp_code check_node_port(struct fp_deployment *d, struct fp_error *err)
{
    const char *number = d->options->node_port_number;
    if (!d->options->node_port)
        return FP_OK;
    d->node_port = 30081;
    if (number == NULL || (fp_parse_count(number, &d->node_port) && d->node_port >= NODE_PORT_MIN &&
                           d->node_port <= NODE_PORT_MAX))
        return FP_OK;
    return fp_hinted(fp_fail(err, FP_E_USAGE,
                             "--node-port: expected a port from %d to %d, which is all that "
                             "Kubernetes takes, not '%s'",
                             NODE_PORT_MIN, NODE_PORT_MAX, number),
                     err,
                     "for example 30081; where the cluster has another --service-node-port-range, "
                     "change the Service with --patch");
}

/* The type of a member. The comments give its value if the option is absent. */
enum kind { FLAG, TEXT, LIST, COUNT /* 0 */, NUMBER /* -1 */ };

/* The types of deployments that support an option. */
enum session { ANY, NO_SESSION, SESSION_WITH_JAR, NO_JOB };

static const struct row {
    const char *name;
    size_t offset;
    enum kind kind;
    unsigned place; /* of enum fp_place; 0: all formats support it */
    enum session session;
    enum fp_code (*check)(const char *text, const char *title, struct fp_error *err);
} rows[] = {
#define AT(member) offsetof(struct fp_deploy_options, member)
    {"name", AT(name), TEXT, 0, ANY, NULL},
    {"jar-uri", AT(jar_uri), TEXT, FP_PLACE_SESSION_JOB, NO_JOB, NULL},
    {"ha", AT(ha), FLAG, FP_PLACE_HA, ANY, NULL},
    {"ha-dir", AT(ha_dir), TEXT, FP_PLACE_HA, ANY, check_uri},
    {"node-port", AT(node_port), FLAG, FP_PLACE_OBJECTS, ANY, NULL},
    {"ingress", AT(ingress), TEXT, FP_PLACE_OBJECTS, ANY, check_dns},
    {"ingress-class", AT(ingress_class), TEXT, FP_PLACE_OBJECTS, ANY, check_dns},
    {"ingress-tls", AT(ingress_tls), TEXT, FP_PLACE_OBJECTS, ANY, check_dns},
    {"route", AT(route), FLAG, FP_PLACE_OBJECTS, ANY, NULL},
    {"route", AT(route_host), TEXT, FP_PLACE_OBJECTS, ANY, check_dns},
    {"pod-disruption-budget", AT(pod_disruption_budget), FLAG, FP_PLACE_OBJECTS, ANY, NULL},
    {"network-policy", AT(network_policy), FLAG, FP_PLACE_OBJECTS, ANY, NULL},
    {"autoscale", AT(autoscale), TEXT, FP_PLACE_OBJECTS, ANY, NULL},
    {"retries", AT(retries), NUMBER, FP_PLACE_OBJECTS, NO_SESSION, NULL},
    {"ttl", AT(ttl), NUMBER, FP_PLACE_OBJECTS, NO_SESSION, NULL},
    {"probes", AT(probes), TEXT, FP_PLACE_OBJECTS, ANY, NULL},
    {"namespace", AT(kube_namespace), TEXT, FP_PLACE_NAMESPACE, ANY, check_namespace},
    {"service-account", AT(service_account), TEXT, FP_PLACE_PODS, ANY, check_dns},
    {"pull-secret", AT(pull_secrets), LIST, FP_PLACE_PODS, ANY, check_dns},
    {"node-selector", AT(node_selectors), LIST, FP_PLACE_PODS, ANY, check_selector},
    {"toleration", AT(tolerations), LIST, FP_PLACE_PODS, ANY, check_toleration},
    {"env-secret", AT(env_secrets), LIST, FP_PLACE_PODS, ANY, NULL},
    {"annotation", AT(annotations), LIST, FP_PLACE_PODS, ANY, check_annotation},
    {"volume", AT(volumes), LIST, FP_PLACE_PODS, ANY, NULL},
    {"claim", AT(claims), LIST, FP_PLACE_PODS, ANY, NULL},
    {"fs-group", AT(fs_group), NUMBER, FP_PLACE_PODS, ANY, NULL},
    {"job-id", AT(job_id), TEXT, FP_PLACE_JOB_ID, NO_SESSION, NULL},
    {"slots", AT(slots), COUNT, FP_PLACE_SIZE, ANY, NULL},
    {"parallelism", AT(parallelism), COUNT, FP_PLACE_SIZE, ANY, NULL},
    {"replicas", AT(replicas), COUNT, FP_PLACE_SIZE, ANY, NULL},
    {"arguments", AT(arguments), LIST, FP_PLACE_SIZE, SESSION_WITH_JAR, NULL},
    {"job-classname", AT(job_classname), TEXT, 0, SESSION_WITH_JAR, NULL},
    {"from-savepoint", AT(from_savepoint), TEXT, 0, SESSION_WITH_JAR, NULL},
    {"allow-non-restored-state", AT(allow_non_restored_state), FLAG, 0, SESSION_WITH_JAR, NULL},
    {"output", AT(output), TEXT, FP_PLACE_OUTPUT, ANY, NULL},
    {"jobmanager-cpu", AT(jobmanager_cpu), TEXT, 0, ANY, check_cpu},
    {"taskmanager-cpu", AT(taskmanager_cpu), TEXT, 0, ANY, check_cpu},
    {"checkpoint-dir", AT(checkpoint_dir), TEXT, 0, ANY, check_uri},
    {"checkpoint-interval", AT(checkpoint_interval), TEXT, 0, ANY, NULL},
    {"restart-strategy", AT(restart_strategy), TEXT, 0, ANY, NULL},
    {"savepoint-dir", AT(savepoint_dir), TEXT, 0, ANY, check_uri},
    {"allow", AT(allow), LIST, 0, ANY, fp_finding_check_name},
    {"log-conf", AT(log_conf), TEXT, 0, ANY, NULL},
    {"conf", AT(conf), LIST, 0, ANY, NULL},
    {"label", AT(labels), LIST, 0, ANY, check_label},
    {"env", AT(env), LIST, 0, ANY, NULL},
#undef AT
};

/* The name of an option in messages. The caller owns it. */
static char *title_of(const struct row *row)
{
    if (strcmp(row->name, "arguments") == 0)
        return fp_xstrdup("job arguments");
    return strcmp(row->name, "output") == 0 ? fp_xstrdup("-o json")
                                            : fp_xasprintf("--%s", row->name);
}

/* jansson only makes strings of valid UTF-8. In a template, envsubst would replace its variables in
 * any text, and has no syntax to escape one. */
static enum fp_code check_text(const struct fp_deployment *d, const char *text, const char *title,
                               struct fp_error *err)
{
    const char *prefix = d->format->reserved_prefix;
    cleanup_json json_t *value = json_string(text);
    if (value == NULL)
        return fp_fail(err, FP_E_USAGE, "%s: not valid UTF-8, which is all that manifests can hold",
                       title);
    if (strlen(text) >= FP_DEPLOY_STRING_MAX)
        return fp_fail(err, FP_E_USAGE, "%s: has %zu bytes; a container takes less than %d", title,
                       strlen(text), FP_DEPLOY_STRING_MAX);
    if (prefix == NULL)
        return FP_OK;
    cleanup_free char *plain = fp_xasprintf("$%s", prefix);
    cleanup_free char *braced = fp_xasprintf("${%s", prefix);
    if (strstr(text, plain) != NULL || strstr(text, braced) != NULL)
        return fp_fail(err, FP_E_USAGE,
                       "%s: --format %s has no place for '%.*s': envsubst would replace it", title,
                       d->format->name, 200, text);
    return FP_OK;
}

/* Check the text of an option, or, without `is_text`, that it is a valid name or amount. */
static enum fp_code check_value(const struct fp_deployment *d, const struct row *row,
                                const char *text, bool is_text, struct fp_error *err)
{
    cleanup_free char *title = title_of(row);
    if (is_text)
        return check_text(d, text, title, err);
    return row->check != NULL ? row->check(text, title, err) : FP_OK;
}

static enum fp_code check_rows(const struct fp_deployment *d, bool is_text, struct fp_error *err)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const void *member = (const char *) d->options + rows[i].offset;
        const char *const *text = member;
        const struct fp_strv *list = member;
        if (rows[i].kind == TEXT && *text != NULL)
            FP_TRY(check_value(d, &rows[i], *text, is_text, err));
        for (size_t j = 0; rows[i].kind == LIST && j < list->len; j++)
            FP_TRY(check_value(d, &rows[i], list->items[j], is_text, err));
    }
    return FP_OK;
}

enum fp_code fp_deployment_check_text(struct fp_deployment *d, struct fp_error *err)
{
    return check_rows(d, true, err);
}

enum fp_code fp_deployment_check_names(struct fp_deployment *d, struct fp_error *err)
{
    FP_TRY(check_rows(d, false, err));
    return check_node_port(d, err);
}

/* Whether a member was given; `takes_away` also resets it to its absent value. */
static bool look(struct fp_deploy_options *options, const struct row *row, bool takes_away)
{
    void *member = (char *) options + row->offset;
    struct fp_strv *list = member;
    const char **text = member;
    int64_t *number = member;
    bool *flag = member;
    int64_t none = row->kind == NUMBER ? -1 : 0;
    bool given = row->kind == FLAG   ? *flag
                 : row->kind == TEXT ? *text != NULL
                 : row->kind == LIST ? list->len > 0
                                     : *number > none;
    if (!takes_away || !given)
        return given;
    if (row->kind == FLAG)
        *flag = false;
    else if (row->kind == TEXT)
        *text = NULL;
    else if (row->kind == LIST)
        list->len = 0;
    else
        *number = none;
    return true;
}

bool fp_yields(const struct fp_deployment *d, const char *name)
{
    return fp_strv_has(&d->options->yielding, name);
}

void fp_leave_out(struct fp_deployment *d, const char *what)
{
    if (!fp_strv_has(&d->left_out, what))
        fp_strv_add(&d->left_out, what);
}

void fp_note_left_out(const struct fp_deployment *d, struct fp_strv *ret)
{
    cleanup_free char *names = fp_strv_join(&d->left_out, ", ", FP_DEPLOY_FILE_MAX);
    if (d->left_out.len > 0)
        fp_strv_addf(ret, "left out: %s: --format %s%s has no place for: %s",
                     d->options->values_name != NULL ? d->options->values_name : "--values",
                     d->format->name, d->is_job ? "" : " of a session", names);
}

static enum fp_code refuse(const struct fp_deployment *d, const struct row *row, bool by_format,
                           struct fp_error *err)
{
    cleanup_free char *title = title_of(row);
    if (!by_format && row->session == NO_JOB)
        return fp_fail(err, FP_E_USAGE, "%s: is for --type session; a job's jar is in its image",
                       title);
    if (!by_format)
        return fp_fail(err, FP_E_USAGE, "%s: is for --type job; this is a session", title);
    enum fp_code code =
        fp_fail(err, FP_E_USAGE, "%s: has no place in --format %s", title, d->format->name);
    return d->format->place_hint != NULL ? fp_hinted(code, err, "%s", d->format->place_hint) : code;
}

enum fp_code fp_deployment_check_place(struct fp_deployment *d, struct fp_error *err)
{
    struct fp_deploy_options *o = &d->own;
    if (o->output != NULL && strcmp(o->output, "yaml") == 0)
        o->output = NULL;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *row = &rows[i];
        bool by_format = (row->place & ~d->format->places) != 0;
        bool by_type = d->is_job ? row->session == NO_JOB
                                 : row->session == NO_SESSION ||
                                       (row->session == SESSION_WITH_JAR && o->jar_uri == NULL);
        if (!look(o, row, false) || !(by_format || by_type))
            continue;
        if (!fp_yields(d, row->name))
            return refuse(d, row, by_format, err);
        fp_leave_out(d, row->name);
        (void) look(o, row, true);
    }
    return FP_OK;
}
