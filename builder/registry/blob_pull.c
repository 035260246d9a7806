/* Blobs out of the registry. */
#include "internal.h"

#include <string.h>
#include <unistd.h>

enum fp_code fp_registry_has_blob(struct fp_registry *registry,
                                  const struct fp_descriptor *descriptor, bool *ret_exists,
                                  struct fp_error *err)
{
    cleanup_http_response struct fp_http_response response = FP_HTTP_RESPONSE_INIT(65536);
    cleanup_strv struct fp_strv scopes = {0};
    cleanup_free char *path = fp_registry_path(registry, "blobs", descriptor->digest.text);
    fp_registry_scopes(registry, false, &scopes);
    struct fp_http_request request = {
        .method = "HEAD", .url = path, .max_redirects = FP_REGISTRY_MAX_REDIRECTS};
    *ret_exists = false;
    enum fp_code code = fp_registry_send(registry, &request, &scopes, &response, err);
    if (code != FP_OK)
        return code;
    *ret_exists = response.status == 200;
    /* 405: HEAD is not offered, so nobody knows; uploading what is there does no harm. 403: so
     * Artifactory answers for what does not exist. 5xx: it cannot say; distribution 2.8 cannot
     * while others push the same blob. Elsewhere than at the registry (a store that it redirects
     * to) a refusal says nothing either. */
    bool is_elsewhere = !fp_url_same_origin(response.url, registry->base);
    bool says_nothing =
        response.status == 403 || response.status == 405 || response.status >= 500 || is_elsewhere;
    if (response.status == 200 || response.status == 404 || says_nothing)
        return FP_OK;
    return fp_registry_refusal(registry, "HEAD", &response, err);
}

enum fp_code fp_registry_has_lost_blob(struct fp_registry *registry,
                                       const struct fp_descriptor *descriptor, bool *ret_lost,
                                       struct fp_error *err)
{
    cleanup_http_response struct fp_http_response response = FP_HTTP_RESPONSE_INIT(65536);
    cleanup_strv struct fp_strv scopes = {0};
    cleanup_free char *path = fp_registry_path(registry, "blobs", descriptor->digest.text);
    struct fp_error ignored = {0};
    fp_registry_scopes(registry, false, &scopes);
    struct fp_http_request request = {.method = "HEAD",
                                      .url = path,
                                      .max_redirects = FP_REGISTRY_MAX_REDIRECTS,
                                      .no_retry = true};
    *ret_lost = false;
    enum fp_code code = fp_registry_send(registry, &request, &scopes, &response, &ignored);
    if (code == FP_E_INTERRUPTED)
        return fp_interrupt_check(err);
    *ret_lost = fp_registry_is_doubted(registry, &descriptor->digest) ||
                (code == FP_OK && response.status == 404);
    return FP_OK;
}

static enum fp_code download(struct fp_registry *registry, const char *url,
                             struct fp_http_download *spec, struct fp_http_response *answer,
                             struct fp_error *err)
{
    cleanup_strv struct fp_strv scopes = {0};
    fp_registry_scopes(registry, false, &scopes);
    for (int round = 0;; round++) {
        cleanup_free char *authorization = NULL;
        int status = 0;
        enum fp_code code = fp_registry_authorize(registry, &scopes, &authorization, err);
        if (code != FP_OK)
            return code;
        spec->url = url;
        spec->authorization = authorization;
        spec->answer = answer;
        code = fp_http_download(registry->options.http, spec, &status, err);
        spec->authorization = NULL;
        bool repeat = code == FP_OK && status == 401 && round == 0 &&
                      fp_registry_challenged(registry, answer, authorization, &scopes);
        if (authorization != NULL)
            explicit_bzero(authorization, strlen(authorization));
        if (repeat)
            continue;
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
    enum fp_code code = download(registry, url, &spec, &answer, err);
    if (code != FP_OK)
        return code;
    *ret_digest = fp_digest_finish(hash, algorithm);
    const char *encoding = fp_http_header(&answer, "content-encoding");
    if (fp_digest_equal(ret_digest, &descriptor->digest))
        return FP_OK;
    code = fp_fail(err, FP_E_VERIFY, "GET %s: the bytes have the digest %s", url, ret_digest->text);
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
    enum fp_code code = fp_registry_prepare(registry, err);
    if (code != FP_OK)
        return code;
    code = fetch_once(registry, descriptor, fd, stage, &found, err);
    if (code != FP_E_VERIFY || !fp_digest_is_set(&found))
        return code;
    /* A flipped bit on the way, or a partial file of something else: once more from the start. */
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
