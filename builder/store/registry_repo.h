/**
 * @file
 * A repository in a registry as a repo.
 *
 * Images may come from mirrors. These are asked in order. If the first one that knows the name
 * fails to deliver a blob, the ones after it are asked; the last is the repository itself.
 */
#ifndef FLINKPACK_STORE_REGISTRY_REPO_H
#define FLINKPACK_STORE_REGISTRY_REPO_H

#include "flinkpack/store/kinds.h"

/** The sources of one image, the repository itself included. */
#define FP_REGISTRY_REPO_SOURCES (FP_MIRRORS_MAX_CANDIDATES + 1)

/** It does not change any more once several threads use it. */
struct fp_registry_repo {
    struct fp_repo base;
    struct fp_registry *sources[FP_REGISTRY_REPO_SOURCES];
    size_t source_count;
    size_t source; /**< the one in use */
    struct fp_reporter *reporter;
    struct fp_reference reference;
    char *blob_folder;
    int hold; /**< holds the layout that `blob_folder` belongs to; -1: none */
};

/** Downcast a repo that is known to be of this kind. */
static inline const struct fp_registry_repo *fp_to_registry_repo(const struct fp_repo *self)
{
    return (const struct fp_registry_repo *) self;
}

/** Whether to try the next source after this one failed with `code`. Reports the reason. */
bool fp_registry_repo_try_next(const struct fp_registry_repo *repo, size_t source,
                               enum fp_code code, const struct fp_error *err);
/** Keep a fetched manifest in the directory of blobs. */
FP_CHECKED enum fp_code fp_registry_repo_keep(const struct fp_registry_repo *repo,
                                              const struct fp_descriptor *descriptor,
                                              const struct fp_buf *body, struct fp_error *err);
/** Whether the manifest that HEAD describes is kept already; if so, `head` is set to its actual
 * descriptor. */
bool fp_registry_repo_has_kept(struct fp_registry_repo *repo, struct fp_descriptor *head);
/** Implements fp_repo_get_blob() for a registry. */
FP_CHECKED enum fp_code fp_registry_repo_get_blob(struct fp_repo *self,
                                                  const struct fp_descriptor *descriptor,
                                                  struct fp_stage *stage, struct fp_blob **ret,
                                                  struct fp_error *err);
/** Implements fp_repo_get_document() for a registry. */
FP_CHECKED enum fp_code fp_registry_repo_get_document(struct fp_repo *self,
                                                      const struct fp_descriptor *descriptor,
                                                      struct fp_buf *body, struct fp_error *err);
/** Implements fp_repo_change_name() for a registry. */
FP_CHECKED enum fp_code fp_registry_repo_change_name(struct fp_repo *self, const char *name,
                                                     struct fp_name_change *change,
                                                     struct fp_error *err);
/** Implements fp_repo_list_referrers() for a registry. */
FP_CHECKED enum fp_code fp_registry_repo_list_referrers(struct fp_repo *self,
                                                        const struct fp_digest *subject,
                                                        const char *artifact_type, json_t *entries,
                                                        struct fp_error *err);
/** Whether the registry itself lists what is put with a subject. */
bool fp_registry_repo_keeps_referrers(const struct fp_repo *self);

#endif
