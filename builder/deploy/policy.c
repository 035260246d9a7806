/* Policies for pods, and the accounts for high availability. */
#include "pod.h"
#include "setting.h"

/* The rights for high availability, which keeps the leader and its state in ConfigMaps. */
static json_t *role(const struct fp_deployment *d)
{
    json_t *object = fp_object(d, "rbac.authorization.k8s.io/v1", "Role", "", NULL, NULL);
    fp_json_set(object, "rules",
                json_pack("[{s:[s], s:[s], s:[s, s, s, s, s, s, s]}]", "apiGroups", "", "resources",
                          "configmaps", "verbs", "get", "list", "watch", "create", "update",
                          "patch", "delete"));
    return object;
}

static json_t *binding(const struct fp_deployment *d)
{
    const struct fp_deploy_options *o = d->options;
    json_t *object = fp_object(d, "rbac.authorization.k8s.io/v1", "RoleBinding", "", NULL, NULL);
    json_t *subject = json_pack("{s:s, s:o}", "kind", "ServiceAccount", "name",
                                o->service_account != NULL ? json_string(o->service_account)
                                                           : fp_object_name(d, ""));
    fp_json_set_text(subject, "namespace", o->kube_namespace);
    fp_json_set(object, "roleRef",
                json_pack("{s:s, s:s, s:o}", "apiGroup", "rbac.authorization.k8s.io", "kind",
                          "Role", "name", fp_object_name(d, "")));
    fp_json_set(object, "subjects", json_pack("[o]", subject));
    return object;
}

void fp_add_accounts(const struct fp_deployment *d, json_t *documents)
{
    if (!d->options->ha)
        return;
    if (d->options->service_account == NULL)
        fp_json_append(documents, fp_object(d, "v1", "ServiceAccount", "", NULL, NULL));
    fp_json_append(documents, role(d));
    fp_json_append(documents, binding(d));
}

static json_t *disruption_budget(const struct fp_deployment *d)
{
    return fp_object(d, "policy/v1", "PodDisruptionBudget", "-taskmanager", "taskmanager",
                     json_pack("{s:i, s:{s:o}}", "maxUnavailable", 1, "selector", "matchLabels",
                               fp_selector(d, "taskmanager")));
}

static json_t *from_ports(const char *comment, int port)
{
    return json_pack("{s:s, s:[{s:s, s:i}]}", "#", comment, "ports", "protocol", "TCP", "port",
                     port);
}

static json_t *network_policy(const struct fp_deployment *d)
{
    const struct fp_deploy_options *o = d->options;
    json_t *own = json_pack("{s:s, s:[{s:{s:o}}]}", "#",
                            "pods of this deployment: all ports, as some of Flink's are random",
                            "from", "podSelector", "matchLabels", fp_selector(d, NULL));
    json_t *rules = json_pack("[o]", own);
    if (o->metrics)
        fp_json_append(rules, from_ports("metrics, from anywhere in the cluster", FP_PORT_METRICS));
    if (d->node_port > 0 || o->ingress != NULL || o->route)
        fp_json_append(rules, from_ports("the ui; it can stop jobs, so narrow this", FP_PORT_UI));
    return fp_object(d, "networking.k8s.io/v1", "NetworkPolicy", "", NULL,
                     json_pack("{s:{s:o}, s:[s], s:o}", "podSelector", "matchLabels",
                               fp_selector(d, NULL), "policyTypes", "Ingress", "ingress", rules));
}

static json_t *autoscaler(const struct fp_deployment *d)
{
    json_t *target = json_pack("{s:s, s:s, s:o}", "apiVersion", "apps/v1", "kind", "Deployment",
                               "name", fp_object_name(d, "-taskmanager"));
    json_t *metric =
        json_pack("{s:s, s:{s:s, s:{s:s, s:i}}}", "type", "Resource", "resource", "name", "cpu",
                  "target", "type", "Utilization", "averageUtilization", 75);
    return fp_object(d, "autoscaling/v2", "HorizontalPodAutoscaler", "-taskmanager", "taskmanager",
                     json_pack("{s:o, s:I, s:I, s:[o]}", "scaleTargetRef", target, "minReplicas",
                               (json_int_t) d->min_replicas, "maxReplicas",
                               (json_int_t) d->max_replicas, "metrics", metric));
}

void fp_add_policies(const struct fp_deployment *d, json_t *documents)
{
    if (d->options->pod_disruption_budget)
        fp_json_append(documents, disruption_budget(d));
    if (d->options->network_policy)
        fp_json_append(documents, network_policy(d));
    if (d->max_replicas > 0)
        fp_json_append(documents, autoscaler(d));
}
