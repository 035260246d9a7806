/* Checks of features that a Flink version does not have, or that require another option. */
#include <string.h>

#include "format.h"

static bool at_least(const struct fp_deployment *d, unsigned major, unsigned minor, unsigned patch)
{
    return fp_flink_at_least(&d->version, major, minor, patch);
}

/* The entrypoint warns too, but nobody reads its log before they notice that state is lost. */
static void warn_of_arguments(struct fp_deployment *d)
{
    const struct fp_strv *arguments = &d->options->arguments;
    for (size_t i = 0; i < arguments->len; i++) {
        const char *word = arguments->items[i];
        if (strcmp(word, "--fromSavepoint") == 0 ||
            strncmp(word, "--fromSavepoint=", strlen("--fromSavepoint=")) == 0)
            fp_strv_addf(
                &d->warnings,
                "job arguments: %s stands behind '--', so it is the job's and Flink starts "
                "without its state; --from-savepoint is an option",
                word);
    }
}

/* Options that a version does not support are refused with the reason, not left out. */
static enum fp_code check_job_flags(const struct fp_deployment *d, struct fp_error *err)
{
    const struct fp_deploy_options *o = d->options;
    const char *version = d->version.text;
    if (!d->is_job && d->format->is_job_only)
        return fp_fail(err, FP_E_USAGE, "--format %s: is for --type job; this is a session",
                       d->format->name);
    if (d->is_job && !at_least(d, 1, 6, 0))
        return fp_fail(err, FP_E_USAGE,
                       "--type job: Flink %s cannot run a job as a cluster; 1.6.0 is the first",
                       version);
    if (o->from_savepoint != NULL && !at_least(d, 1, 6, 1))
        return fp_fail(err, FP_E_USAGE,
                       "--from-savepoint: Flink %s would start the job without its state; 1.6.1 is "
                       "the first version that takes a savepoint here (FLINK-10164)",
                       version);
    if (o->allow_non_restored_state && o->from_savepoint == NULL)
        return fp_fail(err, FP_E_USAGE, "--allow-non-restored-state: needs --from-savepoint");
    if (o->job_id != NULL && !at_least(d, 1, 8, 0))
        return fp_fail(err, FP_E_USAGE, "--job-id: Flink %s has no such option; 1.8.0 is the first",
                       version);
    if (o->job_id != NULL &&
        (strlen(o->job_id) != 32 || strspn(o->job_id, "0123456789abcdefABCDEF") != 32))
        return fp_fail(err, FP_E_USAGE, "--job-id: expected 32 hexadecimal digits, not '%s'",
                       o->job_id);
    if (d->is_job && d->traits->needs_job_classname && d->classname == NULL)
        return fp_fail(err, FP_E_USAGE,
                       "--job-classname: is needed, as Flink %s does not look "
                       "into the jar for it",
                       version);
    return FP_OK;
}

static enum fp_code check_features(const struct fp_deployment *d, struct fp_error *err)
{
    const struct fp_deploy_options *o = d->options;
    const char *version = d->version.text;
    if (d->is_official && !at_least(d, 1, 10, 0))
        return fp_hinted(fp_fail(err, FP_E_USAGE,
                                 "%s: the official image of Flink %s cannot be set up from "
                                 "outside; 1.10 is the first",
                                 d->image->name, version),
                         err, "flinkpack build --from-release --flink-version %s", version);
    if (o->ha && !at_least(d, 1, 12, 0)) {
        return fp_hinted(fp_fail(err, FP_E_USAGE,
                                 "--ha: Flink %s has no high availability by Kubernetes; "
                                 "1.12 is the first",
                                 version),
                         err,
                         "with ZooKeeper: -D high-availability=zookeeper and "
                         "-D high-availability.zookeeper.quorum=HOST:2181");
    }
    if (o->ha && o->ha_dir == NULL && !d->format->is_operated)
        return fp_fail(err, FP_E_USAGE, "--ha: needs --ha-dir, where the JobManager's state lies");
    if (o->ha && o->kube_namespace == NULL && d->format->has_fixed_namespace)
        return fp_fail(err, FP_E_USAGE,
                       "--ha: needs --namespace, as Flink keeps its ConfigMaps in "
                       "the namespace that it is told");
    if (o->ha_dir != NULL && !o->ha)
        return fp_fail(err, FP_E_USAGE, "--ha-dir: needs --ha");
    if (o->ingress == NULL && (o->ingress_class != NULL || o->ingress_tls != NULL))
        return fp_fail(err, FP_E_USAGE, "%s: needs --ingress, the host name",
                       o->ingress_class != NULL ? "--ingress-class" : "--ingress-tls");
    if (o->autoscale != NULL && !at_least(d, 1, 13, 0))
        return fp_fail(err, FP_E_USAGE,
                       "--autoscale: needs reactive mode, which Flink %s does not "
                       "have; 1.13 is the first",
                       version);
    if (o->autoscale != NULL && !d->is_job)
        return fp_fail(err, FP_E_USAGE, "--autoscale: reactive mode is for --type job only");
    if (o->queryable_state && at_least(d, 2, 0, 0))
        return fp_fail(err, FP_E_USAGE, "--queryable-state: Flink 2 has given it up");
    return FP_OK;
}

enum fp_code fp_deployment_check_version(struct fp_deployment *d, struct fp_error *err)
{
    warn_of_arguments(d);
    FP_TRY(check_job_flags(d, err));
    return check_features(d, err);
}
