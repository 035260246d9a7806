/**
 * @file
 * What refers to a manifest by its `subject` (OCI distribution-spec 1.1, "Listing Referrers").
 */
#ifndef FLINKPACK_REGISTRY_REFERRERS_H
#define FLINKPACK_REGISTRY_REFERRERS_H

#include "flinkpack/image/digest.h"
#include "flinkpack/registry/repository.h"

/** The most referrers of one manifest that are listed. */
#define FP_REFERRERS_MAX 1000

/**
 * List the referrers of a manifest by the referrers API, page by page.
 * @param artifact_type The registry is asked for these alone, which it need not heed; NULL: all.
 * @param ret           An array of descriptors as the registry gives them, unchecked. A new
 *                      reference; NULL if the registry does not know the API, which is FP_OK: then
 *                      the index under the tag of fp_referrers_tag() lists them.
 * @return FP_E_NETWORK, FP_E_INPUT, FP_E_INTERRUPTED.
 */
FP_CHECKED enum fp_code fp_registry_list_referrers(struct fp_registry *registry,
                                                   const struct fp_digest *subject,
                                                   const char *artifact_type, json_t **ret,
                                                   struct fp_error *err);
/** Whether the answer to a manifest with a `subject` said that the registry lists it (OCI-Subject),
 * so that no index has to be kept. False before such a manifest was put. */
bool fp_registry_keeps_referrers(struct fp_registry *registry);
/** The tag of the index that lists the referrers of a manifest for registries without the API:
 * "sha256-HEX" and `suffix` behind it, such as cosign's ".sig"; "" for the index itself. A SHA-512
 * is cut to 64 digits, as the specification says. The caller owns it. */
char *fp_referrers_tag(const struct fp_digest *subject, const char *suffix);

#endif
