/**
 * @file
 * Bills of materials of images: the inventories of their layers, remembered by diff_id.
 */
#ifndef FLINKPACK_RECIPE_SBOM_H
#define FLINKPACK_RECIPE_SBOM_H

#include "flinkpack/recipe.h"

/** An image whose bill of materials is made. Everything is borrowed. */
struct fp_sbom_image {
    struct fp_repo *repo; /**< has the layers */
    const char *name;
    const struct fp_image *image;
    struct fp_blob *const *blobs; /**< layers that are at hand, bottom first; NULL items, and NULL:
                                       they come from the repo */
};

/** Make the bill of materials. A layer is read only if the cache has no inventory of it.
 * @param ret A new reference. */
FP_CHECKED enum fp_code fp_sbom_make(const struct fp_build_context *context,
                                     const struct fp_sbom_image *image, enum fp_sbom_format format,
                                     json_t **ret, struct fp_error *err);

#endif
