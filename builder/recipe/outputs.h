/**
 * @file
 * The outputs: the places that an image is written to.
 *
 * Each output has a push (flinkpack/store/push.h). Pushes to registries are opened before anything
 * is made and get each layer as soon as it is made, so that it is uploaded while the next one is
 * made. Local outputs are written only after the image is complete.
 */
#ifndef FLINKPACK_RECIPE_OUTPUTS_H
#define FLINKPACK_RECIPE_OUTPUTS_H

#include "layers.h"

/** Zero-initialise; release with fp_outputs_clear(). */
struct fp_outputs {
    const struct fp_plan *plan;
    struct fp_group *owner;
    struct fp_repo **repos;      /**< one per output of the plan; NULL: not open yet */
    struct fp_push **pushes;     /**< likewise */
    struct fp_group *beside;     /**< a thread for the archive's SHA-256; NULL: none */
    struct fp_input *archive;    /**< borrowed */
    struct fp_known *known;      /**< knows what the replaced images have; borrowed, may be NULL */
    bool has_lost;               /**< the content of a layer that was reused is gone */
    struct fp_repo *there;       /**< has the layers that are named below; borrowed, may be NULL */
    struct fp_strv there_layers; /**< digests */
    bool is_asked;               /**< fp_outputs_ask() was called */
    bool sends_archive;          /**< the archive is uploaded before it has been checked */
};

/** Open the outputs that are registries. Nothing is sent.
 * @param plan  Borrowed.
 * @param owner A failed upload fails this group; NULL: fp_outputs_finish() returns the failure. */
FP_CHECKED enum fp_code fp_outputs_open(struct fp_outputs *outputs, const struct fp_plan *plan,
                                        struct fp_group *owner, struct fp_error *err);
/** Check, once, that the registries allow a push, before much is fetched. Fails with FP_E_AUTH and
 * others. */
FP_CHECKED enum fp_code fp_outputs_ask(struct fp_outputs *outputs, struct fp_error *err);
/** Let the registries prepare for the configuration, which will be sent: for an image that is made
 * in a moment. */
void fp_outputs_reserve(const struct fp_outputs *outputs);
/**
 * Compute an archive's SHA-256 on a separate thread while another one reads it and, if it begins
 * like a release, send it to the registries. An upload needs only the digest, and most archives
 * turn out to be usable as a layer unchanged. Another one leaves an unreferenced blob, which
 * registries collect.
 * @param archive Borrowed; NULL: Flink does not come from an archive.
 */
void fp_outputs_send_archive(struct fp_outputs *outputs, struct fp_input *archive);
/** Send a layer or configuration of the image to the outputs that are open and are not known to
 * have it. */
void fp_outputs_feed(const struct fp_outputs *outputs, enum fp_push_part part,
                     struct fp_blob *blob);
/** The image to write. Everything is borrowed. */
struct fp_finished {
    const struct fp_bases *bases;
    const struct fp_platform_image *images; /**< one for each platform */
    const struct fp_blob *root;
    const json_t *statements; /**< what is said of it; NULL: nothing */
};
/** Write the image to all outputs; the result of each one is added to `metadata`. */
FP_CHECKED enum fp_code fp_outputs_finish(struct fp_outputs *outputs,
                                          const struct fp_finished *image, json_t *metadata,
                                          struct fp_error *err);
/** Sign an image that is in an output already, as the context says. */
FP_CHECKED enum fp_code fp_outputs_sign(struct fp_outputs *outputs,
                                        const struct fp_descriptor *root, struct fp_error *err);
/** Report what a dry run would have made, reused and sent. */
void fp_outputs_tell(const struct fp_outputs *outputs, const struct fp_finished *image);
/** Wait for unfinished uploads, and release the members. */
void fp_outputs_clear(struct fp_outputs *outputs);
/** List command lines that the user may run next, for the first output. */
void fp_build_next_steps(const struct fp_plan *plan, struct fp_strv *ret);

#endif
