/* Fetches the indexes of all repositories of a system in parallel, and skips unavailable ones. */
#include "fetch.h"

#define THREADS 4

/* Lists the repositories that the user names, then the image's own. */
static enum fp_code list_repositories(const struct fp_apk_system *root,
                                      const struct fp_apk_addition *addition,
                                      struct fp_apk_repositories *ret, struct fp_error *err)
{
    const struct fp_strv *given = addition->repositories;
    for (size_t i = 0; given != NULL && i < given->len; i++)
        fp_apk_repositories_read(&(struct fp_apk_repositories_source){.text = given->items[i],
                                                                      .name = "--repository",
                                                                      .arch = root->arch,
                                                                      .is_here = true},
                                 ret);
    fp_strv_clear(&ret->variables);
    for (size_t i = 0; i < root->repository_files.len; i++) {
        cleanup_free char *name = fp_xasprintf("/%s", root->repository_files.items[i]);
        fp_apk_repositories_read(
            &(struct fp_apk_repositories_source){.text = root->repository_texts.items[i],
                                                 .name = name,
                                                 .arch = root->arch,
                                                 .mirror = addition->mirror},
            ret);
    }
    if (ret->urls.len > FP_APK_REPOSITORIES_MAX || ret->named > FP_APK_REPOSITORIES_NAMED_MAX)
        return fp_fail(err, FP_E_INPUT, "more than %d package repositories",
                       FP_APK_REPOSITORIES_MAX);
    if (ret->urls.len > 0)
        return FP_OK;
    return fp_hinted(fp_fail(err, FP_E_INPUT,
                             "the base names no package repository in /etc/apk/repositories%s%s",
                             ret->passed.len > 0 ? " that could be asked: " : "",
                             ret->passed.len > 0 ? ret->passed.items[0] : ""),
                     err, "name one: --repository https://dl-cdn.alpinelinux.org/alpine/vX.Y/main");
}

static enum fp_code run_all(struct index_fetch *fetches, size_t count, struct fp_error *err)
{
    cleanup_group struct fp_group *group =
        fp_group_new(NULL, count < THREADS ? (unsigned) count : THREADS);
    for (size_t i = 0; i < count; i++)
        fp_group_go(group, fp_index_fetch_run, &fetches[i]);
    return fp_group_wait(group, err);
}

/* Skips unavailable repositories. It is an error if none is available. Where all packages are
 * known, nothing can be missing for it that would not be an error. */
static enum fp_code pass_over(struct index_fetch *fetches, const struct fp_apk_addition *tell,
                              struct choice *ret, struct fp_error *err)
{
    size_t count = ret->repositories.urls.len;
    for (size_t i = 0; i < count; i++) {
        if (!fetches[i].is_away)
            continue;
        if (ret->away.code == FP_OK)
            ret->away = fetches[i].err;
        fp_strv_add(&ret->away_shown, fetches[i].shown);
    }
    if (ret->away_shown.len == count)
        return fp_fail_as(err, &ret->away);
    for (size_t i = 0; i < count && tell != NULL; i++) {
        if (fetches[i].is_away)
            fp_report(tell->target.reporter, tell->only_pins ? FP_EVENT_INFO : FP_EVENT_WARNING,
                      "a repository is passed over, and with it the packages and versions that "
                      "only it has: %s",
                      fetches[i].err.text);
    }
    return FP_OK;
}

/* Reads the indexes one after the other, because a limit applies to their total size. */
static enum fp_code read_all(const struct fp_apk_system *root, struct index_fetch *fetches,
                             struct choice *ret, struct fp_error *err)
{
    size_t bytes = 0;
    size_t packages = 0;
    for (size_t i = 0; i < ret->repositories.urls.len; i++) {
        struct fp_apk_index *index = &ret->indexes[i];
        ret->list[ret->count++] = index;
        if (fetches[i].is_away)
            continue;
        FP_TRY(fp_index_fetch_read(&fetches[i], root->keys, index, err));
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

static enum fp_code fetch_all(const struct fp_apk_system *root, struct index_fetch *fetches,
                              const struct fp_apk_addition *tell, struct choice *ret,
                              struct fp_error *err)
{
    FP_TRY(run_all(fetches, ret->repositories.urls.len, err));
    FP_TRY(pass_over(fetches, tell, ret, err));
    return read_all(root, fetches, ret, err);
}

enum fp_code fp_choice_make(const struct fp_apk_system *root,
                            const struct fp_apk_addition *addition, bool tell, struct choice *ret,
                            struct fp_error *err)
{
    FP_TRY(list_repositories(root, addition, &ret->repositories, err));
    const struct fp_strv *urls = &ret->repositories.urls;
    for (size_t i = 0; tell && i < ret->repositories.passed.len; i++)
        fp_report(addition->fetch.reporter, FP_EVENT_INFO, "passed over: %s",
                  ret->repositories.passed.items[i]);
    cleanup_free struct index_fetch *fetches = fp_xcalloc(urls->len, sizeof(*fetches));
    for (size_t i = 0; i < urls->len; i++)
        fetches[i] = (struct index_fetch){
            .options = &addition->fetch, .url = urls->items[i], .arch = root->arch, .fd = -1};
    enum fp_code code = fetch_all(root, fetches, tell ? addition : NULL, ret, err);
    for (size_t i = 0; i < urls->len; i++)
        fp_index_fetch_clear(&fetches[i]);
    return code;
}

enum fp_code fp_choice_blame(const struct choice *choice, enum fp_code code, struct fp_error *err)
{
    cleanup_buf struct fp_buf names = FP_BUF_INIT(500);
    if (choice->away.code == FP_OK || (code != FP_E_NOT_FOUND && code != FP_E_INPUT))
        return code;
    for (size_t i = 1; i < choice->away_shown.len; i++) {
        fp_buf_putf(&names, ", and %s", choice->away_shown.items[i]);
    }
    /* An unavailable repository may have the package, so its code tells that a retry may help. */
    if (code == FP_E_NOT_FOUND)
        code = choice->away.code;
    cleanup_free char *text = fp_xstrdup(err != NULL ? err->text : "");
    code =
        fp_fail(err, code, "%s; passed over: %s%s", text, choice->away.text, fp_buf_text(&names));
    return choice->away.hint[0] != '\0' ? fp_hinted(code, err, "%s", choice->away.hint) : code;
}

void fp_choice_clear(struct choice *choice)
{
    for (size_t i = 0; i < choice->count; i++)
        fp_apk_index_clear(&choice->indexes[i]);
    fp_apk_repositories_clear(&choice->repositories);
    fp_strv_clear(&choice->away_shown);
    *choice = (struct choice){0};
}
