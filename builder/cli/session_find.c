/* Finds images and destinations by their names on the command line. */
#include "session.h"

#include <string.h>

/* The greatest number of names that a hint lists. */
#define LISTED_NAMES 8

/* The text "there are: a, b and 3 more; ", or an empty one. The caller owns it. */
static char *names_text(const struct fp_layout_names *names)
{
    cleanup_strv struct fp_strv list = {0};
    for (size_t i = 0; i < names->len; i++)
        fp_strv_add(&list, names->items[i].name);
    cleanup_free char *text = fp_strv_join_first(&list, LISTED_NAMES);
    return names->len > 0 ? fp_xasprintf("there are: %s; ", text) : fp_xstrdup("");
}

/* Suggest what the name may mean: a file, an image of a registry, or a stored image. */
static void hint_for(const char *text, const char *listed, struct fp_error *err)
{
    cleanup_reference struct fp_reference reference = {0};
    struct fp_digest digest = {0};
    cleanup_free char *hub = fp_hub_name(text);
    if (fp_path_exists(text))
        fp_hint(err, "for the file: %s:%s", fp_path_is_dir(text) ? "oci" : "oci-archive", text);
    else if (fp_digest_parse(text, "", &digest, NULL) == FP_OK)
        fp_hint(err, "%sflinkpack images", listed);
    else if (fp_reference_parse(text, &reference, NULL) == FP_OK && reference.registry != NULL)
        fp_hint(err, "%sflinkpack pull %s", listed, text);
    else
        fp_hint(err, "%son Docker Hub: %s", listed, hub);
}

enum fp_code fp_session_not_stored(const struct fp_session *session, const char *text,
                                   const char *name, struct fp_error *err)
{
    cleanup_layout_names struct fp_layout_names names = {0};
    if (fp_layout_is_there(session->store))
        FP_TRY(fp_layout_list(session->store, &names, err));
    cleanup_free char *listed = names_text(&names);
    enum fp_code code = fp_fail(err, FP_E_NOT_FOUND, "the local store (%s) %s image '%s'",
                                session->store, names.len > 0 ? "has no" : "is empty: no", name);
    hint_for(text, listed, err);
    return code;
}

static enum fp_code find_stored(const struct fp_session *session, const char *text,
                                const char *name, struct fp_found *found, struct fp_error *err)
{
    enum fp_code code = fp_store_find(session->store, name, &found->repo, &found->root, err);
    if (code == FP_E_NOT_FOUND)
        return fp_session_not_stored(session, text, name, err);
    found->name = fp_xstrdup(name);
    found->in_store = code == FP_OK;
    return code;
}

static enum fp_code find_at(const struct fp_session *session, const char *text,
                            struct fp_found *found, struct fp_error *err)
{
    const struct fp_location *at = &found->location;
    if (at->kind == FP_AT_STORE) {
        found->title = fp_xstrdup(text);
        return find_stored(session, text, at->name, found, err);
    }
    bool is_remote = at->kind == FP_AT_REGISTRY;
    if (is_remote && session->context.offline) {
        cleanup_free char *reference = fp_reference_text(&at->reference);
        return fp_fail(err, FP_E_USAGE, "--offline: %s is in a registry", reference);
    }
    FP_TRY(fp_location_open(at, &session->context.places, session->only, &found->repo, err));
    found->name = is_remote ? fp_reference_full(&at->reference) : fp_xstrdup(at->name);
    found->title = fp_xstrdup(is_remote ? found->name : text);
    return fp_repo_resolve(found->repo, fp_location_image(at), &found->root, err);
}

static enum fp_code find(const struct fp_session *session, const char *text,
                         enum fp_find_order order, struct fp_found *found, struct fp_error *err)
{
    enum fp_code code = fp_location_parse(text, &found->location, err);
    if (code != FP_OK && fp_path_exists(text))
        fp_hint(err, "for the file: %s:%s", fp_path_is_dir(text) ? "oci" : "oci-archive", text);
    FP_TRY(code);
    if (order == FP_FIND_REGISTRY && !session->context.offline)
        FP_TRY(fp_location_settle(&found->location, text, session->store, session->context.reporter,
                                  err));
    /* "docker://NAME" always means a registry. */
    bool in_doubt = found->location.kind == FP_AT_REGISTRY && strstr(text, "://") == NULL;
    if (in_doubt && order != FP_FIND_REGISTRY) {
        cleanup_free char *name = fp_reference_full(&found->location.reference);
        code = find_stored(session, text, name, found, err);
        if (code == FP_OK)
            found->title = steal_pointer(&name);
        if (code != FP_E_NOT_FOUND || order == FP_FIND_STORE || session->context.offline)
            return code;
    }
    return find_at(session, text, found, err);
}

/* Fail if a single image is not for the wanted platform. For an index, the reader chooses the
 * platform later. */
static enum fp_code check_platform(const struct fp_found *found, const struct fp_platform *wanted,
                                   struct fp_error *err)
{
    cleanup_image struct fp_image image = {0};
    FP_TRY(fp_image_open(found->repo, &found->root, found->title, &image, err));
    (void) fp_config_complete(&image.config, wanted);
    if (fp_platform_matches(wanted, &image.config.platform))
        return FP_OK;
    cleanup_free char *want = fp_platform_text(wanted);
    cleanup_free char *have = fp_platform_text(&image.config.platform);
    return fp_fail(err, FP_E_NOT_FOUND, "%s: no image for %s: it is for %s only", found->title,
                   want, have);
}

enum fp_code fp_session_find(const struct fp_session *session, const char *text,
                             enum fp_find_order order, struct fp_found *ret, struct fp_error *err)
{
    FP_TRY(find(session, text, order, ret, err));
    if (session->only == NULL || fp_media_is_index(ret->root.media_type))
        return FP_OK;
    return check_platform(ret, session->only, err);
}

void fp_found_clear(struct fp_found *found)
{
    fp_location_clear(&found->location);
    fp_repo_free(found->repo);
    fp_descriptor_clear(&found->root);
    free(found->title);
    free(found->name);
    *found = (struct fp_found){0};
}

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

/* "registry.example.com:5000" parses as a name and a tag, but a registry was probably meant. */
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
