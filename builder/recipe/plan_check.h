/**
 * @file
 * How a plan has its job judged.
 */
#ifndef FLINKPACK_RECIPE_PLAN_CHECK_H
#define FLINKPACK_RECIPE_PLAN_CHECK_H

#include "flinkpack/support.h"

/** How a build judges the job. */
enum fp_check_mode {
    FP_CHECK_WARN,   /**< findings are warnings */
    FP_CHECK_OFF,    /**< it does not */
    FP_CHECK_STRICT, /**< findings that are errors end the build */
};

/** The options of a judgement; a member of the plan. */
struct fp_plan_check {
    enum fp_check_mode mode;
    struct fp_strv allowed; /**< names of findings that are not told, sorted */
    bool is_all;            /**< nothing is made: all that is wrong with the job is a finding */
};

#endif
