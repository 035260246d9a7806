/**
 * @file
 * The objects of Kubernetes: their names, labels and revisions, their pods, and the command lines
 * and files of the pods.
 */
#ifndef FLINKPACK_DEPLOY_POD_H
#define FLINKPACK_DEPLOY_POD_H

#include "deployment.h"

/** The name of the image with its tag, for a comment beside the digest that is used instead. NULL:
 * the image has no digest or no tag. Borrowed. */
const char *fp_tag_of(const struct fp_deployment *deployment);

/** The name of an object: NAME, followed by `suffix`. */
json_t *fp_object_name(const struct fp_deployment *deployment, const char *suffix);
/** The labels that select the pods of a component; NULL: of the whole deployment. */
json_t *fp_selector(const struct fp_deployment *deployment, const char *component);
/** The labels of an object; `component` is NULL if it belongs to no single component. */
json_t *fp_object_labels(const struct fp_deployment *deployment, const char *component);
/** Make an object; `take_spec` is its spec, or NULL. */
json_t *fp_object(const struct fp_deployment *deployment, const char *api, const char *kind,
                  const char *suffix, const char *component, json_t *take_spec);
/** Whether pods find the JobManager through a Service of its revision. Otherwise they read the
 * leader's address from the cluster, or there is one Service for everything. */
bool fp_has_revision_service(const struct fp_deployment *deployment);
/** The name of the Service that leads to the JobManager's rpc port. */
json_t *fp_rpc_name(const struct fp_deployment *deployment);
/** A document's name without the revision, for file names. The caller owns it. */
char *fp_stable_name(const struct fp_deployment *deployment, const json_t *document);
/** Compute the revision from the images and the configuration in the patched documents. */
void fp_deployment_revise(struct fp_deployment *deployment, const json_t *documents);

/** The first word of a role's command line in this image. Static. */
const char *fp_role_verb(const struct fp_deployment *deployment, const struct fp_role *role);
/** The command line of a role for Kubernetes and Compose: strings in which "$" is doubled. */
json_t *fp_role_arguments(const struct fp_deployment *deployment, const struct fp_role *role);
/** Append the options of a job's JobManager except its class, or the cluster id of any role. */
void fp_add_job_options(const struct fp_deployment *deployment, json_t *arguments);
void fp_add_cluster_id(const struct fp_deployment *deployment, json_t *arguments);

/** The file of Log4j's configuration that Flink's scripts use in a container. */
#define FP_LOG_CONF_FILE "log4j-console.properties"

/** Whether the user mounts a volume at exactly that path. */
bool fp_is_mounted(const struct fp_deployment *deployment, const char *path);
/** A checksum of the file of --log-conf; NULL: there is none. The caller owns it. */
char *fp_log_conf_sum(const struct fp_deployment *deployment);

/** Add the configuration files to the data of a ConfigMap. */
void fp_add_config_files(const struct fp_deployment *deployment, json_t *data);
/** A ConfigMap with only /etc/passwd, for the operator; NULL: pods do not mount one. */
json_t *fp_passwd_map(const struct fp_deployment *deployment);
/** Add the mounts of the configuration files, and their volumes. */
void fp_mount_config_files(const struct fp_deployment *deployment, json_t *mounts);
void fp_add_config_volumes(const struct fp_deployment *deployment, json_t *volumes);

/** Add the annotations that tell Prometheus where a pod's metrics are. */
void fp_add_scraping(json_t *annotations);
/** The pod template of a role, with metadata. */
json_t *fp_pod_template(const struct fp_deployment *deployment, const struct fp_role *role);
/** The security contexts of a pod and of a container. */
json_t *fp_pod_security(const struct fp_deployment *deployment);
json_t *fp_container_security(const struct fp_deployment *deployment);

/** The documents for Kubernetes in install order: a new array of objects. */
json_t *fp_kubernetes_documents(const struct fp_deployment *deployment);
/** The PersistentVolumeClaim for a value of --claim. */
json_t *fp_volume_claim(const struct fp_deployment *deployment, const char *text);
/** Append a part of these documents. */
void fp_add_accounts(const struct fp_deployment *deployment, json_t *documents);
void fp_add_services(const struct fp_deployment *deployment, json_t *documents);
void fp_add_policies(const struct fp_deployment *deployment, json_t *documents);

#endif
