/* Explains why no package can be chosen, and selects the package to give up for it. */
#include "attempt.h"

static char *title_of(const struct attempt *attempt, uint32_t package)
{
    return fp_apk_package_title(attempt->provides.packages[package]);
}

char *fp_attempt_who_wants(const struct attempt *attempt, const struct want *want)
{
    int len = (int) want->text.len;
    if (want->by == NOBODY)
        return fp_xasprintf("'%.*s' is asked for", len, want->text.ptr);
    if (want->by == THE_WORLD)
        return fp_xasprintf("the base's /etc/apk/world has '%.*s'", len, want->text.ptr);
    if (want->by == THE_BASE)
        return fp_xasprintf("the base has '%.*s'", len, want->text.ptr);
    cleanup_free char *title = title_of(attempt, want->by);
    return fp_xasprintf("%s needs '%.*s'", title, len, want->text.ptr);
}

/* If no version matches the want, reports the newest one that exists. */
static bool explain_version(const struct attempt *attempt, const struct want *want, const char *who,
                            struct fp_error *err)
{
    const struct provided_name *range = &attempt->provides.names[want->name];
    struct fp_apk_text newest = {0};
    for (uint32_t i = 0; i < range->count && fp_attempt_step(attempt); i++) {
        const struct provider *provider = &attempt->provides.providers[range->first + i];
        if (fp_provider_matches(&attempt->provides, provider, &want->dependency))
            return false;
        if (provider->version.len > 0 &&
            (newest.len == 0 ||
             fp_apk_version_compare(provider->version, newest) == FP_APK_GREATER))
            newest = provider->version;
    }
    (void) !fp_fail(err, FP_E_NOT_FOUND, "%s, and no package fits that%s%.*s", who,
                    newest.len > 0 ? ": the newest is " : "", (int) newest.len,
                    newest.len > 0 ? newest.ptr : "");
    return true;
}

static enum fp_code explain_shared(const struct fp_strv *unpicked, const char *who,
                                   struct fp_error *err)
{
    cleanup_free char *names = fp_strv_join(unpicked, ", ", 1000);
    /* Like apk, do not choose even a single package, since another may share the name later. */
    const char *words =
        unpicked->len > 1 ? "which several packages provide" : "a name that a package only shares";
    return fp_hinted(fp_fail(err, FP_E_INPUT, "%s, %s: %s", who, words, names), err,
                     "choose %s: --package %s", unpicked->len > 1 ? "one" : "it",
                     unpicked->items[0]);
}

/* Visits every obstacle of every package that matches a want. */
static bool each_obstacle(const struct attempt *attempt, const struct want *want,
                          obstacle_visitor visit, void *context)
{
    const struct provided_name *range = &attempt->provides.names[want->name];
    for (uint32_t i = 0; i < range->count && fp_attempt_step(attempt); i++) {
        const struct provider *provider = &attempt->provides.providers[range->first + i];
        if (!attempt->banned[provider->package] &&
            fp_provider_matches(&attempt->provides, provider, &want->dependency) &&
            !fp_attempt_obstacles(attempt, provider->package, visit, context))
            return false;
    }
    return true;
}

/* The search for the obstacle to report. */
struct telling {
    const struct attempt *attempt;
    struct fp_apk_text text; /* the text of the want that cannot be satisfied */
    struct obstacle found;
    bool any;
};

/* Prefers a contradicting want to a package that has the name already. A want with the same text is
 * skipped: it is a learned limit, and gives no reason. */
static bool tell_first(const struct obstacle *obstacle, void *context)
{
    struct telling *telling = context;
    if (obstacle->want != NO_WANT &&
        fp_apk_text_equal(telling->attempt->wants[obstacle->want].text, telling->text))
        return true;
    if (obstacle->want != NO_WANT || !telling->any)
        telling->found = *obstacle;
    telling->any = true;
    return obstacle->want == NO_WANT;
}

static enum fp_code explain_obstacle(const struct attempt *attempt, const struct obstacle *obstacle,
                                     const char *who, struct fp_error *err)
{
    if (obstacle->want != NO_WANT) {
        cleanup_free char *also = fp_attempt_who_wants(attempt, &attempt->wants[obstacle->want]);
        return fp_fail(err, FP_E_INPUT, "%s, and %s: no package fits both", who, also);
    }
    cleanup_free char *title = title_of(attempt, obstacle->package);
    cleanup_free char *other = title_of(attempt, obstacle->by);
    struct fp_apk_text name = fp_provides_name(&attempt->provides, obstacle->name);
    return fp_fail(err, FP_E_INPUT, "%s, and %s cannot be there along with %s: both provide '%.*s'",
                   who, title, other, (int) name.len, name.ptr);
}

enum fp_code fp_attempt_explain(const struct attempt *attempt, const struct want *want,
                                const struct fp_strv *unpicked, struct fp_error *err)
{
    struct telling telling = {.attempt = attempt, .text = want->text};
    cleanup_free char *who = fp_attempt_who_wants(attempt, want);
    if (want->name == NO_NAME)
        return fp_fail(err, FP_E_NOT_FOUND, "%s, and no repository has it", who);
    if (unpicked->len > 0)
        return explain_shared(unpicked, who, err);
    if (explain_version(attempt, want, who, err))
        return FP_E_NOT_FOUND;
    (void) each_obstacle(attempt, want, tell_first, &telling);
    if (telling.any)
        return explain_obstacle(attempt, &telling.found, who, err);
    return fp_fail(err, FP_E_NOT_FOUND, "%s, and no package fits that", who);
}

/* Whether the repositories have another version of an installed package. */
static bool can_be_exchanged(const struct attempt *attempt, uint32_t number)
{
    const struct provides *provides = &attempt->provides;
    const struct fp_apk_package *package = provides->packages[number];
    const struct provided_name *range =
        &provides->names[fp_attempt_find(attempt, fp_apk_text(package->fields[FP_APK_NAME]))];
    for (uint32_t i = 0; i < range->count && package->is_installed; i++) {
        uint32_t other = provides->providers[range->first + i].package;
        if (other != number && !attempt->banned[other] && !provides->packages[other]->is_installed)
            return true;
    }
    return false;
}

/* The search for the package to give up. It prefers an installed package that can be replaced. */
struct blame {
    const struct attempt *attempt;
    uint32_t guilty; /* NOBODY if none was found yet */
};

static bool suspect(struct blame *blame, uint32_t by)
{
    const struct attempt *attempt = blame->attempt;
    if (by >= attempt->provides.package_count || attempt->banned[by])
        return true;
    if (can_be_exchanged(attempt, by)) {
        blame->guilty = by;
        return false;
    }
    if (blame->guilty == NOBODY)
        blame->guilty = by;
    return true;
}

static bool suspect_obstacle(const struct obstacle *obstacle, void *context)
{
    return suspect(context, obstacle->by);
}

/* For a conflict, suspects the packages that ask for the excluded name. */
static void suspect_wanting(struct blame *blame, const struct want *conflict)
{
    const struct attempt *attempt = blame->attempt;
    for (uint32_t at = attempt->heads[conflict->name]; at != 0; at = attempt->wants[at - 1].next) {
        const struct want *want = &attempt->wants[at - 1];
        if (!want->dependency.is_conflict && !suspect(blame, want->by))
            return;
    }
}

bool fp_attempt_blame(struct attempt *attempt, size_t number)
{
    if (number >= attempt->want_count)
        return false;
    const struct want *want = &attempt->wants[number];
    struct blame blame = {attempt, NOBODY};
    if (suspect(&blame, want->by) && want->name != NO_NAME) {
        if (want->dependency.is_conflict)
            suspect_wanting(&blame, want);
        else
            (void) each_obstacle(attempt, want, suspect_obstacle, &blame);
    }
    if (blame.guilty == NOBODY)
        return false;
    fp_attempt_ban(attempt, blame.guilty);
    return true;
}
