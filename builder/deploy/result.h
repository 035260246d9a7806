/**
 * @file
 * What becomes of the documents: changes that users make to them, files, and the kustomization that
 * lists these.
 */
#ifndef FLINKPACK_DEPLOY_RESULT_H
#define FLINKPACK_DEPLOY_RESULT_H

#include "deployment.h"

/** Apply a patch to the documents that it is for. FP_E_INPUT where there are none. */
FP_CHECKED enum fp_code fp_patch_apply(const struct fp_deploy_patch *patch, json_t *documents,
                                       struct fp_error *err);
/** Whether a patch is left out: one that yields, and is for none of the documents. NULL: there are
 * none at all. */
bool fp_patch_yields(struct fp_deployment *deployment, const struct fp_deploy_patch *patch,
                     const json_t *documents);

/** Add a file; both texts are consumed. */
void fp_result_add(struct fp_deploy_result *result, char *take_path, char *take_text);
/** Add a document as YAML. */
FP_CHECKED enum fp_code fp_result_add_yaml(struct fp_deploy_result *result, const char *path,
                                           const json_t *document, struct fp_error *err);
/** Add a kustomization.yaml of all files where these go to a directory. It can change images, but
 * not those of a FlinkDeployment: kustomize finds them in containers. */
FP_CHECKED enum fp_code fp_add_kustomization(const struct fp_deployment *deployment,
                                             const char *directory, struct fp_deploy_result *ret,
                                             struct fp_error *err);

#endif
