/**
 * @file
 * Changes that users make to documents.
 */
#ifndef FLINKPACK_DEPLOY_PATCH_H
#define FLINKPACK_DEPLOY_PATCH_H

#include "deployment.h"

/** Apply a patch to the documents that it is for. FP_E_INPUT where there are none. */
FP_CHECKED enum fp_code fp_patch_apply(const struct fp_deploy_patch *patch, json_t *documents,
                                       struct fp_error *err);
/** Whether a patch is left out: one that yields, and is for none of the documents. NULL: there are
 * none at all. */
bool fp_patch_yields(struct fp_deployment *deployment, const struct fp_deploy_patch *patch,
                     const json_t *documents);

#endif
