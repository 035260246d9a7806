#include "flinkpack/alpine/repository.h"

#include <string.h>

#define REPOSITORIES_MAX 32

/* What there is to choose from, and what was chosen. */
struct selection {
    struct fp_strv urls;
    struct fp_strv world;
    struct fp_apk_index indexes[REPOSITORIES_MAX];
    const struct fp_apk_index *list[REPOSITORIES_MAX];
    size_t count;
    struct fp_apk_answer answer;
    struct fp_apk_arrival *arrivals;
};

static void selection_clear(struct selection *selection)
{
    for (size_t i = 0; selection->arrivals != NULL && i < selection->answer.count; i++)
        fp_apk_contents_clear(&selection->arrivals[i].contents);
    free(selection->arrivals);
    fp_apk_answer_clear(&selection->answer);
    for (size_t i = 0; i < selection->count; i++)
        fp_apk_index_clear(&selection->indexes[i]);
    fp_strv_clear(&selection->urls);
    fp_strv_clear(&selection->world);
    *selection = (struct selection){0};
}
#define cleanup_selection __attribute__((cleanup(selection_clear)))

static enum fp_code list_repositories(const struct fp_apk_system *root,
                                      const struct fp_apk_addition *addition, struct fp_strv *ret,
                                      struct fp_error *err)
{
    const struct fp_strv *extra = addition->repositories;
    for (size_t i = 0; extra != NULL && i < extra->len; i++)
        fp_apk_repositories_parse(extra->items[i], NULL, ret);
    fp_apk_repositories_parse(root->repositories, addition->mirror, ret);
    if (ret->len > REPOSITORIES_MAX)
        return fp_fail(err, FP_E_INPUT, "more than %d package repositories", REPOSITORIES_MAX);
    if (ret->len > 0)
        return FP_OK;
    enum fp_code code =
        fp_fail(err, FP_E_INPUT, "the base names no package repository in /etc/apk/repositories");
    (void) fp_hint(err, "name one: --repository https://dl-cdn.alpinelinux.org/alpine/vX.Y/main");
    return code;
}

static enum fp_code fetch_indexes(const struct fp_apk_system *root,
                                  const struct fp_apk_addition *addition,
                                  struct selection *selection, struct fp_error *err)
{
    size_t bytes = 0;
    size_t packages = 0;
    for (size_t i = 0; i < selection->urls.len; i++) {
        struct fp_apk_index *index = &selection->indexes[i];
        enum fp_code code = fp_apk_index_fetch(&addition->fetch, selection->urls.items[i],
                                               root->arch, root->keys, index, err);
        if (code != FP_OK)
            return code;
        selection->count++;
        selection->list[i] = index;
        bytes += index->bytes;
        packages += index->count;
        if (bytes > FP_APK_INDEX_MAX_BYTES || packages > FP_APK_INDEX_MAX_PACKAGES)
            return fp_fail(err, FP_E_INPUT,
                           "the package repositories list more than %d packages, or %zu bytes",
                           FP_APK_INDEX_MAX_PACKAGES, FP_APK_INDEX_MAX_BYTES);
        for (size_t k = 0; k < index->count; k++)
            index->packages[k].repository = (unsigned) i;
    }
    return FP_OK;
}

static enum fp_code resolve(const struct fp_apk_system *root, const struct fp_strv *requests,
                            struct selection *selection, struct fp_error *err)
{
    fp_apk_world_split(root, requests, &selection->world);
    struct fp_apk_question question = {.installed = &root->packages,
                                       .repositories = selection->list,
                                       .repository_count = selection->count,
                                       .world = &selection->world,
                                       .requests = requests};
    return fp_apk_resolve(&question, &selection->answer, err);
}

static enum fp_code fetch_packages(const struct fp_apk_addition *addition,
                                   struct selection *selection, struct fp_error *err)
{
    size_t count = selection->answer.count;
    selection->arrivals = fp_xcalloc(count + 1, sizeof(*selection->arrivals));
    for (size_t i = 0; i < count; i++) {
        struct fp_apk_arrival *arrival = &selection->arrivals[i];
        arrival->change = selection->answer.changes[i];
        const struct fp_apk_package *package = arrival->change.package;
        /* What has no size is virtual: it has no file. */
        if (package->installed_size == 0)
            continue;
        enum fp_code code =
            fp_apk_package_fetch(&addition->fetch, selection->urls.items[package->repository],
                                 package, addition->spool, &arrival->contents, err);
        if (code != FP_OK)
            return code;
    }
    return FP_OK;
}

static enum fp_code select_packages(const struct fp_apk_system *root,
                                    const struct fp_apk_addition *addition,
                                    struct selection *selection, struct fp_error *err)
{
    enum fp_code code = list_repositories(root, addition, &selection->urls, err);
    if (code == FP_OK)
        code = fetch_indexes(root, addition, selection, err);
    if (code == FP_OK)
        code = resolve(root, addition->requests, selection, err);
    return code;
}

/* Stable repositories drop a version when they get the next: the index may be older than what is
 * there, so it is asked for once more. */
static enum fp_code obtain(const struct fp_apk_system *root, const struct fp_apk_addition *addition,
                           struct selection *selection, struct fp_error *err)
{
    enum fp_code code = select_packages(root, addition, selection, err);
    if (code != FP_OK)
        return code;
    code = fetch_packages(addition, selection, err);
    if (code != FP_E_NOT_FOUND || addition->fetch.offline)
        return code;
    selection_clear(selection);
    code = select_packages(root, addition, selection, err);
    return code == FP_OK ? fetch_packages(addition, selection, err) : code;
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
                        struct fp_strv *ret_changes, struct fp_error *err)
{
    cleanup_selection struct selection selection = {0};
    enum fp_code code =
        addition->keys != NULL ? fp_apk_keys_read(root->keys, addition->keys, err) : FP_OK;
    if (code == FP_OK && !all_installed(root, addition->requests))
        code = obtain(root, addition, &selection, err);
    if (code != FP_OK)
        return code;
    tell(&selection, addition->target.reporter, ret_changes);
    return fp_apk_install(root, selection.arrivals, selection.answer.count, addition->requests,
                          &addition->target, err);
}
