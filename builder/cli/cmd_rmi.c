#include "format.h"
#include "session.h"

/* A name as the local store has it; a digest is taken as it is. */
static enum fp_code stored_name(const char *text, char **ret, struct fp_error *err)
{
    cleanup_reference struct fp_reference reference = {0};
    struct fp_digest digest = {0};
    if (fp_digest_parse(text, "digest", &digest, NULL) == FP_OK) {
        *ret = fp_xstrdup(text);
        return FP_OK;
    }
    enum fp_code code = fp_reference_parse(text, &reference, err);
    if (code == FP_OK)
        *ret = fp_store_name(&reference);
    return code;
}

enum fp_code fp_run_rmi(struct fp_run *run, struct fp_error *err)
{
    cleanup_session struct fp_session session = {0};
    enum fp_code code = fp_session_open_local(run, &session, err);
    for (size_t i = 0; i < run->operands.len && code == FP_OK; i++) {
        cleanup_free char *name = NULL;
        uint64_t freed = 0;
        char size[FP_FORMAT_MAX];
        code = stored_name(run->operands.items[i], &name, err);
        if (code == FP_OK)
            code = fp_layout_remove(session.store, name, &freed, err);
        if (code != FP_OK)
            return code;
        fp_format_bytes(freed, size);
        fp_report(run->reporter, FP_EVENT_INFO, "%s: removed, %s freed", name, size);
    }
    return code;
}
