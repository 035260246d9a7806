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

/**
 * Judge the job of a build, and tell what is found: as warnings, or with --check strict as the
 * error FP_E_INPUT.
 */
FP_CHECKED enum fp_code fp_judge_stage(const struct fp_plan *plan, struct fp_flink *flink,
                                       struct fp_flink_origin *origin, struct fp_bases *bases,
                                       struct fp_error *err);
/**
 * Likewise where the image is there already, from what this machine knows: nobody is asked.
 * @param flink_digest  Of Flink's source; NULL: unknown.
 * @param ret_is_judged False: too little is known, and the build has to go on.
 */
FP_CHECKED enum fp_code fp_judge_unchanged(const struct fp_plan *plan, const char *flink_digest,
                                           struct fp_flink_origin *origin, struct fp_bases *bases,
                                           bool *ret_is_judged, struct fp_error *err);
/** Whether a setting names jars that are nowhere among those that are judged. */
bool fp_judge_is_elsewhere(const char *key);
/** What the catalogue says of a base; zero where a variable of the image decides, or it has no
 * entry. */
struct fp_judge_base fp_judge_base_of(const struct fp_plan *plan, const struct fp_bases *bases);

#endif
