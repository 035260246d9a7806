/* Sends the bytes of an upload: in one PATCH, in one PUT, or in chunks. */
#include "answer.h"
#include "send.h"
#include "upload.h"

#include <string.h>
#include <strings.h>

/* The sizes that are tried in turn if a proxy finds a request too large (413). */
static const uint64_t smaller_chunks[] = {(uint64_t) 64 << 20, (uint64_t) 16 << 20,
                                          (uint64_t) 4 << 20, 1000000};

/* A part of the blob that is sent as a body. */
struct part {
    const struct fp_blob *blob;
    uint64_t first;
    uint64_t bytes;
};

static enum fp_code open_part(void *context, uint64_t offset, struct fp_source **ret,
                              struct fp_error *err)
{
    const struct part *part = context;
    return fp_blob_open(part->blob, part->first + offset, ret, err);
}

static enum fp_code send_part(struct fp_upload *upload, const char *method, const char *url,
                              struct part *part, bool ranged, struct fp_http_response *response,
                              struct fp_error *err)
{
    cleanup_strv struct fp_strv headers = {0};
    fp_strv_add(&headers, "Content-Type: application/octet-stream");
    if (ranged)
        fp_strv_addf(&headers, "Content-Range: %llu-%llu", (unsigned long long) part->first,
                     (unsigned long long) (part->first + part->bytes - 1));
    struct fp_http_request request = {.method = method,
                                      .url = url,
                                      .headers = &headers,
                                      .open_body = open_part,
                                      .body_context = part,
                                      .body_bytes = part->bytes,
                                      .max_redirects = FP_REGISTRY_MAX_REDIRECTS,
                                      .no_retry = true,
                                      .stage = upload->stage};
    fp_upload_show(upload, part->first);
    enum fp_code code =
        fp_registry_send(upload->registry, &request, &upload->scopes, response, err);
    upload->sent_bytes += response->sent_bytes;
    return code;
}

/* How many bytes a session has, from "Range: 0-LAST"; UINT64_MAX if the answer does not say. */
static uint64_t received_bytes(const struct fp_http_response *response)
{
    const char *range = fp_http_header(response, "range");
    uint64_t last = 0;
    if (range != NULL && strncasecmp(range, "bytes=", 6) == 0)
        range += 6;
    if (range == NULL || strncmp(range, "0-", 2) != 0 ||
        !fp_parse_u64(range + 2, strlen(range + 2), &last) || last == UINT64_MAX)
        return UINT64_MAX;
    return last + 1;
}

/* Ask for the offset after a PATCH that broke off. Not every registry can answer; distribution 2.8
 * has lost the session. */
static bool find_offset(struct fp_upload *upload)
{
    cleanup_http_response struct fp_http_response response = FP_HTTP_RESPONSE_INIT(65536);
    struct fp_error ignored = {0};
    struct fp_http_request request = {.method = "GET", .url = upload->location, .no_retry = true};
    if (fp_registry_send(upload->registry, &request, &upload->scopes, &response, &ignored) !=
            FP_OK ||
        response.status != 204)
        return false;
    uint64_t received = received_bytes(&response);
    if (received <= upload->offset || received > upload->descriptor->size ||
        fp_upload_take_location(upload, &response, &ignored) != FP_OK)
        return false;
    fp_report(upload->registry->options.reporter, FP_EVENT_DEBUG,
              "going on after %llu of %llu bytes", (unsigned long long) received,
              (unsigned long long) upload->descriptor->size);
    upload->offset = received;
    return true;
}

static void use_mode(struct fp_upload *upload, enum fp_upload_mode mode, uint64_t chunk_bytes)
{
    struct fp_registry *registry = upload->registry;
    (void) pthread_mutex_lock(&registry->lock);
    /* Another upload may have switched to smaller chunks meanwhile. */
    bool is_known = mode == FP_UPLOAD_CHUNKS && registry->upload_mode == FP_UPLOAD_CHUNKS &&
                    registry->chunk_bytes < chunk_bytes;
    registry->upload_mode = mode;
    registry->chunk_bytes = is_known ? registry->chunk_bytes : chunk_bytes;
    (void) pthread_mutex_unlock(&registry->lock);
    upload->again = upload->changed_mode = true;
}

static bool drops_chunks(struct fp_registry *registry)
{
    FP_HOLD(registry);
    return registry->drops_chunks;
}

/* After a request that was too large, switch to the next smaller chunks, if there are any. */
static void use_smaller_chunks(struct fp_upload *upload, uint64_t sent_bytes)
{
    if (drops_chunks(upload->registry))
        return;
    for (size_t i = 0; i < sizeof(smaller_chunks) / sizeof(smaller_chunks[0]); i++) {
        if (smaller_chunks[i] < sent_bytes && smaller_chunks[i] >= upload->min_chunk) {
            use_mode(upload, FP_UPLOAD_CHUNKS, smaller_chunks[i]);
            return;
        }
    }
}

static bool is_chunked(struct fp_registry *registry)
{
    FP_HOLD(registry);
    return registry->upload_mode == FP_UPLOAD_CHUNKS;
}

static bool is_session_lost(const struct fp_http_response *response)
{
    return response->status == 416 || fp_registry_has_code(response, "BLOB_UPLOAD_UNKNOWN") ||
           fp_registry_has_code(response, "BLOB_UPLOAD_INVALID");
}

static enum fp_code body_refused(struct fp_upload *upload, const char *method, uint64_t sent_bytes,
                                 const struct fp_http_response *response, struct fp_error *err)
{
    int status = response->status;
    bool is_patch = strcmp(method, "PATCH") == 0;
    /* GitHub answers 416 to chunks that are too large; the first chunk cannot be out of order. */
    bool too_large =
        status == 413 || (status == 416 && upload->offset == 0 && is_chunked(upload->registry));
    if (too_large)
        use_smaller_chunks(upload, sent_bytes);
    else if (is_session_lost(response) || fp_http_status_is_transient(status) ||
             fp_registry_has_code(response, "TOOMANYREQUESTS"))
        fp_upload_try_again(upload, response);
    else if (is_patch && (status == 404 || status == 405 || status == 501))
        use_mode(upload, FP_UPLOAD_SINGLE, 0);
    return fp_registry_refusal(upload->registry, method, response, err);
}

/* Chunks are abandoned if they were only an option; if a proxy's limit on the size of requests
 * requires them, the upload fails. */
static enum fp_code chunk_dropped(struct fp_upload *upload, uint64_t received, struct fp_error *err)
{
    struct fp_registry *registry = upload->registry;
    (void) pthread_mutex_lock(&registry->lock);
    bool is_new = !registry->drops_chunks;
    registry->drops_chunks = true;
    (void) pthread_mutex_unlock(&registry->lock);
    enum fp_code code = fp_fail(
        err, FP_E_NETWORK, "%s takes no uploads in pieces: of %s it has %llu bytes, sent were %llu",
        registry->name, upload->descriptor->digest.text, (unsigned long long) received,
        (unsigned long long) upload->offset);
    if (registry->options.chunk_bytes == 0)
        return fp_hinted(code, err,
                         "a proxy in front of it refuses whole blobs as too large: that "
                         "limit has to be raised (nginx: client_max_body_size)");
    if (is_new && err != NULL)
        fp_report(registry->options.reporter, FP_EVENT_WARNING, "%s; sending blobs whole",
                  err->text);
    use_mode(upload, FP_UPLOAD_WHOLE, 0);
    return code;
}

/* After an accepted piece, find where the next one goes. */
static enum fp_code piece_taken(struct fp_upload *upload, const struct part *part, bool is_chunk,
                                const struct fp_http_response *response, struct fp_error *err)
{
    uint64_t received = received_bytes(response);
    if (fp_http_header(response, "location") != NULL) {
        FP_TRY(fp_upload_take_location(upload, response, err));
    }
    upload->offset = part->first + part->bytes;
    /* Amazon's registry accepts later chunks and drops them, which only its Range shows. For a blob
     * in one piece, the digest decides. */
    if (!is_chunk || received == UINT64_MAX || received == upload->offset)
        return FP_OK;
    return chunk_dropped(upload, received, err);
}

static enum fp_code patch_one(struct fp_upload *upload, uint64_t chunk_bytes, struct fp_error *err)
{
    cleanup_http_response struct fp_http_response response = FP_HTTP_RESPONSE_INIT(65536);
    uint64_t left = upload->descriptor->size - upload->offset;
    bool is_chunk = chunk_bytes > 0 && chunk_bytes < left;
    struct part part = {upload->blob, upload->offset, is_chunk ? chunk_bytes : left};
    bool ranged = chunk_bytes > 0 || upload->offset > 0;
    enum fp_code code = send_part(upload, "PATCH", upload->location, &part, ranged, &response, err);
    if (code == FP_E_NETWORK) {
        if (find_offset(upload))
            return FP_OK;
        upload->again = true;
    }
    if (code != FP_OK)
        return code;
    if (response.status < 200 || response.status >= 300)
        return body_refused(upload, "PATCH", part.bytes, &response, err);
    return piece_taken(upload, &part, is_chunk, &response, err);
}

static enum fp_code patch_all(struct fp_upload *upload, uint64_t chunk_bytes, struct fp_error *err)
{
    if (chunk_bytes > 0 && chunk_bytes < upload->min_chunk)
        chunk_bytes = upload->min_chunk;
    while (upload->offset < upload->descriptor->size) {
        FP_TRY(patch_one(upload, chunk_bytes, err));
    }
    return fp_upload_commit(upload, err);
}

/* Artifactory and Nexus want the bytes of an upload before the request that ends it. */
static bool wants_patch(const struct fp_upload *upload, const struct fp_http_response *response)
{
    static const int statuses[] = {400, 404, 405, 415, 501};
    struct fp_registry *registry = upload->registry;
    bool is_refused = false;
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
        is_refused = is_refused || statuses[i] == response->status;
    FP_HOLD(registry);
    if (!is_refused || registry->upload_mode == FP_UPLOAD_SINGLE)
        return false;
    registry->wants_patch = true;
    return true;
}

static enum fp_code put_all(struct fp_upload *upload, struct fp_error *err)
{
    cleanup_http_response struct fp_http_response response = FP_HTTP_RESPONSE_INIT(65536);
    cleanup_free char *url = fp_upload_commit_url(upload);
    struct part part = {upload->blob, 0, upload->descriptor->size};
    enum fp_code code = send_part(upload, "PUT", url, &part, false, &response, err);
    upload->again = code == FP_E_NETWORK;
    if (code != FP_OK || (response.status >= 200 && response.status < 300))
        return code;
    if (fp_registry_has_code(&response, "DIGEST_INVALID") ||
        fp_registry_has_code(&response, "SIZE_INVALID"))
        return fp_upload_commit_refused(upload, &response, err);
    if (!wants_patch(upload, &response))
        return body_refused(upload, "PUT", part.bytes, &response, err);
    upload->again = upload->changed_mode = true;
    return fp_registry_refusal(upload->registry, "PUT", &response, err);
}

enum fp_code fp_upload_send(struct fp_upload *upload, struct fp_error *err)
{
    struct fp_registry *registry = upload->registry;
    (void) pthread_mutex_lock(&registry->lock);
    enum fp_upload_mode mode = registry->upload_mode;
    uint64_t chunk_bytes = mode == FP_UPLOAD_CHUNKS ? registry->chunk_bytes : 0;
    bool is_small = mode == FP_UPLOAD_WHOLE && !registry->wants_patch &&
                    upload->descriptor->size <= registry->single_bytes;
    (void) pthread_mutex_unlock(&registry->lock);
    upload->is_used = true;
    return is_small || mode == FP_UPLOAD_SINGLE ? put_all(upload, err)
                                                : patch_all(upload, chunk_bytes, err);
}
