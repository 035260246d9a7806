/* pull: copies an image out of a registry. */
#include "signing.h"

/* The name that an image gets in the local store, or NULL. The caller owns it. */
static char *name_in_store(const struct fp_found *from)
{
    cleanup_reference struct fp_reference reference = {0};
    if (from->name == NULL || fp_reference_parse(from->name, &reference, NULL) != FP_OK)
        return NULL;
    return fp_reference_full(&reference);
}

static enum fp_code pull_to(struct fp_run *run, const struct fp_session *session,
                            const struct fp_found *from, const char *output, struct fp_error *err)
{
    cleanup_target struct fp_target to = {0};
    cleanup_descriptor struct fp_descriptor root = {0};
    cleanup_free char *name = name_in_store(from);
    /* An image of a registry is printed without its tag, others as the user named them. */
    cleanup_free char *title = from->location.kind == FP_AT_REGISTRY
                                   ? fp_reference_name(&from->location.reference)
                                   : fp_xstrdup(from->title);
    FP_TRY(output != NULL ? fp_session_target(session, output, from->name, &to, err)
                          : fp_session_store(session, name, &to, err));
    FP_TRY(fp_signing_can_take_along(run, &to, err));
    FP_TRY(fp_session_copy(session, from, &to, NULL, &root, err));
    FP_TRY(fp_signing_take_along(run, from, &to, &root, err));
    fp_run_result(run, title, &root.digest);
    return FP_OK;
}

/* Outputs are checked before anything is fetched. */
static enum fp_code check_outputs(const struct fp_strv *outputs, struct fp_error *err)
{
    for (size_t i = 0; i < outputs->len; i++) {
        cleanup_location struct fp_location at = {0};
        FP_TRY(fp_context(fp_location_parse(outputs->items[i], &at, err), err, "--output"));
        if (!fp_location_is_file(&at))
            return fp_hinted(fp_fail(err, FP_E_USAGE, "--output: '%s' is no layout and no archive",
                                     outputs->items[i]),
                             err,
                             "oci:DIR[:TAG], oci-archive:FILE or docker-archive:FILE; 'flinkpack "
                             "push' copies to a registry");
    }
    return FP_OK;
}

/* Fail for an image of the local store if no output is given, because it is already there. A name
 * without a registry means the store; names with docker.io are in a registry. */
static enum fp_code check_source(const struct fp_found *from, const char *text,
                                 const struct fp_strv *outputs, struct fp_error *err)
{
    if (from->location.kind != FP_AT_STORE || outputs->len > 0)
        return FP_OK;
    enum fp_code code =
        fp_fail(err, FP_E_USAGE, "'%s' names no registry, and is in the local store already", text);
    cleanup_free char *hub = fp_hub_name(text);
    fp_hint(err, "on Docker Hub: flinkpack pull %s", hub);
    return code;
}

enum fp_code fp_run_pull(struct fp_run *run, struct fp_error *err)
{
    cleanup_session struct fp_session session = {0};
    cleanup_found struct fp_found from = {0};
    const char *source = run->operands.items[0];
    const struct fp_strv *outputs = &run->args.outputs;
    FP_TRY(check_outputs(outputs, err));
    FP_TRY(fp_session_open(run, &session, err));
    FP_TRY(fp_session_find(&session, source, FP_FIND_REGISTRY, &from, err));
    FP_TRY(check_source(&from, source, outputs, err));
    if (outputs->len == 0)
        return pull_to(run, &session, &from, NULL, err);
    for (size_t i = 0; i < outputs->len; i++)
        FP_TRY(pull_to(run, &session, &from, outputs->items[i], err));
    return FP_OK;
}
