/**
 * @file
 * The classes that a job finds beside its own: those of Flink, and of the other jars.
 */
#ifndef FLINKPACK_RECIPE_FLINK_API_H
#define FLINKPACK_RECIPE_FLINK_API_H

#include "flink.h"
#include "flinkpack/judge.h"

/**
 * The index of what is in Flink's lib/ and, where there are several, in the jars of the plan: it
 * answers for whatever jar has a class.
 * @param flink  Identified, recalled or read.
 * @param origin May be opened for it.
 * @param bases  With FP_FROM_IMAGE: opened; its first platform is looked into. Else not used.
 * @param must   Read what has to be read for it. False: only what is known is taken, and a local
 *               directory is read.
 * @param ret    Owned by the caller; NULL: it is not at hand, or a jar of Flink is damaged, which
 *               is reported.
 * @return FP_OK; FP_E_INTERRUPTED; with `must` also errors of fetching and reading.
 */
FP_CHECKED enum fp_code fp_flink_api(const struct fp_plan *plan, struct fp_flink *flink,
                                     struct fp_flink_origin *origin, struct fp_bases *bases,
                                     bool must, struct fp_api **ret, struct fp_error *err);
/**
 * A key of the index of Flink that fp_flink_api() gives without `must`: of equal keys the index is
 * the same. Parameters as there.
 * @return False: it is not at hand.
 */
bool fp_flink_api_key(const struct fp_plan *plan, const struct fp_flink *flink,
                      const struct fp_bases *bases, char ret_hex[FP_HASH_HEX_MAX]);

#endif
