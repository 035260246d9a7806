/**
 * @file
 * Packages of the operating system that Flink or the user needs.
 */
#ifndef FLINKPACK_RECIPE_PACKAGES_H
#define FLINKPACK_RECIPE_PACKAGES_H

#include "draft.h"

/** What apk calls the architecture of a platform. */
const char *fp_apk_arch(const struct fp_platform *platform);
/** Whether the user asks for a package by name, perhaps with a version. */
bool fp_packages_is_asked(const struct fp_plan *plan, const char *name);
/** What a system that has nothing needs for Flink, and for Python where that is asked for. */
void fp_packages_needed(const struct fp_plan *plan, struct fp_strv *ret);
/** Whether a base that is not one of apk has all that was asked for. */
FP_CHECKED enum fp_code fp_packages_present(const struct fp_plan *plan,
                                            const struct fp_base_image *base, const char *base_name,
                                            struct fp_error *err);
/** A layer of packages that are asked for, and what they need, put on the system `root`; the step's
 * list gets what was added. `kind` is a literal. */
FP_CHECKED enum fp_code fp_packages_layer(const struct fp_layer_step *step,
                                          const struct fp_apk_system *root,
                                          const struct fp_strv *requests, const char *kind,
                                          struct fp_layer *ret, struct fp_error *err);

#endif
