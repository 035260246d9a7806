/* rebase: puts images of ours onto a newer base, one after the other. */
#include <string.h>

#include "session.h"
#include "signing.h"

/* A name of several images can only be a tag, as a name stands for one image. */
static enum fp_code check_tags(const struct fp_run *run, struct fp_error *err)
{
    const struct fp_strv *tags = &run->args.build.tags;
    for (size_t i = 0; run->operands.len > 1 && i < tags->len; i++) {
        if (strpbrk(tags->items[i], ":/") != NULL)
            return fp_hinted(fp_fail(err, FP_E_USAGE, "--tag '%s': one name for %zu images",
                                     tags->items[i], run->operands.len),
                             err, "a tag alone is set in the repository of each: --tag TAG");
    }
    return FP_OK;
}

static enum fp_code rebase(struct fp_run *run, const struct fp_session *session, const char *image,
                           struct fp_error *err)
{
    cleanup_rebase_result struct fp_rebase_result result = {0};
    FP_TRY(fp_rebase_run(image, &run->args.build, &session->context, &result, err));
    if (result.is_current)
        fp_report(run->reporter, FP_EVENT_INFO, "%s is on the newest %s: nothing to do", image,
                  result.base);
    else
        fp_report(run->reporter, FP_EVENT_INFO, "%s %s %s", image,
                  run->args.build.dry_run ? "would be put onto" : "is now on", result.base);
    fp_buf_putf(&run->out, "%s@%s\n", result.name, result.digest.text);
    return FP_OK;
}

/* A failure of one image does not stop the others: it is told at once, and again at the end. */
static void tell(const struct fp_run *run, const char *image, const struct fp_error *failure)
{
    fp_report(run->reporter, FP_EVENT_WARNING, "%s stays as it is: %s%s%s", image, failure->text,
              failure->hint[0] != '\0' ? "; " : "", failure->hint);
}

enum fp_code fp_run_rebase(struct fp_run *run, struct fp_error *err)
{
    const struct fp_strv *images = &run->operands;
    cleanup_session struct fp_session session = {0};
    cleanup_signing struct fp_signing signing = {0};
    struct fp_error first = {0};
    size_t failures = 0;
    FP_TRY(check_tags(run, err));
    if (images->len == 0) {
        fp_report(run->reporter, FP_EVENT_INFO, "rebase: no image is named: nothing to do");
        return FP_OK;
    }
    FP_TRY(fp_session_open_build(run, &session, err));
    FP_TRY(fp_signing_open(run, &signing, err));
    session.context.signing = signing.is_asked ? &signing.work : NULL;
    run->is_partial = true;
    for (size_t i = 0; i < images->len; i++) {
        struct fp_error failure = {0};
        if (rebase(run, &session, images->items[i], &failure) == FP_OK)
            continue;
        if (images->len == 1 || failure.code == FP_E_INTERRUPTED)
            return fp_fail_as(err, &failure);
        tell(run, images->items[i], &failure);
        first = failures++ == 0 ? failure : first;
    }
    if (failures == 0)
        return FP_OK;
    return fp_context(fp_fail_as(err, &first), err, "%zu of %zu images stay as they are; the first",
                      failures, images->len);
}
