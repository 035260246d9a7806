/**
 * @file
 * Decides which packages have to be added or exchanged to satisfy all requests.
 */
#ifndef FLINKPACK_ALPINE_RESOLVE_H
#define FLINKPACK_ALPINE_RESOLVE_H

#include "flinkpack/alpine/index.h"

/** The input of the resolver. Everything is borrowed, also by the result. */
struct fp_apk_question {
    const struct fp_apk_index *installed;           /**< may be empty */
    const struct fp_apk_index *const *repositories; /**< in the order of preference */
    size_t repository_count;
    const struct fp_strv *world;    /**< the dependencies in the system's world; may be NULL */
    const struct fp_strv *requests; /**< the dependencies that are requested now */
    /** {NAME: {"version": V, "checksum": "Q1..."}}: a package of this name has to be this one, if a
     * repository has it. What is installed stays as it is. NULL: none. */
    const json_t *pins;
    bool only_pins; /**< no other package exists, and it is an error if one of them does not */
};

/** Whether a package is the one of a pin. */
bool fp_apk_pin_fits(const json_t *pin, const struct fp_apk_package *package);

/** A package to install. */
struct fp_apk_change {
    const struct fp_apk_package *package;
    const struct fp_apk_package *replaced; /**< the installed version; NULL if it is new */
};

/** The packages to install, dependencies first. Release with fp_apk_answer_clear(). */
struct fp_apk_answer {
    struct fp_apk_change *changes;
    size_t count;
};

/**
 * Resolve as apk does: an installed package stays unless a dependency needs another version of it,
 * and no package is removed. This takes some 10 MiB of memory for 30,000 packages.
 *
 * @return FP_OK; FP_E_NOT_FOUND if nothing provides a name or is a pin; FP_E_INPUT if no choice
 * fits, or several do (the text names them). Each error text names the package that has the
 * dependency.
 */
FP_CHECKED enum fp_code fp_apk_resolve(const struct fp_apk_question *question,
                                       struct fp_apk_answer *ret, struct fp_error *err);
/** Release the members. */
void fp_apk_answer_clear(struct fp_apk_answer *answer);

/** Declare an answer that is cleared at the end of its scope. */
#define cleanup_apk_answer __attribute__((cleanup(fp_apk_answer_clear)))

#endif
