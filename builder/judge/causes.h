/**
 * @file
 * References that nothing on the class path satisfies, and what they have in common: a cause is
 * told once, with its first caller and the number of the others.
 */
#ifndef FLINKPACK_JUDGE_CAUSES_H
#define FLINKPACK_JUDGE_CAUSES_H

#include "flinkpack/judge/judge.h"

/** Why references are not satisfied. The texts are owned. */
struct fp_cause {
    const char *name; /**< of the finding */
    enum fp_severity severity;
    char *key;     /**< what the references have in common */
    char *by;      /**< the first caller, of those with the worst severity: "com/acme/Job" */
    char *subject; /**< what it refers to, for messages: "org.apache.flink.x.Y" */
    char *trouble; /**< what is wrong with it: ", which no jar has" */
    char *effect;
    char *advice;
    json_t *subjects; /**< all of them, as keys */
};

/** The causes in one jar. Zero-initialise; release with fp_causes_clear(). */
struct fp_causes {
    struct fp_cause *items;
    size_t len;
};

/**
 * Add a reference. If there is a cause with its name and key, only its subject is added and, with a
 * worse severity, its caller and texts.
 * @param take The texts are taken over, `subjects` is NULL.
 */
void fp_causes_add(struct fp_causes *causes, struct fp_cause take);
/** Tell each as a finding about the jar. */
void fp_causes_tell(const struct fp_causes *causes, const char *jar, struct fp_findings *ret);
/** Free. */
void fp_causes_clear(struct fp_causes *causes);
/** Declare causes that are cleared at the end of their scope. */
#define cleanup_causes __attribute__((cleanup(fp_causes_clear)))

/**
 * How bad it is that a reference of a jar's facts is not satisfied: an error if the job is sure to
 * come to it and nothing can be elsewhere, a warning if its own code gets there, else worth
 * knowing.
 */
enum fp_severity fp_reference_severity(const struct fp_judge_input *input,
                                       const struct fp_judged_jar *jar, const json_t *reference);
/**
 * Remove from an object those members whose keys are classes, "com/acme/Job", that a jar of the job
 * or of lib/ has. With one such jar it reads none, because facts are about what that one lacks.
 */
FP_CHECKED enum fp_code fp_drop_present(const struct fp_judge_input *input, json_t *classes,
                                        struct fp_error *err);

#endif
