/**
 * @file
 * Whether the job, Flink and the base go together. A check is a function and a row of the table in
 * checks.c; it fails, warns, or is content.
 */
#ifndef FLINKPACK_RECIPE_CHECKS_H
#define FLINKPACK_RECIPE_CHECKS_H

#include "flink.h"

/** Whether a base of the catalogue is fit for the job, by what the catalogue says of it. */
FP_CHECKED enum fp_code fp_check_entry(const struct fp_plan *plan, const struct fp_bases *bases,
                                       struct fp_error *err);
/** Whether that version of Flink, and the job, go together with the base. */
FP_CHECKED enum fp_code fp_check_bases(const struct fp_plan *plan,
                                       const struct fp_flink_version *version,
                                       const struct fp_bases *bases, struct fp_error *err);
/** Whether what Flink and the job are made of goes together. Warns of what may not work. */
FP_CHECKED enum fp_code fp_check_fit(const struct fp_plan *plan, const struct fp_flink *flink,
                                     const struct fp_bases *bases, struct fp_error *err);

/** What a check may look at. */
struct fp_check {
    const struct fp_plan *plan;
    const struct fp_flink_version *version; /**< NULL as long as only the catalogue is read */
    const struct fp_flink *flink;           /**< NULL before it is read */
    const struct fp_bases *bases;
    const struct fp_base_image *base; /**< the one that is looked at; NULL: none */
};

/** A check: fails with FP_E_INPUT, or warns. */
typedef enum fp_code fp_check_run(const struct fp_check *check, struct fp_error *err);

/** Whether a job's main class uses connectors that none of its jars has. */
FP_CHECKED fp_check_run fp_check_connectors;
/** Whether the base's Java can load the job's classes: a newer one that nothing refers to is no
 * more than a warning. */
FP_CHECKED fp_check_run fp_check_classes;
/** Whether native code that was chosen runs on the base's C library; see builder/README.md. */
FP_CHECKED fp_check_run fp_check_natives;
/** Warns where RocksDB is chosen and the image has no jemalloc for the entrypoint to preload. */
FP_CHECKED fp_check_run fp_check_allocator;

#endif
