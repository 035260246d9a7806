/**
 * @file
 * The two roles of Flink's processes: their size and their command lines.
 */
#ifndef FLINKPACK_DEPLOY_ROLE_H
#define FLINKPACK_DEPLOY_ROLE_H

#include "deployment.h"

/** A role of Flink's. */
struct fp_role {
    const char *component; /**< "jobmanager", "taskmanager" */
    bool is_jobmanager;
    const char *cpu;
    int64_t mib;
};
/** The roles of a deployment. */
struct fp_role fp_jobmanager_of(const struct fp_deployment *deployment);
struct fp_role fp_taskmanager_of(const struct fp_deployment *deployment);

/** The first word of a role's command line in this image. Static. */
const char *fp_role_verb(const struct fp_deployment *deployment, const struct fp_role *role);
/** The key of the memory that a role's configuration sets. Static. */
const char *fp_role_memory_key(const struct fp_deployment *deployment, const struct fp_role *role);
/** Whether its value is a bare number of MiB; else a size with its unit. */
bool fp_memory_key_is_bare(const char *key);
/** Its value for a container of `mib` MiB: from 1.11 and 1.10 on all of it, before a heap of 75 %.
 */
int64_t fp_role_memory_value(const struct fp_deployment *deployment, const struct fp_role *role);

/** The command line of a role for Kubernetes and Compose: an array of strings, "$" doubled. */
json_t *fp_role_arguments(const struct fp_deployment *deployment, const struct fp_role *role);
/** Append the options of a job's JobManager but its class, and the cluster id of both roles. */
void fp_add_job_options(const struct fp_deployment *deployment, json_t *arguments);
void fp_add_cluster_id(const struct fp_deployment *deployment, json_t *arguments);

#endif
