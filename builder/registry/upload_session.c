/* Starts a session of an upload, closes it with the digest, or cancels it. */
#include "answer.h"
#include "send.h"
#include "upload.h"

#include <string.h>

/* A registry that says twice that the bytes have another digest is believed. */
#define MAX_DIGEST_REFUSALS 2

void fp_upload_show(struct fp_upload *upload, uint64_t done_bytes)
{
    if (upload->stage == NULL)
        return;
    upload->stage->done_bytes = upload->stage_base + done_bytes;
    fp_stage_advance(upload->stage, 0);
}

enum fp_code fp_upload_take_location(struct fp_upload *upload,
                                     const struct fp_http_response *response, struct fp_error *err)
{
    const struct fp_registry *registry = upload->registry;
    const char *header = fp_http_header(response, "location");
    char *location = NULL;
    if (header == NULL)
        return fp_fail(err, FP_E_INPUT, "%s: an upload was begun, but there is no Location",
                       registry->name);
    FP_TRY(fp_url_resolve(response->url, header, &location, err));
    location = fp_location_repair(registry->base, location);
    if (strncmp(registry->base, "https:", 6) == 0 && strncmp(location, "https:", 6) != 0) {
        cleanup_free char *shown = fp_url_display(location);
        free(location);
        return fp_fail(err, FP_E_INPUT, "%s wants the upload sent to %s, without TLS; refused",
                       registry->name, shown);
    }
    upload->min_chunk = 0;
    (void) fp_http_header_u64(response, "oci-chunk-min-length", &upload->min_chunk);
    free(upload->location);
    upload->location = location;
    upload->is_spare = false;
    return FP_OK;
}

enum fp_code fp_upload_open(struct fp_upload *upload, struct fp_error *err)
{
    cleanup_http_response struct fp_http_response response = FP_HTTP_RESPONSE_INIT(65536);
    cleanup_free char *path = fp_registry_path(upload->registry, "blobs", "uploads/");
    struct fp_http_request request = {
        .method = "POST", .url = path, .max_redirects = FP_REGISTRY_MAX_REDIRECTS};
    enum fp_code code =
        fp_registry_send(upload->registry, &request, &upload->scopes, &response, err);
    if (code != FP_OK)
        return code;
    if (response.status != 202)
        return fp_registry_refusal(upload->registry, "POST", &response, err);
    return fp_upload_take_location(upload, &response, err);
}

enum fp_code fp_upload_start(struct fp_upload *upload, struct fp_error *err)
{
    return fp_upload_take_spare(upload) ? FP_OK : fp_upload_open(upload, err);
}

/* Whether a refusal is permanent, whatever its status; one that requests a pause is not. */
static bool will_last(const struct fp_http_response *response)
{
    return !fp_registry_asks_for_pause(response) &&
           (fp_registry_is_full(response) || fp_registry_has_code(response, "DENIED") ||
            fp_registry_has_code(response, "UNAUTHORIZED"));
}

void fp_upload_try_again(struct fp_upload *upload, const struct fp_http_response *response)
{
    const char *retry_after = fp_http_header(response, "retry-after");
    upload->again = !will_last(response);
    /* What was opened long before may be gone: no pause would bring it back. */
    bool may_be_gone = upload->is_spare && !fp_http_status_is_transient(response->status);
    upload->changed_mode = upload->changed_mode || (upload->again && may_be_gone);
    fp_http_response_clear(&upload->asked);
    upload->asked.status = response->status;
    upload->asked.url = fp_xstrdup(response->url);
    if (retry_after != NULL)
        fp_strv_addf(&upload->asked.headers, "retry-after: %s", retry_after);
}

/* The nearest token that was not cancelled because other work failed. */
static const struct fp_cancel *before_failure(void)
{
    const struct fp_cancel *at = fp_cancel_current();
    while (at != NULL && atomic_load(&at->cause) == FP_CANCEL_FAILURE)
        at = at->parent;
    return at;
}

/* A session is given up as well if the upload is, because another one failed; but not if the user
 * waits for the program to end. */
void fp_upload_cancel(struct fp_upload *upload)
{
    if (upload->location == NULL || fp_cancelled() > 0 ||
        (fp_cancelled() == 0 && fp_upload_keep_spare(upload)))
        return;
    struct fp_cancel own = {.parent = before_failure()};
    cleanup_cancel struct fp_cancel *before = fp_cancel_enter(&own);
    if (fp_upload_delete(upload->registry, upload->location))
        fp_upload_forget(upload);
}

enum fp_code fp_registry_may_push(struct fp_registry *registry, struct fp_error *err)
{
    struct fp_upload upload = {.registry = registry, .asked = FP_HTTP_RESPONSE_INIT(0)};
    fp_registry_scopes(registry, true, &upload.scopes);
    enum fp_code code = fp_upload_open(&upload, err);
    fp_upload_cancel(&upload);
    fp_strv_clear(&upload.scopes);
    free(upload.location);
    return code;
}

enum fp_code fp_upload_commit_refused(struct fp_upload *upload,
                                      const struct fp_http_response *response, struct fp_error *err)
{
    bool wrong_digest = fp_registry_has_code(response, "DIGEST_INVALID") ||
                        fp_registry_has_code(response, "SIZE_INVALID");
    upload->digest_refusals += wrong_digest ? 1 : 0;
    /* These codes mean that the session is gone or has another offset than expected. */
    if (response->status == 404 || response->status == 416 ||
        fp_registry_has_code(response, "BLOB_UPLOAD_INVALID") ||
        fp_registry_has_code(response, "BLOB_UPLOAD_UNKNOWN") ||
        fp_registry_has_code(response, "BLOB_UNKNOWN") ||
        fp_http_status_is_transient(response->status) || wrong_digest)
        fp_upload_try_again(upload, response);
    if (!wrong_digest || upload->digest_refusals < MAX_DIGEST_REFUSALS)
        return fp_registry_refusal(upload->registry, "PUT", response, err);
    upload->again = false;
    cleanup_free char *words = fp_registry_words(upload->registry, response);
    return fp_fail(err, FP_E_VERIFY, "%s: the registry received other bytes than %s: %s",
                   upload->registry->name, upload->descriptor->digest.text, words);
}

char *fp_upload_commit_url(const struct fp_upload *upload)
{
    cleanup_free char *digest = fp_url_escape(upload->descriptor->digest.text);
    const char *separator = strchr(upload->location, '?') != NULL ? "&" : "?";
    return fp_xasprintf("%s%sdigest=%s", upload->location, separator, digest);
}

enum fp_code fp_upload_commit(struct fp_upload *upload, struct fp_error *err)
{
    cleanup_http_response struct fp_http_response response = FP_HTTP_RESPONSE_INIT(65536);
    cleanup_free char *url = fp_upload_commit_url(upload);
    /* The request has no body, so repeating it does no harm: at worst the session is gone. */
    struct fp_http_request request = {
        .method = "PUT", .url = url, .max_redirects = FP_REGISTRY_MAX_REDIRECTS};
    enum fp_code code =
        fp_registry_send(upload->registry, &request, &upload->scopes, &response, err);
    if (code != FP_OK) {
        upload->again = code == FP_E_NETWORK;
        return code;
    }
    if (response.status >= 200 && response.status < 300)
        return FP_OK;
    return fp_upload_commit_refused(upload, &response, err);
}
