/* Adds packages to a layer: chooses, fetches and installs them. */
#include "fetch.h"

#include <stdatomic.h>

#define THREADS 4

/* The packages to choose from, and the chosen ones. */
struct selection {
    struct choice from;
    struct fp_strv world;
    struct fp_apk_answer answer;
    struct fp_apk_arrival *arrivals;
};

static void selection_clear(struct selection *selection)
{
    for (size_t i = 0; selection->arrivals != NULL && i < selection->answer.count; i++)
        fp_apk_contents_clear(&selection->arrivals[i].contents);
    free(selection->arrivals);
    fp_apk_answer_clear(&selection->answer);
    fp_choice_clear(&selection->from);
    fp_strv_clear(&selection->world);
    *selection = (struct selection){0};
}
#define cleanup_selection __attribute__((cleanup(selection_clear)))

static enum fp_code resolve(const struct fp_apk_system *root,
                            const struct fp_apk_addition *addition, struct selection *selection,
                            struct fp_error *err)
{
    fp_apk_world_split(root, addition->requests, &selection->world);
    struct fp_apk_question question = {.installed = &root->packages,
                                       .repositories = selection->from.list,
                                       .repository_count = selection->from.count,
                                       .world = &selection->world,
                                       .requests = addition->requests,
                                       .pins = json_object_get(addition->pins, "packages"),
                                       .only_pins = addition->only_pins};
    enum fp_code code = fp_apk_resolve(&question, &selection->answer, err);
    /* What is asked for may need another version than the one that was taken before. */
    if ((code == FP_E_NOT_FOUND || code == FP_E_INPUT) && !question.only_pins &&
        question.pins != NULL) {
        question.pins = NULL;
        code = fp_apk_resolve(&question, &selection->answer, err);
    }
    return code == FP_OK ? FP_OK : fp_choice_blame(&selection->from, code, err);
}

/* The fetch of one package, which is a task of a group. */
struct package_fetch {
    const struct fp_apk_addition *addition;
    const char *url;
    struct fp_apk_arrival *arrival;
    atomic_bool *has_failed; /* whether any of the fetches has failed */
    enum fp_code code;
    struct fp_error err;
};

/* A fetch that began before another one failed is completed, and one that has not begun is skipped.
 * Errors are kept in the fetch. */
static enum fp_code fetch_package(void *package_fetch, struct fp_error *err)
{
    struct package_fetch *fetch = package_fetch;
    (void) err;
    if (atomic_load(fetch->has_failed))
        return FP_OK;
    fetch->code =
        fp_apk_package_fetch(&fetch->addition->fetch, fetch->url, fetch->arrival->change.package,
                             fetch->addition->spool, &fetch->arrival->contents, &fetch->err);
    if (fetch->code != FP_OK)
        atomic_store(fetch->has_failed, true);
    return FP_OK;
}

/* Fetches packages in parallel. Of several failures, the first one in the list is reported, because
 * all fetches before it in the list have begun. */
static enum fp_code fetch_all(struct package_fetch *fetches, size_t count, struct fp_error *err)
{
    atomic_bool has_failed = false;
    cleanup_group struct fp_group *group = fp_group_new(NULL, THREADS);
    for (size_t i = 0; i < count; i++) {
        fetches[i].has_failed = &has_failed;
        fp_group_go(group, fetch_package, &fetches[i]);
    }
    FP_TRY(fp_group_wait(group, err));
    for (size_t i = 0; i < count; i++) {
        if (fetches[i].code != FP_OK)
            return fp_fail_as(err, &fetches[i].err);
    }
    return FP_OK;
}

static enum fp_code fetch_packages(const struct fp_apk_addition *addition,
                                   struct selection *selection, struct fp_error *err)
{
    size_t count = selection->answer.count;
    size_t fetched = 0;
    selection->arrivals = fp_xcalloc(count + 1, sizeof(*selection->arrivals));
    cleanup_free struct package_fetch *fetches = fp_xcalloc(count + 1, sizeof(*fetches));
    for (size_t i = 0; i < count; i++) {
        struct fp_apk_arrival *arrival = &selection->arrivals[i];
        arrival->change = selection->answer.changes[i];
        const struct fp_apk_package *package = arrival->change.package;
        /* A package without a size is virtual and has no .apk. */
        if (package->installed_size == 0)
            continue;
        fetches[fetched++] = (struct package_fetch){
            .addition = addition,
            .url = selection->from.repositories.urls.items[package->repository],
            .arrival = arrival};
    }
    FP_TRY(fetch_all(fetches, fetched, err));
    for (size_t i = 0; i < fetched; i++)
        FP_TRY(fp_taken_check(addition, fetches[i].arrival, err));
    return FP_OK;
}

static enum fp_code select_packages(const struct fp_apk_system *root,
                                    const struct fp_apk_addition *addition, bool tell,
                                    struct selection *selection, struct fp_error *err)
{
    FP_TRY(fp_choice_make(root, addition, tell, &selection->from, err));
    return resolve(root, addition, selection, err);
}

/* Stable repositories drop a version when they publish the next. If a package is missing, the index
 * may be outdated, so it is fetched once more. */
static enum fp_code obtain(const struct fp_apk_system *root, const struct fp_apk_addition *addition,
                           struct selection *selection, struct fp_error *err)
{
    FP_TRY(select_packages(root, addition, true, selection, err));
    enum fp_code code = fetch_packages(addition, selection, err);
    if (code != FP_E_NOT_FOUND || addition->fetch.offline)
        return code;
    selection_clear(selection);
    FP_TRY(select_packages(root, addition, false, selection, err));
    return fetch_packages(addition, selection, err);
}

static void tell(const struct selection *selection, struct fp_reporter *reporter,
                 struct fp_strv *ret)
{
    for (size_t i = 0; i < selection->answer.count; i++) {
        const struct fp_apk_change *change = &selection->answer.changes[i];
        cleanup_free char *title = fp_apk_package_title(change->package);
        if (change->replaced == NULL) {
            fp_strv_add(ret, title);
            continue;
        }
        const char *was = change->replaced->fields[FP_APK_VERSION];
        fp_strv_addf(ret, "%s (was %s)", title, was);
        fp_report(reporter, FP_EVENT_WARNING, "%s of the base, %s, is exchanged for %s",
                  change->package->fields[FP_APK_NAME], was, title);
    }
}

static bool all_installed(const struct fp_apk_system *root, const struct fp_strv *requests)
{
    for (size_t i = 0; i < requests->len; i++) {
        if (!fp_apk_system_has(root, requests->items[i]))
            return false;
    }
    return true;
}

enum fp_code fp_apk_add(const struct fp_apk_system *root, const struct fp_apk_addition *addition,
                        struct fp_strv *ret_changes, json_t **ret_report, struct fp_error *err)
{
    cleanup_selection struct selection selection = {0};
    if (addition->keys != NULL)
        FP_TRY(fp_apk_keys_read(root->keys, addition->keys, err));
    if (!all_installed(root, addition->requests))
        FP_TRY(obtain(root, addition, &selection, err));
    tell(&selection, addition->target.reporter, ret_changes);
    FP_TRY(fp_apk_install(root, selection.arrivals, selection.answer.count, addition->requests,
                          &addition->target, err));
    *ret_report =
        fp_taken_report(addition, &selection.from, selection.arrivals, selection.answer.count);
    return FP_OK;
}
