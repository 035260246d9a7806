#include "session.h"

#include <string.h>

/* Looking something up does not make a store. */
static enum fp_code find_stored(const struct fp_session *session, const char *text,
                                const char *name, struct fp_found *found, struct fp_error *err)
{
    cleanup_repo struct fp_repo *repo = NULL;
    cleanup_free char *marker = fp_path_join(session->store, "oci-layout");
    if (!fp_path_exists(marker))
        return fp_session_not_stored(session, text, name, err);
    enum fp_code code = fp_repo_open_layout(session->store, FP_LAYOUT_READ, &repo, err);
    if (code == FP_OK)
        code = fp_repo_resolve(repo, name, &found->root, err);
    if (code == FP_E_NOT_FOUND)
        return fp_session_not_stored(session, text, name, err);
    if (code != FP_OK)
        return code;
    found->repo = steal_pointer(&repo);
    found->name = fp_xstrdup(name);
    found->in_store = true;
    return FP_OK;
}

static enum fp_code open_registry(const struct fp_session *session,
                                  const struct fp_reference *reference, struct fp_repo **ret,
                                  struct fp_error *err)
{
    if (session->context.offline) {
        cleanup_free char *text = fp_reference_text(reference);
        return fp_fail(err, FP_E_USAGE, "--offline: %s is in a registry", text);
    }
    FP_TRY(fp_mkdir_p(session->blobs, FP_KEPT_DIR_MODE, err));
    return fp_repo_open_source(&session->context.registry, &session->mirrors, reference,
                               session->blobs, ret, err);
}

static enum fp_code open_archive(const struct fp_session *session, const struct fp_location *at,
                                 enum fp_archive_kind kind, struct fp_repo **ret,
                                 struct fp_error *err)
{
    FP_TRY(fp_mkdir_p(session->blobs, FP_KEPT_DIR_MODE, err));
    return fp_repo_open_archive(at->path, kind, session->blobs, ret, err);
}

static enum fp_code open_rootfs(const struct fp_session *session, const struct fp_location *at,
                                const struct fp_platform *platform, struct fp_repo **ret,
                                struct fp_error *err)
{
    struct fp_platform usual = {0};
    FP_TRY(fp_mkdir_p(session->blobs, FP_KEPT_DIR_MODE, err));
    if (platform == NULL)
        FP_TRY(fp_platform_parse("linux/amd64", &usual, err));
    return fp_repo_open_rootfs(at->path, platform != NULL ? platform : &usual, session->blobs,
                               session->context.reporter, ret, err);
}

static enum fp_code open_source(const struct fp_session *session, const struct fp_location *at,
                                const struct fp_platform *platform, struct fp_repo **ret,
                                struct fp_error *err)
{
    switch (at->kind) {
    case FP_AT_REGISTRY:
        return open_registry(session, &at->reference, ret, err);
    case FP_AT_LAYOUT:
        return fp_repo_open_layout(at->path, FP_LAYOUT_READ, ret, err);
    case FP_AT_OCI_ARCHIVE:
        return open_archive(session, at, FP_ARCHIVE_OCI, ret, err);
    case FP_AT_DOCKER_ARCHIVE:
        return open_archive(session, at, FP_ARCHIVE_DOCKER, ret, err);
    case FP_AT_ROOTFS:
        return open_rootfs(session, at, platform, ret, err);
    case FP_AT_STORE:
        break;
    }
    return fp_fail(err, FP_E_INTERNAL, "the local store is not opened here");
}

/* What the image is called in its place. A registry wants a tag or a digest. */
static char *name_at(const struct fp_location *at)
{
    const struct fp_reference *reference = &at->reference;
    if (at->kind != FP_AT_REGISTRY)
        return fp_xstrdup(at->name);
    if (fp_digest_is_set(&reference->digest))
        return fp_xstrdup(reference->digest.text);
    return fp_xstrdup(reference->tag != NULL ? reference->tag : "latest");
}

static enum fp_code find_at(const struct fp_session *session, const char *text,
                            const struct fp_platform *platform, struct fp_found *found,
                            struct fp_error *err)
{
    const struct fp_location *at = &found->location;
    if (at->kind == FP_AT_STORE) {
        found->title = fp_xstrdup(text);
        return find_stored(session, text, at->name, found, err);
    }
    FP_TRY(open_source(session, at, platform, &found->repo, err));
    cleanup_free char *name = name_at(at);
    found->name = at->kind == FP_AT_REGISTRY ? fp_store_name(&at->reference) : fp_xstrdup(at->name);
    found->title = fp_xstrdup(at->kind == FP_AT_REGISTRY ? found->name : text);
    return fp_repo_resolve(found->repo, name, &found->root, err);
}

/* A name with a registry, as the local store has it. */
static enum fp_code find_in_store(const struct fp_session *session, const char *text,
                                  struct fp_found *found, struct fp_error *err)
{
    cleanup_free char *name = fp_store_name(&found->location.reference);
    FP_TRY(find_stored(session, text, name, found, err));
    found->title = steal_pointer(&name);
    return FP_OK;
}

static enum fp_code find(const struct fp_session *session, const char *text,
                         enum fp_find_order order, const struct fp_platform *platform,
                         struct fp_found *found, struct fp_error *err)
{
    enum fp_code code = fp_location_parse(text, &found->location, err);
    if (code != FP_OK) {
        if (fp_path_exists(text))
            fp_hint(err, "for the file: %s:%s", fp_path_is_dir(text) ? "oci" : "oci-archive", text);
        return code;
    }
    if (order == FP_FIND_REGISTRY && !session->context.offline)
        code = fp_location_settle(&found->location, text, session->store, session->context.reporter,
                                  err);
    if (code != FP_OK)
        return code;
    /* "docker://NAME" is in a registry for certain. */
    bool in_doubt = found->location.kind == FP_AT_REGISTRY && strstr(text, "://") == NULL;
    if (in_doubt && order != FP_FIND_REGISTRY) {
        code = find_in_store(session, text, found, err);
        if (code != FP_E_NOT_FOUND || order == FP_FIND_STORE || session->context.offline)
            return code;
    }
    return find_at(session, text, platform, found, err);
}

/* An image for one platform has to be for the one that is wanted. Of an index it is chosen by
 * whoever reads it. */
static enum fp_code check_platform(const struct fp_found *found, const struct fp_platform *wanted,
                                   struct fp_error *err)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
    cleanup_manifest struct fp_manifest manifest = {0};
    cleanup_config struct fp_config config = {0};
    enum fp_code code = fp_repo_get_document(found->repo, &found->root, &text, err);
    if (code == FP_OK)
        code = fp_manifest_parse(fp_buf_text(&text), text.len, found->root.media_type, found->title,
                                 &manifest, err);
    fp_buf_clear(&text);
    if (code == FP_OK)
        code = fp_repo_get_document(found->repo, &manifest.config, &text, err);
    if (code == FP_OK)
        code = fp_config_parse(fp_buf_text(&text), text.len, manifest.layer_count, found->title,
                               &config, err);
    if (code == FP_OK)
        (void) fp_config_complete(&config, wanted);
    if (code != FP_OK || fp_platform_matches(wanted, &config.platform))
        return code;
    cleanup_free char *want = fp_platform_text(wanted);
    cleanup_free char *have = fp_platform_text(&config.platform);
    return fp_fail(err, FP_E_NOT_FOUND, "%s: no image for %s: it is for %s only", found->title,
                   want, have);
}

enum fp_code fp_session_find(const struct fp_session *session, const char *text,
                             enum fp_find_order order, const struct fp_platform *platform,
                             struct fp_found *ret, struct fp_error *err)
{
    enum fp_code code = find(session, text, order, platform, ret, err);
    if (code != FP_OK || platform == NULL || fp_media_is_index(ret->root.media_type))
        return code;
    return check_platform(ret, platform, err);
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
