/* The options of generate for pods, the access to them, and their policies. */
#include "table.h"

static const struct fp_option pod_options[] = {
    FP_OPTION(TEXT, "namespace", "NAME", deploy.kube_namespace, CONTENT, "the objects' namespace",
              .letter = 'n', .fallback = "kubectl's"),
    FP_OPTION(TEXT, "service-account", "NAME", deploy.service_account, CONTENT,
              "an account that is there already"),
    FP_OPTION(LIST, "pull-secret", "NAME", deploy.pull_secrets, CONTENT,
              "a secret with credentials of the registry"),
    FP_OPTION(MAP, "node-selector", "KEY=VALUE", deploy.node_selectors, CONTENT,
              "a label that nodes must have"),
    FP_OPTION(LIST, "toleration", "KEY[=VALUE][:EFFECT]", deploy.tolerations, CONTENT,
              "a taint of nodes that is put up with"),
    FP_OPTION(MAP, "label", "KEY=VALUE", deploy.labels, UNSAID, "a label of all objects",
              .flags = FP_OPTION_ARGV_ONLY),
    FP_OPTION(MAP, "annotation", "KEY=VALUE", deploy.annotations, UNSAID,
              "an annotation of all objects", .flags = FP_OPTION_ARGV_ONLY),
    FP_OPTION(MAP, "env", "NAME=VALUE", deploy.env, UNSAID, "an environment variable",
              .flags = FP_OPTION_ARGV_ONLY),
    FP_OPTION(LIST, "env-secret", "NAME=SECRET:KEY", deploy.env_secrets, CONTENT,
              "a variable from a key of a secret; SECRET alone: all of its keys"),
    FP_OPTION(LIST, "volume", "KIND:NAME:PATH[:ro]", deploy.volumes, CONTENT,
              "a claim, secret or configmap that is there already, such as claim:data:/data"),
    FP_OPTION(LIST, "claim", "NAME:SIZE:PATH[:CLASS]", deploy.claims, CONTENT,
              "a new volume for all pods, such as state:10Gi:/state"),
    FP_OPTION(NUMBER, "run-as-user", "UID", deploy.run_as_user, CONTENT,
              "whom Flink runs as; in /etc/passwd, but for compose, it is called flink", .min = 1,
              .max = 4294967294, .fallback = "the image's"),
    FP_OPTION(NUMBER, "fs-group", "GID", deploy.fs_group, CONTENT,
              "the group that volumes belong to", .min = 0, .max = 4294967294,
              .fallback = "the image's, where volumes need it"),
    FP_OPTION(NUMBER, "retries", "N", deploy.retries, CONTENT,
              "how often a JobManager that was lost is started anew", .min = 0, .max = INT32_MAX,
              .fallback = "3, or without end with high availability"),
    FP_OPTION(NUMBER, "ttl", "SECONDS", deploy.ttl, CONTENT,
              "how long a finished Job stays; tools that apply again would run it again", .min = 0,
              .max = 2147483647, .fallback = "for ever"),
    FP_OPTION(CHOICE, "probes", "on|off", deploy.probes, CONTENT,
              "whether Kubernetes looks after the processes", .choices = "on off",
              .fallback = "on"),
};

static const struct fp_option ui_options[] = {
    FP_OPTION(OPTIONAL, "node-port", "PORT", deploy.node_port_number, CONTENT,
              "the ui, and nothing else, at a port of each node",
              .flag_offset = offsetof(struct fp_args, deploy.node_port), .fallback = "30081"),
    FP_OPTION(TEXT, "ingress", "HOST", deploy.ingress, CONTENT, "the ui at this host name"),
    FP_OPTION(TEXT, "ingress-class", "NAME", deploy.ingress_class, CONTENT,
              "who serves the Ingress", .fallback = "the cluster's"),
    FP_OPTION(TEXT, "ingress-tls", "SECRET", deploy.ingress_tls, CONTENT,
              "the Ingress's certificate"),
    FP_OPTION(OPTIONAL, "route", "HOST", deploy.route_host, CONTENT,
              "OpenShift: the ui at a Route; user ids are left to the cluster",
              .flag_offset = offsetof(struct fp_args, deploy.route)),
};

static const struct fp_option policy_options[] = {
    FP_FLAG("pod-disruption-budget", deploy.pod_disruption_budget, CONTENT,
            "nodes are drained one TaskManager at a time"),
    FP_FLAG("network-policy", deploy.network_policy, CONTENT,
            "only pods of this deployment reach its ports, and what else was asked for"),
};

void fp_args_init(struct fp_args *args)
{
    args->source_date_epoch = -1;
    args->retry = 4;
    args->build.cache_max_bytes = (int64_t) FP_CACHE_MAX_BYTES;
    args->prune_max_bytes = -1;
    args->deploy.run_as_user = -1;
    args->deploy.fs_group = -1;
    args->deploy.retries = -1;
    args->deploy.ttl = -1;
}

const struct fp_option_group fp_options_deploy_pods = FP_OPTION_GROUP("Pods", pod_options);
const struct fp_option_group fp_options_deploy_ui = FP_OPTION_GROUP("The ui", ui_options);
const struct fp_option_group fp_options_deploy_policies =
    FP_OPTION_GROUP("Policies", policy_options);
