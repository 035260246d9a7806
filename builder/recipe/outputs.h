/**
 * @file
 * The places that an image goes to.
 *
 * Each has a push (flinkpack/store/push.h). Those to registries are opened before anything is made
 * and fed with each layer as soon as there is one, so that it travels while the next one is made;
 * on this machine nothing is written before the image is whole.
 */
#ifndef FLINKPACK_RECIPE_OUTPUTS_H
#define FLINKPACK_RECIPE_OUTPUTS_H

#include "layers.h"

/** Zero-initialise; release with fp_outputs_clear(). */
struct fp_outputs {
    const struct fp_plan *plan;
    struct fp_group *owner;
    struct fp_repo **repos;   /**< one for each of the plan's outputs; NULL: not open yet */
    struct fp_push **pushes;  /**< likewise */
    struct fp_group *beside;  /**< one thread, for the archive's SHA-256; NULL: there is none */
    struct fp_input *archive; /**< borrowed */
    bool sends_archive;       /**< before all of it has been looked at */
};

/** Open those that are registries. Nothing is sent.
 * @param plan  Borrowed.
 * @param owner What cannot be sent is a failure of that group; NULL: fp_outputs_finish() tells. */
FP_CHECKED enum fp_code fp_outputs_open(struct fp_outputs *outputs, const struct fp_plan *plan,
                                        struct fp_group *owner, struct fp_error *err);
/** Whether the registries that it goes to let it be pushed, before much is done for it: FP_E_AUTH
 * and others. */
FP_CHECKED enum fp_code fp_outputs_ask(const struct fp_outputs *outputs, struct fp_error *err);
/**
 * Take an archive's SHA-256 on a thread of its own while another one reads it and, of what begins
 * like a release, send it to the registries. The digest is all that an upload needs, and most
 * archives then serve as a layer as they are; one that does not leaves an unreferenced blob behind,
 * which registries collect.
 * @param archive Borrowed; NULL: Flink is in no archive.
 */
void fp_outputs_send_archive(struct fp_outputs *outputs, struct fp_input *archive);
/** Let a layer or configuration of the image travel to the places that are open. */
void fp_outputs_feed(const struct fp_outputs *outputs, enum fp_push_part part,
                     struct fp_blob *blob);
/** Put the image where it is to go; the outcome of each output is added to `metadata`. */
FP_CHECKED enum fp_code fp_outputs_finish(struct fp_outputs *outputs, const struct fp_bases *bases,
                                          const struct fp_platform_image *images,
                                          const struct fp_blob *root, json_t *metadata,
                                          struct fp_error *err);
/** Wait for what is still under way, and release the members. */
void fp_outputs_clear(struct fp_outputs *outputs);
/** Command lines worth typing next, for the first output. */
void fp_build_next_steps(const struct fp_plan *plan, struct fp_strv *ret);

#endif
