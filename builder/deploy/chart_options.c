/* The options that a chart was made with and that its values do not have, as a named template. */
#include <string.h>

#include "chart.h"
#include "pod.h"
#include "setting.h"
#include "text.h"

char *fp_chart_digest_of(const struct fp_deployment *d)
{
    const char *digest = d->image->digest;
    return digest != NULL ? fp_xasprintf("%s@%s", d->image->name, digest) : fp_xstrdup("");
}

/* Settings that the values cannot change, because Services and containers rely on them. */
static json_t *fixed_keys(const struct fp_deployment *d)
{
    json_t *object = json_object();
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(d->conf, key, value)
    {
        if (fp_is_port(key) && strncmp(key, "kubernetes.", 11) != 0)
            fp_json_set(object, key, json_incref(value));
        size_t len = strlen(key);
        cleanup_free char *bind = fp_text_ends_with(key, ".port")
                                      ? fp_xasprintf("%.*s.bind-port", (int) len - 5, key)
                                      : fp_xstrdup("");
        if (fp_is_port(bind))
            fp_json_set(object, bind, json_incref(value));
    }
    return object;
}

/* Add the claims and the other volumes, which follow the claims in d->volumes. */
static void add_volumes(const struct fp_deployment *d, json_t *options)
{
    const struct fp_strv *claims = &d->options->claims;
    json_t *list = json_array();
    json_t *others = json_array();
    for (size_t i = 0; i < claims->len; i++) {
        cleanup_json json_t *document = fp_volume_claim(d, claims->items[i]);
        struct fp_split name = fp_split_at(claims->items[i], ':');
        fp_json_append(list, json_pack("{s:s, s:O}", "name", name.first, "spec",
                                       json_object_get(document, "spec")));
        free(name.first);
    }
    for (size_t i = claims->len; i < json_array_size(d->volumes); i++)
        fp_json_append(others, json_incref(json_array_get(d->volumes, i)));
    fp_json_set(options, "claims", list);
    fp_json_set(options, "volumes", others);
    fp_json_set(options, "mounts", json_incref(d->mounts));
}

/* Add the parts of a role's pod that are not in the templates. */
static void add_role(const struct fp_deployment *d, const struct fp_role *role, json_t *options)
{
    static const char *const pod_keys[] = {"imagePullSecrets", "nodeSelector", "tolerations",
                                           "securityContext", NULL};
    static const char *const probe_keys[] = {"startupProbe", "readinessProbe", "livenessProbe",
                                             NULL};
    cleanup_json json_t *template = fp_pod_template(d, role);
    const json_t *spec = json_object_get(template, "spec");
    const json_t *container = json_array_get(json_object_get(spec, "containers"), 0);
    json_t *probes = json_object();
    fp_pick(json_object_get(options, "pod"), spec, pod_keys);
    fp_pick(probes, container, probe_keys);
    fp_json_set(json_object_get(options, "probes"), role->component, probes);
    fp_json_set(json_object_get(options, "ports"), role->component,
                json_incref(json_object_get(container, "ports")));
    fp_json_append(json_object_get(options, "memory"),
                   json_pack("{s:s, s:s, s:s, s:b}", "role", role->component, "key",
                             role->memory_key, "unit", role->memory_unit, "isHeap",
                             role->memory_value != role->mib));
}

/* The first words of the command lines, of which the template picks one by the release's type. */
static json_t *verbs(const struct fp_deployment *d)
{
    struct fp_deployment job = *d;
    struct fp_deployment session = *d;
    job.is_job = true;
    session.is_job = false;
    return json_pack("{s:s, s:s, s:s}", "job", fp_role_verb(&job, &d->jobmanager), "session",
                     fp_role_verb(&session, &d->jobmanager), "taskmanager",
                     fp_role_verb(d, &d->taskmanager));
}

/* Add the given options that the templates of objects use. */
static void add_objects(const struct fp_deployment *d, json_t *options)
{
    const struct fp_deploy_options *o = d->options;
    if (o->ttl >= 0)
        fp_json_set(options, "ttl", json_integer(o->ttl));
    if (d->node_port > 0)
        fp_json_set(options, "nodePort", json_integer(d->node_port));
    fp_json_set_text(options, "routeHost", o->route_host);
    if (o->ingress != NULL)
        fp_json_set(options, "ingress",
                    json_pack("{s:s, s:s, s:s}", "host", o->ingress, "class",
                              o->ingress_class != NULL ? o->ingress_class : "", "tls",
                              o->ingress_tls != NULL ? o->ingress_tls : ""));
    if (d->max_replicas > 0)
        fp_json_set(options, "autoscale",
                    json_pack("{s:I, s:I}", "min", (json_int_t) d->min_replicas, "max",
                              (json_int_t) d->max_replicas));
}

static json_t *make_options(const struct fp_deployment *d)
{
    const struct fp_deploy_options *o = d->options;
    cleanup_free char *digest_of = fp_chart_digest_of(d);
    cleanup_free char *log = fp_log_conf_sum(d);
    json_t *options = json_pack(
        "{s:s, s:s, s:s, s:s, s:b, s:b, s:b, s:b, s:o, s:o, s:o, s:{}, s:O, s:O, s:o, s:{}, "
        "s:{}, s:{}, s:[], s:o}",
        "digestOf", digest_of, "logConf", log != NULL ? log : "", "serviceAccount",
        o->service_account != NULL ? o->service_account : "", "home", d->home, "ha", o->ha,
        "metrics", o->metrics, "isExposed", fp_is_exposed(d) != NULL, "isOfficial", d->is_official,
        "verbs", verbs(d), "labels", fp_pairs(&o->labels), "annotations", fp_pairs(&o->annotations),
        "files", "env", d->env, "envFrom", d->env_from, "containerSecurity",
        fp_container_security(d), "pod", "ports", "probes", "memory", "fixedKeys", fixed_keys(d));
    fp_add_config_files(d, json_object_get(options, "files"));
    add_role(d, &d->jobmanager, options);
    add_role(d, &d->taskmanager, options);
    add_volumes(d, options);
    add_objects(d, options);
    return options;
}

char *fp_chart_options(const struct fp_deployment *d)
{
    cleanup_json json_t *options = make_options(d);
    cleanup_json json_t *plain = fp_deploy_without_comments(options);
    cleanup_free char *json = json_dumps(plain, JSON_INDENT(2));
    cleanup_buf struct fp_buf text = FP_BUF_INIT(SIZE_MAX);
    /* "{{" in the user's texts must not start a template action. JSON itself never contains it. */
    for (const char *p = json; *p != '\0'; p++) {
        bool opens = p[0] == '{' && p[1] == '{';
        fp_buf_putf(&text, "%c%s", *p, opens ? "\\u007b" : "");
        p += opens ? 1 : 0;
    }
    return fp_xasprintf("{{- /* What this chart was made with, beside its values. */ -}}\n"
                        "{{- define \"flink.options\" -}}\n%s\n{{- end -}}\n",
                        fp_buf_text(&text));
}
