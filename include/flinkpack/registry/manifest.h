/**
 * @file
 * Manifests and indexes, out of a repository and into it.
 */
#ifndef FLINKPACK_REGISTRY_MANIFEST_H
#define FLINKPACK_REGISTRY_MANIFEST_H

#include "flinkpack/image/descriptor.h"
#include "flinkpack/registry/repository.h"

/**
 * Fetch a manifest or index by tag or digest. Fetched by digest, the bytes are verified.
 * @param reference_text  A tag, or a digest as text.
 * @param body            Gets the bytes; its ceiling bounds them.
 * @param ret_descriptor  Media type, digest (computed here) and size.
 * @return FP_OK, FP_E_NOT_FOUND, FP_E_AUTH, FP_E_NETWORK, FP_E_VERIFY, FP_E_INPUT.
 */
FP_CHECKED enum fp_code fp_registry_get_manifest(struct fp_registry *registry,
                                                 const char *reference_text, struct fp_buf *body,
                                                 struct fp_descriptor *ret_descriptor,
                                                 struct fp_error *err);
/**
 * What a HEAD says of a manifest. It is nothing to build on, as GET may say otherwise: whoever goes
 * by it has the bytes of that digest.
 * @param ret_exists     false: 404, which is FP_OK.
 * @param ret_descriptor Empty beside `*ret_exists` where HEAD does not say enough, or is refused;
 *                       nothing is asked then where it was so before.
 */
FP_CHECKED enum fp_code fp_registry_head_manifest(struct fp_registry *registry,
                                                  const char *reference_text, bool *ret_exists,
                                                  struct fp_descriptor *ret_descriptor,
                                                  struct fp_error *err);
/** What a tag stands for. */
enum fp_tagged {
    FP_TAGGED_NOTHING, /**< there is no such tag, or the registry cannot say (5xx) */
    FP_TAGGED_OTHER,   /**< another manifest */
    FP_TAGGED_THIS,
};
/** Whether a tag (or a digest, as text) stands for that manifest. */
FP_CHECKED enum fp_code fp_registry_is_tagged(struct fp_registry *registry, const char *tag,
                                              const struct fp_digest *digest, enum fp_tagged *ret,
                                              struct fp_error *err);
/**
 * Put a manifest or index under a tag or digest. After a lost answer it looks before repeating.
 *
 * Where it is refused because blobs are not there that the registry said it had, these are doubted:
 * fp_registry_take_doubts() says so, fp_registry_push_blob() sends them whatever HEAD says, and
 * then this may be called again. Nothing is doubted twice.
 *
 * @return FP_OK also where an immutable tag names it already; FP_E_CONFLICT where one names another
 *         and may not be moved, FP_E_VERIFY where the registry has stored something else,
 * FP_E_AUTH, FP_E_NETWORK, FP_E_INPUT, FP_E_NOT_FOUND.
 */
FP_CHECKED enum fp_code fp_registry_put_manifest(struct fp_registry *registry,
                                                 const char *reference_text,
                                                 const struct fp_descriptor *descriptor,
                                                 const char *bytes, struct fp_error *err);
/**
 * Put a manifest or index that is there once more under its digest, so that the registry looks for
 * what it refers to. No tag is touched, and only blobs that have just been sent are waited for.
 * @param ret_taken False: the registry refuses that, does not answer or makes something else of it,
 *                  or it is not asked, as it keeps what is put by digest apart from tags; then
 *                  nothing is known.
 * @return FP_E_INTERRUPTED, or the refusal for want of blobs, which are doubted from then on as in
 *         fp_registry_put_manifest(); where they are already, it stays at that.
 */
FP_CHECKED enum fp_code fp_registry_put_again(struct fp_registry *registry,
                                              const struct fp_descriptor *descriptor,
                                              const char *bytes, bool *ret_taken,
                                              struct fp_error *err);
/** Whether blobs have come to be doubted since this was last asked. */
bool fp_registry_take_doubts(struct fp_registry *registry);
/** Whether the registry said that it has a blob, and then that it has not. */
bool fp_registry_is_doubted(struct fp_registry *registry, const struct fp_digest *digest);
/**
 * See that what was put is served: GET it by digest (HEAD at Docker Hub, which counts GETs). A 404
 * is asked again as any request is, for 15 seconds. A registry that only does not say (401, 403,
 * 429, 5xx, no answer) is one warning.
 * @return FP_OK, FP_E_NOT_FOUND, FP_E_VERIFY (other bytes), FP_E_INTERRUPTED.
 */
FP_CHECKED enum fp_code fp_registry_confirm(struct fp_registry *registry,
                                            const struct fp_digest *digest, struct fp_error *err);

#endif
