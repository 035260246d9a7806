/* Resolves the world and the requests to a set of packages, in the order in which they are
 * installed. */
#include "attempt.h"

#include <string.h>

/* Each restart uses one more fact. If so many are needed, there is no sensible answer. */
#define RESTARTS_MAX 500
/* Dependencies deeper than this are not sorted, which affects only the order of records. */
#define DEPTH_MAX 500

/* Copies the texts of wants, because wants refer to them. */
static void keep_texts(struct attempt *attempt, const struct fp_strv *list)
{
    cleanup_strv struct fp_strv sorted = {0};
    for (size_t i = 0; list != NULL && i < list->len; i++)
        fp_strv_add(&sorted, list->items[i]);
    fp_strv_sort(&sorted);
    for (size_t i = 0; i < sorted.len; i++)
        fp_strv_add(&attempt->texts, sorted.items[i]);
}

/* Wants the world, the requests, and all installed packages, as no package is ever removed. */
static enum fp_code want_all(struct attempt *attempt, const struct fp_apk_question *question,
                             struct fp_error *err)
{
    size_t world_len = question->world != NULL ? question->world->len : 0;
    fp_attempt_restart(attempt);
    for (size_t i = 0; i < attempt->texts.len; i++) {
        struct fp_apk_text text = fp_apk_text(attempt->texts.items[i]);
        if (i < world_len)
            FP_TRY(fp_context(fp_attempt_want(attempt, text, THE_WORLD, err), err,
                              "base: /etc/apk/world"));
        else
            FP_TRY(fp_attempt_want(attempt, text, NOBODY, err));
    }
    for (size_t i = 0; i < question->installed->count; i++)
        FP_TRY(fp_attempt_want(attempt,
                               fp_apk_text(question->installed->packages[i].fields[FP_APK_NAME]),
                               THE_BASE, err));
    return FP_OK;
}

/* Satisfies all wants from `*next` on, and those that they add. Wants of shared names are postponed
 * until no others are left. */
static enum fp_code satisfy_all(struct attempt *attempt, size_t *next, size_t *ret_failed,
                                enum step_outcome *ret, struct fp_error *err)
{
    cleanup_free size_t *waiting = NULL;
    size_t waiting_count = 0;
    size_t first_waiting = 0;
    *ret = STEP_DONE;
    while (*ret != STEP_RESTART && (*next < attempt->want_count || first_waiting < waiting_count)) {
        bool last = *next == attempt->want_count;
        size_t number = last ? waiting[first_waiting++] : (*next)++;
        *ret_failed = number;
        FP_TRY(fp_attempt_satisfy(attempt, number, last, ret, err));
        if (*ret == STEP_POSTPONED) {
            waiting = fp_xreallocarray(waiting, waiting_count + 1, sizeof(*waiting));
            waiting[waiting_count++] = number;
        }
    }
    return FP_OK;
}

static bool all_hold(const struct attempt *attempt, const char *conditions)
{
    struct fp_apk_text list = fp_apk_text(conditions);
    struct fp_apk_text word = {0};
    while (fp_attempt_word(attempt, &list, &word)) {
        struct fp_apk_dependency dependency = {0};
        if (fp_apk_dependency_parse(word, &dependency, NULL) != FP_OK)
            return false;
        bool has = fp_attempt_has(attempt, &dependency, fp_attempt_find(attempt, dependency.name));
        if (has == dependency.is_conflict)
            return false;
    }
    return true;
}

/* Whether a dependency, other than the base's wish to keep its packages, asks for this name. */
static bool is_asked_for(const struct attempt *attempt, uint32_t name)
{
    for (uint32_t at = attempt->heads[name]; at != 0 && fp_attempt_step(attempt);
         at = attempt->wants[at - 1].next) {
        const struct want *want = &attempt->wants[at - 1];
        if (!want->dependency.is_conflict && want->by != THE_BASE)
            return true;
    }
    return false;
}

/* Finds the installed version of `successor` if its install_if no longer holds, for example because
 * it names a version that is replaced. NOBODY means that the installed version stays. */
static uint32_t find_stale(const struct attempt *attempt, uint32_t successor)
{
    const struct provides *provides = &attempt->provides;
    uint32_t name =
        fp_attempt_find(attempt, fp_apk_text(provides->packages[successor]->fields[FP_APK_NAME]));
    uint32_t owner = attempt->owner[name];
    if (owner == 0 || attempt->banned[successor])
        return NOBODY;
    const struct fp_apk_package *old = provides->packages[owner - 1];
    const char *conditions = old->fields[FP_APK_INSTALL_IF];
    bool stays = !old->is_installed || conditions == NULL || all_hold(attempt, conditions) ||
                 is_asked_for(attempt, name);
    return stays ? NOBODY : owner - 1;
}

/* Finds the newest package of the same name whose install_if holds, because other repositories may
 * have another version of it. */
static uint32_t find_best(const struct attempt *attempt, uint32_t first)
{
    const struct provides *provides = &attempt->provides;
    uint32_t best = first;
    const char *name = provides->packages[first]->fields[FP_APK_NAME];
    const struct provided_name *range =
        &provides->names[fp_attempt_find(attempt, fp_apk_text(name))];
    for (uint32_t i = 0; i < range->count && fp_attempt_step(attempt); i++) {
        uint32_t other = provides->providers[range->first + i].package;
        const struct fp_apk_package *package = provides->packages[other];
        const struct fp_apk_package *so_far = provides->packages[best];
        if (strcmp(package->fields[FP_APK_NAME], name) == 0 && package->fields[FP_APK_INSTALL_IF] &&
            fp_apk_version_compare(fp_apk_text(package->fields[FP_APK_VERSION]),
                                   fp_apk_text(so_far->fields[FP_APK_VERSION])) == FP_APK_GREATER &&
            all_hold(attempt, package->fields[FP_APK_INSTALL_IF]) &&
            fp_attempt_allows(attempt, other))
            best = other;
    }
    return best;
}

/* Finds a package whose install_if holds, or NOBODY, and in `*ret_stale` an installed version that
 * it replaces. The search continues after the last package found. */
static uint32_t find_triggered(struct attempt *attempt, uint32_t *ret_stale)
{
    const struct provides *provides = &attempt->provides;
    *ret_stale = NOBODY;
    for (size_t n = provides->package_count; n > 0; n--) {
        uint32_t i = attempt->at;
        attempt->at = i + 1 < provides->package_count ? i + 1 : 0;
        const char *conditions = provides->packages[i]->fields[FP_APK_INSTALL_IF];
        if (conditions == NULL || attempt->chosen[i])
            continue;
        if (!fp_attempt_step(attempt))
            return NOBODY;
        if (!all_hold(attempt, conditions))
            continue;
        *ret_stale = find_stale(attempt, i);
        if (*ret_stale != NOBODY)
            return i;
        if (fp_attempt_allows(attempt, i))
            return find_best(attempt, i);
    }
    return NOBODY;
}

/* Runs one attempt. On failure, `*ret_failed` is the want that could not be satisfied. */
static enum fp_code run(struct attempt *attempt, const struct fp_apk_question *question,
                        size_t *ret_failed, enum step_outcome *ret, struct fp_error *err)
{
    size_t next = 0;
    FP_TRY(want_all(attempt, question, err));
    for (;;) {
        FP_TRY(satisfy_all(attempt, &next, ret_failed, ret, err));
        FP_TRY(fp_cancel_check(err));
        if (*ret == STEP_RESTART)
            return FP_OK;
        uint32_t stale = NOBODY;
        uint32_t triggered = find_triggered(attempt, &stale);
        if (triggered == NOBODY)
            return FP_OK;
        if (stale != NOBODY) {
            fp_attempt_ban(attempt, stale);
            *ret = STEP_RESTART;
            return FP_OK;
        }
        FP_TRY(fp_attempt_choose(attempt, triggered, err));
    }
}

static enum fp_code search(struct attempt *attempt, const struct fp_apk_question *question,
                           struct fp_error *err)
{
    struct fp_error first = {0};
    for (int i = 0; i < RESTARTS_MAX; i++) {
        struct fp_error failure = {0};
        enum step_outcome outcome = STEP_DONE;
        size_t failed = SIZE_MAX;
        enum fp_code code = run(attempt, question, &failed, &outcome, &failure);
        FP_TRY(fp_cancel_check(err));
        if (!fp_attempt_step(attempt))
            return fp_fail(err, FP_E_INPUT,
                           "the packages' dependencies are too entangled to be resolved");
        if (code == FP_OK && outcome != STEP_RESTART)
            return FP_OK;
        if (code == FP_OK)
            continue;
        /* The first failure is reported, because the others only follow from it. */
        if (first.code == FP_OK)
            first = failure;
        if (!fp_attempt_blame(attempt, failed))
            return fp_fail_as(err, &first);
    }
    return fp_fail(err, FP_E_INPUT, "the packages' dependencies contradict each other%s%s",
                   first.code != FP_OK ? ": " : "", first.text);
}

/* The state of sorting packages so that each one comes after its dependencies. */
struct ordering {
    const struct attempt *attempt;
    bool *seen;
    struct fp_apk_answer *answer;
    unsigned depth;
};

static void put_in_order(struct ordering *ordering, uint32_t number);

/* Returns the installed package of a name, or NULL. Installed ones come first among providers. */
static const struct fp_apk_package *find_installed(const struct provides *provides,
                                                   const char *name)
{
    const struct provided_name *range =
        &provides->names[fp_provides_find(provides, fp_apk_text(name))];
    for (uint32_t i = 0; i < range->count; i++) {
        const struct fp_apk_package *package =
            provides->packages[provides->providers[range->first + i].package];
        if (!package->is_installed)
            return NULL;
        if (strcmp(package->fields[FP_APK_NAME], name) == 0)
            return package;
    }
    return NULL;
}

static void put_providers(struct ordering *ordering, struct fp_apk_text word)
{
    const struct attempt *attempt = ordering->attempt;
    struct fp_apk_dependency dependency = {0};
    if (fp_apk_dependency_parse(word, &dependency, NULL) != FP_OK || dependency.is_conflict)
        return;
    uint32_t name = fp_attempt_find(attempt, dependency.name);
    if (name == NO_NAME)
        return;
    const struct provided_name *range = &attempt->provides.names[name];
    for (uint32_t i = 0; i < range->count && fp_attempt_step(attempt); i++) {
        const struct provider *provider = &attempt->provides.providers[range->first + i];
        if (attempt->chosen[provider->package] &&
            fp_provider_matches(&attempt->provides, provider, &dependency))
            put_in_order(ordering, provider->package);
    }
}

static void put_in_order(struct ordering *ordering, uint32_t number)
{
    const struct fp_apk_package *package = ordering->attempt->provides.packages[number];
    struct fp_apk_text list = fp_apk_text(package->fields[FP_APK_DEPENDS]);
    struct fp_apk_text word = {0};
    if (ordering->seen[number] || package->is_installed)
        return;
    ordering->seen[number] = true;
    ordering->depth++;
    while (ordering->depth < DEPTH_MAX && fp_apk_text_word(&list, &word))
        put_providers(ordering, word);
    ordering->depth--;
    struct fp_apk_answer *answer = ordering->answer;
    answer->changes =
        fp_xreallocarray(answer->changes, answer->count + 1, sizeof(*answer->changes));
    answer->changes[answer->count++] = (struct fp_apk_change){
        .package = package,
        .replaced = find_installed(&ordering->attempt->provides, package->fields[FP_APK_NAME])};
}

enum fp_code fp_apk_resolve(const struct fp_apk_question *question, struct fp_apk_answer *ret,
                            struct fp_error *err)
{
    uint64_t steps = 0;
    cleanup_attempt struct attempt attempt = {.steps = &steps};
    FP_TRY(fp_provides_gather(question, &attempt.provides, err));
    keep_texts(&attempt, question->world);
    keep_texts(&attempt, question->requests);
    FP_TRY(search(&attempt, question, err));
    size_t count = attempt.provides.package_count;
    cleanup_free bool *seen = fp_xcalloc(count + 1, sizeof(*seen));
    struct ordering ordering = {&attempt, seen, ret, 0};
    for (uint32_t i = 0; i < count; i++) {
        if (attempt.chosen[i])
            put_in_order(&ordering, i);
    }
    return FP_OK;
}

void fp_apk_answer_clear(struct fp_apk_answer *answer)
{
    free(answer->changes);
    *answer = (struct fp_apk_answer){0};
}
