/**
 * @file
 * What is attached to an image: manifests that refer to it by their `subject`, and tags that are
 * made of its digest (cosign's). It is written so that what others attach at the same time stays.
 */
#ifndef FLINKPACK_STORE_REFERRERS_H
#define FLINKPACK_STORE_REFERRERS_H

#include "flinkpack/store/repo.h"

/** Whether things can be attached to images there: in registries and layouts. */
bool fp_repo_can_attach(const struct fp_repo *repo);
/**
 * Let a name stand for something that is made of what it stands for so far, without losing what
 * others write at the same time. A layout is locked meanwhile. A registry, which has no locks, is
 * read again a while after the change: if ours is not in it, it is changed again, and while others
 * write as well, it is read until the name stands still, up to twelve times in all.
 * @return FP_E_CONFLICT if a registry does not let the name move, or others change it all the time;
 *         the error of the change.
 */
FP_CHECKED enum fp_code fp_repo_change_name(struct fp_repo *repo, const char *name,
                                            struct fp_name_change *change, struct fp_error *err);
/**
 * List the manifests that refer to another one.
 * @param artifact_type Only these; NULL: all.
 * @param ret           At most FP_REFERRERS_MAX descriptors with artifact_type and annotations.
 *                      Entries of foreign writers that are no descriptors are left out. Clear with
 *                      fp_index_clear().
 */
FP_CHECKED enum fp_code fp_repo_list_referrers(struct fp_repo *repo,
                                               const struct fp_digest *subject,
                                               const char *artifact_type, struct fp_index *ret,
                                               struct fp_error *err);
/**
 * Let the repo list manifests as referrers of `subject`. They have been put under their digests.
 * @param referrers Their descriptors, with artifact_type and annotations.
 */
FP_CHECKED enum fp_code fp_repo_add_referrers(struct fp_repo *repo, const struct fp_digest *subject,
                                              const struct fp_index *referrers,
                                              struct fp_error *err);
/** Whether a name in a layout is one of what is attached to an image: "sha256-HEX" and perhaps a
 * suffix, such as ".sig". */
bool fp_is_attachment_name(const char *name);

#endif
