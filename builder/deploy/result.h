/**
 * @file
 * The output of generated documents: patches of the user, files, and the kustomization that lists
 * the files.
 */
#ifndef FLINKPACK_DEPLOY_RESULT_H
#define FLINKPACK_DEPLOY_RESULT_H

#include "deployment.h"

/** Apply a patch to the documents that match it. FP_E_INPUT if none does. */
FP_CHECKED enum fp_code fp_patch_apply(const struct fp_deploy_patch *patch, json_t *documents,
                                       struct fp_error *err);
/** Whether a patch is left out: it comes from a file of values and matches none of the documents.
 * `documents` is NULL if the format has none. */
bool fp_patch_yields(struct fp_deployment *deployment, const struct fp_deploy_patch *patch,
                     const json_t *documents);

/** Add a file, and take ownership of both texts. */
void fp_result_add(struct fp_deploy_result *result, char *take_path, char *take_text);
/** Add a file with a document as YAML. */
FP_CHECKED enum fp_code fp_result_add_yaml(struct fp_deploy_result *result, const char *path,
                                           const json_t *document, struct fp_error *err);
/** Add a kustomization.yaml that lists all files, if they go to a directory. It can change images,
 * but not that of a FlinkDeployment, because kustomize only finds images of containers. */
FP_CHECKED enum fp_code fp_add_kustomization(const struct fp_deployment *deployment,
                                             const char *directory, struct fp_deploy_result *ret,
                                             struct fp_error *err);

#endif
