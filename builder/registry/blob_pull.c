/* Finding and downloading the blobs of a registry. */
#include "answer.h"
#include "send.h"

#include <string.h>
#include <unistd.h>

/* Used instead of a status: the registry's object has another length than the blob. */
#define OTHER_LENGTH (-1)

/* The status; also 200 if a range was sent, and for 416 to an empty blob, which has no first byte.
 * The length is checked because front ends with a login page answer everything with 200. */
static int judge(const struct fp_http_response *response, const struct fp_descriptor *descriptor)
{
    const char *range = fp_http_header(response, "content-range");
    const char *slash = range != NULL ? strchr(range, '/') : NULL;
    uint64_t bytes = descriptor->size;
    if (response->status == 416)
        bytes = 0;
    else if (response->status == 206 && slash != NULL && slash[1] != '*')
        (void) fp_parse_u64(slash + 1, strlen(slash + 1), &bytes);
    else if (response->status == 200)
        (void) fp_http_header_u64(response, "content-length", &bytes);
    else if (response->status != 206)
        return response->status;
    /* Some registries send length 0 with every HEAD. */
    bool may_be = bytes == descriptor->size || (bytes == 0 && response->status == 200);
    return may_be ? 200 : OTHER_LENGTH;
}

/* HEAD of a blob, or GET of its first byte. */
static enum fp_code ask(struct fp_registry *registry, const struct fp_descriptor *descriptor,
                        bool by_get, bool no_retry, int *ret_status,
                        struct fp_http_response *response, struct fp_error *err)
{
    cleanup_strv struct fp_strv scopes = {0};
    cleanup_strv struct fp_strv headers = {0};
    cleanup_free char *path = fp_registry_path(registry, "blobs", descriptor->digest.text);
    fp_registry_scopes(registry, false, &scopes);
    fp_strv_add(&headers, "Range: bytes=0-0");
    struct fp_http_request request = {.method = by_get ? "GET" : "HEAD",
                                      .url = path,
                                      .headers = by_get ? &headers : NULL,
                                      .max_redirects = FP_REGISTRY_MAX_REDIRECTS,
                                      .no_retry = no_retry};
    enum fp_code code = fp_registry_send(registry, &request, &scopes, response, err);
    *ret_status = judge(response, descriptor);
    /* A server without ranges sends too much, the whole blob, which is an answer as well. */
    return by_get && code == FP_E_INPUT && response->status == 200 ? FP_OK : code;
}

static enum fp_ask ways_of(struct fp_registry *registry)
{
    FP_HOLD(registry);
    return registry->ask_blobs;
}

/* If HEAD gave no answer or a wrong one, GET may give it and is then used at once in future. If GET
 * does not help either, only HEAD is used.
 * @param status The status of HEAD, 0 if it was not sent; gets that of GET. */
static enum fp_code ask_by_get(struct fp_registry *registry, const struct fp_descriptor *descriptor,
                               bool no_retry, int *status, struct fp_error *err)
{
    cleanup_http_response struct fp_http_response response = FP_HTTP_RESPONSE_INIT(65536);
    bool was_told = *status == 404;
    bool was_asked = *status != 0;
    FP_TRY(ask(registry, descriptor, true, no_retry, status, &response, err));
    bool tells = *status == 200 || (*status == 404 && !was_told);
    (void) pthread_mutex_lock(&registry->lock);
    if (tells)
        registry->ask_blobs = FP_ASK_GET;
    else if (was_asked && !was_told)
        registry->ask_blobs = FP_ASK_HEAD;
    (void) pthread_mutex_unlock(&registry->lock);
    return *status == 401 && fp_url_same_origin(response.url, registry->base)
               ? fp_registry_refusal(registry, "GET", &response, err)
               : FP_OK;
}

enum fp_code fp_registry_has_blob(struct fp_registry *registry,
                                  const struct fp_descriptor *descriptor, bool *ret_exists,
                                  struct fp_error *err)
{
    cleanup_http_response struct fp_http_response response = FP_HTTP_RESPONSE_INIT(65536);
    enum fp_ask ways = ways_of(registry);
    int status = 0;
    *ret_exists = false;
    enum fp_code code = FP_OK;
    if (ways != FP_ASK_GET)
        code = ask(registry, descriptor, false, false, &status, &response, err);
    if (code != FP_OK)
        return code;
    /* A refusal by another server (a store that the registry redirects to) says nothing. */
    bool is_ours = ways != FP_ASK_GET && fp_url_same_origin(response.url, registry->base);
    if (is_ours && (status == 401 || status == 429))
        return fp_registry_refusal(registry, "HEAD", &response, err);
    /* Artifactory answers 403 for missing blobs, and proxies do for any HEAD. With 5xx the registry
     * cannot say, as distribution 2.8 does while others push the same blob. A blob of unknown state
     * is uploaded, which does no harm. */
    bool says_nothing = status != 200 && status != 404 && !fp_http_status_is_transient(status);
    if (ways == FP_ASK_GET || (ways == FP_ASK_BOTH && says_nothing))
        code = ask_by_get(registry, descriptor, false, &status, err);
    *ret_exists = code == FP_OK && status == 200;
    return code;
}

enum fp_code fp_registry_has_lost_blob(struct fp_registry *registry,
                                       const struct fp_descriptor *descriptor, bool *ret_lost,
                                       struct fp_error *err)
{
    cleanup_http_response struct fp_http_response response = FP_HTTP_RESPONSE_INIT(65536);
    struct fp_error ignored = {0};
    enum fp_ask ways = ways_of(registry);
    int status = 0;
    enum fp_code code = FP_OK;
    if (ways != FP_ASK_GET)
        code = ask(registry, descriptor, false, true, &status, &response, &ignored);
    bool is_doubtful = ways == FP_ASK_BOTH && status == 404;
    if (code == FP_OK && (ways == FP_ASK_GET || is_doubtful))
        code = ask_by_get(registry, descriptor, true, &status, &ignored);
    if (code == FP_E_INTERRUPTED)
        return fp_cancel_check(err);
    *ret_lost = fp_registry_is_doubted(registry, &descriptor->digest) ||
                (code == FP_OK && status == 404) || (is_doubtful && status != 200);
    return FP_OK;
}

static enum fp_code download(struct fp_registry *registry, const char *url,
                             struct fp_http_download *spec, struct fp_http_response *answer,
                             struct fp_error *err)
{
    cleanup_strv struct fp_strv scopes = {0};
    fp_registry_scopes(registry, false, &scopes);
    for (int round = 0;; round++) {
        cleanup_secret char *authorization = NULL;
        int status = 0;
        FP_TRY(fp_registry_authorize(registry, &scopes, &authorization, err));
        spec->url = url;
        spec->authorization = authorization;
        spec->answer = answer;
        enum fp_code code = fp_http_download(registry->options.http, spec, &status, err);
        spec->authorization = NULL;
        bool repeat = code == FP_OK && status == 401 && round == 0 &&
                      fp_registry_challenged(registry, answer, authorization, &scopes);
        if (repeat)
            continue;
        struct fp_registry *other =
            code == FP_OK ? fp_registry_elsewhere(registry, answer, status) : NULL;
        if (other != NULL) {
            cleanup_free char *there = fp_xstrdup(answer->url);
            return download(other, there, spec, answer, err);
        }
        if (code == FP_E_NETWORK)
            fp_registry_explain_limit(registry, "GET", answer, err);
        if (code != FP_OK || status == 200)
            return code;
        return fp_registry_refusal(registry, "GET", answer, err);
    }
}

/* Download, and say whether the digest is right. */
static enum fp_code fetch_once(struct fp_registry *registry, const struct fp_descriptor *descriptor,
                               int fd, struct fp_stage *stage, struct fp_digest *ret_digest,
                               struct fp_error *err)
{
    enum fp_hash_algorithm algorithm = fp_digest_algorithm(&descriptor->digest);
    cleanup_http_response struct fp_http_response answer = FP_HTTP_RESPONSE_INIT(65536);
    cleanup_hash struct fp_hash *hash = fp_hash_new(algorithm);
    cleanup_free char *path = fp_registry_path(registry, "blobs", descriptor->digest.text);
    cleanup_free char *url = fp_xasprintf("%s%s", registry->base, path);
    struct fp_http_download spec = {.fd = fd,
                                    .expected_bytes = descriptor->size,
                                    .max_bytes = descriptor->size,
                                    .stage = stage,
                                    .hash = hash};
    FP_TRY(download(registry, url, &spec, &answer, err));
    *ret_digest = fp_digest_finish(hash, algorithm);
    const char *encoding = fp_http_header(&answer, "content-encoding");
    if (fp_digest_equal(ret_digest, &descriptor->digest))
        return FP_OK;
    enum fp_code code =
        fp_fail(err, FP_E_VERIFY, "GET %s: the bytes have the digest %s", url, ret_digest->text);
    if (encoding != NULL)
        fp_hint(err,
                "the answer came with Content-Encoding \"%.40s\": a proxy changes it on the way",
                encoding);
    return code;
}

enum fp_code fp_registry_fetch_blob(struct fp_registry *registry,
                                    const struct fp_descriptor *descriptor, int fd,
                                    struct fp_stage *stage, struct fp_error *err)
{
    struct fp_digest found = {0};
    uint64_t staged_bytes = stage != NULL ? stage->done_bytes : 0;
    FP_TRY(fp_registry_prepare(registry, err));
    enum fp_code code = fetch_once(registry, descriptor, fd, stage, &found, err);
    if (code != FP_E_VERIFY || !fp_digest_is_set(&found))
        return code;
    /* A bit may have flipped, or the partial file was another blob's: download it again. */
    fp_report(registry->options.reporter, FP_EVENT_WARNING, "%s; once more",
              err != NULL ? err->text : registry->name);
    if (ftruncate(fd, 0) != 0)
        return fp_fail_errno(err, FP_E_IO, "emptying a download of %s", descriptor->digest.text);
    if (stage != NULL && stage->done_bytes > staged_bytes) {
        stage->done_bytes = staged_bytes;
        fp_stage_advance(stage, 0);
    }
    return fetch_once(registry, descriptor, fd, stage, &found, err);
}
