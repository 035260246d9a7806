/**
 * @file
 * The documents of each format.
 */
#ifndef FLINKPACK_DEPLOY_DOCUMENTS_H
#define FLINKPACK_DEPLOY_DOCUMENTS_H

#include "deployment.h"

/** The documents for Kubernetes in install order: a new array of objects. */
json_t *fp_kubernetes_documents(const struct fp_deployment *deployment);
/** The claim that --claim asks for. */
json_t *fp_volume_claim(const struct fp_deployment *deployment, const char *text);
/** Parts of them, each appended to `documents`. */
void fp_add_accounts(const struct fp_deployment *deployment, json_t *documents);
void fp_add_services(const struct fp_deployment *deployment, json_t *documents);
void fp_add_policies(const struct fp_deployment *deployment, json_t *documents);

#endif
