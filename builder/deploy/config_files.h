/**
 * @file
 * The files that pods and containers get beside the settings.
 */
#ifndef FLINKPACK_DEPLOY_CONFIG_FILES_H
#define FLINKPACK_DEPLOY_CONFIG_FILES_H

#include "deployment.h"

/** The file that Flink's scripts name to log4j in a container. */
#define FP_LOG_CONF_FILE "log4j-console.properties"

/** Whether a volume of the user's is mounted at that path. */
bool fp_is_mounted(const struct fp_deployment *deployment, const char *path);
/** What tells one --log-conf from another; NULL: there is none. The caller owns it. */
char *fp_log_conf_sum(const struct fp_deployment *deployment);

/** Add the texts of the files to the data of a ConfigMap. */
void fp_add_config_files(const struct fp_deployment *deployment, json_t *data);
/** A ConfigMap with the file of users alone, for the operator; NULL: pods have none. */
json_t *fp_passwd_map(const struct fp_deployment *deployment);
/** Add where pods have the files, and the volumes of these. */
void fp_mount_config_files(const struct fp_deployment *deployment, json_t *mounts);
void fp_add_config_volumes(const struct fp_deployment *deployment, json_t *volumes);

#endif
