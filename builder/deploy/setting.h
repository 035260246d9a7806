/**
 * @file
 * Keys of Flink's configuration and their values.
 */
#ifndef FLINKPACK_DEPLOY_SETTING_H
#define FLINKPACK_DEPLOY_SETTING_H

#include "deployment.h"

/** The ports of Flink, the same in every version. */
enum fp_deploy_port {
    FP_PORT_RPC = 6123,
    FP_PORT_BLOB = 6124,
    FP_PORT_QUERY = 6125,
    FP_PORT_TM_RPC = 6122,
    FP_PORT_TM_DATA = 6121,
    FP_PORT_UI = 8081,
    FP_PORT_METRICS = 9249,
};

/** Whether other objects count on the value that manifests give a key: it cannot be another. */
bool fp_is_port(const char *key);
/** "rest.port" for "rest.bind-port"; NULL: it is another key. The caller owns it. */
char *fp_port_of_bind_port(const char *key);
/** The last value that --conf or -D gives for a key, or NULL. Borrowed. */
const char *fp_given_setting(const struct fp_deployment *deployment, const char *key);
/** Whether it gives any key that begins with `prefix`, but for those that begin with `but`, which
 * can be NULL. */
bool fp_gives_settings(const struct fp_deployment *deployment, const char *prefix, const char *but);
/** The other name that Flink has for a key, older or newer; NULL: it has one. Static. */
const char *fp_setting_alias(const char *key);
/** Whether its configuration asks for high availability, of Kubernetes or another kind. */
bool fp_is_highly_available(const struct fp_deployment *deployment);
/** How many lost JobManagers a Job of Kubernetes replaces. */
int64_t fp_job_retries(const struct fp_deployment *deployment);

/** The lines of FLINK_PROPERTIES. The caller owns them. */
char *fp_conf_text(const struct fp_deployment *deployment);

#endif
