/* The cluster id and the job id under which a highly available job's state is stored. */
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "format.h"
#include "setting.h"

#define CLUSTER_ID "high-availability.cluster-id"

/* Flink's default for every cluster. */
#define DEFAULT_CLUSTER_ID "/default"

#define JOB_ID_LEN 32

bool fp_is_highly_available(const struct fp_deployment *d)
{
    const char *type = fp_json_string(d->conf, "high-availability.type");
    if (type == NULL)
        type = fp_json_string(d->conf, "high-availability");
    return type != NULL && strcasecmp(type, "none") != 0;
}

/* A Kubernetes Job counts lost pods over its whole life. A highly available job recovers its state
 * after each loss, so no count may end it. A failure of the Flink job itself still ends it. */
int64_t fp_job_retries(const struct fp_deployment *d)
{
    if (d->options->retries >= 0)
        return d->options->retries;
    return fp_is_highly_available(d) ? INT32_MAX : 3;
}

static void warn_of_default(struct fp_deployment *d)
{
    fp_strv_addf(&d->warnings, "--conf: " CLUSTER_ID "=" DEFAULT_CLUSTER_ID
                               " is that of every job without one: of two with one --ha-dir or "
                               "--checkpoint-dir each deletes what the other needs");
}

/* Warn of ids that another job may have too: the default, a bare name, or Flink's fixed job id. */
static void warn_of_others(struct fp_deployment *d, const char *cluster_id)
{
    if (strcmp(cluster_id, DEFAULT_CLUSTER_ID) == 0)
        warn_of_default(d);
    else if (d->cluster_id != NULL && d->options->kube_namespace == NULL &&
             d->format->namespace_hint != NULL)
        fp_strv_addf(&d->warnings,
                     CLUSTER_ID " is %s: jobs of that name in two namespaces with one place for "
                                "their state would delete each other's; %s",
                     cluster_id, d->format->namespace_hint);
    if (!fp_flink_at_least(&d->version, 1, 8, 0))
        fp_strv_addf(&d->warnings,
                     "Flink %s gives every highly available job the same id (1.8 is the first "
                     "that takes another): no two may have the same --checkpoint-dir",
                     d->version.text);
}

/*
 * In application mode Flink derives the job id from the cluster id: before 1.16 it is always zero,
 * later it is a hash of 32 bits. Checkpoints are stored under the job id, other state under the
 * cluster id. So each job gets both ids, derived from its namespace and name, and they stay stable.
 *
 * The ids are arguments, because a Kubernetes Job never changes its arguments. If they were in the
 * ConfigMap, the next pod of a Job that was created without ids would pick them up and lose state.
 */
void fp_deployment_identify(struct fp_deployment *d)
{
    const struct fp_deploy_options *o = d->options;
    const char *given = fp_json_string(d->conf, CLUSTER_ID);
    char sum[FP_HASH_HEX_MAX] = "";
    if (o->job_id != NULL)
        d->job_id = fp_xstrdup(o->job_id);
    /* A chart computes the ids at install; the operator computes them itself. */
    if (!d->is_job || !d->format->has_own_ids || !fp_is_highly_available(d))
        return;
    if (given == NULL)
        d->cluster_id = o->kube_namespace != NULL
                            ? fp_xasprintf("%s/%s", o->kube_namespace, d->name)
                            : fp_xstrdup(d->name);
    const char *cluster_id = given != NULL ? given : d->cluster_id;
    warn_of_others(d, cluster_id);
    if (d->job_id != NULL || strcmp(cluster_id, DEFAULT_CLUSTER_ID) == 0 ||
        !fp_flink_at_least(&d->version, 1, 8, 0))
        return;
    /* Jobs that differ only in the values of variables would get the same id. */
    if (strstr(cluster_id, "${") != NULL) {
        fp_strv_addf(&d->warnings,
                     "--conf: " CLUSTER_ID "=%s: only a pod knows what it is, so no job id is made "
                     "of it: give --job-id too, 32 hexadecimal digits of its own",
                     cluster_id);
        return;
    }
    fp_hash_bytes(FP_SHA256, cluster_id, strlen(cluster_id), sum);
    d->job_id = fp_xstrndup(sum, JOB_ID_LEN);
}

void fp_note_identity(const struct fp_deployment *d, struct fp_strv *ret)
{
    const char *given = fp_json_string(d->conf, CLUSTER_ID);
    const char *cluster_id = given != NULL ? given : d->cluster_id;
    if (!d->is_job && given == NULL && fp_is_highly_available(d))
        fp_strv_addf(ret, "identity: a new session needs -D " CLUSTER_ID
                          "=NAMESPACE/NAME where another has the same --ha-dir; one that runs "
                          "loses its jobs when it gets that");
    /* If the user gave both ids, no note is needed. */
    if (cluster_id == NULL || !fp_is_highly_available(d) || d->job_id == NULL ||
        (given != NULL && d->options->job_id != NULL))
        return;
    fp_strv_addf(ret, "identity: the job's state lies under " CLUSTER_ID " %s and job id %s",
                 cluster_id, d->job_id);
    fp_strv_addf(ret,
                 "          A job that runs without them loses its state where it gets them: stop "
                 "it with a savepoint first and start from that,");
    fp_strv_addf(ret, "          or keep what it has: %s--job-id JOB_ID, which 'flink list' tells",
                 given != NULL ? "" : "-D " CLUSTER_ID "=" DEFAULT_CLUSTER_ID " ");
}
