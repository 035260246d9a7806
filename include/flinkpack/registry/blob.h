/**
 * @file
 * Pulling and pushing the blobs of a repository.
 */
#ifndef FLINKPACK_REGISTRY_BLOB_H
#define FLINKPACK_REGISTRY_BLOB_H

#include "flinkpack/layer/blob.h"
#include "flinkpack/registry/repository.h"

/** Whether the repository lacks a blob of a manifest in it. One request: a blob counts as present
 * if the registry cannot say (403, 405, 5xx, no answer). FP_E_INTERRUPTED. */
FP_CHECKED enum fp_code fp_registry_has_lost_blob(struct fp_registry *registry,
                                                  const struct fp_descriptor *descriptor,
                                                  bool *ret_lost, struct fp_error *err);
/** Whether the repository has a blob; also false if the registry cannot say. */
FP_CHECKED enum fp_code fp_registry_has_blob(struct fp_registry *registry,
                                             const struct fp_descriptor *descriptor,
                                             bool *ret_exists, struct fp_error *err);
/**
 * Download a blob into a file, resuming; size and digest are verified.
 * @param fd    Open for reading and writing; the download continues behind the bytes in it.
 * @param stage May be NULL.
 * @return FP_OK, FP_E_NOT_FOUND, FP_E_AUTH, FP_E_NETWORK, FP_E_VERIFY (even after a second download
 *         from the start), FP_E_IO.
 */
FP_CHECKED enum fp_code fp_registry_fetch_blob(struct fp_registry *registry,
                                               const struct fp_descriptor *descriptor, int fd,
                                               struct fp_stage *stage, struct fp_error *err);

/** Up to this size, asking whether a blob is there takes as long as sending it. */
#define FP_REGISTRY_UNASKED_BYTES ((uint64_t) 1 << 20)

/** The outcome of pushing a blob. */
enum fp_push_outcome { FP_PUSH_EXISTING, FP_PUSH_MOUNTED, FP_PUSH_UPLOADED };

/**
 * Ask whether blobs may be pushed, by opening an upload's session, which the next blob to be sent
 * then uses: that one has a request less to wait for. May be called once for each blob to come.
 * @return FP_OK, or the refusal of the registry: FP_E_AUTH, FP_E_NOT_FOUND and others.
 */
FP_CHECKED enum fp_code fp_registry_may_push(struct fp_registry *registry, struct fp_error *err);
/** Give up the sessions that no blob has used; a registry that does not answer at once keeps them.
 */
void fp_registry_drop_sessions(struct fp_registry *registry);
/**
 * Get a blob into the repository: mount it from another repository of the same registry if
 * `mount_from` names one, skip it if it is there, else upload it. A small one whose bytes are here
 * is uploaded without asking whether it is there.
 * @param blob       The bytes; NULL if they are not here. A failed mount is then FP_E_NOT_FOUND,
 *                   and the caller fetches the bytes and calls again.
 * @param mount_from A repository name, or NULL.
 * @return FP_OK, FP_E_NOT_FOUND, FP_E_AUTH, FP_E_NETWORK, FP_E_VERIFY (the registry says twice that
 *         it received other bytes), FP_E_INPUT, FP_E_IO.
 */
FP_CHECKED enum fp_code
fp_registry_push_blob(struct fp_registry *registry, const struct fp_descriptor *descriptor,
                      const struct fp_blob *blob, const char *mount_from, struct fp_stage *stage,
                      enum fp_push_outcome *ret_outcome, struct fp_error *err);

#endif
