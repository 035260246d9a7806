/* What Flink's operator would refuse, or do in another way. */
#include <string.h>

#include "format.h"
#include "operator.h"
#include "warn.h"

/* Versions of Flink in the operator's enumeration. Beside those that it got late is the operator
 * that has them; it grew from version to version, so those before Flink 2 are in all of today's. */
static const struct known {
    unsigned major;
    unsigned minor;
    const char *since;
} versions[] = {
    {1, 13, NULL},  {1, 14, NULL},  {1, 15, NULL},  {1, 16, NULL},  {1, 17, NULL},
    {1, 18, NULL},  {1, 19, NULL},  {1, 20, NULL},  {2, 0, "1.12"}, {2, 1, "1.13"},
    {2, 2, "1.13"}, {2, 3, "1.16"}, {2, 4, "1.16"},
};

static const struct known *find_version(const struct fp_deployment *d)
{
    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        if (versions[i].major == d->version.major && versions[i].minor == d->version.minor)
            return &versions[i];
    }
    return NULL;
}

const char *fp_operator_since(const struct fp_deployment *d)
{
    const struct known *known = find_version(d);
    return known != NULL ? known->since : NULL;
}

static enum fp_code check_known(struct fp_deployment *d, struct fp_error *err)
{
    if (find_version(d) != NULL) {
        if (!fp_flink_at_least(&d->version, 1, 15, 0))
            fp_strv_addf(&d->warnings,
                         "--format operator: from 1.7 on the operator refuses Flink %s",
                         d->version.text);
        return FP_OK;
    }
    return fp_hinted(fp_fail(err, FP_E_USAGE,
                             "--format operator: a FlinkDeployment can be of Flink 1.13 to 2.4, "
                             "not %s",
                             d->version.text),
                     err, "--format kubernetes works without the operator");
}

/* The operator refuses a FlinkDeployment that has them. */
const char *const fp_operator_keys[] = {"kubernetes.cluster-id", "kubernetes.namespace",
                                        "high-availability.cluster-id", NULL};

static enum fp_code check_keys(const struct fp_deployment *d, struct fp_error *err)
{
    for (const char *const *key = fp_operator_keys; *key != NULL; key++) {
        if (json_object_get(d->conf, *key) != NULL)
            return fp_fail(err, FP_E_USAGE, "--conf: %s: is set by Flink's operator", *key);
    }
    return FP_OK;
}

/* By the option, or by either name of the key. */
static bool has_directory(const struct fp_deployment *d, const char *key, const char *old_key)
{
    return json_object_get(d->conf, key) != NULL || json_object_get(d->conf, old_key) != NULL;
}

/* A job is changed over from its state only where the operator finds all that this takes. */
static enum fp_code check_state(const struct fp_deployment *d, struct fp_error *err)
{
    bool has_job = d->is_job || d->options->jar_uri != NULL;
    if (!has_job || strcmp(fp_operator_upgrade(d), "stateless") == 0 ||
        has_directory(d, "execution.checkpointing.dir", "state.checkpoints.dir"))
        return FP_OK;
    return fp_fail(
        err, FP_E_USAGE,
        "--checkpoint-dir: is missing: Flink's operator changes a job over from its state "
        "only where it knows this folder too");
}

/* It starts REPLICAS times SLOTS tasks, whatever the parallelism says. */
static enum fp_code check_replicas(struct fp_deployment *d, struct fp_error *err)
{
    const struct fp_deploy_options *o = d->options;
    if (!d->is_job || o->replicas == 0 || o->replicas * d->slots == d->parallelism)
        return FP_OK;
    if (fp_yields(d, "replicas")) {
        fp_leave_out(d, "replicas");
        return FP_OK;
    }
    return fp_fail(err, FP_E_USAGE,
                   "--replicas %lld: Flink's operator would make the parallelism %lld of it, not "
                   "%lld; leave it out",
                   (long long) o->replicas, (long long) (o->replicas * d->slots),
                   (long long) d->parallelism);
}

const char *fp_operator_upgrade(const struct fp_deployment *d)
{
    if (has_directory(d, "execution.checkpointing.savepoint-dir", "state.savepoints.dir"))
        return "savepoint";
    /* Jobs of a session have it only in newer operators. */
    return d->options->ha && d->is_job ? "last-state" : "stateless";
}

enum fp_code fp_operator_check(struct fp_deployment *d, struct fp_error *err)
{
    FP_TRY(check_known(d, err));
    FP_TRY(check_keys(d, err));
    FP_TRY(check_state(d, err));
    return check_replicas(d, err);
}
