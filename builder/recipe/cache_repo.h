/**
 * @file
 * A repository that keeps records for teams that tag each commit (--cache-repo): one small image a
 * record, under a tag that is made of its kind and key and never changes.
 */
#ifndef FLINKPACK_RECIPE_CACHE_REPO_H
#define FLINKPACK_RECIPE_CACHE_REPO_H

#include "outputs.h"

/** Open the plan's --cache-repo. `*ret` is NULL if there is none. */
FP_CHECKED enum fp_code fp_cache_repo_open(const struct fp_plan *plan, struct fp_repo **ret,
                                           struct fp_error *err);
/**
 * Look for a record.
 * @param ret_layer The layer that lies beside it; zero: there is none. Clear with
 *                  fp_descriptor_clear().
 * @return Its JSON, a new reference; NULL: it is not there, or cannot be read.
 */
json_t *fp_cache_repo_get(struct fp_repo *repo, const char *kind, const char *key,
                          struct fp_descriptor *ret_layer);
/**
 * Keep what an image is made of, unless it is there: the records of its layers, and the outlines of
 * its bases. Blobs are mounted from the outputs where they can be. A failure is only reported.
 */
void fp_cache_repo_keep(struct fp_repo *repo, const struct fp_outputs *outputs,
                        const struct fp_finished *image);

/** Keep a record without a layer, an object, unless it is there or too large. A failure is
 * nobody's: whoever looks for it makes it anew. */
void fp_cache_repo_put(struct fp_repo *repo, const struct fp_platform *platform, const char *kind,
                       const char *key, const json_t *record);

#endif
