/**
 * @file
 * The objects of Kubernetes: what they have in common (names, labels, revisions), the pods in them,
 * and the command lines and files of these.
 */
#ifndef FLINKPACK_DEPLOY_POD_H
#define FLINKPACK_DEPLOY_POD_H

#include "deployment.h"

/** The name of the image with its tag, which stands as a comment where the digest goes before it;
 * NULL: there is no such tag. Borrowed. */
const char *fp_tag_of(const struct fp_deployment *deployment);

/** A name of an object: NAME and `suffix` */
json_t *fp_object_name(const struct fp_deployment *deployment, const char *suffix);
/** The labels that select the pods of a component, or, for NULL, of the whole deployment. */
json_t *fp_selector(const struct fp_deployment *deployment, const char *component);
/** The labels of an object of a component; NULL: of none. */
json_t *fp_object_labels(const struct fp_deployment *deployment, const char *component);
/** An object; `take_spec`, where it is not NULL, is its spec. */
json_t *fp_object(const struct fp_deployment *deployment, const char *api, const char *kind,
                  const char *suffix, const char *component, json_t *take_spec);
/** Whether the JobManager is found through a Service of its revision; else its leader's address
 * is kept in the cluster, where every version finds it, or there is one Service for everything. */
bool fp_has_revision_service(const struct fp_deployment *deployment);
/** The name of the Service through which a JobManager's rpc is reached. */
json_t *fp_rpc_name(const struct fp_deployment *deployment);
/** The name of a document without the revision, which files must not have. The caller owns it. */
char *fp_stable_name(const struct fp_deployment *deployment, const json_t *document);
/** Take the revision from documents as they are now, patched: images and configuration. */
void fp_deployment_revise(struct fp_deployment *deployment, const json_t *documents);

/** The first word of a role's command line in this image. Static. */
const char *fp_role_verb(const struct fp_deployment *deployment, const struct fp_role *role);
/** The command line of a role for Kubernetes and Compose: an array of strings, "$" doubled. */
json_t *fp_role_arguments(const struct fp_deployment *deployment, const struct fp_role *role);
/** Append the options of a job's JobManager but its class, and the cluster id of both roles. */
void fp_add_job_options(const struct fp_deployment *deployment, json_t *arguments);
void fp_add_cluster_id(const struct fp_deployment *deployment, json_t *arguments);

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

/** Add the annotations by which Prometheus finds a pod's metrics. */
void fp_add_scraping(json_t *annotations);
/** The template of a role's pods, with metadata. */
json_t *fp_pod_template(const struct fp_deployment *deployment, const struct fp_role *role);
/** The security context of a pod, or NULL, and of a container. */
json_t *fp_pod_security(const struct fp_deployment *deployment);
json_t *fp_container_security(const struct fp_deployment *deployment);

/** The documents for Kubernetes in install order: a new array of objects. */
json_t *fp_kubernetes_documents(const struct fp_deployment *deployment);
/** The claim that --claim asks for. */
json_t *fp_volume_claim(const struct fp_deployment *deployment, const char *text);
/** Parts of them, each appended to `documents`. */
void fp_add_accounts(const struct fp_deployment *deployment, json_t *documents);
void fp_add_services(const struct fp_deployment *deployment, json_t *documents);
void fp_add_policies(const struct fp_deployment *deployment, json_t *documents);

#endif
