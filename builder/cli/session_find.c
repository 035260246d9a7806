/* Images by what they are called on the command line. */
#include "session.h"

#include <string.h>

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
    /* "docker://NAME" is in a registry for certain. */
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

/* An image for one platform has to be for the one that is wanted. Of an index it is chosen by
 * whoever reads it. */
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
