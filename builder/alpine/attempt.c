/* Keeps the state of one attempt of the resolver: choices, wants, and the obstacles to choices. */
#include "attempt.h"

#include <string.h>

#define WANTS_MAX 250000
/* So many steps take less than a second. Alpine's own repositories need some hundred thousand. */
#define STEPS_MAX 30000000
/* The cost of finding a name: one comparison for each bit of the number of names. */
#define FIND_STEPS 16

bool fp_attempt_step(const struct attempt *attempt)
{
    return ++*attempt->steps <= STEPS_MAX;
}

bool fp_attempt_word(const struct attempt *attempt, struct fp_apk_text *list,
                     struct fp_apk_text *ret_word)
{
    if (!fp_attempt_step(attempt) || !fp_apk_text_word(list, ret_word))
        return false;
    *attempt->steps += ret_word->len / 16;
    return true;
}

uint32_t fp_attempt_find(const struct attempt *attempt, struct fp_apk_text name)
{
    *attempt->steps += FIND_STEPS;
    return fp_provides_find(&attempt->provides, name);
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

void fp_attempt_restart(struct attempt *attempt)
{
    size_t packages = attempt->provides.package_count + 1;
    size_t names = attempt->provides.name_count + 1;
    if (attempt->chosen == NULL) {
        attempt->chosen = fp_xcalloc(packages, sizeof(*attempt->chosen));
        attempt->banned = fp_xcalloc(packages, sizeof(*attempt->banned));
        attempt->owner = fp_xcalloc(names, sizeof(*attempt->owner));
        attempt->sharer = fp_xcalloc(names, sizeof(*attempt->sharer));
        attempt->heads = fp_xcalloc(names, sizeof(*attempt->heads));
    }
    memset(attempt->chosen, 0, packages * sizeof(*attempt->chosen));
    memset(attempt->owner, 0, names * sizeof(*attempt->owner));
    memset(attempt->sharer, 0, names * sizeof(*attempt->sharer));
    memset(attempt->heads, 0, names * sizeof(*attempt->heads));
    attempt->want_count = 0;
    attempt->at = 0;
    for (size_t i = 0; i < attempt->limit_count; i++)
        push(attempt, &attempt->limits[i]);
}

void fp_attempt_ban(struct attempt *attempt, uint32_t package)
{
    size_t kept = 0;
    attempt->banned[package] = true;
    for (size_t i = 0; i < attempt->limit_count; i++) {
        if (attempt->limits[i].by != package)
            attempt->limits[kept++] = attempt->limits[i];
    }
    attempt->limit_count = kept;
}

enum fp_code fp_attempt_want(struct attempt *attempt, struct fp_apk_text text, uint32_t by,
                             struct fp_error *err)
{
    struct want want = {.text = text, .by = by};
    if (attempt->want_count >= WANTS_MAX)
        return fp_fail(err, FP_E_INPUT, "the packages have more than %d dependencies", WANTS_MAX);
    FP_TRY(fp_apk_dependency_parse(text, &want.dependency, err));
    want.name = fp_attempt_find(attempt, want.dependency.name);
    push(attempt, &want);
    return FP_OK;
}

/* Called for each name that a package provides. Returning false stops the iteration. */
typedef bool (*name_visitor)(struct attempt *attempt, uint32_t name,
                             const struct provider *provider, void *context);

static bool each_name(struct attempt *attempt, uint32_t number, name_visitor visit, void *context)
{
    const struct fp_apk_package *package = attempt->provides.packages[number];
    struct fp_apk_text list = fp_apk_text(package->fields[FP_APK_PROVIDES]);
    struct fp_apk_text word = {0};
    struct provider provider = {.name = fp_apk_text(package->fields[FP_APK_NAME]),
                                .version = fp_apk_text(package->fields[FP_APK_VERSION]),
                                .package = number};
    if (!visit(attempt, fp_attempt_find(attempt, provider.name), &provider, context))
        return false;
    while (fp_attempt_word(attempt, &list, &word)) {
        struct fp_apk_dependency provided = {0};
        if (fp_apk_dependency_parse(word, &provided, NULL) != FP_OK || provided.is_conflict)
            continue;
        provider.name = provided.name;
        provider.version = provided.version;
        uint32_t name = fp_attempt_find(attempt, provided.name);
        if (!visit(attempt, name, &provider, context))
            return false;
    }
    return true;
}

static bool take_name(struct attempt *attempt, uint32_t name, const struct provider *provider,
                      void *context)
{
    (void) context;
    uint32_t *slot = provider->version.len > 0 ? &attempt->owner[name] : &attempt->sharer[name];
    if (*slot == 0 || provider->version.len > 0)
        *slot = provider->package + 1;
    return true;
}

/* Whether a want excludes a provider of its name. */
static bool rejects(const struct attempt *attempt, const struct want *want,
                    const struct provider *provider)
{
    bool matches = fp_provider_matches(&attempt->provides, provider, &want->dependency);
    return want->dependency.is_conflict ? matches && want->by != provider->package
                                        : !matches && provider->version.len > 0;
}

struct obstacle_walk {
    obstacle_visitor visit;
    void *context;
};

/* Visits the obstacles to a package that come from one of its names and the wants so far. */
static bool walk_obstacles(struct attempt *attempt, uint32_t name, const struct provider *provider,
                           void *context)
{
    const struct obstacle_walk *walk = context;
    uint32_t owner = attempt->owner[name];
    /* A name belongs to one package, or is shared by packages that provide it without a version. */
    if (owner == 0 && provider->version.len > 0)
        owner = attempt->sharer[name];
    struct obstacle found = {provider->package, name, NO_WANT, owner - 1};
    if (owner != 0 && found.by != provider->package && !walk->visit(&found, walk->context))
        return false;
    for (uint32_t at = attempt->heads[name]; at != 0; at = attempt->wants[at - 1].next) {
        const struct want *want = &attempt->wants[at - 1];
        if (!fp_attempt_step(attempt))
            return false;
        found.want = at - 1;
        found.by = want->by;
        if (rejects(attempt, want, provider) && !walk->visit(&found, walk->context))
            return false;
    }
    return true;
}

bool fp_attempt_obstacles(const struct attempt *attempt, uint32_t package, obstacle_visitor visit,
                          void *context)
{
    struct obstacle_walk walk = {visit, context};
    struct attempt *self = (struct attempt *) (uintptr_t) attempt;
    return each_name(self, package, walk_obstacles, &walk);
}

static bool is_obstacle(const struct obstacle *obstacle, void *context)
{
    (void) obstacle;
    (void) context;
    return false;
}

bool fp_attempt_has(const struct attempt *attempt, const struct fp_apk_dependency *dependency,
                    uint32_t name)
{
    if (name == NO_NAME)
        return false;
    const struct provided_name *range = &attempt->provides.names[name];
    for (uint32_t i = 0; i < range->count && fp_attempt_step(attempt); i++) {
        const struct provider *provider = &attempt->provides.providers[range->first + i];
        if (attempt->chosen[provider->package] &&
            fp_provider_matches(&attempt->provides, provider, dependency))
            return true;
    }
    return false;
}

/* Whether the package's own conflicts ("!name") exclude none of the chosen packages. */
static bool conflicts_hold(const struct attempt *attempt, uint32_t package)
{
    struct fp_apk_text list =
        fp_apk_text(attempt->provides.packages[package]->fields[FP_APK_DEPENDS]);
    struct fp_apk_text word = {0};
    while (fp_attempt_word(attempt, &list, &word)) {
        struct fp_apk_dependency dependency = {0};
        if (word.ptr[0] != '!' || fp_apk_dependency_parse(word, &dependency, NULL) != FP_OK)
            continue;
        if (fp_attempt_has(attempt, &dependency, fp_attempt_find(attempt, dependency.name)))
            return false;
    }
    return true;
}

bool fp_attempt_allows(const struct attempt *attempt, uint32_t package)
{
    return !attempt->banned[package] && fp_attempt_obstacles(attempt, package, is_obstacle, NULL) &&
           conflicts_hold(attempt, package);
}

enum fp_code fp_attempt_choose(struct attempt *attempt, uint32_t package, struct fp_error *err)
{
    struct fp_apk_text list =
        fp_apk_text(attempt->provides.packages[package]->fields[FP_APK_DEPENDS]);
    struct fp_apk_text word = {0};
    attempt->chosen[package] = true;
    (void) each_name(attempt, package, take_name, NULL);
    while (fp_attempt_word(attempt, &list, &word))
        FP_TRY(fp_context(fp_attempt_want(attempt, word, package, err), err, "%s",
                          attempt->provides.packages[package]->fields[FP_APK_NAME]));
    return FP_OK;
}

void fp_attempt_clear(struct attempt *attempt)
{
    fp_provides_clear(&attempt->provides);
    fp_strv_clear(&attempt->texts);
    free(attempt->chosen);
    free(attempt->owner);
    free(attempt->sharer);
    free(attempt->heads);
    free(attempt->wants);
    free(attempt->limits);
    free(attempt->banned);
    *attempt = (struct attempt){0};
}
