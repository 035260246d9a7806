/**
 * @file
 * Attaching what is said of an image to where it was written.
 */
#ifndef FLINKPACK_RECIPE_ATTACH_H
#define FLINKPACK_RECIPE_ATTACH_H

#include "flinkpack/trust.h"
#include "layers.h"

/** Where an image was written, and what is said of it. Everything is borrowed. */
struct fp_attach {
    const struct fp_plan *plan;
    const struct fp_location *location;
    struct fp_repo *repo;
    const json_t *statements;               /**< of fp_statements_make(); NULL: none */
    const struct fp_platform_image *images; /**< NULL: only the root is known */
};

/** Sign the root, if the context says so, and attach the statements to the images that they are
 * about. Nothing is done if there is nothing to attach. */
FP_CHECKED enum fp_code fp_attach_said(const struct fp_attach *attach,
                                       const struct fp_descriptor *root, struct fp_error *err);

#endif
