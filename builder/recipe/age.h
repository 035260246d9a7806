/**
 * @file
 * When packages were resolved. Only the local cache knows that, never an image.
 */
#ifndef FLINKPACK_RECIPE_AGE_H
#define FLINKPACK_RECIPE_AGE_H

#include "layers.h"

/** Note that the packages of a layer that was made were resolved now. */
void fp_age_keep(const struct fp_plan *plan, size_t platform, const struct fp_own_layer *own);
/** Tell how old packages are that were reused. */
void fp_age_tell(const struct fp_plan *plan, const struct fp_platform_image *images);

#endif
