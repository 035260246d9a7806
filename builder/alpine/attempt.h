/**
 * @file
 * One attempt at resolving: who provides what, what is wanted, what has been chosen.
 */
#ifndef FLINKPACK_ALPINE_ATTEMPT_H
#define FLINKPACK_ALPINE_ATTEMPT_H

#include "flinkpack/alpine/resolve.h"

/** A package stands for a name. */
struct provider {
    struct fp_apk_text name;
    struct fp_apk_text version; /**< empty: the name is shared, and no version can be asked for */
    uint32_t package;           /**< in the table below */
};

/** A name with its providers. */
struct provided_name {
    uint32_t first;
    uint32_t count;
};

/** All packages and names. Release with fp_provides_clear(). */
struct provides {
    const struct fp_apk_package **packages; /**< installed ones first, then by repository */
    size_t package_count;
    struct provider *providers;
    size_t provider_count;
    struct provided_name *names;
    size_t name_count;
};

/** No name of that text. */
#define NO_NAME UINT32_MAX

/** Gather. FP_E_INPUT: more than 2^19 names. */
FP_CHECKED enum fp_code fp_provides_gather(const struct fp_apk_question *question,
                                           struct provides *ret, struct fp_error *err);
/** The number of a name, or NO_NAME. */
uint32_t fp_provides_find(const struct provides *provides, struct fp_apk_text name);
/** The text of a name. */
struct fp_apk_text fp_provides_name(const struct provides *provides, uint32_t name);
/** Whether the provider is what the dependency speaks of. */
bool fp_provider_matches(const struct provides *provides, const struct provider *provider,
                         const struct fp_apk_dependency *dependency);
/** Release the members. */
void fp_provides_clear(struct provides *provides);

/** Wanted by the user, not by a package. */
#define NOBODY UINT32_MAX
/** Wanted by the base's world. */
#define THE_WORLD (UINT32_MAX - 1)
/** Wanted as it is installed. */
#define THE_BASE (UINT32_MAX - 2)

/** A dependency that has to hold. */
struct want {
    struct fp_apk_dependency dependency;
    struct fp_apk_text text; /**< as it was written */
    uint32_t name;           /**< NO_NAME: nothing provides it */
    uint32_t by;             /**< the package that has it, or one of the above */
    uint32_t next;           /**< one more than the next want of the same name; 0: none */
    bool only_limits;        /**< it says which version fits, not that there has to be one */
};

/** What resolving works on. Release with fp_attempt_clear(). */
struct attempt {
    struct provides provides;
    struct fp_strv texts; /**< world and requests */
    /* From here on, forgotten at every restart: */
    bool *chosen;       /**< by package */
    uint32_t *owner;    /**< by name: one more than the package that has it for itself; 0: none */
    uint32_t *sharer;   /**< by name: one more than the first that shares it; 0: none */
    uint32_t *heads;    /**< by name: one more than the first want; 0: none */
    struct want *wants; /**< in the order in which they are looked at */
    size_t want_count;
    size_t want_capacity;
    /* And these stay: */
    struct want *limits; /**< what was learned from a clash */
    size_t limit_count;
    bool *banned;    /**< by package: its dependencies cannot hold */
    uint32_t at;     /**< the package whose install_if is looked at next */
    uint64_t *steps; /**< comparisons so far; borrowed */
};

/** Count a comparison. False: there have been too many, and nothing that follows is right. */
bool fp_attempt_step(const struct attempt *attempt);
/** The next word of a list, counted by its length. False: there is none, or too much was counted.
 */
bool fp_attempt_word(const struct attempt *attempt, struct fp_apk_text *list,
                     struct fp_apk_text *ret_word);
/** fp_provides_find(), counted. */
uint32_t fp_attempt_find(const struct attempt *attempt, struct fp_apk_text name);

/** What became of a step. */
enum step_outcome { STEP_DONE, STEP_POSTPONED, STEP_RESTART };

/** What keeps a package from being chosen. */
struct obstacle {
    uint32_t package; /**< it cannot be chosen */
    uint32_t name;    /**< for what it says of this name */
    uint32_t want;    /**< the want that rejects it; NO_WANT: the name is another one's */
    uint32_t by;      /**< the package that has the want or the name; or NOBODY and its like */
};

/** No want: somebody else has the name for itself. */
#define NO_WANT UINT32_MAX

/** Stops where it says false. */
typedef bool (*obstacle_visitor)(const struct obstacle *obstacle, void *context);

/** Forget what was chosen; the limits are wanted again. */
void fp_attempt_restart(struct attempt *attempt);
/** Want something. FP_E_INPUT: no dependency, or more than 250,000 of them. */
FP_CHECKED enum fp_code fp_attempt_want(struct attempt *attempt, struct fp_apk_text text,
                                        uint32_t by, struct fp_error *err);
/** Choose a package and want what it depends on. */
FP_CHECKED enum fp_code fp_attempt_choose(struct attempt *attempt, uint32_t package,
                                          struct fp_error *err);
/** Whether a chosen package is what the dependency speaks of. */
bool fp_attempt_has(const struct attempt *attempt, const struct fp_apk_dependency *dependency,
                    uint32_t name);
/** Whether nothing that is wanted or chosen speaks against a package. */
bool fp_attempt_allows(const struct attempt *attempt, uint32_t package);
/** Call for each want and each chosen package that rejects a package. False: it was stopped. */
bool fp_attempt_obstacles(const struct attempt *attempt, uint32_t package, obstacle_visitor visit,
                          void *context);
/** Never choose a package again; what was learned from it is forgotten. */
void fp_attempt_ban(struct attempt *attempt, uint32_t package);
/** Ban whoever is in the way of a want. False: nobody is left to blame. */
bool fp_attempt_blame(struct attempt *attempt, size_t want);
/** Say why a want cannot hold. `unpicked` are packages that share its name. */
FP_CHECKED enum fp_code fp_attempt_explain(const struct attempt *attempt, const struct want *want,
                                           const struct fp_strv *unpicked, struct fp_error *err);
/** "bash-5.2.26-r0 needs 'so:libreadline.so.8'", "'bash' is asked for". The caller owns it. */
char *fp_attempt_who_wants(const struct attempt *attempt, const struct want *want);
/**
 * Make a want hold.
 * @param last Whether names that several packages share are decided now.
 */
FP_CHECKED enum fp_code fp_attempt_satisfy(struct attempt *attempt, size_t want, bool last,
                                           enum step_outcome *ret, struct fp_error *err);
/** Release the members. */
void fp_attempt_clear(struct attempt *attempt);
/** Declare an attempt that is cleared at the end of its scope. */
#define cleanup_attempt __attribute__((cleanup(fp_attempt_clear)))

#endif
