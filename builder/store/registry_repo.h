/**
 * @file
 * A repository of a registry as a repo.
 *
 * Images may come from mirrors. They are asked in order, and what the first that knows the name
 * fails to deliver is asked of those after it; the last is the repository itself.
 */
#ifndef FLINKPACK_STORE_REGISTRY_REPO_H
#define FLINKPACK_STORE_REGISTRY_REPO_H

#include "flinkpack/store/kinds.h"

/** The sources of one image, the repository itself included. */
#define FP_REGISTRY_REPO_SOURCES (FP_MIRRORS_MAX_CANDIDATES + 1)

/** Only read once threads use it. */
struct fp_registry_repo {
    struct fp_repo base;
    struct fp_registry *sources[FP_REGISTRY_REPO_SOURCES];
    size_t source_count;
    size_t source; /**< the one in use */
    struct fp_reporter *reporter;
    struct fp_reference reference;
    char *blob_folder;
    int hold; /**< on the layout that the folder belongs to, or -1 */
};

/** The repo as what it is. */
static inline const struct fp_registry_repo *fp_to_registry_repo(const struct fp_repo *self)
{
    return (const struct fp_registry_repo *) self;
}

/** Whether the source after this one may do better than `code`. Says why. */
bool fp_registry_repo_try_next(const struct fp_registry_repo *repo, size_t source,
                               enum fp_code code, const struct fp_error *err);
/** Keep a manifest that has come. */
FP_CHECKED enum fp_code fp_registry_repo_keep(const struct fp_registry_repo *repo,
                                              const struct fp_descriptor *descriptor,
                                              const struct fp_buf *body, struct fp_error *err);
/** Whether the manifest that HEAD speaks of is kept already; what it is in truth stands in `head`
 * then. */
bool fp_registry_repo_has_kept(struct fp_registry_repo *repo, struct fp_descriptor *head);
/** fp_repo_get_blob() of a registry. */
FP_CHECKED enum fp_code fp_registry_repo_get_blob(struct fp_repo *self,
                                                  const struct fp_descriptor *descriptor,
                                                  struct fp_stage *stage, struct fp_blob **ret,
                                                  struct fp_error *err);
/** fp_repo_get_document() of a registry. */
FP_CHECKED enum fp_code fp_registry_repo_get_document(struct fp_repo *self,
                                                      const struct fp_descriptor *descriptor,
                                                      struct fp_buf *body, struct fp_error *err);

#endif
