/* The command lines of the two roles. */
#include "pod.h"
#include "text.h"

/* The entrypoints of flinkpack's images and of the official images have different verbs. */
const char *fp_role_verb(const struct fp_deployment *d, const struct fp_role *role)
{
    if (!role->is_jobmanager)
        return d->is_official ? "taskmanager" : "task-manager";
    if (!d->is_job)
        return "jobmanager";
    return d->is_official ? "standalone-job" : "job-cluster";
}

static void add(json_t *arguments, const char *option, const char *value)
{
    if (value == NULL)
        return;
    fp_json_append(arguments, json_string(option));
    fp_json_append(arguments, fp_kube_literal(value));
}

void fp_add_job_options(const struct fp_deployment *d, json_t *arguments)
{
    const struct fp_deploy_options *o = d->options;
    add(arguments, "--job-id", d->job_id);
    add(arguments, "--fromSavepoint", o->from_savepoint);
    if (o->allow_non_restored_state)
        fp_json_append(arguments, json_string("--allowNonRestoredState"));
}

void fp_add_cluster_id(const struct fp_deployment *d, json_t *arguments)
{
    if (d->cluster_id == NULL)
        return;
    cleanup_free char *setting = fp_xasprintf("-Dhigh-availability.cluster-id=%s", d->cluster_id);
    fp_json_append(arguments, json_string(setting));
}

/*
 * "--" ends Flink's options: everything after it goes to main() unchanged. Without it Flink parses
 * its own options up to the first word that it does not know. It accepts abbreviations of them, so
 * that a job's "--config prod" would be lost.
 */
json_t *fp_role_arguments(const struct fp_deployment *d, const struct fp_role *role)
{
    const struct fp_deploy_options *o = d->options;
    json_t *arguments = json_pack("[s]", fp_role_verb(d, role));
    if (d->is_job && role->is_jobmanager) {
        add(arguments, "--job-classname", d->classname);
        fp_add_job_options(d, arguments);
    }
    fp_add_cluster_id(d, arguments);
    if (!d->is_job || !role->is_jobmanager)
        return arguments;
    if (o->arguments.len > 0)
        fp_json_append(arguments, json_string("--"));
    for (size_t i = 0; i < o->arguments.len; i++)
        fp_json_append(arguments, fp_kube_literal(o->arguments.items[i]));
    return arguments;
}
