/* Format kubernetes: the objects that a cluster needs. */
#include <string.h>

#include "format.h"
#include "pod.h"
#include "result.h"
#include "setting.h"
#include "text.h"

/* The ConfigMap with the settings. The entrypoint merges them into the image's configuration, so
 * that the distribution's own settings, such as the options of the JVM, remain in effect. */
static json_t *config_map(const struct fp_deployment *d)
{
    cleanup_free char *text = fp_conf_text(d);
    json_t *object = fp_object(d, "v1", "ConfigMap", "-config", NULL, NULL);
    json_t *data = json_pack("{s:s, s:s}", "#FLINK_PROPERTIES",
                             "merged onto the configuration in the image when a container starts",
                             "FLINK_PROPERTIES", text);
    fp_add_config_files(d, data);
    fp_json_set(object, "data", data);
    return object;
}

json_t *fp_volume_claim(const struct fp_deployment *d, const char *text)
{
    cleanup_strv struct fp_strv parts = {0};
    fp_strv_split(&parts, text, ':');
    cleanup_free char *suffix = fp_xasprintf("-%s", parts.items[0]);
    int64_t mib = 0;
    if (fp_parse_mib(parts.items[1], "--claim", &mib, NULL) != FP_OK)
        return NULL; /* it was parsed before */
    cleanup_free char *size = fp_xasprintf("%lldMi", (long long) mib);
    json_t *spec = json_pack("{s:s, s:[s], s:{s:{s:s}}, s:s*}", "#accessModes",
                             "JobManager and TaskManagers, on any node", "accessModes",
                             "ReadWriteMany", "resources", "requests", "storage", size,
                             "storageClassName", parts.len == 4 ? parts.items[3] : NULL);
    json_t *object = fp_object(d, "v1", "PersistentVolumeClaim", suffix, NULL, spec);
    fp_json_set_text(object, "#",
                     "'kubectl delete -f' and '-k' delete this as well, and "
                     "what is on it");
    return object;
}

/* Flink exits with 1443, of which the kernel keeps the low byte, when its job has FAILED. By then
 * Flink's own restart strategy is exhausted. */
static json_t *failure_policy(void)
{
    json_t *failed = json_pack("{s:s, s:s, s:{s:s, s:s, s:[i]}}", "#",
                               "the job has failed (exit 1443 & 0xff): to try again was the "
                               "business of Flink's restart strategy",
                               "action", "FailJob", "onExitCodes", "containerName", "jobmanager",
                               "operator", "In", "values", 163);
    json_t *drained =
        json_pack("{s:s, s:s, s:[{s:s, s:s}]}", "#", "the node was drained", "action", "Ignore",
                  "onPodConditions", "type", "DisruptionTarget", "status", "True");
    return json_pack("{s:[o, o]}", "rules", failed, drained);
}

static json_t *job(const struct fp_deployment *d)
{
    int64_t ttl = d->options->ttl;
    json_t *spec = json_pack(
        "{s:s, s:I, s:o*, s:s, s:s, s:o, s:o}", "#backoffLimit",
        fp_is_highly_available(d)
            ? "lost pods are counted over the Job's whole life, and none may end it"
            : "a pod that is lost is started anew, from --fromSavepoint or from nothing; 0 to "
              "leave that to you",
        "backoffLimit", (json_int_t) fp_job_retries(d), "ttlSecondsAfterFinished",
        ttl >= 0 ? json_integer(ttl) : NULL, "#podReplacementPolicy",
        "never two JobManagers at once", "podReplacementPolicy", "Failed", "podFailurePolicy",
        failure_policy(), "template", fp_pod_template(d, &d->jobmanager));
    return fp_object(d, "batch/v1", "Job", "-jobmanager", "jobmanager", spec);
}

static json_t *deployment(const struct fp_deployment *d, const struct fp_role *role)
{
    bool is_jobmanager = role->is_jobmanager;
    cleanup_free char *suffix = fp_xasprintf("-%s", role->component);
    json_t *strategy = is_jobmanager
                           ? json_pack("{s:s}", "type", "Recreate")
                           : json_pack("{s:s, s:{s:i, s:s}}", "type", "RollingUpdate",
                                       "rollingUpdate", "maxSurge", 0, "maxUnavailable", "100%");
    int64_t replicas = is_jobmanager ? 1 : d->replicas;
    bool is_fixed = is_jobmanager || d->max_replicas == 0;
    json_t *spec = json_pack(
        "{s:o*, s:s, s:o, s:{s:o}, s:o}", "replicas", is_fixed ? json_integer(replicas) : NULL,
        "#strategy",
        is_jobmanager ? "never two JobManagers at once"
                      : "all at once: old ones have no JobManager any more, and take the room",
        "strategy", strategy, "selector", "matchLabels", fp_selector(d, role->component),
        "template", fp_pod_template(d, role));
    return fp_object(d, "apps/v1", "Deployment", suffix, role->component, spec);
}

json_t *fp_kubernetes_documents(const struct fp_deployment *d)
{
    json_t *documents = json_array();
    fp_add_accounts(d, documents);
    fp_json_append(documents, config_map(d));
    for (size_t i = 0; i < d->options->claims.len; i++)
        fp_json_append(documents, fp_volume_claim(d, d->options->claims.items[i]));
    fp_add_services(d, documents);
    fp_json_append(documents, d->is_job ? job(d) : deployment(d, &d->jobmanager));
    fp_json_append(documents, deployment(d, &d->taskmanager));
    fp_add_policies(d, documents);
    return documents;
}

static void note(const struct fp_notes *n)
{
    fp_notes_apply(n, "");
    fp_notes_cluster(n, NULL);
}

const struct fp_format fp_format_kubernetes = {
    .name = "kubernetes",
    .places = FP_PLACE_HA | FP_PLACE_NAMESPACE | FP_PLACE_OBJECTS | FP_PLACE_PODS |
              FP_PLACE_JOB_ID | FP_PLACE_SIZE | FP_PLACE_OUTPUT,
    .has_revision = true,
    .has_fixed_namespace = true,
    .has_own_ids = true,
    .namespace_hint = "give --namespace",
    .documents = fp_kubernetes_documents,
    .add_files = fp_add_kustomization,
    .note = note,
};
