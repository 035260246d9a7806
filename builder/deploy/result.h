/**
 * @file
 * The result: files, and the kustomization that lists them.
 */
#ifndef FLINKPACK_DEPLOY_RESULT_H
#define FLINKPACK_DEPLOY_RESULT_H

#include "deployment.h"

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
