/* tag: gives more names to an image of the local store. */
#include "session.h"

/* The name under which the local store records `text`. */
static enum fp_code new_name(const char *text, char **ret, struct fp_error *err)
{
    cleanup_reference struct fp_reference reference = {0};
    FP_TRY(fp_reference_parse(text, &reference, err));
    struct fp_digest digest = {0};
    if (fp_digest_is_set(&reference.digest) || fp_digest_parse(text, "", &digest, NULL) == FP_OK)
        return fp_fail(err, FP_E_USAGE, "'%s': a digest is no name to give", text);
    *ret = fp_reference_full(&reference);
    return FP_OK;
}

enum fp_code fp_run_tag(struct fp_run *run, struct fp_error *err)
{
    cleanup_session struct fp_session session = {0};
    cleanup_found struct fp_found image = {0};
    cleanup_buf struct fp_buf document = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
    FP_TRY(fp_session_open_local(run, &session, err));
    FP_TRY(fp_session_find(&session, run->operands.items[0], FP_FIND_STORE, &image, err));
    if (!image.in_store)
        return fp_fail(err, FP_E_USAGE, "'%s' is no name in the local store",
                       run->operands.items[0]);
    FP_TRY(fp_repo_get_document(image.repo, &image.root, &document, err));
    for (size_t i = 1; i < run->operands.len; i++) {
        cleanup_free char *name = NULL;
        FP_TRY(new_name(run->operands.items[i], &name, err));
        FP_TRY(fp_repo_name(image.repo, &image.root, fp_buf_text(&document), name, err));
    }
    return fp_repo_finish(image.repo, err);
}
