/**
 * @file
 * Pieces that are manifests of their own, with the image as their subject.
 */
#ifndef FLINKPACK_TRUST_BUNDLE_H
#define FLINKPACK_TRUST_BUNDLE_H

#include "form.h"
#include "piece.h"

/**
 * Attach all pieces that are referrers: blobs, then manifests, then the list of them.
 * @param is_there For each piece, whether it is left out.
 * @param ret      How many were attached.
 * @return The codes of fp_trust_attach().
 */
FP_CHECKED enum fp_code fp_bundles_attach(const struct fp_trust_image *image,
                                          const struct fp_pieces *pieces, const bool *is_there,
                                          unsigned *ret, struct fp_error *err);
/** Called for each bundle of an image, which is not verified. `code` and `problem` say why it
 * could not be read. @return False to stop. */
typedef bool (*fp_bundle_seen)(void *context, const struct fp_descriptor *referrer,
                               const struct fp_signed *bundle, enum fp_code code,
                               const struct fp_error *problem);
/** Read the bundles of an image, as many as are bounded here, the newest first.
 * @return FP_E_NETWORK, FP_E_AUTH, FP_E_IO, FP_E_INTERRUPTED. A bundle that is damaged is no
 *         failure. */
FP_CHECKED enum fp_code fp_bundles_read(const struct fp_trust_image *image, fp_bundle_seen seen,
                                        void *context, struct fp_error *err);

#endif
