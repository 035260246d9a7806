/**
 * @file
 * The configuration of log4j, and the file of users, that pods and containers get.
 */
#ifndef FLINKPACK_DEPLOY_LOG_CONF_H
#define FLINKPACK_DEPLOY_LOG_CONF_H

#include "deployment.h"

/** The file that Flink's scripts name to log4j in a container. */
#define FP_LOG_CONF_FILE "log4j-console.properties"

/** Whether that is where pods have it. */
bool fp_is_log_conf(const struct fp_deployment *deployment, const char *path);
/** What tells one --log-conf from another; NULL: there is none. The caller owns it. */
char *fp_log_conf_sum(const struct fp_deployment *deployment);
/** Its text among the data of a ConfigMap, or the files that an operator writes. */
void fp_add_log_conf(const struct fp_deployment *deployment, json_t *data);
/** Where pods have it, and their volume of it. Nothing is added without --log-conf. */
void fp_mount_log_conf(const struct fp_deployment *deployment, json_t *mounts);
void fp_add_log_conf_volume(const struct fp_deployment *deployment, json_t *volumes);

/** Whether pods get an /etc/passwd that has the user of --run-as-user. */
bool fp_has_passwd(const struct fp_deployment *deployment);
/** Its text among the data of a ConfigMap; nothing where pods have none. */
void fp_add_passwd(const struct fp_deployment *deployment, json_t *data);
/** A ConfigMap of its own, for the operator. */
json_t *fp_passwd_map(const struct fp_deployment *deployment);
/** Where pods have it: nothing is appended where they have none. */
void fp_mount_passwd(const struct fp_deployment *deployment, json_t *mounts);
/** Likewise, their volume of it. */
void fp_add_passwd_volume(const struct fp_deployment *deployment, json_t *volumes);

#endif
