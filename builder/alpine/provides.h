/**
 * @file
 * Who provides what: the names of all packages, sorted.
 */
#ifndef FLINKPACK_ALPINE_PROVIDES_H
#define FLINKPACK_ALPINE_PROVIDES_H

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

#endif
