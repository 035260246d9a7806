/* What a format, or a session, has no place for: a mistake on the command line, and left out where
 * a file of values, which is for all of them, has it. */
#include <stddef.h>
#include <string.h>

#include "warn.h"

enum { KUBERNETES = 1, HELM = 2, OPERATOR = 4, COMPOSE = 8, TEMPLATE = 16 };

#define PODS        (KUBERNETES | HELM | TEMPLATE)
#define ALL_PODS    (PODS | OPERATOR)
#define BUT_CLASSIC (KUBERNETES | HELM | OPERATOR | COMPOSE)
#define ALL         (BUT_CLASSIC | TEMPLATE)

/* What a member is when its option is not given. */
enum kind { FLAG, TEXT, LIST, COUNT /* 0 */, NUMBER /* -1 */ };

/* Who has it. */
enum session { ANY, NO_SESSION, SESSION_WITH_JAR, NO_JOB };

static const struct row {
    const char *name;
    size_t offset;
    enum kind kind;
    unsigned formats;
    enum session session;
} rows[] = {
#define AT(member) offsetof(struct fp_deploy_options, member)
    {"jar-uri", AT(jar_uri), TEXT, OPERATOR, NO_JOB},
    {"ha", AT(ha), FLAG, KUBERNETES | HELM | OPERATOR, ANY},
    {"ha-dir", AT(ha_dir), TEXT, KUBERNETES | HELM | OPERATOR, ANY},
    {"node-port", AT(node_port), FLAG, PODS, ANY},
    {"ingress", AT(ingress), TEXT, PODS, ANY},
    {"ingress-class", AT(ingress_class), TEXT, PODS, ANY},
    {"ingress-tls", AT(ingress_tls), TEXT, PODS, ANY},
    {"route", AT(route), FLAG, PODS, ANY},
    {"pod-disruption-budget", AT(pod_disruption_budget), FLAG, PODS, ANY},
    {"network-policy", AT(network_policy), FLAG, PODS, ANY},
    {"autoscale", AT(autoscale), TEXT, PODS, ANY},
    {"retries", AT(retries), NUMBER, PODS, NO_SESSION},
    {"ttl", AT(ttl), NUMBER, PODS, NO_SESSION},
    {"probes", AT(probes), TEXT, PODS, ANY},
    {"namespace", AT(kube_namespace), TEXT, KUBERNETES | OPERATOR, ANY},
    {"service-account", AT(service_account), TEXT, ALL_PODS, ANY},
    {"pull-secret", AT(pull_secrets), LIST, ALL_PODS, ANY},
    {"node-selector", AT(node_selectors), LIST, ALL_PODS, ANY},
    {"toleration", AT(tolerations), LIST, ALL_PODS, ANY},
    {"env-secret", AT(env_secrets), LIST, ALL_PODS, ANY},
    {"annotation", AT(annotations), LIST, ALL_PODS, ANY},
    {"volume", AT(volumes), LIST, ALL_PODS, ANY},
    {"claim", AT(claims), LIST, ALL_PODS, ANY},
    {"fs-group", AT(fs_group), NUMBER, ALL_PODS, ANY},
    {"job-id", AT(job_id), TEXT, PODS | COMPOSE, NO_SESSION},
    {"slots", AT(slots), COUNT, BUT_CLASSIC, ANY},
    {"parallelism", AT(parallelism), COUNT, BUT_CLASSIC, ANY},
    {"replicas", AT(replicas), COUNT, BUT_CLASSIC, ANY},
    {"arguments", AT(arguments), LIST, BUT_CLASSIC, SESSION_WITH_JAR},
    {"job-classname", AT(job_classname), TEXT, ALL, SESSION_WITH_JAR},
    {"from-savepoint", AT(from_savepoint), TEXT, ALL, SESSION_WITH_JAR},
    {"allow-non-restored-state", AT(allow_non_restored_state), FLAG, ALL, SESSION_WITH_JAR},
    {"output", AT(output), TEXT, KUBERNETES | OPERATOR | COMPOSE, ANY},
#undef AT
};

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
    cleanup_buf struct fp_buf names = FP_BUF_INIT(FP_DEPLOY_FILE_MAX);
    for (size_t i = 0; i < d->left_out.len; i++)
        fp_buf_putf(&names, "%s%s", i > 0 ? ", " : "", d->left_out.items[i]);
    if (d->left_out.len > 0)
        fp_strv_addf(ret, "left out: %s: --format %s%s has no place for: %s",
                     d->options->values_name != NULL ? d->options->values_name : "--values",
                     d->options->format != NULL ? d->options->format : "kubernetes",
                     d->is_job ? "" : " of a session", fp_buf_text(&names));
}

static enum fp_code refuse(const struct fp_deployment *d, const struct row *row, bool by_format,
                           struct fp_error *err)
{
    const char *format = d->options->format != NULL ? d->options->format : "kubernetes";
    bool is_list = strcmp(row->name, "arguments") == 0;
    cleanup_free char *title = is_list                            ? fp_xstrdup("job arguments")
                               : strcmp(row->name, "output") == 0 ? fp_xstrdup("-o json")
                                                                  : fp_xasprintf("--%s", row->name);
    if (!by_format && row->session == NO_JOB)
        return fp_fail(err, FP_E_USAGE, "%s: is for --type session; a job's jar is in its image",
                       title);
    if (!by_format)
        return fp_fail(err, FP_E_USAGE, "%s: is for --type job; this is a session", title);
    enum fp_code code = fp_fail(err, FP_E_USAGE, "%s: has no place in --format %s", title, format);
    if (d->format == FP_DEPLOY_HELM)
        fp_hint(err, "helm takes --namespace itself; other things are changed in the "
                     "chart's values.yaml and templates");
    return code;
}

enum fp_code fp_deployment_check_place(struct fp_deployment *d, struct fp_error *err)
{
    struct fp_deploy_options *o = &d->own;
    if (o->output != NULL && strcmp(o->output, "yaml") == 0)
        o->output = NULL;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *row = &rows[i];
        bool by_format = (row->formats & (1U << d->format)) == 0;
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
