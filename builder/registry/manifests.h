/**
 * @file
 * Manifests in a repository, and what its blobs are believed to be.
 */
#ifndef BUILDER_REGISTRY_MANIFESTS_H
#define BUILDER_REGISTRY_MANIFESTS_H

#include "connection.h"

/** The largest manifest that is fetched or put (distribution's own limit). */
#define FP_REGISTRY_MAX_MANIFEST ((size_t) 4 << 20)

/** "/v2/..." of a manifest, asked for by `method` with all media types that are known.
 * @param no_retry One attempt only. FP_E_USAGE: neither tag nor digest. */
FP_CHECKED enum fp_code fp_registry_ask_manifest(struct fp_registry *registry, const char *method,
                                                 const char *reference_text, bool no_retry,
                                                 struct fp_http_response *response,
                                                 struct fp_error *err);
/** Whether it is a tag or a digest; FP_E_USAGE. */
FP_CHECKED enum fp_code fp_registry_check_reference(const char *reference_text,
                                                    struct fp_error *err);

/**
 * What a tag stands for, by the word of HEAD, or GET where that gives none; a registry that cannot
 * say (5xx) has nothing.
 * @param insist     Whether GET is asked too where HEAD says that there is nothing.
 * @param algorithm  Of the digest where it is computed.
 */
FP_CHECKED enum fp_code fp_registry_find_digest(struct fp_registry *registry,
                                                const char *reference_text,
                                                enum fp_hash_algorithm algorithm, bool insist,
                                                bool *ret_exists, struct fp_digest *ret,
                                                struct fp_error *err);

/** Whether a manifest was refused because blobs that it refers to are not there: it says so, or
 * names one of them. */
bool fp_registry_lacks_blobs(const struct fp_http_response *response, const char *manifest);
/** Doubt the blobs that such an answer to the PUT of `manifest` names; all of the manifest's where
 * it names none. @return Whether any of them was not doubted before. */
bool fp_registry_doubt(struct fp_registry *registry, const struct fp_http_response *response,
                       const char *manifest);

#endif
