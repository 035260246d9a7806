/**
 * @file
 * The scripts of packages: kept for apk, and the known ones done without running them.
 */
#ifndef FLINKPACK_ALPINE_SCRIPTS_H
#define FLINKPACK_ALPINE_SCRIPTS_H

#include "flinkpack/alpine/package.h"

/** The most bytes of a base's scripts.tar. */
#define SCRIPTS_MAX_BYTES ((size_t) 8 << 20)

/**
 * Take the scripts of packages out of a tar of scripts, "P-V.IDENTITY.TYPE" or ".IDENTITY.TYPE".
 * @param tar  The archive without its end; changed.
 * @param gone An object whose keys are the identities, "Q1..." and "X1...".
 * @return FP_E_INPUT for what is no tar.
 */
FP_CHECKED enum fp_code fp_scripts_remove(struct fp_buf *tar, const json_t *gone,
                                          struct fp_error *err);
/** Cut off the zero blocks at the end, so that members can be added. FP_E_INPUT. */
FP_CHECKED enum fp_code fp_scripts_open(struct fp_buf *tar, struct fp_error *err);
/** Add a package's scripts. FP_E_INPUT: a name that is too long. */
FP_CHECKED enum fp_code fp_scripts_add(struct fp_buf *tar, const struct fp_apk_package *package,
                                       const struct fp_apk_contents *contents,
                                       struct fp_error *err);
/** Add the zero blocks. */
void fp_scripts_finish(struct fp_buf *tar);

#endif
