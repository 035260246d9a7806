/**
 * @file
 * One attempt at resolving: the providers of names, the wanted dependencies, the chosen packages.
 */
#ifndef FLINKPACK_ALPINE_ATTEMPT_H
#define FLINKPACK_ALPINE_ATTEMPT_H

#include "flinkpack/alpine/resolve.h"

/** One name that a package provides. */
struct provider {
    struct fp_apk_text name;
    struct fp_apk_text version; /**< empty if several packages may share the name */
    uint32_t package;           /**< its number in the table below */
};

/** A name, as the range of its providers. */
struct provided_name {
    uint32_t first;
    uint32_t count;
};

/** All packages and the names they provide. Release with fp_provides_clear(). */
struct provides {
    const struct fp_apk_package **packages; /**< installed ones first, then by repository */
    size_t package_count;
    struct provider *providers;
    size_t provider_count;
    struct provided_name *names;
    size_t name_count;
};

/** The number that means that no such name exists. */
#define NO_NAME UINT32_MAX

/** Gather all packages and names. FP_E_INPUT means that there are more than 2^19 names;
 * FP_E_NOT_FOUND that a pin is missing. */
FP_CHECKED enum fp_code fp_provides_gather(const struct fp_apk_question *question,
                                           struct provides *ret, struct fp_error *err);
/** Returns the number of a name, or NO_NAME. */
uint32_t fp_provides_find(const struct provides *provides, struct fp_apk_text name);
/** Returns the text of a name. */
struct fp_apk_text fp_provides_name(const struct provides *provides, uint32_t name);
/** Whether a provider of a dependency's name also matches its version or identity. */
bool fp_provider_matches(const struct provides *provides, const struct provider *provider,
                         const struct fp_apk_dependency *dependency);
/** Release the members. */
void fp_provides_clear(struct provides *provides);

/** The dependency comes from the user's request, not from a package. */
#define NOBODY UINT32_MAX
/** The dependency comes from the base's world. */
#define THE_WORLD (UINT32_MAX - 1)
/** The dependency stands for a package that the base has installed. */
#define THE_BASE (UINT32_MAX - 2)

/** A dependency that has to be satisfied. */
struct want {
    struct fp_apk_dependency dependency;
    struct fp_apk_text text; /**< as it was written */
    uint32_t name;           /**< NO_NAME if nothing provides it */
    uint32_t by;             /**< the package that has the dependency, or a constant above */
    uint32_t next;           /**< the next want of the same name, plus one; 0 if there is none */
    bool only_limits;        /**< it restricts the versions, but does not require any package */
};

/** The state of the resolver. Release with fp_attempt_clear(). */
struct attempt {
    struct provides provides;
    struct fp_strv texts; /**< world and requests */
    /* Each restart resets the members from here on. Numbers are stored plus one; 0 means none. */
    bool *chosen;       /**< for each package */
    uint32_t *owner;    /**< for each name: the package that provides it with a version */
    uint32_t *sharer;   /**< for each name: the first package that provides it without a version */
    uint32_t *heads;    /**< for each name: its first want */
    struct want *wants; /**< in the order in which they are processed */
    size_t want_count;
    size_t want_capacity;
    /* Restarts keep the members from here on, except `at`. */
    struct want *limits; /**< version limits that were learned from conflicts */
    size_t limit_count;
    bool *banned;    /**< for each package: it must not be chosen again */
    uint32_t at;     /**< the package whose install_if is checked next */
    uint64_t *steps; /**< the number of comparisons so far; borrowed */
};

/** Count a comparison. False means that the limit is exceeded and later results are invalid. */
bool fp_attempt_step(const struct attempt *attempt);
/** Take the next word of a list and count its length as steps. False means that there is none, or
 * that the limit is exceeded. */
bool fp_attempt_word(const struct attempt *attempt, struct fp_apk_text *list,
                     struct fp_apk_text *ret_word);
/** Like fp_provides_find(), but the comparisons are counted. */
uint32_t fp_attempt_find(const struct attempt *attempt, struct fp_apk_text name);

/** The outcome of processing one want. */
enum step_outcome { STEP_DONE, STEP_POSTPONED, STEP_RESTART };

/** A reason why a package cannot be chosen. */
struct obstacle {
    uint32_t package; /**< the package that cannot be chosen */
    uint32_t name;    /**< the provided name that causes the problem */
    uint32_t want;    /**< the want that rejects it; NO_WANT if another package has the name */
    uint32_t by;      /**< the package that has the want or the name, or a constant like NOBODY */
};

/** Another package already has the name, so no want is to blame. */
#define NO_WANT UINT32_MAX

/** Called for each obstacle. Returning false stops the iteration. */
typedef bool (*obstacle_visitor)(const struct obstacle *obstacle, void *context);

/** Reset the choices, and start with the learned limits as the first wants. */
void fp_attempt_restart(struct attempt *attempt);
/** Add a want. FP_E_INPUT means an invalid dependency, or more than 250,000 of them. */
FP_CHECKED enum fp_code fp_attempt_want(struct attempt *attempt, struct fp_apk_text text,
                                        uint32_t by, struct fp_error *err);
/** Choose a package and add its dependencies as wants. */
FP_CHECKED enum fp_code fp_attempt_choose(struct attempt *attempt, uint32_t package,
                                          struct fp_error *err);
/** Whether a chosen package satisfies the dependency. */
bool fp_attempt_has(const struct attempt *attempt, const struct fp_apk_dependency *dependency,
                    uint32_t name);
/** Whether a package is compatible with all wants and all chosen packages. */
bool fp_attempt_allows(const struct attempt *attempt, uint32_t package);
/** Visit each want and each chosen package that rejects a package. False if it was stopped. */
bool fp_attempt_obstacles(const struct attempt *attempt, uint32_t package, obstacle_visitor visit,
                          void *context);
/** Never choose a package again, and drop the limits that were learned from it. */
void fp_attempt_ban(struct attempt *attempt, uint32_t package);
/** Ban a package that prevents a want. False if no package is left to ban. */
bool fp_attempt_blame(struct attempt *attempt, size_t want);
/** Report why a want cannot be satisfied. `unpicked` lists the packages that share its name. */
FP_CHECKED enum fp_code fp_attempt_explain(const struct attempt *attempt, const struct want *want,
                                           const struct fp_strv *unpicked, struct fp_error *err);
/** Returns a text such as "bash-5.2.26-r0 needs 'so:libreadline.so.8'". The caller owns it. */
char *fp_attempt_who_wants(const struct attempt *attempt, const struct want *want);
/**
 * Satisfy a want.
 * @param last Whether to decide now on names that several packages share, or to postpone them.
 */
FP_CHECKED enum fp_code fp_attempt_satisfy(struct attempt *attempt, size_t want, bool last,
                                           enum step_outcome *ret, struct fp_error *err);
/** Release the members. */
void fp_attempt_clear(struct attempt *attempt);
/** Declare an attempt that is cleared at the end of its scope. */
#define cleanup_attempt __attribute__((cleanup(fp_attempt_clear)))

#endif
