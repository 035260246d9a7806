/**
 * @file
 * Helpers of both readers of mirrors: registries.conf and the command line.
 */
#ifndef BUILDER_REGISTRY_MIRROR_H
#define BUILDER_REGISTRY_MIRROR_H

#include "flinkpack/registry/mirrors.h"

/** Append a rule. */
void fp_mirrors_take(struct fp_mirrors *mirrors, struct fp_mirror take_mirror);
/** Whether `place` is HOST[:PORT][/PATH]. */
bool fp_mirror_place_is_valid(const char *place);

#endif
