/* What a highly available job's state lies under: a cluster id and a job id of its own. */
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "format.h"
#include "setting.h"

#define CLUSTER_ID "high-availability.cluster-id"

/* Flink's own, of every cluster that is not told another. */
#define DEFAULT_CLUSTER_ID "/default"

#define JOB_ID_LEN 32

bool fp_is_highly_available(const struct fp_deployment *d)
{
    const char *type = fp_json_string(d->conf, "high-availability.type");
    if (type == NULL)
        type = fp_json_string(d->conf, "high-availability");
    return type != NULL && strcasecmp(type, "none") != 0;
}

/* A Job counts lost pods over its whole life, and a highly available job goes on from its state
 * each time: no number of them may end it. That the job itself has failed ends it all the same. */
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

/* By name alone, or by what is not set at all, jobs can be taken for each other. */
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
 * In application mode Flink makes the job's id of the cluster's: before 1.16 it is always zero, and
 * then a hash of 32 bits. Checkpoints lie under the job's id, all else under the cluster's. So each
 * job gets both, made of its namespace and name, and gets the same ones whenever it is made anew.
 *
 * They go into the arguments, not into the ConfigMap: a Job keeps its arguments for life, while the
 * next pod of one that was made without them would take them from a ConfigMap, and lose its state.
 */
void fp_deployment_identify(struct fp_deployment *d)
{
    const struct fp_deploy_options *o = d->options;
    const char *given = fp_json_string(d->conf, CLUSTER_ID);
    char sum[FP_HASH_HEX_MAX] = "";
    if (o->job_id != NULL)
        d->job_id = fp_xstrdup(o->job_id);
    /* A chart does this when it is installed; the operator does it itself. */
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
    /* Jobs whose variables differ would have one id. */
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
    /* What the user has said altogether needs no word. */
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
