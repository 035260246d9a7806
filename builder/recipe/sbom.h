/**
 * @file
 * Bills of materials of images: the inventories of their layers, remembered by diff_id.
 */
#ifndef FLINKPACK_RECIPE_SBOM_H
#define FLINKPACK_RECIPE_SBOM_H

#include "flinkpack/recipe.h"

/** Where a layer can be read, if it has to be. */
struct fp_sbom_layer {
    struct fp_blob *blob; /**< NULL: it is in the repo */
    struct fp_repo *repo; /**< may be NULL if there is a blob */
};

/** An image whose bill of materials is made. Everything is borrowed. */
struct fp_sbom_image {
    const char *name;
    const struct fp_image *image;
    const struct fp_sbom_layer *layers; /**< bottom first */
    struct fp_repo *records;            /**< of --cache-repo, asked for inventories and given
                                             them; NULL: none */
};

/** Make the bill of materials. A layer is read only if the cache has no inventory of it.
 * @param ret A new reference. */
FP_CHECKED enum fp_code fp_sbom_make(const struct fp_build_context *context,
                                     const struct fp_sbom_image *image, enum fp_sbom_format format,
                                     json_t **ret, struct fp_error *err);

#endif
