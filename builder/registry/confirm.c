/*
 * Checks that a pushed manifest is served. If its cache outlives a garbage collection, a registry
 * answers 201 and stores nothing (distribution 2.x with an in-memory cache of descriptors).
 */
#include "answer.h"
#include "manifests.h"

#include <string.h>
#include <strings.h>

/* Docker Hub counts every GET of a manifest against the allowance for pulls. */
static const char *method_of(const struct fp_registry *registry)
{
    return strcmp(registry->host, "docker.io") == 0 ? "HEAD" : "GET";
}

static enum fp_code not_served(struct fp_registry *registry, const struct fp_digest *digest,
                               struct fp_error *err)
{
    return fp_hinted(
        fp_fail(err, FP_E_NOT_FOUND, "%s took the image, but does not serve it: GET of %s: 404",
                registry->name, digest->text),
        err,
        "its cache may remember what a garbage collection has deleted; then the registry "
        "has to be restarted, and the image to be pushed again");
}

/* This is only a warning: the push succeeded, and its user may have no right to pull. */
static void warn(struct fp_registry *registry, const char *why)
{
    fp_report(registry->options.reporter, FP_EVENT_WARNING,
              "%s: pushed, could not be read back: %s", registry->name, why);
}

static void warn_of_answer(struct fp_registry *registry, const struct fp_http_response *response)
{
    cleanup_free char *words = fp_registry_words(registry, response);
    cleanup_free char *why =
        fp_xasprintf("%d%s%s", response->status, *words != '\0' ? " " : "", words);
    warn(registry, why);
}

static enum fp_code check_bytes(const struct fp_registry *registry, const struct fp_digest *digest,
                                const struct fp_http_response *response, struct fp_error *err)
{
    enum fp_hash_algorithm algorithm = fp_digest_algorithm(digest);
    cleanup_hash struct fp_hash *hash = fp_hash_new(algorithm);
    fp_hash_update(hash, fp_buf_text(&response->body), response->body.len);
    struct fp_digest found = fp_digest_finish(hash, algorithm);
    if (fp_digest_equal(&found, digest))
        return FP_OK;
    return fp_fail(err, FP_E_VERIFY, "%s@%s: what is served there has the digest %s",
                   registry->name, digest->text, found.text);
}

static bool is_encoded(const struct fp_http_response *response)
{
    const char *encoding = fp_http_header(response, "content-encoding");
    return encoding != NULL && strcasecmp(encoding, "identity") != 0;
}

/* Whether another attempt may succeed: a stored manifest may take a moment to appear. Pauses that
 * the registry asks for are not waited for, because nothing depends on this check. A server that is
 * silent or sends other bytes is asked at most twice. */
static bool may_pass(const struct fp_registry *registry, const struct fp_digest *digest,
                     enum fp_code code, const struct fp_http_response *response, int *failures)
{
    if (code != FP_OK)
        return code == FP_E_NETWORK && ++*failures < 2;
    if (response->status == 200)
        return strcmp(method_of(registry), "GET") == 0 && !is_encoded(response) &&
               check_bytes(registry, digest, response, NULL) != FP_OK && ++*failures < 2;
    return response->status == 404 ||
           (fp_http_status_is_transient(response->status) && !fp_registry_asks_for_pause(response));
}

static enum fp_code judge(struct fp_registry *registry, const struct fp_digest *digest,
                          const char *method, const struct fp_http_response *response,
                          struct fp_error *err)
{
    if (response->status == 404)
        return not_served(registry, digest, err);
    if (response->status != 200) {
        warn_of_answer(registry, response);
        return FP_OK;
    }
    if (is_encoded(response)) {
        warn(registry, "the answer came with a Content-Encoding: a proxy changes it on the way");
        return FP_OK;
    }
    return strcmp(method, "HEAD") == 0 ? FP_OK : check_bytes(registry, digest, response, err);
}

enum fp_code fp_registry_confirm(struct fp_registry *registry, const struct fp_digest *digest,
                                 struct fp_error *err)
{
    struct fp_http *http = registry->options.http;
    const char *method = method_of(registry);
    struct fp_error own = {0};
    int failures = 0;
    for (int attempt = 1;; attempt++) {
        cleanup_http_response struct fp_http_response response =
            FP_HTTP_RESPONSE_INIT(FP_REGISTRY_MAX_MANIFEST);
        enum fp_code code =
            fp_registry_ask_manifest(registry, method, digest->text, true, &response, &own);
        if (code == FP_E_INTERRUPTED || code == FP_E_INTERNAL)
            return fp_fail(err, code, "%s", own.text);
        bool again = may_pass(registry, digest, code, &response, &failures) &&
                     attempt < fp_http_max_attempts(http, code != FP_OK ? &own : NULL);
        if (!again && code == FP_OK)
            return judge(registry, digest, method, &response, err);
        if (!again) {
            warn(registry, own.text);
            return FP_OK;
        }
        /* Our own pauses apply, because Retry-After with a 404 could make us wait for hours. */
        fp_strv_clear(&response.headers);
        code = fp_http_pause(http, code == FP_OK ? &response : NULL, attempt, &own);
        if (code != FP_OK)
            return fp_fail(err, code, "%s", own.text);
    }
}
