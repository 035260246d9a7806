#include "session.h"

#include <string.h>

static enum fp_code open_registry(const struct fp_session *session,
                                  const struct fp_reference *reference, struct fp_target *target,
                                  struct fp_error *err)
{
    if (session->context.offline)
        return fp_fail(err, FP_E_USAGE, "--offline: nothing can be pushed");
    if (fp_digest_is_set(&reference->digest))
        return fp_fail(err, FP_E_USAGE, "%s/%s@%s: a destination is named by tag, not by digest",
                       reference->registry, reference->repository, reference->digest.text);
    fp_strv_add(&target->names, reference->tag != NULL ? reference->tag : "latest");
    free(target->title);
    target->title = fp_reference_name(reference);
    return fp_repo_open_registry(&session->context.registry, reference, session->blobs,
                                 &target->repo, err);
}

static void add_name(struct fp_target *target, const char *name)
{
    const char *own = target->location.name;
    if (own != NULL || name != NULL)
        fp_strv_add(&target->names, own != NULL ? own : name);
}

/* Layouts and OCI archives name images by tag alone, as skopeo does. */
static const char *tag_of(const char *name)
{
    if (name == NULL || strchr(name, '@') != NULL)
        return NULL;
    const char *slash = strrchr(name, '/');
    const char *colon = strchr(slash != NULL ? slash : name, ':');
    if (colon != NULL)
        return colon + 1;
    return slash == NULL ? name : NULL;
}

/* A docker-archive wants both parts. */
static const char *full_name_of(const char *name)
{
    return name != NULL && strchr(name, '@') == NULL && strchr(name, ':') != NULL ? name : NULL;
}

static enum fp_code open_layout(const struct fp_session *session, const char *path,
                                struct fp_target *target, struct fp_error *err)
{
    FP_TRY(fp_repo_open_layout(path, FP_LAYOUT_OUTPUT, &target->repo, err));
    fp_layout_link_from(target->repo, session->blobs);
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

static enum fp_code open_place(const struct fp_session *session, const char *text, const char *name,
                               struct fp_target *target, struct fp_error *err)
{
    const struct fp_location *at = &target->location;
    switch (at->kind) {
    case FP_AT_REGISTRY:
        return open_registry(session, &at->reference, target, err);
    case FP_AT_LAYOUT:
        add_name(target, tag_of(name));
        return open_layout(session, at->path, target, err);
    case FP_AT_OCI_ARCHIVE:
        add_name(target, tag_of(name));
        return fp_repo_create_archive(at->path, FP_ARCHIVE_OCI, &target->repo, err);
    case FP_AT_DOCKER_ARCHIVE:
        add_name(target, full_name_of(name));
        return fp_repo_create_archive(at->path, FP_ARCHIVE_DOCKER, &target->repo, err);
    case FP_AT_ROOTFS:
        return fp_fail(err, FP_E_USAGE, "'%s': a root file system cannot be written", text);
    case FP_AT_STORE:
        break;
    }
    return fail_without_registry(text, err);
}

enum fp_code fp_session_target(const struct fp_session *session, const char *text, const char *name,
                               struct fp_target *ret, struct fp_error *err)
{
    FP_TRY(fp_location_parse(text, &ret->location, err));
    ret->title = fp_xstrdup(text);
    return open_place(session, text, name, ret, err);
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
    fp_repo_free(target->repo);
    fp_strv_clear(&target->names);
    free(target->title);
    *target = (struct fp_target){0};
}
