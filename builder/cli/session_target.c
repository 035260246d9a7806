/* The places that images are copied to. */
#include "session.h"

#include <string.h>

static enum fp_code check_registry(const struct fp_session *session,
                                   const struct fp_reference *reference, struct fp_error *err)
{
    if (session->context.offline)
        return fp_fail(err, FP_E_USAGE, "--offline: nothing can be pushed");
    if (fp_digest_is_set(&reference->digest))
        return fp_fail(err, FP_E_USAGE, "%s/%s@%s: a destination is named by tag, not by digest",
                       reference->registry, reference->repository, reference->digest.text);
    return FP_OK;
}

/* "registry.example.com:5000" is a name and its tag, and was hardly meant to be. */
static enum fp_code fail_without_registry(const char *text, struct fp_error *err)
{
    enum fp_code code = fp_fail(err, FP_E_USAGE, "'%s' names no registry", text);
    bool has_path = strchr(text, '/') != NULL;
    size_t host = strcspn(text, ":/");
    bool is_host = !has_path && (memchr(text, '.', host) != NULL ||
                                 (host == 9 && strncmp(text, "localhost", host) == 0));
    if (is_host)
        fp_hint(err, "a registry alone is no name: %s/team/NAME:TAG", text);
    else
        fp_hint(err, "name it in full, as in registry.example.com/%s%s", has_path ? "" : "team/",
                text);
    return code;
}

enum fp_code fp_session_target(const struct fp_session *session, const char *text, const char *name,
                               struct fp_target *ret, struct fp_error *err)
{
    const struct fp_location *at = &ret->location;
    FP_TRY(fp_location_parse(text, &ret->location, err));
    if (at->kind == FP_AT_STORE)
        return fail_without_registry(text, err);
    if (at->kind == FP_AT_REGISTRY)
        FP_TRY(check_registry(session, &at->reference, err));
    ret->title = at->kind == FP_AT_REGISTRY ? fp_reference_name(&at->reference) : fp_xstrdup(text);
    fp_location_add_name(at, name, &ret->names);
    return fp_location_create(at, &session->context.places, &ret->repo, err);
}

enum fp_code fp_session_store(const struct fp_session *session, const char *name,
                              struct fp_target *ret, struct fp_error *err)
{
    ret->title = fp_xstrdup(name);
    if (name != NULL)
        fp_strv_add(&ret->names, name);
    return fp_repo_open_layout(session->store, FP_LAYOUT_STORE, &ret->repo, err);
}

void fp_target_clear(struct fp_target *target)
{
    fp_location_clear(&target->location);
    fp_push_free(target->push);
    fp_repo_free(target->repo);
    fp_strv_clear(&target->names);
    free(target->title);
    *target = (struct fp_target){0};
}
