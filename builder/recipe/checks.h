/**
 * @file
 * Whether the job, Flink and the base go together.
 */
#ifndef FLINKPACK_RECIPE_CHECKS_H
#define FLINKPACK_RECIPE_CHECKS_H

#include "flink.h"

/** Whether a base of the catalogue has a Java that is new enough for the job, by what the catalogue
 * says. */
FP_CHECKED enum fp_code fp_check_entry_java(const struct fp_plan *plan,
                                            const struct fp_bases *bases, struct fp_error *err);
/** Whether that version of Flink, and the job, go together with the base: Java, bash, machine. */
FP_CHECKED enum fp_code fp_check_bases(const struct fp_plan *plan,
                                       const struct fp_flink_version *version,
                                       const struct fp_bases *bases, struct fp_error *err);
/** Whether what Flink and the job are made of goes together. Warns of what may not work. */
FP_CHECKED enum fp_code fp_check_fit(const struct fp_plan *plan, const struct fp_flink *flink,
                                     const struct fp_bases *bases, struct fp_error *err);
/** Whether a job's main class uses connectors that none of its jars has: FP_E_INPUT. */
FP_CHECKED enum fp_code fp_check_connectors(const struct fp_plan *plan,
                                            const struct fp_flink *flink, struct fp_error *err);
/** Whether the base's Java (0: not known) can load the job's classes: a newer one that nothing
 * refers to is no more than a warning. */
FP_CHECKED enum fp_code fp_check_classes(const struct fp_plan *plan, const char *base_name,
                                         unsigned java, struct fp_error *err);
/** Whether native code that was chosen runs on the base's C library; see builder/README.md. */
FP_CHECKED enum fp_code fp_check_natives(const struct fp_plan *plan, const struct fp_flink *flink,
                                         const struct fp_base_image *base, const char *base_name,
                                         struct fp_error *err);
/** Warn where RocksDB is chosen and the image has no jemalloc for the entrypoint to preload. */
void fp_check_allocator(const struct fp_plan *plan, const struct fp_flink *flink,
                        const struct fp_bases *bases);

#endif
