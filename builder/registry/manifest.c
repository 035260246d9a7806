/* Fetches manifests and indexes up to a size limit, and verifies them. */
#include "answer.h"
#include "manifests.h"
#include "send.h"

#include <string.h>
#include <strings.h>

/* One header line, because a proxy forwarded only one of several, and a registry answered 404. */
#define ACCEPT                                                                                     \
    "Accept: " FP_MEDIA_OCI_INDEX ", " FP_MEDIA_OCI_MANIFEST ", " FP_MEDIA_DOCKER_LIST             \
    ", " FP_MEDIA_DOCKER_MANIFEST

static bool is_known_type(const char *type)
{
    return fp_media_is_index(type) || fp_media_is_manifest(type);
}

/* Content-Type without its parameters. */
static char *content_type(const struct fp_http_response *response)
{
    const char *header = fp_http_header(response, "content-type");
    return header != NULL ? fp_xstrndup(header, strcspn(header, "; \t")) : fp_xstrdup("");
}

static struct fp_digest digest_of(const struct fp_buf *body, enum fp_hash_algorithm algorithm)
{
    cleanup_hash struct fp_hash *hash = fp_hash_new(algorithm);
    fp_hash_update(hash, fp_buf_text(body), body->len);
    return fp_digest_finish(hash, algorithm);
}

static enum fp_code verify(const char *reference_text, const char *shown,
                           const struct fp_http_response *response,
                           struct fp_descriptor *ret_descriptor, struct fp_error *err)
{
    struct fp_digest wanted;
    ret_descriptor->size = response->body.len;
    ret_descriptor->digest = fp_digest_of(fp_buf_text(&response->body), response->body.len);
    if (fp_digest_parse(reference_text, shown, &wanted, NULL) != FP_OK)
        return FP_OK; /* a tag */
    if (fp_digest_algorithm(&wanted) != FP_SHA256)
        ret_descriptor->digest = digest_of(&response->body, fp_digest_algorithm(&wanted));
    if (fp_digest_equal(&wanted, &ret_descriptor->digest))
        return FP_OK;
    return fp_fail(err, FP_E_VERIFY, "%s: the bytes have the digest %s", shown,
                   ret_descriptor->digest.text);
}

enum fp_code fp_registry_check_reference(const char *reference_text, struct fp_error *err)
{
    struct fp_digest digest;
    if (fp_tag_is_valid(reference_text) ||
        fp_digest_parse(reference_text, "reference", &digest, NULL) == FP_OK)
        return FP_OK;
    return fp_fail(err, FP_E_USAGE, "\"%.160s\" is neither tag nor digest", reference_text);
}

enum fp_code fp_registry_ask_manifest(struct fp_registry *registry, const char *method,
                                      const char *reference_text, bool no_retry,
                                      struct fp_http_response *response, struct fp_error *err)
{
    cleanup_strv struct fp_strv headers = {0};
    cleanup_strv struct fp_strv scopes = {0};
    cleanup_free char *path = fp_registry_path(registry, "manifests", reference_text);
    FP_TRY(fp_registry_check_reference(reference_text, err));
    fp_strv_add(&headers, ACCEPT);
    fp_registry_scopes(registry, false, &scopes);
    struct fp_http_request request = {.method = method,
                                      .url = path,
                                      .headers = &headers,
                                      .max_bytes = response->body.max,
                                      .max_redirects = FP_REGISTRY_MAX_REDIRECTS,
                                      .patience_s = fp_registry_patience_s(registry),
                                      .no_retry = no_retry};
    enum fp_code code = fp_registry_send(registry, &request, &scopes, response, err);
    if (code == FP_OK && fp_http_header(response, "x-artifactory-id") != NULL) {
        FP_HOLD(registry);
        registry->is_artifactory = true;
    }
    return code;
}

static enum fp_code ask(struct fp_registry *registry, const char *method,
                        const char *reference_text, struct fp_http_response *response,
                        struct fp_error *err)
{
    return fp_registry_ask_manifest(registry, method, reference_text, false, response, err);
}

/* The media type. If the document has one, it overrides a Content-Type that is no manifest's:
 * servers of plain files derive that from names. */
static enum fp_code find_type(const struct fp_http_response *response, const json_t *document,
                              const char *shown, char ret_type[FP_MEDIA_TYPE_MAX],
                              struct fp_error *err)
{
    cleanup_free char *header = content_type(response);
    bool is_told = is_known_type(header) || fp_json_string(document, "mediaType") == NULL;
    const char *type = NULL;
    FP_TRY(fp_document_type(document, is_told ? header : NULL, shown, &type, err));
    (void) snprintf(ret_type, FP_MEDIA_TYPE_MAX, "%s", type);
    return FP_OK;
}

/* @param ret_damaged The answer may have been damaged or cut off unnoticed: without a length, the
 * end of the connection is the end of the answer. */
static enum fp_code get_once(struct fp_registry *registry, const char *reference_text,
                             struct fp_http_response *response, struct fp_descriptor *ret_found,
                             bool *ret_damaged, struct fp_error *err)
{
    cleanup_json json_t *document = NULL;
    *ret_damaged = false;
    FP_TRY(ask(registry, "GET", reference_text, response, err));
    if (response->status != 200)
        return fp_registry_refusal(registry, "GET", response, err);
    cleanup_free char *shown = fp_xasprintf(
        "%s%s%s", registry->name, strchr(reference_text, ':') != NULL ? "@" : ":", reference_text);
    enum fp_code code = verify(reference_text, shown, response, ret_found, err);
    if (code == FP_OK)
        code =
            fp_json_parse(fp_buf_text(&response->body), response->body.len, shown, &document, err);
    *ret_damaged = code != FP_OK;
    return code == FP_OK ? find_type(response, document, shown, ret_found->media_type, err) : code;
}

enum fp_code fp_registry_get_manifest(struct fp_registry *registry, const char *reference_text,
                                      struct fp_buf *body, struct fp_descriptor *ret_descriptor,
                                      struct fp_error *err)
{
    size_t limit = body->max < FP_REGISTRY_MAX_MANIFEST ? body->max : FP_REGISTRY_MAX_MANIFEST;
    cleanup_http_response struct fp_http_response response = FP_HTTP_RESPONSE_INIT(limit);
    struct fp_descriptor found = {0};
    bool is_damaged = false;
    enum fp_code code = get_once(registry, reference_text, &response, &found, &is_damaged, err);
    if (is_damaged && fp_http_max_attempts(registry->options.http, NULL) > 1)
        code = get_once(registry, reference_text, &response, &found, &is_damaged, err);
    if (code != FP_OK)
        return code;
    fp_buf_put(body, response.body.data, response.body.len);
    *ret_descriptor = found;
    return fp_buf_check(body, err);
}

/* Describe a manifest by the headers of a HEAD; false if they do not say enough. */
static bool describe(const struct fp_http_response *response, struct fp_descriptor *ret)
{
    cleanup_free char *type = content_type(response);
    const char *digest = fp_http_header(response, "docker-content-digest");
    struct fp_descriptor found = {0};
    if (digest == NULL || !is_known_type(type) ||
        !fp_http_header_u64(response, "content-length", &found.size) || found.size == 0 ||
        found.size > FP_REGISTRY_MAX_MANIFEST ||
        fp_digest_parse(digest, "Docker-Content-Digest", &found.digest, NULL) != FP_OK)
        return false;
    (void) snprintf(found.media_type, sizeof(found.media_type), "%s", type);
    *ret = found;
    return true;
}

/* Headers can be wrong, so a request for a digest yields that digest or nothing. */
static bool is_asked_for(const char *reference_text, const struct fp_descriptor *found)
{
    struct fp_digest wanted;
    return fp_digest_parse(reference_text, "reference", &wanted, NULL) != FP_OK ||
           fp_digest_equal(&wanted, &found->digest);
}

/* If HEAD is refused or does not say enough, GET is used from then on: proxies refuse HEAD with any
 * status (403, 400, 501), and Nexus 3.96 answers it with 500. Docker Hub does not count HEAD. A
 * registry that refuses HEAD here refuses it for blobs too, which are checked in parallel. */
static void ask_by_get(struct fp_registry *registry, int status)
{
    bool is_refused = status >= 400 && !fp_http_status_is_transient(status);
    FP_HOLD(registry);
    registry->gets_manifests = strcmp(registry->host, "docker.io") != 0;
    if (registry->gets_manifests && is_refused && registry->ask_blobs == FP_ASK_BOTH)
        registry->ask_blobs = FP_ASK_GET;
}

static enum fp_code take_head(struct fp_registry *registry, const char *reference_text,
                              const struct fp_http_response *head, bool *ret_exists,
                              struct fp_descriptor *ret_descriptor, struct fp_error *err)
{
    struct fp_descriptor found = {0};
    *ret_exists = head->status != 404;
    if (head->status == 401 || head->status == 429)
        return fp_registry_refusal(registry, "HEAD", head, err);
    if (head->status == 200 && describe(head, &found) && is_asked_for(reference_text, &found))
        *ret_descriptor = found;
    else if (*ret_exists)
        ask_by_get(registry, head->status);
    return FP_OK;
}

/* Whether HEAD itself failed, and not a step before it, which would fail before a GET too. */
static bool is_unanswered(enum fp_code code, const struct fp_http_response *head)
{
    return code == FP_E_NETWORK && head->url != NULL && !fp_registry_asks_for_pause(head);
}

/* HEAD is sent only once, because GET can follow: some registries answer only HEAD with 500. A
 * requested pause applies to both. */
static enum fp_code ask_head(struct fp_registry *registry, const char *reference_text,
                             struct fp_http_response *response, struct fp_error *err)
{
    struct fp_http *http = registry->options.http;
    enum fp_code code =
        fp_registry_ask_manifest(registry, "HEAD", reference_text, true, response, err);
    if (code != FP_OK || !fp_http_status_is_transient(response->status) ||
        !fp_registry_asks_for_pause(response) || fp_http_max_attempts(http, NULL) <= 1)
        return code;
    FP_TRY(fp_http_pause(http, response, 1, err));
    return ask(registry, "HEAD", reference_text, response, err);
}

enum fp_code fp_registry_head_manifest(struct fp_registry *registry, const char *reference_text,
                                       bool *ret_exists, struct fp_descriptor *ret_descriptor,
                                       struct fp_error *err)
{
    cleanup_http_response struct fp_http_response response = FP_HTTP_RESPONSE_INIT(65536);
    (void) pthread_mutex_lock(&registry->lock);
    bool by_get = registry->gets_manifests;
    (void) pthread_mutex_unlock(&registry->lock);
    *ret_exists = true;
    *ret_descriptor = (struct fp_descriptor){0};
    if (by_get)
        return FP_OK;
    enum fp_code code = ask_head(registry, reference_text, &response, err);
    if (code != FP_OK && !is_unanswered(code, &response))
        return code;
    if (code != FP_OK)
        response.status = 0;
    return take_head(registry, reference_text, &response, ret_exists, ret_descriptor, err);
}

enum fp_code fp_registry_find_digest(struct fp_registry *registry, const char *reference_text,
                                     enum fp_hash_algorithm algorithm, bool insist,
                                     bool *ret_exists, struct fp_digest *ret, struct fp_error *err)
{
    cleanup_descriptor struct fp_descriptor head = {0};
    enum fp_code code = fp_registry_head_manifest(registry, reference_text, ret_exists, &head, err);
    *ret = head.digest;
    if (code != FP_OK || fp_digest_is_set(ret) || (!*ret_exists && !insist))
        return code;
    cleanup_http_response struct fp_http_response response =
        FP_HTTP_RESPONSE_INIT(FP_REGISTRY_MAX_MANIFEST);
    code = ask(registry, "GET", reference_text, &response, err);
    *ret_exists = code == FP_OK && response.status == 200;
    if (*ret_exists)
        *ret = digest_of(&response.body, algorithm);
    if (code != FP_OK || *ret_exists || response.status == 404 || response.status >= 500)
        return code;
    return fp_registry_refusal(registry, "GET", &response, err);
}

enum fp_code fp_registry_is_tagged(struct fp_registry *registry, const char *tag,
                                   const struct fp_digest *digest, enum fp_tagged *ret,
                                   struct fp_error *err)
{
    struct fp_digest found = {0};
    bool exists = false;
    *ret = FP_TAGGED_NOTHING;
    FP_TRY(fp_registry_find_digest(registry, tag, fp_digest_algorithm(digest), false, &exists,
                                   &found, err));
    if (exists)
        *ret = fp_digest_equal(&found, digest) ? FP_TAGGED_THIS : FP_TAGGED_OTHER;
    return FP_OK;
}
