/**
 * @file
 * An image that is still being made, as a repo.
 */
#ifndef FLINKPACK_STORE_PARTS_H
#define FLINKPACK_STORE_PARTS_H

#include "flinkpack/store/repo.h"

/** An image that exists only as its parts so far: what `build` has made. */
struct fp_repo *fp_repo_new_parts(void);
/** Add a blob to it (one more reference is taken). */
void fp_parts_add_blob(struct fp_repo *parts, struct fp_blob *blob);
/**
 * Add an image of one layer, which is what the parts resolve to from now on. Its configuration and
 * its manifest are made here.
 * @param change What the configuration says. Its layers are this one.
 * @return The manifest's descriptor, borrowed until the next image is added.
 */
const struct fp_descriptor *fp_parts_add_image(struct fp_repo *parts,
                                               const struct fp_platform *platform,
                                               const struct fp_config_change *change,
                                               struct fp_blob *layer);

#endif
