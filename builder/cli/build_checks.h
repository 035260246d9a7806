/**
 * @file
 * What of the options can be told to be a slip before anything is fetched or written.
 */
#ifndef FLINKPACK_CLI_BUILD_CHECKS_H
#define FLINKPACK_CLI_BUILD_CHECKS_H

#include "session.h"

/** What --from-image and --base take from the local store is there; else says what to try. */
FP_CHECKED enum fp_code fp_check_images(const struct fp_session *session,
                                        const struct fp_build_options *options,
                                        struct fp_error *err);

#endif
