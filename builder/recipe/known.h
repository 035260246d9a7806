/**
 * @file
 * What earlier builds know: records of layers and facts of bases, in the local cache, in the images
 * whose names this build replaces, and in those of --cache-from. See builder/README.md.
 */
#ifndef FLINKPACK_RECIPE_KNOWN_H
#define FLINKPACK_RECIPE_KNOWN_H

#include "outputs.h"

struct fp_known;

/**
 * Begin to ask for the images whose records may be used. Errors are not returned: an image that
 * cannot be read has no records.
 * @param shared  The repository of --cache-repo; borrowed, NULL: none.
 * @param outputs Its registries are asked for the names that will be replaced; borrowed.
 */
struct fp_known *fp_known_open(const struct fp_plan *plan, const struct fp_outputs *outputs,
                               struct fp_repo *shared, struct fp_group *owner);
/** End all tasks, so that the outputs may be cleared; NULL is fine. */
void fp_known_stop(struct fp_known *known);
/** Free; NULL is fine. */
void fp_known_free(struct fp_known *known);

/**
 * Whether all names of all outputs stand for one image with this key already, so that nothing has
 * to be made. Only manifests are read for it.
 * @param ret Cleared by the caller: the image's descriptor.
 */
bool fp_known_is_unchanged(struct fp_known *known, const char *image_key,
                           struct fp_descriptor *ret);
/** Tell a push what its names stand for, so that it need not ask again. */
void fp_known_expect(struct fp_known *known, size_t output, struct fp_push *push);
/** Begin to read the configurations of all images, in the background. @return Whether there is any
 * image. */
bool fp_known_begin(struct fp_known *known);
/** Read the configurations of all images too, which the functions below do when they need them. */
void fp_known_read(struct fp_known *known);
/**
 * Find the layer of a record. Its content has to be available.
 * @param platform The number of the plan's platform.
 * @param own      Its record's kind and key are given; on success the record is complete, and where
 *                 the content is.
 * @return Whether it was found.
 */
bool fp_known_find(struct fp_known *known, size_t platform, struct fp_own_layer *own);
/** The facts of the first record of that kind. A new reference, or NULL. */
json_t *fp_known_first(struct fp_known *known, const char *kind);
/** Whether an earlier image has a record of that kind; NULL: any. */
bool fp_known_has(struct fp_known *known, const char *kind);
/** Find the facts of a base by their key (fp_base_facts_key()).
 * @param own_config A configuration whose label is searched first: that of the base itself.
 * @return See fp_base_learn(); a new reference, or NULL. */
json_t *fp_known_facts(struct fp_known *known, size_t platform, const struct fp_config *own_config,
                       const char *key);
/** The repository that is known to have a blob in that output's registry, because the image that is
 * replaced there has it; NULL: none. Borrowed. */
struct fp_repo *fp_known_holder(struct fp_known *known, size_t output,
                                const struct fp_digest *digest);
/** Keep the record of a layer that was made, and its content, in the local cache. */
void fp_known_keep(struct fp_known *known, const struct fp_own_layer *own);
/** Say at level "debug", or aloud with --explain, why a layer is made anew. */
void fp_known_explain(struct fp_known *known, size_t platform, const struct fp_own_layer *own);

#endif
