/**
 * @file
 * The single judges, each of which looks for findings of one kind.
 */
#ifndef FLINKPACK_JUDGE_ROWS_H
#define FLINKPACK_JUDGE_ROWS_H

#include "flinkpack/judge/judge.h"

/** A judge: adds what it finds. Errors as fp_judge(). */
typedef enum fp_code fp_judge_row(const struct fp_judge_input *input, struct fp_findings *ret,
                                  struct fp_error *err);

/** References to Flink's classes and members: builder/judge/references.c. */
fp_judge_row fp_judge_references;
/** Classes outside of Flink that no jar has: builder/judge/class_missing.c. */
fp_judge_row fp_judge_missing_classes;
/** Settings of the configuration; see judge/conf.h. */
fp_judge_row fp_judge_conf;
/** Lists of services: builder/judge/services.c. */
fp_judge_row fp_judge_services;
/** Connectors and formats that SQL names: builder/judge/connectors.c. */
fp_judge_row fp_judge_connectors;
/** File systems and their plugins: builder/judge/filesystems.c. */
fp_judge_row fp_judge_filesystems;
/** The state backend that is chosen: builder/judge/state_backend.c. */
fp_judge_row fp_judge_state_backend;

/** The job's manifest, and the class that it begins with. */
fp_judge_row fp_judge_entry;
/** The base's Java against the jars' classes. */
fp_judge_row fp_judge_java;
/** What is in a jar by mistake. */
fp_judge_row fp_judge_bundled;
/** Classes that two jars have. */
fp_judge_row fp_judge_twice;
/** Scala's version. */
fp_judge_row fp_judge_scala;
/** Libraries that are known to clash with Flink's. */
fp_judge_row fp_judge_clash;

#endif
