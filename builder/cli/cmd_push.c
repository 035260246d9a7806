#include "session.h"

/* Where to, when nothing says so: an image goes where its name says. */
static enum fp_code own_destination(const struct fp_found *found, const char *source,
                                    struct fp_strv *ret, struct fp_error *err)
{
    if (found->in_store && found->location.kind == FP_AT_REGISTRY) {
        fp_strv_add(ret, found->name);
        return FP_OK;
    }
    enum fp_code code = fp_fail(err, FP_E_USAGE, "'%s' does not say where to push it", source);
    (void) fp_hint(err, "flinkpack push %s registry.example.com/team/NAME:TAG", source);
    return code;
}

static enum fp_code push_to(struct fp_run *run, const struct fp_session *session,
                            const struct fp_found *from, const char *destination,
                            const struct fp_platform *platform, struct fp_error *err)
{
    cleanup_target struct fp_target to = {0};
    struct fp_digest digest = {0};
    enum fp_code code = fp_session_target(session, destination, from->name, &to, err);
    if (code == FP_OK)
        code = fp_session_copy(session, from, &to, platform, &digest, err);
    return code == FP_OK ? fp_run_result(run, to.title, &digest, err) : code;
}

enum fp_code fp_run_push(struct fp_run *run, struct fp_error *err)
{
    cleanup_session struct fp_session session = {0};
    cleanup_found struct fp_found from = {0};
    cleanup_strv struct fp_strv destinations = {0};
    struct fp_platform platform = {0};
    bool one_platform = false;
    const char *source = run->operands.items[0];
    enum fp_find_order order = run->operands.len > 1 ? FP_FIND_STORE_FIRST : FP_FIND_STORE;
    enum fp_code code = fp_run_platform(run, &platform, &one_platform, err);
    const struct fp_platform *only = one_platform ? &platform : NULL;
    if (code == FP_OK)
        code = fp_session_open(run, &session, err);
    if (code == FP_OK)
        code = fp_session_find(&session, source, order, only, &from, err);
    for (size_t i = 1; i < run->operands.len; i++)
        fp_strv_add(&destinations, run->operands.items[i]);
    if (code == FP_OK && destinations.len == 0)
        code = own_destination(&from, source, &destinations, err);
    for (size_t i = 0; i < destinations.len && code == FP_OK; i++)
        code = push_to(run, &session, &from, destinations.items[i], only, err);
    return code;
}
