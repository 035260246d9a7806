/**
 * @file
 * What Flink's operator asks for.
 */
#ifndef FLINKPACK_DEPLOY_OPERATOR_H
#define FLINKPACK_DEPLOY_OPERATOR_H

#include "deployment.h"

/** The keys that the operator sets itself, and nobody else may. Ends with NULL. */
extern const char *const fp_operator_keys[];
/** The first operator that knows this version of Flink; NULL: all of today's. Static. */
const char *fp_operator_since(const struct fp_deployment *deployment);
/** How the operator changes a job over: "savepoint", "last-state" or "stateless". Static. */
const char *fp_operator_upgrade(const struct fp_deployment *deployment);
/** Check what the operator would refuse, or do in another way. */
FP_CHECKED enum fp_code fp_operator_check(struct fp_deployment *deployment, struct fp_error *err);

#endif
