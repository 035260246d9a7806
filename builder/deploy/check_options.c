/* What is looked at in each option alone: that manifests can hold its text, and that the format
 * and the type of the deployment have a place for it. An option without a place is a mistake on the
 * command line. It is left out where a file of values, which is for all formats, has it. */
#include <stddef.h>
#include <string.h>

#include "format.h"
#include "warn.h"

/* What a member is, and what it holds when its option is not given. */
enum kind { FLAG, TEXT, LIST, COUNT /* 0 */, NUMBER /* -1 */ };

/* Which types of deployments have it. */
enum session { ANY, NO_SESSION, SESSION_WITH_JAR, NO_JOB };

static const struct row {
    const char *name;
    size_t offset;
    enum kind kind;
    unsigned place; /* of enum fp_place; 0: all formats have it */
    enum session session;
} rows[] = {
#define AT(member) offsetof(struct fp_deploy_options, member)
    {"name", AT(name), TEXT, 0, ANY},
    {"jar-uri", AT(jar_uri), TEXT, FP_PLACE_SESSION_JOB, NO_JOB},
    {"ha", AT(ha), FLAG, FP_PLACE_HA, ANY},
    {"ha-dir", AT(ha_dir), TEXT, FP_PLACE_HA, ANY},
    {"node-port", AT(node_port), FLAG, FP_PLACE_OBJECTS, ANY},
    {"ingress", AT(ingress), TEXT, FP_PLACE_OBJECTS, ANY},
    {"ingress-class", AT(ingress_class), TEXT, FP_PLACE_OBJECTS, ANY},
    {"ingress-tls", AT(ingress_tls), TEXT, FP_PLACE_OBJECTS, ANY},
    {"route", AT(route), FLAG, FP_PLACE_OBJECTS, ANY},
    {"route", AT(route_host), TEXT, FP_PLACE_OBJECTS, ANY},
    {"pod-disruption-budget", AT(pod_disruption_budget), FLAG, FP_PLACE_OBJECTS, ANY},
    {"network-policy", AT(network_policy), FLAG, FP_PLACE_OBJECTS, ANY},
    {"autoscale", AT(autoscale), TEXT, FP_PLACE_OBJECTS, ANY},
    {"retries", AT(retries), NUMBER, FP_PLACE_OBJECTS, NO_SESSION},
    {"ttl", AT(ttl), NUMBER, FP_PLACE_OBJECTS, NO_SESSION},
    {"probes", AT(probes), TEXT, FP_PLACE_OBJECTS, ANY},
    {"namespace", AT(kube_namespace), TEXT, FP_PLACE_NAMESPACE, ANY},
    {"service-account", AT(service_account), TEXT, FP_PLACE_PODS, ANY},
    {"pull-secret", AT(pull_secrets), LIST, FP_PLACE_PODS, ANY},
    {"node-selector", AT(node_selectors), LIST, FP_PLACE_PODS, ANY},
    {"toleration", AT(tolerations), LIST, FP_PLACE_PODS, ANY},
    {"env-secret", AT(env_secrets), LIST, FP_PLACE_PODS, ANY},
    {"annotation", AT(annotations), LIST, FP_PLACE_PODS, ANY},
    {"volume", AT(volumes), LIST, FP_PLACE_PODS, ANY},
    {"claim", AT(claims), LIST, FP_PLACE_PODS, ANY},
    {"fs-group", AT(fs_group), NUMBER, FP_PLACE_PODS, ANY},
    {"job-id", AT(job_id), TEXT, FP_PLACE_JOB_ID, NO_SESSION},
    {"slots", AT(slots), COUNT, FP_PLACE_SIZE, ANY},
    {"parallelism", AT(parallelism), COUNT, FP_PLACE_SIZE, ANY},
    {"replicas", AT(replicas), COUNT, FP_PLACE_SIZE, ANY},
    {"arguments", AT(arguments), LIST, FP_PLACE_SIZE, SESSION_WITH_JAR},
    {"job-classname", AT(job_classname), TEXT, 0, SESSION_WITH_JAR},
    {"from-savepoint", AT(from_savepoint), TEXT, 0, SESSION_WITH_JAR},
    {"allow-non-restored-state", AT(allow_non_restored_state), FLAG, 0, SESSION_WITH_JAR},
    {"output", AT(output), TEXT, FP_PLACE_OUTPUT, ANY},
    {"jobmanager-cpu", AT(jobmanager_cpu), TEXT, 0, ANY},
    {"taskmanager-cpu", AT(taskmanager_cpu), TEXT, 0, ANY},
    {"checkpoint-dir", AT(checkpoint_dir), TEXT, 0, ANY},
    {"checkpoint-interval", AT(checkpoint_interval), TEXT, 0, ANY},
    {"restart-strategy", AT(restart_strategy), TEXT, 0, ANY},
    {"savepoint-dir", AT(savepoint_dir), TEXT, 0, ANY},
    {"log-conf", AT(log_conf), TEXT, 0, ANY},
    {"conf", AT(conf), LIST, 0, ANY},
    {"label", AT(labels), LIST, 0, ANY},
    {"env", AT(env), LIST, 0, ANY},
#undef AT
};

/* How the user knows an option. The caller owns it. */
static char *title_of(const struct row *row)
{
    if (strcmp(row->name, "arguments") == 0)
        return fp_xstrdup("job arguments");
    return strcmp(row->name, "output") == 0 ? fp_xstrdup("-o json")
                                            : fp_xasprintf("--%s", row->name);
}

/* jansson makes no string of what is not UTF-8. In a template envsubst would replace its variables
 * wherever they stand, and knows no way to leave one alone. */
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

enum fp_code fp_deployment_check_text(struct fp_deployment *d, struct fp_error *err)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const void *member = (const char *) d->options + rows[i].offset;
        const char *const *text = member;
        const struct fp_strv *list = member;
        cleanup_free char *title = title_of(&rows[i]);
        if (rows[i].kind == TEXT && *text != NULL)
            FP_TRY(check_text(d, *text, title, err));
        for (size_t j = 0; rows[i].kind == LIST && j < list->len; j++)
            FP_TRY(check_text(d, list->items[j], title, err));
    }
    return FP_OK;
}

/* Whether a member was given; if `takes_away`, not any more. */
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
