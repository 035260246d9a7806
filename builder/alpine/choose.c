/* Chooses a package for a want by apk's rules. */
#include "attempt.h"

#include <string.h>

static const struct fp_apk_package *package_of(const struct attempt *attempt, uint32_t number)
{
    return attempt->provides.packages[number];
}

static struct fp_apk_text version_of(const struct fp_apk_package *package)
{
    return fp_apk_text(package->fields[FP_APK_VERSION]);
}

/* Returns 1 if `a` is better, -1 if it is worse, 0 if both are equal. */
static int by_version(struct fp_apk_text a, struct fp_apk_text b)
{
    if (a.len == 0 || b.len == 0)
        return (a.len > 0) - (b.len > 0);
    enum fp_apk_order order = fp_apk_version_compare(a, b);
    return order == FP_APK_GREATER ? 1 : order == FP_APK_LESS ? -1 : 0;
}

/* Prefers, in this order: an installed package; the newer version of the wanted name; the higher
 * provider priority; the earlier repository. */
static bool is_better(const struct attempt *attempt, const struct provider *a,
                      const struct provider *b)
{
    const struct fp_apk_package *left = package_of(attempt, a->package);
    const struct fp_apk_package *right = package_of(attempt, b->package);
    if (left->is_installed != right->is_installed)
        return left->is_installed;
    int order = by_version(a->version, b->version);
    if (order == 0 && strcmp(left->fields[FP_APK_NAME], right->fields[FP_APK_NAME]) == 0)
        order = by_version(version_of(left), version_of(right));
    if (order != 0)
        return order > 0;
    if (left->provider_priority != right->provider_priority)
        return left->provider_priority > right->provider_priority;
    return a->package < b->package;
}

/* Whether a want asks for the package by its own name. */
static bool is_named(const struct attempt *attempt, uint32_t package)
{
    uint32_t name = fp_provides_find(
        &attempt->provides, fp_apk_text(package_of(attempt, package)->fields[FP_APK_NAME]));
    for (uint32_t at = attempt->heads[name]; at != 0 && fp_attempt_step(attempt);
         at = attempt->wants[at - 1].next) {
        const struct want *want = &attempt->wants[at - 1];
        if (!want->dependency.is_conflict && !want->only_limits)
            return true;
    }
    return false;
}

/* A shared name does not determine a package, so there has to be another reason to pick it. */
static bool may_be_picked(const struct attempt *attempt, const struct provider *provider)
{
    const struct fp_apk_package *package = package_of(attempt, provider->package);
    return provider->version.len > 0 || package->is_installed || package->provider_priority > 0 ||
           is_named(attempt, provider->package);
}

/* Returns the best provider that satisfies the want, or NULL. `unpicked` receives the packages that
 * share the name and cannot be picked without a further reason. */
static const struct provider *find_best(const struct attempt *attempt, const struct want *want,
                                        struct fp_strv *unpicked)
{
    const struct provider *best = NULL;
    const struct provided_name *range = &attempt->provides.names[want->name];
    for (uint32_t i = 0; i < range->count && fp_attempt_step(attempt); i++) {
        const struct provider *provider = &attempt->provides.providers[range->first + i];
        const char *title = package_of(attempt, provider->package)->fields[FP_APK_NAME];
        if (!fp_provider_matches(&attempt->provides, provider, &want->dependency) ||
            !fp_attempt_allows(attempt, provider->package))
            continue;
        if (!may_be_picked(attempt, provider)) {
            if (unpicked->len < 12 && !fp_strv_has(unpicked, title))
                fp_strv_add(unpicked, title);
        } else if (best == NULL || is_better(attempt, provider, best)) {
            best = provider;
        }
    }
    return best;
}

/* Whether a provider agrees with all learned limits of the name, and with the requests and the
 * base's world. */
static bool fits_limits(const struct attempt *attempt, const struct provider *provider,
                        uint32_t name)
{
    for (uint32_t at = attempt->heads[name]; at != 0 && fp_attempt_step(attempt);
         at = attempt->wants[at - 1].next) {
        const struct want *limit = &attempt->wants[at - 1];
        bool is_fixed = limit->only_limits || limit->by == NOBODY || limit->by == THE_WORLD;
        if (is_fixed && fp_provider_matches(&attempt->provides, provider, &limit->dependency) ==
                            limit->dependency.is_conflict)
            return false;
    }
    return true;
}

static bool can_be_had(const struct attempt *attempt, const struct want *want)
{
    const struct provided_name *range = &attempt->provides.names[want->name];
    for (uint32_t i = 0; i < range->count && fp_attempt_step(attempt); i++) {
        const struct provider *provider = &attempt->provides.providers[range->first + i];
        if (fp_provider_matches(&attempt->provides, provider, &want->dependency) &&
            fits_limits(attempt, provider, want->name))
            return true;
    }
    return want->dependency.is_conflict;
}

/* Adds the want as a limit for the next attempt, because its name was decided otherwise before the
 * want was known. False if the limit is known already, or no provider would be left. */
static bool learn(struct attempt *attempt, const struct want *want)
{
    for (size_t i = 0; i < attempt->limit_count; i++) {
        if (fp_apk_text_equal(attempt->limits[i].text, want->text))
            return false;
    }
    if (!can_be_had(attempt, want))
        return false;
    attempt->limits =
        fp_xreallocarray(attempt->limits, attempt->limit_count + 1, sizeof(*attempt->limits));
    struct want *limit = &attempt->limits[attempt->limit_count++];
    *limit = *want;
    limit->only_limits = true;
    return true;
}

static enum fp_code satisfy_conflict(struct attempt *attempt, const struct want *want,
                                     enum step_outcome *ret, struct fp_error *err)
{
    if (want->name == NO_NAME || want->only_limits)
        return FP_OK;
    const struct provided_name *range = &attempt->provides.names[want->name];
    for (uint32_t i = 0; i < range->count && fp_attempt_step(attempt); i++) {
        const struct provider *provider = &attempt->provides.providers[range->first + i];
        if (!attempt->chosen[provider->package] || provider->package == want->by ||
            !fp_provider_matches(&attempt->provides, provider, &want->dependency))
            continue;
        *ret = STEP_RESTART;
        if (learn(attempt, want))
            return FP_OK;
        cleanup_free char *who = fp_attempt_who_wants(attempt, want);
        cleanup_free char *title = fp_apk_package_title(package_of(attempt, provider->package));
        return fp_fail(err, FP_E_INPUT, "%s, and %s is needed", who, title);
    }
    return FP_OK;
}

/* An installed package with an install_if stays if there is no version for its new partner. */
static bool may_stay(const struct attempt *attempt, const struct want *want)
{
    if (want->by != THE_BASE || want->name == NO_NAME)
        return false;
    const struct provided_name *range = &attempt->provides.names[want->name];
    const struct fp_apk_package *first =
        package_of(attempt, attempt->provides.providers[range->first].package);
    return first->is_installed && first->fields[FP_APK_INSTALL_IF] != NULL;
}

enum fp_code fp_attempt_satisfy(struct attempt *attempt, size_t number, bool last,
                                enum step_outcome *ret, struct fp_error *err)
{
    const struct want want = attempt->wants[number];
    *ret = STEP_DONE;
    if (want.dependency.is_conflict)
        return satisfy_conflict(attempt, &want, ret, err);
    if (want.only_limits || fp_attempt_has(attempt, &want.dependency, want.name))
        return FP_OK;
    bool is_taken =
        want.name != NO_NAME && (attempt->owner[want.name] != 0 || attempt->sharer[want.name] != 0);
    if (is_taken && learn(attempt, &want)) {
        *ret = STEP_RESTART;
        return FP_OK;
    }
    cleanup_strv struct fp_strv unpicked = {0};
    const struct provider *best =
        want.name != NO_NAME ? find_best(attempt, &attempt->wants[number], &unpicked) : NULL;
    bool shared = best != NULL ? best->version.len == 0 : unpicked.len > 0;
    if (shared && !last) {
        *ret = STEP_POSTPONED;
        return FP_OK;
    }
    if (best != NULL)
        return fp_attempt_choose(attempt, best->package, err);
    return may_stay(attempt, &want)
               ? FP_OK
               : fp_attempt_explain(attempt, &attempt->wants[number], &unpicked, err);
}
