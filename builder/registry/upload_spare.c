/*
 * Sessions that wait for a blob: one that was opened to see whether a push is allowed, one that a
 * registry offered in place of a mount. The next upload takes it, so that it has one request less
 * to wait for. Giving one up is a courtesy to the registry, which drops old ones itself.
 */
#include "send.h"
#include "upload.h"

/* Registries keep sessions for hours or days; one that is gone nonetheless costs a new one. */
#define MAX_AGE_MS (10 * INT64_C(60000))
/* Nobody waits longer for a session to be given up. */
#define DELETE_TIME_S 2

void fp_upload_forget(struct fp_upload *upload)
{
    free(upload->location);
    upload->location = NULL;
    upload->offset = 0;
    upload->is_used = false;
}

bool fp_upload_take_spare(struct fp_upload *upload)
{
    struct fp_registry *registry = upload->registry;
    int64_t now_ms = fp_now_ms();
    FP_HOLD(registry);
    /* The newest comes first. Those that are too old stay, to be given up at the end. */
    if (registry->spare_len == 0 ||
        registry->spares[registry->spare_len - 1].opened_ms + MAX_AGE_MS < now_ms)
        return false;
    struct fp_spare_session *spare = &registry->spares[--registry->spare_len];
    fp_upload_forget(upload);
    upload->location = spare->location;
    upload->min_chunk = spare->min_chunk;
    upload->is_spare = true;
    return true;
}

bool fp_upload_keep_spare(struct fp_upload *upload)
{
    struct fp_registry *registry = upload->registry;
    FP_HOLD(registry);
    if (upload->is_used || registry->spare_len == FP_UPLOAD_MAX_SPARES)
        return false;
    registry->spares[registry->spare_len++] =
        (struct fp_spare_session){upload->location, upload->min_chunk, fp_now_ms()};
    upload->location = NULL;
    return true;
}

bool fp_upload_delete(struct fp_registry *registry, const char *location)
{
    cleanup_http_response struct fp_http_response response = FP_HTTP_RESPONSE_INIT(65536);
    cleanup_strv struct fp_strv scopes = {0};
    struct fp_error ignored = {0};
    struct fp_http_request request = {
        .method = "DELETE", .url = location, .patience_s = DELETE_TIME_S, .no_retry = true};
    fp_registry_scopes(registry, true, &scopes);
    return fp_registry_send(registry, &request, &scopes, &response, &ignored) == FP_OK;
}

void fp_registry_drop_sessions(struct fp_registry *registry)
{
    bool answers = fp_cancelled() == 0;
    for (size_t i = 0; i < registry->spare_len; i++) {
        answers = answers && fp_upload_delete(registry, registry->spares[i].location);
        free(registry->spares[i].location);
    }
    registry->spare_len = 0;
}
