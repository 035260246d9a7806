/**
 * @file
 * Pulling and pushing the manifests and indexes of a repository.
 */
#ifndef FLINKPACK_REGISTRY_MANIFEST_H
#define FLINKPACK_REGISTRY_MANIFEST_H

#include "flinkpack/image/descriptor.h"
#include "flinkpack/registry/repository.h"

/**
 * Fetch a manifest or index by tag or digest. If it is a digest, the bytes are verified.
 * @param reference_text  A tag, or a digest as text.
 * @param body            Gets the bytes, up to its limit.
 * @param ret_descriptor  Media type, digest (computed here) and size.
 * @return FP_OK, FP_E_NOT_FOUND, FP_E_AUTH, FP_E_NETWORK, FP_E_VERIFY, FP_E_INPUT.
 */
FP_CHECKED enum fp_code fp_registry_get_manifest(struct fp_registry *registry,
                                                 const char *reference_text, struct fp_buf *body,
                                                 struct fp_descriptor *ret_descriptor,
                                                 struct fp_error *err);
/**
 * Ask for a manifest with HEAD. GET may say otherwise, so the answer may only be used by callers
 * that already have the bytes of that digest.
 * @param ret_exists     false: 404, which is FP_OK.
 * @param ret_descriptor Empty although `*ret_exists` is true if HEAD is refused or does not say
 *                       enough. A registry that did so before is not asked again.
 */
FP_CHECKED enum fp_code fp_registry_head_manifest(struct fp_registry *registry,
                                                  const char *reference_text, bool *ret_exists,
                                                  struct fp_descriptor *ret_descriptor,
                                                  struct fp_error *err);
/** The manifest that a tag names. */
enum fp_tagged {
    FP_TAGGED_NOTHING, /**< there is no such tag, or the registry cannot say (5xx) */
    FP_TAGGED_OTHER,   /**< another manifest */
    FP_TAGGED_THIS,
};
/** Whether a tag (or a digest, as text) names that manifest. */
FP_CHECKED enum fp_code fp_registry_is_tagged(struct fp_registry *registry, const char *tag,
                                              const struct fp_digest *digest, enum fp_tagged *ret,
                                              struct fp_error *err);
/**
 * Put a manifest or index under a tag or digest. If an answer was lost, it checks before repeating.
 *
 * If the registry refuses it for want of blobs that it said it had, these become doubted:
 * fp_registry_take_doubts() says so, fp_registry_push_blob() sends them whatever HEAD says, and
 * then this may be called again. No blob is doubted twice.
 *
 * @return FP_OK also if an immutable tag names it already; FP_E_CONFLICT if such a tag names
 *         another one, FP_E_VERIFY if the registry stored something else, FP_E_AUTH, FP_E_NETWORK,
 *         FP_E_INPUT, FP_E_NOT_FOUND.
 */
FP_CHECKED enum fp_code fp_registry_put_manifest(struct fp_registry *registry,
                                                 const char *reference_text,
                                                 const struct fp_descriptor *descriptor,
                                                 const char *bytes, struct fp_error *err);
/**
 * Put an existing manifest or index again under its digest, so that the registry checks the blobs
 * it refers to. No tag changes, and only blobs that were just sent are waited for.
 * @param ret_taken False if nothing is known: the registry refuses that, does not answer, stores
 *                  something else, or is not asked because it keeps manifests put by digest apart
 *                  from tags.
 * @return FP_E_INTERRUPTED, or the refusal for want of blobs. These become doubted as in
 *         fp_registry_put_manifest(), unless they were doubted before.
 */
FP_CHECKED enum fp_code fp_registry_put_again(struct fp_registry *registry,
                                              const struct fp_descriptor *descriptor,
                                              const char *bytes, bool *ret_taken,
                                              struct fp_error *err);
/** Whether blobs have become doubted since the last call. */
bool fp_registry_take_doubts(struct fp_registry *registry);
/** Whether the registry said that it has a blob, and later that it does not. */
bool fp_registry_is_doubted(struct fp_registry *registry, const struct fp_digest *digest);
/**
 * Check that the registry serves a manifest that was put: GET it by digest (HEAD at Docker Hub,
 * which counts GETs). After a 404 it asks again for 15 seconds. A registry that cannot say (401,
 * 403, 429, 5xx, no answer) causes one warning.
 * @return FP_OK, FP_E_NOT_FOUND, FP_E_VERIFY (other bytes), FP_E_INTERRUPTED.
 */
FP_CHECKED enum fp_code fp_registry_confirm(struct fp_registry *registry,
                                            const struct fp_digest *digest, struct fp_error *err);

#endif
