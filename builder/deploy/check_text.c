#include <stddef.h>
#include <string.h>

#include "deployment.h"

/* All that the user can type ends up in JSON or YAML, which hold nothing but Unicode. */
static const struct field {
    const char *title;
    size_t offset;
} texts[] = {
    {"--name", offsetof(struct fp_deploy_options, name)},
    {"--job-classname", offsetof(struct fp_deploy_options, job_classname)},
    {"--job-id", offsetof(struct fp_deploy_options, job_id)},
    {"--from-savepoint", offsetof(struct fp_deploy_options, from_savepoint)},
    {"--jar-uri", offsetof(struct fp_deploy_options, jar_uri)},
    {"--jobmanager-cpu", offsetof(struct fp_deploy_options, jobmanager_cpu)},
    {"--taskmanager-cpu", offsetof(struct fp_deploy_options, taskmanager_cpu)},
    {"--checkpoint-dir", offsetof(struct fp_deploy_options, checkpoint_dir)},
    {"--checkpoint-interval", offsetof(struct fp_deploy_options, checkpoint_interval)},
    {"--restart-strategy", offsetof(struct fp_deploy_options, restart_strategy)},
    {"--savepoint-dir", offsetof(struct fp_deploy_options, savepoint_dir)},
    {"--log-conf", offsetof(struct fp_deploy_options, log_conf)},
    {"--ha-dir", offsetof(struct fp_deploy_options, ha_dir)},
    {"--namespace", offsetof(struct fp_deploy_options, kube_namespace)},
    {"--service-account", offsetof(struct fp_deploy_options, service_account)},
    {"--ingress", offsetof(struct fp_deploy_options, ingress)},
    {"--ingress-class", offsetof(struct fp_deploy_options, ingress_class)},
    {"--ingress-tls", offsetof(struct fp_deploy_options, ingress_tls)},
    {"--route", offsetof(struct fp_deploy_options, route_host)},
};

static const struct field lists[] = {
    {"job arguments", offsetof(struct fp_deploy_options, arguments)},
    {"--conf", offsetof(struct fp_deploy_options, conf)},
    {"--pull-secret", offsetof(struct fp_deploy_options, pull_secrets)},
    {"--node-selector", offsetof(struct fp_deploy_options, node_selectors)},
    {"--toleration", offsetof(struct fp_deploy_options, tolerations)},
    {"--label", offsetof(struct fp_deploy_options, labels)},
    {"--annotation", offsetof(struct fp_deploy_options, annotations)},
    {"--env", offsetof(struct fp_deploy_options, env)},
    {"--env-secret", offsetof(struct fp_deploy_options, env_secrets)},
    {"--volume", offsetof(struct fp_deploy_options, volumes)},
    {"--claim", offsetof(struct fp_deploy_options, claims)},
};

/* jansson makes no string of what is not UTF-8. In a template envsubst would replace its variables
 * wherever they stand, and knows no way to leave one alone. */
static enum fp_code check(const char *text, const char *title, bool is_template,
                          struct fp_error *err)
{
    cleanup_json json_t *value = json_string(text != NULL ? text : "");
    if (value == NULL)
        return fp_fail(err, FP_E_USAGE, "%s: not valid UTF-8, which is all that manifests can hold",
                       title);
    if (text != NULL && strlen(text) >= FP_DEPLOY_STRING_MAX)
        return fp_fail(err, FP_E_USAGE, "%s: has %zu bytes; a container takes less than %d", title,
                       strlen(text), FP_DEPLOY_STRING_MAX);
    if (is_template && text != NULL &&
        (strstr(text, "$FLINK_") != NULL || strstr(text, "${FLINK_") != NULL))
        return fp_fail(err, FP_E_USAGE,
                       "%s: --format template has no place for '%.*s': envsubst would replace it",
                       title, 200, text);
    return FP_OK;
}

static enum fp_code check_list(const struct fp_strv *list, const char *title, bool is_template,
                               struct fp_error *err)
{
    for (size_t i = 0; i < list->len; i++)
        FP_TRY(check(list->items[i], title, is_template, err));
    return FP_OK;
}

enum fp_code fp_deployment_check_text(const struct fp_deploy_options *options, struct fp_error *err)
{
    const char *base = (const char *) options;
    bool is_template = options->format != NULL && strcmp(options->format, "template") == 0;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        FP_TRY(check(*(const char *const *) (const void *) (base + texts[i].offset), texts[i].title,
                     is_template, err));
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        FP_TRY(check_list((const struct fp_strv *) (const void *) (base + lists[i].offset),
                          lists[i].title, is_template, err));
    return FP_OK;
}
