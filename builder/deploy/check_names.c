/* The names of objects, labels, places and amounts that options give, held to what takes them. */
#include <ctype.h>
#include <string.h>

#include "format.h"
#include "text.h"
#include "yaml_write.h"

#define ALNUM "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/* The range of an API server that is not told another. */
#define NODE_PORT_MIN 30000
#define NODE_PORT_MAX 32767

/* The image's own name, where it makes a fit one: registry.example.com/team/orders:1.2 */
static char *default_name(const char *image)
{
    const char *last = fp_path_base(image);
    char *name = fp_xstrndup(last, strcspn(last, ":@"));
    for (char *p = name; *p != '\0'; p++) {
        if (*p == '_' || *p == '.')
            *p = '-';
    }
    return name;
}

static enum fp_code check_name(struct fp_deployment *d, struct fp_error *err)
{
    const char *given = d->options->name;
    d->name = given != NULL ? fp_xstrdup(given) : default_name(d->image->name);
    if (fp_is_dns_label(d->name, FP_DEPLOY_NAME_MAX) && isalpha((unsigned char) d->name[0]))
        return FP_OK;
    enum fp_code code = fp_fail(err, FP_E_USAGE,
                                "--name: '%s' is no name for objects of Kubernetes: a letter, then "
                                "lower-case letters, digits and '-', at most %d characters",
                                d->name, FP_DEPLOY_NAME_MAX);
    if (given == NULL)
        return fp_hinted(code, err, "give one with --name");
    return code;
}

static bool is_qualified_part(const char *text)
{
    size_t len = strlen(text);
    return len > 0 && len <= 63 && strspn(text, ALNUM "-_.") == len &&
           isalnum((unsigned char) text[0]) && isalnum((unsigned char) text[len - 1]);
}

/* [PREFIX/]NAME, as labels and annotations are called. */
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

enum pair_kind { PAIR_LABEL, PAIR_SELECTOR, PAIR_ANNOTATION };

static enum fp_code check_pair(const char *pair, const char *title, enum pair_kind kind,
                               struct fp_error *err)
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
    if (kind == PAIR_LABEL && fp_is_one_of(key, own_labels))
        return fp_fail(err, FP_E_USAGE, "%s: %s is set by flinkpack: Services find pods by it",
                       title, key);
    if (kind != PAIR_ANNOTATION && *split.rest != '\0' && !is_qualified_part(split.rest))
        return fp_fail(err, FP_E_USAGE,
                       "%s: '%s' is no value of a label: at most 63 letters, "
                       "digits, '-', '_' and '.'",
                       title, split.rest);
    return FP_OK;
}

static enum fp_code check_pairs(const struct fp_strv *pairs, const char *title, enum pair_kind kind,
                                struct fp_error *err)
{
    for (size_t i = 0; i < pairs->len; i++)
        FP_TRY(check_pair(pairs->items[i], title, kind, err));
    return FP_OK;
}

static enum fp_code check_dns(const char *text, const char *title, struct fp_error *err)
{
    if (text == NULL || fp_is_dns_name(text))
        return FP_OK;
    return fp_fail(err, FP_E_USAGE,
                   "%s: '%s' is no name: lower-case letters, digits, '-' and '.' are wanted", title,
                   text);
}

static enum fp_code check_namespace(const char *text, const char *title, struct fp_error *err)
{
    if (text == NULL || fp_is_dns_label(text, 63))
        return FP_OK;
    return fp_fail(err, FP_E_USAGE,
                   "%s: '%s' is no namespace: at most 63 lower-case letters, digits and '-'", title,
                   text);
}

/* KEY[=VALUE][:EFFECT] */
static enum fp_code check_toleration(const char *text, struct fp_error *err)
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
        fp_fail(err, FP_E_USAGE, "--toleration: expected KEY[=VALUE][:EFFECT], not '%s'", text),
        err,
        "EFFECT is NoSchedule, PreferNoSchedule or NoExecute; for example "
        "spot=true:NoSchedule");
}

/* "1", "0.5", "500m" */
static enum fp_code check_cpu(const char *text, const char *title, struct fp_error *err)
{
    if (text == NULL)
        return FP_OK;
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
    if (text == NULL)
        return FP_OK;
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

enum fp_code fp_deployment_check_names(struct fp_deployment *d, struct fp_error *err)
{
    const struct fp_deploy_options *o = d->options;
    FP_TRY(check_name(d, err));
    const struct {
        const char *text;
        const char *title;
        enum fp_code (*check)(const char *, const char *, struct fp_error *);
    } names[] = {
        {o->kube_namespace, "--namespace", check_namespace},
        {o->service_account, "--service-account", check_dns},
        {o->ingress, "--ingress", check_dns},
        {o->ingress_class, "--ingress-class", check_dns},
        {o->ingress_tls, "--ingress-tls", check_dns},
        {o->route_host, "--route", check_dns},
        {o->jobmanager_cpu, "--jobmanager-cpu", check_cpu},
        {o->taskmanager_cpu, "--taskmanager-cpu", check_cpu},
        {o->checkpoint_dir, "--checkpoint-dir", check_uri},
        {o->savepoint_dir, "--savepoint-dir", check_uri},
        {o->ha_dir, "--ha-dir", check_uri},
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        FP_TRY(names[i].check(names[i].text, names[i].title, err));
    for (size_t i = 0; i < o->pull_secrets.len; i++)
        FP_TRY(check_dns(o->pull_secrets.items[i], "--pull-secret", err));
    for (size_t i = 0; i < o->tolerations.len; i++)
        FP_TRY(check_toleration(o->tolerations.items[i], err));
    FP_TRY(check_pairs(&o->labels, "--label", PAIR_LABEL, err));
    FP_TRY(check_pairs(&o->annotations, "--annotation", PAIR_ANNOTATION, err));
    FP_TRY(check_pairs(&o->node_selectors, "--node-selector", PAIR_SELECTOR, err));
    return check_node_port(d, err);
}
