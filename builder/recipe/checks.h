/**
 * @file
 * Checks whether the job, Flink and the base fit together. A check is a function and a row of the
 * table in checks.c; it fails, warns, or passes.
 */
#ifndef FLINKPACK_RECIPE_CHECKS_H
#define FLINKPACK_RECIPE_CHECKS_H

#include "flink.h"

/** Check whether a base fits the job, from its entry in the catalogue alone. */
FP_CHECKED enum fp_code fp_check_entry(const struct fp_plan *plan, const struct fp_bases *bases,
                                       struct fp_error *err);
/** Check whether a version of Flink and the job fit the base. */
FP_CHECKED enum fp_code fp_check_bases(const struct fp_plan *plan,
                                       const struct fp_flink_version *version,
                                       const struct fp_bases *bases, struct fp_error *err);
/** Check whether the contents of Flink, the job and the base fit; warn of possible problems. */
FP_CHECKED enum fp_code fp_check_fit(const struct fp_plan *plan, const struct fp_flink *flink,
                                     const struct fp_bases *bases, struct fp_error *err);

/** The input of a check. */
struct fp_check {
    const struct fp_plan *plan;
    const struct fp_flink_version *version; /**< NULL while only the catalogue is known */
    const struct fp_flink *flink;           /**< NULL before Flink is read */
    const struct fp_bases *bases;
    const struct fp_base_image *base; /**< the base to check; NULL: none */
};

/** A check: fails with FP_E_INPUT, or warns. */
typedef enum fp_code fp_check_run(const struct fp_check *check, struct fp_error *err);

/** Check whether a job's main class uses connectors that none of its jars has. */
FP_CHECKED fp_check_run fp_check_connectors;
/** Check whether the base's Java can load the job's classes that something refers to. */
FP_CHECKED fp_check_run fp_check_classes;
/** Check whether the chosen native code runs on the base's C library; see builder/README.md. */
FP_CHECKED fp_check_run fp_check_natives;
/** Warn if RocksDB is chosen and the image has no jemalloc for the entrypoint to preload. */
FP_CHECKED fp_check_run fp_check_allocator;

#endif
