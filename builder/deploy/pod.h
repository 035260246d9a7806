/**
 * @file
 * The documents for Kubernetes, and the pods in them.
 */
#ifndef FLINKPACK_DEPLOY_POD_H
#define FLINKPACK_DEPLOY_POD_H

#include "role.h"

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
