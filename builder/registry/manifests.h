/**
 * @file
 * Manifests in a repository, and doubts about its blobs.
 */
#ifndef BUILDER_REGISTRY_MANIFESTS_H
#define BUILDER_REGISTRY_MANIFESTS_H

#include "connection.h"

/** The largest manifest that is fetched or put (distribution's own limit). */
#define FP_REGISTRY_MAX_MANIFEST ((size_t) 4 << 20)

/** Request "/v2/..." of a manifest by `method`, accepting all known media types.
 * @param no_retry One attempt only. FP_E_USAGE for neither tag nor digest. */
FP_CHECKED enum fp_code fp_registry_ask_manifest(struct fp_registry *registry, const char *method,
                                                 const char *reference_text, bool no_retry,
                                                 struct fp_http_response *response,
                                                 struct fp_error *err);
/** Whether it is a tag or a digest; FP_E_USAGE. */
FP_CHECKED enum fp_code fp_registry_check_reference(const char *reference_text,
                                                    struct fp_error *err);

/**
 * The digest that a tag names, by HEAD, or by GET if HEAD does not say; none if the registry cannot
 * say (5xx).
 * @param insist     Whether GET is sent too if HEAD finds nothing.
 * @param algorithm  The algorithm, if the digest is computed.
 */
FP_CHECKED enum fp_code fp_registry_find_digest(struct fp_registry *registry,
                                                const char *reference_text,
                                                enum fp_hash_algorithm algorithm, bool insist,
                                                bool *ret_exists, struct fp_digest *ret,
                                                struct fp_error *err);

/** Whether a manifest was refused because blobs that it refers to are missing: the answer says so,
 * or names one of them. */
bool fp_registry_lacks_blobs(const struct fp_http_response *response, const char *manifest);
/** Doubt the blobs that such an answer to the PUT of `manifest` names, or all blobs of the manifest
 * if it names none. @return Whether any of them was not doubted before. */
bool fp_registry_doubt(struct fp_registry *registry, const struct fp_http_response *response,
                       const char *manifest);

#endif
