#include "attempt.h"

#include <string.h>

#define WANTS_MAX 250000
/* Less than a second. Alpine's own repositories take some hundred thousand. */
#define STEPS_MAX 30000000

bool attempt_step(const struct attempt *attempt)
{
    return ++*attempt->steps <= STEPS_MAX;
}

static void link_want(struct attempt *attempt, size_t number)
{
    struct want *want = &attempt->wants[number];
    if (want->name == NO_NAME)
        return;
    want->next = attempt->heads[want->name];
    attempt->heads[want->name] = (uint32_t) number + 1;
}

static void push(struct attempt *attempt, const struct want *want)
{
    if (attempt->want_count == attempt->want_capacity) {
        attempt->want_capacity = attempt->want_capacity > 0 ? 2 * attempt->want_capacity : 256;
        attempt->wants =
            fp_xreallocarray(attempt->wants, attempt->want_capacity, sizeof(*attempt->wants));
    }
    attempt->wants[attempt->want_count] = *want;
    link_want(attempt, attempt->want_count++);
}

void attempt_restart(struct attempt *attempt)
{
    size_t packages = attempt->provides.package_count + 1;
    size_t names = attempt->provides.name_count + 1;
    if (attempt->chosen == NULL) {
        attempt->chosen = fp_xcalloc(packages, sizeof(*attempt->chosen));
        attempt->banned = fp_xcalloc(packages, sizeof(*attempt->banned));
        attempt->owner = fp_xcalloc(names, sizeof(*attempt->owner));
        attempt->heads = fp_xcalloc(names, sizeof(*attempt->heads));
    }
    memset(attempt->chosen, 0, packages * sizeof(*attempt->chosen));
    memset(attempt->owner, 0, names * sizeof(*attempt->owner));
    memset(attempt->heads, 0, names * sizeof(*attempt->heads));
    attempt->want_count = 0;
    for (size_t i = 0; i < attempt->limit_count; i++)
        push(attempt, &attempt->limits[i]);
}

enum fp_code attempt_want(struct attempt *attempt, struct fp_apk_text text, uint32_t by,
                          struct fp_error *err)
{
    struct want want = {.text = text, .by = by};
    if (attempt->want_count >= WANTS_MAX)
        return fp_fail(err, FP_E_INPUT, "the packages have more than %d dependencies", WANTS_MAX);
    enum fp_code code = fp_apk_dependency_parse(text, &want.dependency, err);
    if (code != FP_OK)
        return code;
    want.name = provides_find(&attempt->provides, want.dependency.name);
    push(attempt, &want);
    return FP_OK;
}

/* Calls for each name that a package stands for; stops where `visit` says false. */
typedef bool (*name_visitor)(struct attempt *attempt, uint32_t package, uint32_t name,
                             struct fp_apk_text version);

static bool each_name(struct attempt *attempt, uint32_t number, name_visitor visit)
{
    const struct fp_apk_package *package = attempt->provides.packages[number];
    struct fp_apk_text list = fp_apk_text(package->fields[FP_APK_PROVIDES]);
    struct fp_apk_text word = {0};
    uint32_t own = provides_find(&attempt->provides, fp_apk_text(package->fields[FP_APK_NAME]));
    if (!visit(attempt, number, own, fp_apk_text(package->fields[FP_APK_VERSION])))
        return false;
    while (fp_apk_text_word(&list, &word)) {
        struct fp_apk_dependency provided = {0};
        if (fp_apk_dependency_parse(word, &provided, NULL) != FP_OK || provided.is_conflict)
            continue;
        uint32_t name = provides_find(&attempt->provides, provided.name);
        if (!visit(attempt, number, name, provided.version))
            return false;
    }
    return true;
}

static bool take_name(struct attempt *attempt, uint32_t package, uint32_t name,
                      struct fp_apk_text version)
{
    if (version.len > 0)
        attempt->owner[name] = package + 1;
    return true;
}

/* Whether a package may stand for a name, as far as the wants so far say. */
static bool name_is_allowed(struct attempt *attempt, uint32_t package, uint32_t name,
                            struct fp_apk_text version)
{
    struct provider provider = {.version = version, .package = package};
    uint32_t owner = attempt->owner[name];
    if (version.len > 0 && owner != 0 && owner != package + 1)
        return false;
    for (uint32_t at = attempt->heads[name]; at != 0; at = attempt->wants[at - 1].next) {
        const struct want *want = &attempt->wants[at - 1];
        if (!attempt_step(attempt))
            return false;
        bool matches = provider_matches(&attempt->provides, &provider, &want->dependency);
        if (want->dependency.is_conflict && matches && want->by != package)
            return false;
        if (!want->dependency.is_conflict && !matches && version.len > 0)
            return false;
    }
    return true;
}

bool attempt_has(const struct attempt *attempt, const struct fp_apk_dependency *dependency,
                 uint32_t name)
{
    if (name == NO_NAME)
        return false;
    const struct provided_name *range = &attempt->provides.names[name];
    for (uint32_t i = 0; i < range->count && attempt_step(attempt); i++) {
        const struct provider *provider = &attempt->provides.providers[range->first + i];
        if (attempt->chosen[provider->package] &&
            provider_matches(&attempt->provides, provider, dependency))
            return true;
    }
    return false;
}

/* "!name" of the package itself against what has been chosen. */
static bool conflicts_hold(const struct attempt *attempt, uint32_t package)
{
    struct fp_apk_text list =
        fp_apk_text(attempt->provides.packages[package]->fields[FP_APK_DEPENDS]);
    struct fp_apk_text word = {0};
    while (fp_apk_text_word(&list, &word)) {
        struct fp_apk_dependency dependency = {0};
        if (word.ptr[0] != '!' || fp_apk_dependency_parse(word, &dependency, NULL) != FP_OK)
            continue;
        if (attempt_has(attempt, &dependency, provides_find(&attempt->provides, dependency.name)))
            return false;
    }
    return true;
}

bool attempt_allows(const struct attempt *attempt, uint32_t package)
{
    struct attempt *self = (struct attempt *) (uintptr_t) attempt;
    return !attempt->banned[package] && each_name(self, package, name_is_allowed) &&
           conflicts_hold(attempt, package);
}

enum fp_code attempt_choose(struct attempt *attempt, uint32_t package, struct fp_error *err)
{
    struct fp_apk_text list =
        fp_apk_text(attempt->provides.packages[package]->fields[FP_APK_DEPENDS]);
    struct fp_apk_text word = {0};
    enum fp_code code = FP_OK;
    attempt->chosen[package] = true;
    (void) each_name(attempt, package, take_name);
    while (code == FP_OK && fp_apk_text_word(&list, &word))
        code = attempt_want(attempt, word, package, err);
    return code;
}

void attempt_clear(struct attempt *attempt)
{
    provides_clear(&attempt->provides);
    fp_strv_clear(&attempt->texts);
    free(attempt->chosen);
    free(attempt->owner);
    free(attempt->heads);
    free(attempt->wants);
    free(attempt->limits);
    free(attempt->banned);
    *attempt = (struct attempt){0};
}
