/**
 * @file
 * The parts of reading a distribution from JSON.
 */
#ifndef FLINKPACK_FLINK_DIST_JSON_H
#define FLINKPACK_FLINK_DIST_JSON_H

#include "flinkpack/flink/distribution.h"

/** Read the members of fp_distribution_facts() into an empty distribution. FP_E_INPUT. */
FP_CHECKED enum fp_code fp_dist_parse_facts(const json_t *json, const char *title,
                                            struct fp_distribution *ret, struct fp_error *err);

#endif
