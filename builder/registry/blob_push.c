/* Pushing blobs: existing ones are skipped, others are mounted if possible, else uploaded. */
#include "answer.h"
#include "send.h"
#include "upload.h"

#include <string.h>

/* A mount is optional, so it is tried only once. */
static enum fp_code try_mount(struct fp_upload *upload, const char *mount_from, bool *ret_mounted,
                              struct fp_error *err)
{
    struct fp_registry *registry = upload->registry;
    cleanup_http_response struct fp_http_response response = FP_HTTP_RESPONSE_INIT(65536);
    cleanup_strv struct fp_strv scopes = {0};
    cleanup_free char *digest = fp_url_escape(upload->descriptor->digest.text);
    cleanup_free char *from = fp_url_escape(mount_from);
    cleanup_free char *path =
        fp_xasprintf("/v2/%s/blobs/uploads/?mount=%s&from=%s", registry->repository, digest, from);
    cleanup_free char *from_scope = fp_xasprintf("repository:%s:pull", mount_from);
    fp_registry_scopes(registry, true, &scopes);
    fp_scope_add(&scopes, from_scope);
    struct fp_http_request request = {.method = "POST",
                                      .url = path,
                                      .max_redirects = FP_REGISTRY_MAX_REDIRECTS,
                                      .no_retry = true};
    enum fp_code code =
        fp_registry_try_token(registry, &scopes, &registry->no_mounts, mount_from, err);
    if (code == FP_OK)
        code = fp_registry_send(registry, &request, &scopes, &response, err);
    if (code != FP_OK)
        return code;
    const char *mounted = fp_http_header(&response, "docker-content-digest");
    if (response.status == 201 && mounted != NULL &&
        strcmp(mounted, upload->descriptor->digest.text) != 0)
        return fp_fail(err, FP_E_VERIFY, "%s mounted %.150s instead", registry->name, mounted);
    *ret_mounted = response.status == 201;
    if (response.status == 202) {
        FP_HOLD(registry);
        registry->asks_first = true;
        return fp_upload_take_location(upload, &response, err);
    }
    bool says_nothing = response.status == 429; /* it only means to go slower */
    return *ret_mounted || says_nothing ? FP_OK
                                        : fp_registry_refusal(registry, "POST", &response, err);
}

/* If one mount is refused or not answered, all others would be. A session (202) is no refusal. */
static void remember_no_mounts(struct fp_registry *registry, const char *mount_from)
{
    FP_HOLD(registry);
    if (!fp_strv_has(&registry->no_mounts, mount_from))
        fp_strv_add(&registry->no_mounts, mount_from);
}

/* A mount takes one request whether the blob is there or not, but is a session to give up if the
 * blob is there and cannot be mounted. */
static bool asks_first(struct fp_registry *registry, const char *mount_from)
{
    FP_HOLD(registry);
    return mount_from == NULL || registry->asks_first ||
           fp_strv_has(&registry->no_mounts, mount_from);
}

static bool may_mount(struct fp_registry *registry, const char *mount_from)
{
    if (mount_from == NULL || strcmp(mount_from, registry->repository) == 0)
        return false;
    FP_HOLD(registry);
    return !fp_strv_has(&registry->no_mounts, mount_from);
}

/* A reason for a failed mount (no access to the mount source, no token for both) does not prevent
 * an upload. */
static enum fp_code mount(struct fp_upload *upload, const char *mount_from, bool *ret_mounted,
                          struct fp_error *err)
{
    struct fp_registry *registry = upload->registry;
    struct fp_error why = {0};
    *ret_mounted = false;
    if (!may_mount(registry, mount_from))
        return FP_OK;
    enum fp_code code = try_mount(upload, mount_from, ret_mounted, &why);
    if (code == FP_E_INTERRUPTED)
        return fp_cancel_check(err);
    if (code != FP_OK)
        remember_no_mounts(registry, mount_from);
    if (!*ret_mounted)
        fp_report(registry->options.reporter, FP_EVENT_DEBUG, "%s was not mounted from %s%s%s",
                  upload->descriptor->digest.text, mount_from, why.text[0] != '\0' ? ": " : "",
                  why.text);
    return FP_OK;
}

/* Find out whether the registry has the blob, or can mount it. A small blob is sent at once if its
 * bytes are here. */
static enum fp_code find(struct fp_upload *upload, const char *mount_from,
                         enum fp_push_outcome *ret_outcome, struct fp_error *err)
{
    struct fp_registry *registry = upload->registry;
    bool exists = false;
    bool mounted = false;
    bool asks = upload->blob == NULL || upload->descriptor->size > registry->unasked_bytes;
    bool asks_now = asks_first(registry, mount_from);
    *ret_outcome = FP_PUSH_UPLOADED;
    if (asks && asks_now)
        FP_TRY(fp_registry_has_blob(registry, upload->descriptor, &exists, err));
    if (!exists)
        FP_TRY(mount(upload, mount_from, &mounted, err));
    if (asks && !asks_now && !mounted)
        FP_TRY(fp_registry_has_blob(registry, upload->descriptor, &exists, err));
    if (exists || mounted)
        *ret_outcome = exists ? FP_PUSH_EXISTING : FP_PUSH_MOUNTED;
    return FP_OK;
}

static enum fp_code find_or_upload(struct fp_upload *upload, const char *mount_from,
                                   enum fp_push_outcome *ret_outcome, struct fp_error *err)
{
    struct fp_registry *registry = upload->registry;
    const struct fp_digest *digest = &upload->descriptor->digest;
    *ret_outcome = FP_PUSH_UPLOADED;
    /* A registry that answered HEAD wrongly would also mount the missing blob. */
    if (!fp_registry_is_doubted(registry, digest))
        FP_TRY(find(upload, mount_from, ret_outcome, err));
    if (*ret_outcome == FP_PUSH_UPLOADED && upload->blob != NULL)
        return fp_upload_run(upload, err);
    fp_upload_cancel(upload);
    if (*ret_outcome != FP_PUSH_UPLOADED)
        return FP_OK;
    return fp_fail(err, FP_E_NOT_FOUND, "%s: %s is not there and could not be mounted",
                   registry->name, digest->text);
}

enum fp_code fp_registry_push_blob(struct fp_registry *registry,
                                   const struct fp_descriptor *descriptor,
                                   const struct fp_blob *blob, const char *mount_from,
                                   struct fp_stage *stage, enum fp_push_outcome *ret_outcome,
                                   struct fp_error *err)
{
    struct fp_upload upload = {.registry = registry,
                               .descriptor = descriptor,
                               .blob = blob,
                               .asked = FP_HTTP_RESPONSE_INIT(0),
                               .stage = stage,
                               .stage_base = stage != NULL ? stage->done_bytes : 0};
    fp_registry_scopes(registry, true, &upload.scopes);
    enum fp_code code = find_or_upload(&upload, mount_from, ret_outcome, err);
    fp_strv_clear(&upload.scopes);
    fp_http_response_clear(&upload.asked);
    free(upload.location);
    return code;
}
