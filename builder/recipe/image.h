/**
 * @file
 * The documents of an image: configuration, manifest and index, and what is told of it.
 */
#ifndef FLINKPACK_RECIPE_IMAGE_H
#define FLINKPACK_RECIPE_IMAGE_H

#include "layers.h"

/**
 * Make the configuration and manifest of one platform, of the base and the image's layers.
 * @param look What the configuration says beside the base's; its layers and time are filled in.
 */
FP_CHECKED enum fp_code fp_image_assemble(const struct fp_plan *plan, const struct fp_bases *bases,
                                          size_t platform, const struct fp_config_change *look,
                                          struct fp_platform_image *image, struct fp_error *err);
/** Likewise, deciding what the configuration says and the time; `flink` is not read for append. */
FP_CHECKED enum fp_code fp_image_make(const struct fp_plan *plan, const struct fp_flink *flink,
                                      const struct fp_bases *bases, size_t platform,
                                      struct fp_platform_image *image, struct fp_error *err);
/** The root: the manifest of one platform, or the index of several. `*ret` is a reference. */
FP_CHECKED enum fp_code fp_image_root(const struct fp_plan *plan, const struct fp_bases *bases,
                                      const struct fp_platform_image *images, struct fp_blob **ret,
                                      struct fp_error *err);
/** What --metadata-file tells; `flink` is not read for append. A new reference. */
json_t *fp_metadata(const struct fp_plan *plan, const struct fp_flink *flink,
                    const struct fp_bases *bases, const struct fp_platform_image *images,
                    const struct fp_blob *root);

#endif
