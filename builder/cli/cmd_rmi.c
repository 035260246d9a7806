/* rmi: removes names, and the blobs that only they need, from the local store. */
#include <string.h>

#include "format.h"
#include "session.h"

/* The name as the local store writes it. A digest stays unchanged. */
static enum fp_code stored_name(const char *text, char **ret, struct fp_error *err)
{
    cleanup_reference struct fp_reference reference = {0};
    struct fp_digest digest = {0};
    if (fp_digest_parse(text, "digest", &digest, NULL) == FP_OK) {
        *ret = fp_xstrdup(text);
        return FP_OK;
    }
    FP_TRY(fp_reference_parse(text, &reference, err));
    *ret = fp_reference_full(&reference);
    return FP_OK;
}

/* Removing a digest removes all names of its image. These are collected for the report. */
static enum fp_code names_of(const struct fp_session *session, const char *digest,
                             struct fp_strv *ret, struct fp_error *err)
{
    cleanup_layout_names struct fp_layout_names names = {0};
    FP_TRY(fp_layout_list(session->store, &names, err));
    for (size_t i = 0; i < names.len; i++)
        if (strcmp(names.items[i].descriptor.digest.text, digest) == 0)
            fp_strv_add(ret, names.items[i].name);
    return FP_OK;
}

static enum fp_code remove_one(struct fp_run *run, const struct fp_session *session,
                               const char *text, struct fp_error *err)
{
    cleanup_free char *name = NULL;
    cleanup_strv struct fp_strv names = {0};
    struct fp_digest digest = {0};
    uint64_t freed = 0;
    char size[FP_FORMAT_MAX];
    enum fp_code code = stored_name(text, &name, err);
    if (code != FP_OK)
        return code;
    if (!fp_layout_is_there(session->store))
        return fp_session_not_stored(session, text, name, err);
    if (fp_digest_parse(text, "", &digest, NULL) == FP_OK)
        code = names_of(session, digest.text, &names, err);
    if (code == FP_OK)
        code = fp_layout_remove(session->store, name, &freed, err);
    if (code == FP_E_NOT_FOUND)
        return fp_session_not_stored(session, text, name, err);
    if (code != FP_OK)
        return code;
    for (size_t i = 0; i < names.len; i++)
        fp_report(run->reporter, FP_EVENT_INFO, "%s: removed", names.items[i]);
    fp_format_bytes(freed, size);
    fp_report(run->reporter, FP_EVENT_INFO, "%s: removed, %s freed", name, size);
    return FP_OK;
}

/* A missing name does not stop the removal of the others. The first failure is returned. */
enum fp_code fp_run_rmi(struct fp_run *run, struct fp_error *err)
{
    cleanup_session struct fp_session session = {0};
    enum fp_code result = fp_session_open_local(run, &session, err);
    if (result != FP_OK)
        return result;
    for (size_t i = 0; i < run->operands.len; i++) {
        struct fp_error failure = {0};
        enum fp_code code = remove_one(run, &session, run->operands.items[i], &failure);
        if (code != FP_OK && result != FP_OK)
            fp_report(run->reporter, FP_EVENT_WARNING, "%s", failure.text);
        if (code == FP_OK || result != FP_OK)
            continue;
        *err = failure;
        result = code;
    }
    return result;
}
