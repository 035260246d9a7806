/**
 * @file
 * The places that an image goes to.
 */
#ifndef FLINKPACK_RECIPE_OUTPUTS_H
#define FLINKPACK_RECIPE_OUTPUTS_H

#include "layers.h"

/**
 * What a thread does with an archive while another one reads it: it takes the SHA-256 and, of what
 * begins like a release, sends it to the registries. The digest is all that an upload needs, and
 * most archives then serve as a layer as they are; one that does not leaves an unreferenced blob
 * behind, which registries collect. Zero-initialise.
 */
struct fp_early {
    struct fp_group *group;   /**< of one thread: its tasks run in the order in which they came */
    struct fp_input *archive; /**< borrowed */
    struct fp_blob *blob;     /**< the group's, until fp_early_wait() returns */
    struct fp_early_upload *uploads; /**< one an output; of files and folders empty */
    size_t count;
};

/** Begin, where Flink is in an archive. What fails is a failure of `owner`. */
FP_CHECKED enum fp_code fp_early_start(struct fp_early *early, const struct fp_plan *plan,
                                       const struct fp_flink_origin *origin, struct fp_group *owner,
                                       struct fp_error *err);
/** Wait for the uploads; their failure is the build's. */
FP_CHECKED enum fp_code fp_early_wait(struct fp_early *early, struct fp_error *err);
/** The repo that was opened for an output, owned by the caller; NULL: none was. */
struct fp_repo *fp_early_take_repo(struct fp_early *early, size_t output);
/** Wait for what is still under way, and release the members. */
void fp_early_clear(struct fp_early *early);
/** Whether the registries that it goes to let it be pushed, before much is done for it: FP_E_AUTH
 * and others. */
FP_CHECKED enum fp_code fp_outputs_ask(const struct fp_plan *plan, struct fp_error *err);
/** Put it where it is to go; the outcome of each output is added to `metadata`. */
FP_CHECKED enum fp_code fp_outputs_write(const struct fp_plan *plan, const struct fp_bases *bases,
                                         const struct fp_platform_image *images,
                                         struct fp_blob *root, struct fp_early *early,
                                         json_t *metadata, struct fp_error *err);
/** Command lines worth typing next, for the first output. */
void fp_build_next_steps(const struct fp_plan *plan, struct fp_strv *ret);

#endif
