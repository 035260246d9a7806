/**
 * @file
 * The judgement of the job that a plan describes: what the judge is told of jars, Flink, base and
 * settings.
 */
#ifndef FLINKPACK_RECIPE_JUDGE_H
#define FLINKPACK_RECIPE_JUDGE_H

#include "flink.h"

/** What is known of the base that a job is judged on. Borrowed. */
struct fp_judge_base {
    const char *name;
    unsigned java;                     /**< 0: unknown */
    const struct fp_base_facts *facts; /**< NULL: only its entry in the catalogue is known */
};

/** What is judged, and all that its input borrows. Zero-initialise. */
struct fp_judge_case {
    struct fp_judge_input input;
    struct fp_judged_jar *jars;
    json_t **facts; /**< of each jar */
    struct fp_judged_setting *settings;
    char *scala_version;
    struct fp_strv lib_names;
    struct fp_strv plugin_names;
    struct fp_strv plugin_jars;
};

/**
 * Put together what is judged, and read the facts of the jars, or recall them.
 * @param flink Its version is known; what else of it is not known makes the judgement milder.
 * @param api   NULL: Flink's classes are not at hand. Borrowed.
 */
FP_CHECKED enum fp_code fp_judge_case_make(const struct fp_plan *plan, const struct fp_flink *flink,
                                           const struct fp_judge_base *base,
                                           const struct fp_api *api, struct fp_judge_case *ret,
                                           struct fp_error *err);
void fp_judge_case_clear(struct fp_judge_case *judged);
#define cleanup_judge_case __attribute__((cleanup(fp_judge_case_clear)))

#endif
