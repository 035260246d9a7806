/* push: copies an image into registries, layouts and archives. */
#include "signing.h"

/* The destination if none is given: the registry in the name of the image. */
static enum fp_code own_destination(const struct fp_found *found, const char *source,
                                    struct fp_strv *ret, struct fp_error *err)
{
    if (found->in_store && found->location.kind == FP_AT_REGISTRY) {
        fp_strv_add(ret, found->name);
        return FP_OK;
    }
    return fp_hinted(fp_fail(err, FP_E_USAGE, "'%s' does not say where to push it", source), err,
                     "flinkpack push %s registry.example.com/team/NAME:TAG", source);
}

static enum fp_code push_to(struct fp_run *run, const struct fp_session *session,
                            const struct fp_signing *signing, const struct fp_found *from,
                            const struct fp_strv *destinations, struct fp_target *targets,
                            struct fp_error *err)
{
    /* All destinations are checked before anything is sent to the first one. */
    for (size_t i = 0; i < destinations->len; i++) {
        FP_TRY(fp_session_target(session, destinations->items[i], from->name, &targets[i], err));
        FP_TRY(fp_signing_can_take_along(run, &targets[i], err));
    }
    for (size_t i = 0; i < destinations->len; i++) {
        struct fp_target *to = &targets[i];
        cleanup_descriptor struct fp_descriptor root = {0};
        to->one_of_several = destinations->len > 1;
        FP_TRY(fp_session_copy(session, from, to, i > 0 ? to - 1 : NULL, &root, err));
        FP_TRY(fp_signing_take_along(run, from, to, &root, err));
        FP_TRY(fp_signing_sign(signing, session, &to->location, to->repo, &root, err));
        fp_run_result(run, to->title, &root.digest);
    }
    return FP_OK;
}

enum fp_code fp_run_push(struct fp_run *run, struct fp_error *err)
{
    cleanup_session struct fp_session session = {0};
    cleanup_signing struct fp_signing signing = {0};
    cleanup_found struct fp_found from = {0};
    cleanup_strv struct fp_strv destinations = {0};
    const char *source = run->operands.items[0];
    enum fp_find_order order = run->operands.len > 1 ? FP_FIND_STORE_FIRST : FP_FIND_STORE;
    FP_TRY(fp_session_open(run, &session, err));
    FP_TRY(fp_signing_open(run, &signing, err));
    FP_TRY(fp_session_find(&session, source, order, &from, err));
    for (size_t i = 1; i < run->operands.len; i++)
        fp_strv_add(&destinations, run->operands.items[i]);
    if (destinations.len == 0)
        FP_TRY(own_destination(&from, source, &destinations, err));
    struct fp_target *targets = fp_xcalloc(destinations.len, sizeof(*targets));
    enum fp_code code = push_to(run, &session, &signing, &from, &destinations, targets, err);
    for (size_t i = destinations.len; i > 0; i--)
        fp_target_clear(&targets[i - 1]);
    free(targets);
    return code;
}
