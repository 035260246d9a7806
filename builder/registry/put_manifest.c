/* Pushes manifests and indexes: they are put last, and looked for before a PUT is repeated. */
#include "answer.h"
#include "manifests.h"
#include "send.h"

#include <string.h>
#include <strings.h>

/* After blobs were sent again, the same refusal is retried fewer times than other failures. */
#define MAX_DOUBTED_ATTEMPTS 3

/* Whether the manifest exists after a PUT whose outcome is not known. */
static bool is_there(struct fp_registry *registry, const char *reference_text,
                     const struct fp_digest *digest)
{
    struct fp_error ignored = {0};
    enum fp_tagged found = FP_TAGGED_NOTHING;
    return fp_registry_is_tagged(registry, reference_text, digest, &found, &ignored) == FP_OK &&
           found == FP_TAGGED_THIS;
}

static enum fp_code check_returned_digest(const struct fp_http_response *response,
                                          const struct fp_descriptor *descriptor,
                                          struct fp_error *err)
{
    const char *returned = fp_http_header(response, "docker-content-digest");
    if (returned == NULL || strcmp(returned, descriptor->digest.text) == 0)
        return FP_OK;
    cleanup_free char *shown = fp_url_display(response->url);
    return fp_fail(err, FP_E_VERIFY, "PUT %s: the registry stored %.150s, sent was %s", shown,
                   returned, descriptor->digest.text);
}

static enum fp_code put_once(struct fp_registry *registry, const char *reference_text,
                             const struct fp_descriptor *descriptor, const char *bytes,
                             struct fp_http_response *response, struct fp_error *err)
{
    cleanup_free char *path = fp_registry_path(registry, "manifests", reference_text);
    cleanup_strv struct fp_strv headers = {0};
    cleanup_strv struct fp_strv scopes = {0};
    fp_strv_addf(&headers, "Content-Type: %s", descriptor->media_type);
    fp_registry_scopes(registry, true, &scopes);
    struct fp_http_request request = {.method = "PUT",
                                      .url = path,
                                      .headers = &headers,
                                      .body = bytes,
                                      .body_bytes = descriptor->size,
                                      .max_redirects = FP_REGISTRY_MAX_REDIRECTS,
                                      .no_retry = true};
    FP_TRY(fp_registry_send(registry, &request, &scopes, response, err));
    if (fp_http_header(response, "oci-subject") != NULL) {
        FP_HOLD(registry);
        registry->keeps_referrers = true;
    }
    return FP_OK;
}

static bool is_success(enum fp_code code, const struct fp_http_response *response)
{
    return code == FP_OK && response->status >= 200 && response->status < 300;
}

/* Each vendor refuses to move a tag with a status and words of its own: 403 (Docker Hub), 405
 * (Azure), 412 (Harbor), 400 (Amazon, Artifactory, Nexus), 409 (Quay and others). */
static bool says_immutable(const struct fp_http_response *response)
{
    static const char *const words[] = {
        "immutab",        "overwrit",           "overrid",           "redeploy",
        "already exists", "not allow updating", "cannot be updated", "cannot update tag"};
    int status = response->status;
    if (status == 409 || status == 412 || status == 423 ||
        fp_registry_has_code(response, "TAG_INVALID"))
        return true;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcasestr(fp_buf_text(&response->body), words[i]) != NULL)
            return true;
    }
    return false;
}

/* A status with another meaning counts only if the words say so. */
static bool may_be_immutable(const struct fp_http_response *response)
{
    static const int others[] = {401, 404, 408, 411, 413, 415, 425, 429, 499};
    bool is_other = response->status < 400 || response->status >= 500;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        is_other = is_other || others[i] == response->status;
    return !is_other || says_immutable(response);
}

/* Whether the manifest was refused because of its tag. If the words do not say so, as with Docker
 * Hub's "denied" and Artifactory's "manifest invalid", it is put under its digest. If that
 * succeeds, no right is missing and the manifest is valid. It stays there without a tag. */
static bool is_for_the_tag(struct fp_registry *registry, const struct fp_descriptor *descriptor,
                           const char *bytes, const struct fp_http_response *refusal)
{
    cleanup_http_response struct fp_http_response response = FP_HTTP_RESPONSE_INIT(65536);
    struct fp_error ignored = {0};
    if (says_immutable(refusal))
        return true;
    enum fp_code code =
        put_once(registry, descriptor->digest.text, descriptor, bytes, &response, &ignored);
    return is_success(code, &response);
}

/* `found`: the digest that the tag names; NULL if that is not known. */
static enum fp_code conflict(struct fp_registry *registry, const char *tag,
                             const struct fp_digest *found, const struct fp_digest *wanted,
                             const struct fp_http_response *response, struct fp_error *err)
{
    cleanup_free char *words = fp_registry_words(registry, response);
    cleanup_free char *state = fp_xasprintf("%s%s", found != NULL ? "names " : "is there already",
                                            found != NULL ? found->text : "");
    return fp_hinted(fp_fail(err, FP_E_CONFLICT, "%s:%s %s and may not be moved to %s: %d %s",
                             registry->name, tag, state, wanted->text, response->status, words),
                     err,
                     "tags are immutable there, or not to be moved with these credentials: choose "
                     "another tag");
}

static enum fp_code refused(struct fp_registry *registry, const char *reference_text,
                            const struct fp_descriptor *descriptor, const char *bytes,
                            const struct fp_http_response *response, struct fp_error *err)
{
    struct fp_digest found = {0};
    struct fp_error ignored = {0};
    bool exists = false;
    enum fp_code code = FP_E_NOT_FOUND;
    if (may_be_immutable(response))
        code = fp_registry_find_digest(registry, reference_text,
                                       fp_digest_algorithm(&descriptor->digest), true, &exists,
                                       &found, &ignored);
    if (exists && fp_digest_equal(&found, &descriptor->digest))
        return FP_OK; /* the tag names this manifest */
    if (exists && is_for_the_tag(registry, descriptor, bytes, response))
        return conflict(registry, reference_text, &found, &descriptor->digest, response, err);
    /* A user who may push may have no right to pull. */
    if (code == FP_E_AUTH && fp_tag_is_valid(reference_text) && says_immutable(response))
        return conflict(registry, reference_text, NULL, &descriptor->digest, response, err);
    return fp_registry_refusal(registry, "PUT", response, err);
}

/* Whether the registry has checked the manifest and stored it as sent: not if the check is still to
 * come (202), or if it has stored another one. */
static bool is_taken(const struct fp_http_response *response,
                     const struct fp_descriptor *descriptor)
{
    return is_success(FP_OK, response) && response->status != 202 &&
           check_returned_digest(response, descriptor, NULL) == FP_OK;
}

/* Not if the manifest is unknown or may not be put again: that says nothing about blobs, even if it
 * names some. */
static bool is_for_blobs(const struct fp_http_response *response, const char *bytes)
{
    return fp_registry_lacks_blobs(response, bytes) && !says_immutable(response) &&
           !fp_registry_has_code(response, "MANIFEST_UNKNOWN");
}

enum fp_code fp_registry_put_again(struct fp_registry *registry,
                                   const struct fp_descriptor *descriptor, const char *bytes,
                                   bool *ret_taken, struct fp_error *err)
{
    struct fp_http *http = registry->options.http;
    int max_attempts = fp_http_max_attempts(http, NULL);
    enum fp_code code = FP_OK;
    *ret_taken = false;
    (void) pthread_mutex_lock(&registry->lock);
    bool is_asked = !registry->is_artifactory;
    (void) pthread_mutex_unlock(&registry->lock);
    for (int attempt = 1; is_asked && code == FP_OK; attempt++) {
        cleanup_http_response struct fp_http_response response = FP_HTTP_RESPONSE_INIT(65536);
        struct fp_error ignored = {0};
        code = put_once(registry, descriptor->digest.text, descriptor, bytes, &response, &ignored);
        if (code != FP_OK)
            return code == FP_E_INTERRUPTED ? fp_cancel_check(err) : FP_OK;
        *ret_taken = is_taken(&response, descriptor);
        if (!is_for_blobs(&response, bytes))
            return FP_OK;
        if (fp_registry_doubt(registry, &response, bytes) || attempt >= max_attempts ||
            attempt >= MAX_DOUBTED_ATTEMPTS)
            return fp_registry_refusal(registry, "PUT", &response, err);
        code = fp_http_pause(http, &response, attempt, err);
    }
    return code;
}

enum fp_code fp_registry_put_manifest(struct fp_registry *registry, const char *reference_text,
                                      const struct fp_descriptor *descriptor, const char *bytes,
                                      struct fp_error *err)
{
    struct fp_http *http = registry->options.http;
    enum fp_code code = fp_registry_check_reference(reference_text, err);
    for (int attempt = 1; code == FP_OK; attempt++) {
        cleanup_http_response struct fp_http_response response = FP_HTTP_RESPONSE_INIT(65536);
        code = put_once(registry, reference_text, descriptor, bytes, &response, err);
        if (is_success(code, &response))
            return check_returned_digest(&response, descriptor, err);
        bool answered = code == FP_OK;
        bool lacks_blobs = answered && fp_registry_lacks_blobs(&response, bytes);
        if (lacks_blobs && fp_registry_doubt(registry, &response, bytes))
            return fp_registry_refusal(registry, "PUT", &response, err);
        /* The blobs were just sent for this manifest, so the registry's state, or another push of
         * the same blobs, may lag behind. */
        bool may_pass = code == FP_E_NETWORK || lacks_blobs ||
                        (answered && fp_http_status_is_transient(response.status));
        if (may_pass && !fp_registry_asks_for_pause(&response) &&
            is_there(registry, reference_text, &descriptor->digest))
            return FP_OK; /* only the answer was lost */
        if (!may_pass || attempt >= fp_http_max_attempts(http, answered ? NULL : err) ||
            (lacks_blobs && attempt >= MAX_DOUBTED_ATTEMPTS))
            return answered ? refused(registry, reference_text, descriptor, bytes, &response, err)
                            : code;
        code = fp_http_pause(http, answered ? &response : NULL, attempt, err);
    }
    return code;
}
