/**
 * @file
 * The documents of each format.
 */
#ifndef FLINKPACK_DEPLOY_DOCUMENTS_H
#define FLINKPACK_DEPLOY_DOCUMENTS_H

#include "deployment.h"

/** Whether it is the operator that sets this key, and nobody else may. */
bool fp_is_operators_own(const struct fp_deployment *deployment, const char *key);
/** The first operator that knows this version of Flink; NULL: all of today's. Static. */
const char *fp_operator_since(const struct fp_deployment *deployment);
/** Make its documents fit their schema again after patches. */
void fp_operator_settle(json_t *documents);
/** How the operator changes a job over: "savepoint", "last-state" or "stateless". Static. */
const char *fp_operator_upgrade(const struct fp_deployment *deployment);

/** The documents of a deployment in install order: an array of objects. */
json_t *fp_kubernetes_documents(const struct fp_deployment *deployment);
json_t *fp_operator_documents(const struct fp_deployment *deployment);
json_t *fp_compose_document(const struct fp_deployment *deployment);
/** The claim that --claim asks for. */
json_t *fp_volume_claim(const struct fp_deployment *deployment, const char *text);
/** Parts of them, each appended to `documents`. */
void fp_add_accounts(const struct fp_deployment *deployment, json_t *documents);
void fp_add_services(const struct fp_deployment *deployment, json_t *documents);
void fp_add_policies(const struct fp_deployment *deployment, json_t *documents);

#endif
