/**
 * @file
 * An image as one JSON value, for `inspect` and `images`.
 */
#ifndef FLINKPACK_CLI_IMAGE_MODEL_H
#define FLINKPACK_CLI_IMAGE_MODEL_H

#include "session.h"

/**
 * Read the manifest or index and the configurations, but no layers.
 *
 * { "name", "digest", "mediaType", "annotations"?, "images": [ { "platform", "digest", "created"?,
 * "config", "annotations"?, "layers": [ { "digest", "size", "mediaType", "diffId",
 * "createdBy"? } ] } ] }. Manifests of an index for no platform (attestations) are left out.
 *
 * @param platform The only platform to include; NULL: all.
 * @param ret      A new reference.
 */
FP_CHECKED enum fp_code fp_image_model(struct fp_repo *repo, const struct fp_descriptor *root,
                                       const char *name, const struct fp_platform *platform,
                                       json_t **ret, struct fp_error *err);
/** The total size of all layers. Each digest is counted once. */
uint64_t fp_image_model_bytes(const json_t *model);

#endif
