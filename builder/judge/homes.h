/**
 * @file
 * Which jar has a class that is in none of the given ones.
 */
#ifndef FLINKPACK_JUDGE_HOMES_H
#define FLINKPACK_JUDGE_HOMES_H

#include "flinkpack/flink/version.h"

/** Where classes are at home. Static. */
struct fp_home {
    const char *prefixes; /**< of classes, "org/apache/kafka/", with spaces between them */
    const char *jar;      /**< "flink-connector-kafka" */
    const char *advice;   /**< what to do; NULL: bundle the jar, or add it with --lib */
    bool is_foreign;      /**< no release of Flink has these classes in its lib/ */
};

/** The home of a class; NULL: not known. Static. */
const struct fp_home *fp_class_home(const struct fp_flink_version *version, const char *class_name);
/** What to do about a class that is at home there. The caller owns it. */
char *fp_class_home_advice(const struct fp_home *home);

#endif
