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
 * Add an image of one layer: its configuration and its manifest are made here.
 * @param change What the configuration says. Its layers are this one.
 * @return The manifest's descriptor; clear with fp_descriptor_clear().
 */
struct fp_descriptor fp_parts_add_image(struct fp_repo *parts, const struct fp_platform *platform,
                                        const struct fp_config_change *change,
                                        struct fp_blob *layer);
/** Make `descriptor` (copied) what the parts resolve to when no name is given. */
void fp_parts_set_root(struct fp_repo *parts, const struct fp_descriptor *descriptor);
/** What messages call it. */
void fp_parts_set_title(struct fp_repo *parts, const char *title);

#endif
