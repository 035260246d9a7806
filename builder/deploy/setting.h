/**
 * @file
 * Keys of Flink's configuration and their values.
 */
#ifndef FLINKPACK_DEPLOY_SETTING_H
#define FLINKPACK_DEPLOY_SETTING_H

#include "deployment.h"

/** The ports of Flink, which are the same in every version. */
enum fp_deploy_port {
    FP_PORT_RPC = 6123,
    FP_PORT_BLOB = 6124,
    FP_PORT_QUERY = 6125,
    FP_PORT_TM_RPC = 6122,
    FP_PORT_TM_DATA = 6121,
    FP_PORT_UI = 8081,
    FP_PORT_METRICS = 9249,
};

/** Whether other objects rely on the value that the manifests give a key. */
bool fp_is_port(const char *key);
/** Return "rest.port" for "rest.bind-port"; NULL for other keys. The caller owns it. */
char *fp_port_of_bind_port(const char *key);
/** The last value that --conf or -D gives for a key, or NULL. Borrowed. */
const char *fp_given_setting(const struct fp_deployment *deployment, const char *key);
/** Whether --conf or -D gives any key that begins with `prefix`. Keys that begin with `but`, unless
 * it is NULL, do not count. */
bool fp_gives_settings(const struct fp_deployment *deployment, const char *prefix, const char *but);
/** The older or newer name of a key; NULL: it has only one name. Static. */
const char *fp_setting_alias(const char *key);
/** Whether the configuration turns on high availability, by Kubernetes or by another service. */
bool fp_is_highly_available(const struct fp_deployment *deployment);
/** The number of lost JobManager pods that a Kubernetes Job replaces. */
int64_t fp_job_retries(const struct fp_deployment *deployment);

/** Warn of settings that this version of Flink ignores or refuses. */
void fp_deployment_judge(struct fp_deployment *deployment);
/** The lines of FLINK_PROPERTIES. The caller owns them. */
char *fp_conf_text(const struct fp_deployment *deployment);

#endif
