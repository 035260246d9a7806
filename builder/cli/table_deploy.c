/* The options of generate for the job, its resources, and the configuration of Flink. */
#include "table.h"

/* build has options of the same names with other meanings. flinkpack.yaml and the environment set
 * those of build, so the options of generate come only from the command line and --values. */
#define OWN .flags = FP_OPTION_ARGV_ONLY

/* A greater number is taken for a typing error. */
#define COUNT_MAX 100000

static const struct fp_option manifest_options[] = {
    FP_OPTION(TEXT, "generate", "DIR", generate, UNSAID,
              "after --push, write manifests of the image to this folder",
              .flags = FP_OPTION_ARGV_ONLY),
    FP_OPTION(TEXT, "values", "FILE", values, UNSAID, "options of 'generate' for it, in YAML",
              .flags = FP_OPTION_ARGV_ONLY),
};

static const struct fp_option what_options[] = {
    FP_OPTION(TEXT, "image", "IMAGE", image, SOURCE,
              "the image; it is read, and pinned by its digest"),
    FP_OPTION(TEXT, "name", "NAME", deploy.name, CONTENT, "what all objects are called by",
              .fallback = "the last part of the image's name"),
    FP_OPTION(CHOICE, "type", "TYPE", deploy.type, CONTENT,
              "job: a cluster for the image's job; session: a cluster that jobs are submitted to",
              .choices = "job session", .fallback = "what the image is for"),
    FP_OPTION(CHOICE, "format", "FORMAT", deploy.format, UNSAID,
              "kubernetes, helm (a chart), operator (FlinkDeployment), compose, or template (the "
              "classic one for envsubst)",
              .choices = FP_DEPLOY_FORMATS, OWN, .fallback = "kubernetes"),
    FP_OPTION(CHOICE, "output", "yaml|json", deploy.output, UNSAID, "how they are written",
              .letter = 'o', .choices = "yaml json", OWN, .fallback = "yaml"),
    FP_OPTION(TEXT, "output-dir", "DIR", output_dir, PLACE,
              "a folder for one file each and a kustomization.yaml", .fallback = "standard output"),
    FP_OPTION(TEXT, "values", "FILE", values, CONTENT,
              "any of these options, in YAML; what a format has no place for is left out"),
    FP_OPTION(TEXT, "flink-version", "VERSION", deploy.flink_version, UNSAID,
              "the image's Flink, where the image does not say it", OWN,
              .fallback = "what the image says"),
    FP_OPTION(LIST, "patch", "FILE", patches, CONTENT,
              "a strategic merge patch in YAML; its kind and metadata.name say what for"),
    FP_OPTION(LIST, "merge-patch", "FILE", merge_patches, CONTENT,
              "likewise a JSON merge patch, which replaces lists as a whole"),
};

static const struct fp_option job_options[] = {
    FP_OPTION(TEXT, "job-classname", "CLASS", deploy.job_classname, UNSAID, "the job's class", OWN,
              .fallback = "what the image says"),
    FP_OPTION(LIST, "arguments", "ARGUMENT", deploy.arguments, CONTENT,
              "an argument of the job; on the command line rather put all of them behind --",
              .flags = FP_OPTION_MAY_BE_EMPTY),
    FP_OPTION(TEXT, "job-id", "HEX", deploy.job_id, CONTENT, "the job's id, 32 hexadecimal digits"),
    FP_OPTION(TEXT, "from-savepoint", "PATH", deploy.from_savepoint, CONTENT,
              "the savepoint that the job starts from", .rivals = "savepoint"),
    FP_FLAG("allow-non-restored-state", deploy.allow_non_restored_state, CONTENT,
            "start although the savepoint has state that the job does not know",
            .rivals = "non-restored"),
    FP_OPTION(TEXT, "fromSavepoint", "PATH", deploy.from_savepoint, UNSAID,
              "--from-savepoint, as Flink calls it", .rivals = "savepoint",
              .flags = FP_OPTION_HIDDEN | FP_OPTION_ARGV_ONLY),
    FP_FLAG("allowNonRestoredState", deploy.allow_non_restored_state, UNSAID,
            "--allow-non-restored-state, as Flink calls it", .rivals = "non-restored",
            .flags = FP_OPTION_HIDDEN | FP_OPTION_ARGV_ONLY),
    FP_OPTION(TEXT, "jar-uri", "URI", deploy.jar_uri, SOURCE,
              "operator: where a session's job is downloaded from, makes a FlinkSessionJob"),
};

static const struct fp_option size_options[] = {
    FP_OPTION(NUMBER, "parallelism", "N", deploy.parallelism, CONTENT,
              "how many times the job's steps run side by side", .min = 1, .max = COUNT_MAX,
              .fallback = "1"),
    FP_OPTION(NUMBER, "slots", "N", deploy.slots, CONTENT, "slots of a TaskManager", .min = 1,
              .max = 1000, .fallback = "1"),
    FP_OPTION(NUMBER, "replicas", "N", deploy.replicas, CONTENT, "how many TaskManagers", .min = 1,
              .max = COUNT_MAX, .fallback = "as many as the parallelism needs"),
    FP_OPTION(TEXT, "jobmanager-memory", "SIZE", deploy.jobmanager_memory, CONTENT,
              "of its container; Flink is told to use all of it",
              .fallback = "1600Mi, or 1Gi before 1.11"),
    FP_OPTION(TEXT, "jobmanager-cpu", "CPU", deploy.jobmanager_cpu, CONTENT,
              "what it asks for; there is no limit", .fallback = "1"),
    FP_OPTION(TEXT, "taskmanager-memory", "SIZE", deploy.taskmanager_memory, CONTENT,
              "of each one's container", .fallback = "1728Mi"),
    FP_OPTION(TEXT, "taskmanager-cpu", "CPU", deploy.taskmanager_cpu, CONTENT,
              "what each one asks for", .fallback = "1"),
    FP_OPTION(TEXT, "autoscale", "MIN:MAX", deploy.autoscale, CONTENT,
              "reactive mode and a HorizontalPodAutoscaler of the TaskManagers"),
};

static const struct fp_option conf_options[] = {
    FP_OPTION(MAP, "conf", "KEY=VALUE|FILE", deploy.conf, UNSAID,
              "a key of Flink's configuration, or a file of such keys", OWN),
    FP_OPTION(MAP, "define", "KEY=VALUE", defines, UNSAID,
              "a key of Flink's configuration; goes before --conf", .letter = 'D', OWN),
    FP_OPTION(TEXT, "checkpoint-dir", "URI", deploy.checkpoint_dir, CONTENT,
              "where checkpoints lie"),
    FP_OPTION(TEXT, "checkpoint-interval", "DURATION|off", deploy.checkpoint_interval, CONTENT,
              "how often checkpoints are made, unless the job's code says it; off: leave it to the "
              "job and its image",
              .fallback = "1min with --checkpoint-dir, high availability or --autoscale"),
    FP_OPTION(CHOICE, "restart-strategy", "STRATEGY", deploy.restart_strategy, CONTENT,
              "what restarts a job that fails; fixed-delay is without end here",
              .choices = "exponential-delay fixed-delay failure-rate none",
              .fallback = "exponential-delay with high availability or --autoscale, else Flink's"),
    FP_OPTION(TEXT, "savepoint-dir", "URI", deploy.savepoint_dir, CONTENT, "where savepoints lie"),
    FP_OPTION(
        COMMAS, "allow", "NAME,...", deploy.allow, CONTENT,
        "findings that are known: filesystem-missing lets state lie in a file system that the "
        "image has no plugin for"),
    FP_OPTION(TEXT, "log-conf", "FILE", log_conf, CONTENT,
              "log4j's configuration, in place of log4j-console.properties in the image",
              .fallback = "the image's"),
    FP_FLAG("ha", deploy.ha, CONTENT,
            "high availability by Kubernetes, with the account that it needs"),
    FP_OPTION(TEXT, "ha-dir", "URI", deploy.ha_dir, CONTENT, "where the JobManager's state lies"),
    FP_FLAG("metrics", deploy.metrics, CONTENT, "metrics for Prometheus, at port 9249"),
    FP_FLAG("queryable-state", deploy.queryable_state, CONTENT,
            "queryable state, at port 6125 of the TaskManagers; before Flink 2"),
};

const struct fp_option_group fp_options_manifests = FP_OPTION_GROUP("Manifests", manifest_options);
const struct fp_option_group fp_options_deploy_what = FP_OPTION_GROUP("Of what", what_options);
const struct fp_option_group fp_options_deploy_job = FP_OPTION_GROUP("Job", job_options);
const struct fp_option_group fp_options_deploy_size = FP_OPTION_GROUP("Size", size_options);
const struct fp_option_group fp_options_deploy_conf =
    FP_OPTION_GROUP("Configuration and state", conf_options);
