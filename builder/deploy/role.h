/**
 * @file
 * The command lines of the two roles of Flink's processes.
 */
#ifndef FLINKPACK_DEPLOY_ROLE_H
#define FLINKPACK_DEPLOY_ROLE_H

#include "deployment.h"

/** The first word of a role's command line in this image. Static. */
const char *fp_role_verb(const struct fp_deployment *deployment, const struct fp_role *role);
/** The command line of a role for Kubernetes and Compose: an array of strings, "$" doubled. */
json_t *fp_role_arguments(const struct fp_deployment *deployment, const struct fp_role *role);
/** Append the options of a job's JobManager but its class, and the cluster id of both roles. */
void fp_add_job_options(const struct fp_deployment *deployment, json_t *arguments);
void fp_add_cluster_id(const struct fp_deployment *deployment, json_t *arguments);

#endif
