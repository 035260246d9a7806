/**
 * @file
 * Which packages have to be added, exchanged or left, so that everything asked for is there.
 */
#ifndef FLINKPACK_ALPINE_RESOLVE_H
#define FLINKPACK_ALPINE_RESOLVE_H

#include "flinkpack/alpine/index.h"

/** What there is and what is wanted. Everything is borrowed, also by the result. */
struct fp_apk_question {
    const struct fp_apk_index *installed;           /**< may be empty */
    const struct fp_apk_index *const *repositories; /**< in the order of preference */
    size_t repository_count;
    const struct fp_strv *world;    /**< what the system has to hold: dependencies; may be NULL */
    const struct fp_strv *requests; /**< what is asked for now: dependencies */
};

/** A package to install. */
struct fp_apk_change {
    const struct fp_apk_package *package;
    const struct fp_apk_package *replaced; /**< installed, of the same name; NULL: it is new */
};

/** The answer, dependencies first. Release with fp_apk_answer_clear(). */
struct fp_apk_answer {
    struct fp_apk_change *changes;
    size_t count;
};

/**
 * Resolve as apk does: what is installed stays unless a dependency needs another version of it;
 * nothing is removed. Memory: some 10 MiB for 30,000 packages.
 *
 * @return FP_E_NOT_FOUND: nothing provides a name; FP_E_INPUT: no choice fits, or several could
 *         (the text names them). Every text names who needs it.
 */
FP_CHECKED enum fp_code fp_apk_resolve(const struct fp_apk_question *question,
                                       struct fp_apk_answer *ret, struct fp_error *err);
/** Release the members. */
void fp_apk_answer_clear(struct fp_apk_answer *answer);

/** Declare an answer that is cleared at the end of its scope. */
#define cleanup_apk_answer __attribute__((cleanup(fp_apk_answer_clear)))

#endif
