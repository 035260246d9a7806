/**
 * @file
 * Repositories of registries as repos.
 */
#ifndef FLINKPACK_STORE_REGISTRY_H
#define FLINKPACK_STORE_REGISTRY_H

#include "flinkpack/store/repo.h"

/**
 * A repository of a registry. What a mirror does not have or deliver comes from the next one, and
 * at last from the repository itself.
 * @param mirrors     For pulling; borrowed for the call; NULL: none.
 * @param blob_folder Where downloaded blobs are kept, by digest.
 * @return FP_E_INPUT where registries.conf blocks it.
 */
FP_CHECKED enum fp_code fp_repo_open_registry(const struct fp_registry_options *options,
                                              const struct fp_mirrors *mirrors,
                                              const struct fp_reference *reference,
                                              const char *blob_folder, struct fp_repo **ret,
                                              struct fp_error *err);

#endif
