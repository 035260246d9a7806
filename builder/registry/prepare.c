/* Finds out whether a registry uses TLS, and which authentication it asks for. */
#include "answer.h"

#include <errno.h>
#include <string.h>

/* If another registry has the same image, asking that one is faster than waiting for this one. */
#define PATIENCE_S 4

/* `attempt`: the number of the first attempt; 0: there is only one. */
static enum fp_code ping(const struct fp_registry *registry, const char *base, int attempt,
                         struct fp_http_response *response, struct fp_error *err)
{
    cleanup_free char *url = fp_xasprintf("%s/v2/", base);
    struct fp_http_request request = {.method = "GET",
                                      .url = url,
                                      .max_redirects = FP_REGISTRY_MAX_REDIRECTS,
                                      .patience_s = registry->options.has_stand_in ? PATIENCE_S : 0,
                                      .no_retry = attempt == 0 || registry->options.has_stand_in,
                                      .attempts_made = attempt > 0 ? attempt - 1 : 0};
    return fp_http_send(registry->options.http, &request, response, err);
}

static enum fp_code take_ping(struct fp_registry *registry, const char *base,
                              const struct fp_http_response *response, struct fp_error *err)
{
    if (response->status != 200 && response->status != 401) {
        enum fp_code code = fp_registry_refusal(registry, "GET", response, err);
        if (code != FP_E_NETWORK)
            fp_hint(err, "is %s a container registry? It answers /v2/ with neither 200 nor 401",
                    registry->host);
        return code;
    }
    /* The target of a redirect must not decide where the password is sent. */
    if (response->status == 401 && fp_url_same_origin(response->url, base))
        (void) fp_challenge_find(response, &registry->challenge);
    registry->base = fp_xstrdup(base);
    registry->is_ready = true;
    return FP_OK;
}

/* Whether TLS is worth trying after plain HTTP: Go and nginx then answer 400 and say "HTTPS",
 * others hang up. If nothing answers at all, TLS would not help. */
static bool may_want_tls(enum fp_code code, const struct fp_http_response *response,
                         const struct fp_error *err)
{
    if (code != FP_OK)
        return code == FP_E_NETWORK && err->sys_errno != ETIMEDOUT;
    return response->status == 400 && strstr(fp_buf_text(&response->body), "HTTPS") != NULL;
}

/* Whether it answers over TLS; if not, the result of plain HTTP is kept. */
static bool answers_tls(const struct fp_registry *registry, const char *base,
                        struct fp_http_response *response, enum fp_code plain_code,
                        struct fp_error *err)
{
    struct fp_error tls_error = {0};
    enum fp_code code = ping(registry, base, 0, response, &tls_error);
    if (code == FP_OK)
        return true;
    if (plain_code == FP_OK || code == FP_E_VERIFY)
        *err = tls_error;
    return false;
}

/* Plain HTTP is allowed, but the registry may not speak it. If it hangs up, or its answer is not
 * HTTP, TLS is tried before plain HTTP is repeated. */
static enum fp_code ping_plain(const struct fp_registry *registry, const char *plain,
                               const char *secure, bool has_failed, bool *ret_is_secure,
                               struct fp_http_response *response, struct fp_error *err)
{
    struct fp_http *http = registry->options.http;
    enum fp_code code = has_failed ? FP_E_NETWORK : ping(registry, plain, 0, response, err);
    if (may_want_tls(code, response, err)) {
        *ret_is_secure = answers_tls(registry, secure, response, code, err);
        if (*ret_is_secure || code == FP_OK || err->code != FP_E_NETWORK)
            return *ret_is_secure ? FP_OK : err->code;
    } else if (code != FP_OK ? err->sys_errno != ETIMEDOUT
                             : !fp_http_status_is_transient(response->status)) {
        return code;
    }
    if (registry->options.has_stand_in ||
        fp_http_max_attempts(http, code != FP_OK ? err : NULL) <= 1)
        return code;
    code = fp_http_pause(http, code == FP_OK ? response : NULL, 1, err);
    return code != FP_OK ? code : ping(registry, plain, 2, response, err);
}

static enum fp_code prepare_plain(struct fp_registry *registry, const char *plain,
                                  const char *secure, bool has_failed, struct fp_error *err)
{
    cleanup_http_response struct fp_http_response response = FP_HTTP_RESPONSE_INIT(65536);
    bool is_secure = false;
    FP_TRY(ping_plain(registry, plain, secure, has_failed, &is_secure, &response, err));
    /* A registry that redirects to itself over TLS gets all requests over TLS, bodies included. */
    bool moved = fp_url_same_origin(response.url, secure);
    return take_ping(registry, is_secure || moved ? secure : plain, &response, err);
}

/* A name without a port means two ports. TLS is tried first, as in other programs, so that no
 * password is sent in the clear if the registry speaks TLS. */
static bool answers_tls_first(const struct fp_registry *registry, const char *secure,
                              struct fp_http_response *response)
{
    struct fp_error ignored = {0};
    cleanup_free char *host_only = fp_host_without_port(registry->host);
    if (strcmp(host_only, registry->host) != 0 || fp_host_is_loopback(host_only))
        return false;
    return ping(registry, secure, 0, response, &ignored) == FP_OK &&
           (response->status == 200 || response->status == 401);
}

static const char *host_of(const struct fp_registry *registry)
{
    return strcmp(registry->host, "docker.io") == 0 ? "registry-1.docker.io" : registry->host;
}

static enum fp_code ping_again(struct fp_registry *registry, const char *base,
                               struct fp_http_response *response, struct fp_error *err)
{
    if (fp_http_max_attempts(registry->options.http, err) <= 1)
        return FP_E_NETWORK;
    FP_TRY(fp_http_pause(registry->options.http, NULL, 1, err));
    return ping(registry, base, 2, response, err);
}

/* Called with the lock held. `has_failed`: a first attempt waited in vain, as `err` says; it takes
 * too long to be repeated as often as others. */
static enum fp_code prepare(struct fp_registry *registry, bool has_failed, struct fp_error *err)
{
    const char *host = host_of(registry);
    cleanup_http_response struct fp_http_response response = FP_HTTP_RESPONSE_INIT(65536);
    cleanup_free char *secure = fp_xasprintf("https://%s", host);
    cleanup_free char *plain = fp_xasprintf("http://%s", host);
    struct fp_error own = {0};
    bool may_be_plain = registry->is_plain_http_allowed;
    err = err != NULL ? err : &own;
    if (may_be_plain && !answers_tls_first(registry, secure, &response))
        return prepare_plain(registry, plain, secure, has_failed, err);
    if (!may_be_plain)
        FP_TRY(has_failed ? ping_again(registry, secure, &response, err)
                          : ping(registry, secure, 1, &response, err));
    return take_ping(registry, secure, &response, err);
}

enum fp_code fp_registry_prepare(struct fp_registry *registry, struct fp_error *err)
{
    FP_HOLD(registry);
    return registry->is_ready ? FP_OK : prepare(registry, false, err);
}

static bool may_find_out(const struct fp_registry *registry, const struct fp_http_request *request)
{
    return !registry->pings && request->url[0] == '/' && request->body == NULL &&
           request->open_body == NULL && request->sink == NULL;
}

static enum fp_code send_first(const struct fp_registry *registry, const char *base,
                               const struct fp_http_request *request,
                               struct fp_http_response *response, struct fp_error *err)
{
    cleanup_free char *url = fp_xasprintf("%s%s", base, request->url);
    struct fp_http_request first = *request;
    first.url = url;
    first.no_retry = true;
    return fp_http_send(registry->options.http, &first, response, err);
}

/* Whether an answer says what it takes to be served. Without credentials some registries claim that
 * nothing is there, and others refuse without a challenge; GET /v2/ then tells whether they want
 * any. What HEAD does not find is put, and that shows it too. */
static bool finds_out(struct fp_registry *registry, const char *method, const char *base,
                      const struct fp_http_response *response, bool *ret_is_answered)
{
    bool is_found = response->status >= 200 && response->status < 300;
    bool is_free = response->status == 404 && strcmp(method, "HEAD") == 0 &&
                   fp_http_header(response, "docker-distribution-api-version") != NULL;
    if (!fp_url_same_origin(response->url, base))
        return false;
    bool is_asked = response->status == 401 && fp_challenge_find(response, &registry->challenge);
    if (!is_found && !is_free && !is_asked)
        return false;
    registry->base = fp_xstrdup(base);
    registry->is_ready = true;
    *ret_is_answered = !is_asked;
    return true;
}

/* A first answer that is no success stands if the registry wants no credentials. */
static bool stands(const struct fp_registry *registry, const struct fp_http_response *response)
{
    return registry->challenge.scheme == FP_CHALLENGE_NONE && response->url != NULL &&
           fp_url_same_origin(response->url, registry->base) && response->status != 401 &&
           !fp_http_status_is_transient(response->status);
}

/* Called with the lock held. Who waits for it meanwhile does not try in vain as well. */
static enum fp_code remember(struct fp_registry *registry, enum fp_code code,
                             const struct fp_error *err)
{
    if (code == FP_E_NETWORK)
        registry->unreachable = *err;
    return code;
}

/* Called with the lock held. */
static enum fp_code find_out(struct fp_registry *registry, const struct fp_http_request *request,
                             struct fp_http_response *response, bool *ret_is_answered,
                             struct fp_error *err)
{
    const char *scheme = registry->is_plain_http_allowed ? "http" : "https";
    cleanup_free char *base = fp_xasprintf("%s://%s", scheme, host_of(registry));
    enum fp_code code = send_first(registry, base, request, response, err);
    if (code != FP_OK && code != FP_E_NETWORK)
        return code;
    if (code == FP_OK && finds_out(registry, request->method, base, response, ret_is_answered))
        return FP_OK;
    if (code == FP_OK && fp_registry_asks_for_pause(response))
        FP_TRY(fp_http_pause(registry->options.http, response, 1, err));
    bool has_timed_out = code != FP_OK && err->sys_errno == ETIMEDOUT;
    FP_TRY(prepare(registry, has_timed_out, err));
    *ret_is_answered = code == FP_OK && stands(registry, response);
    return FP_OK;
}

enum fp_code fp_registry_prepare_by(struct fp_registry *registry, struct fp_http_request *request,
                                    struct fp_http_response *response, bool *ret_is_answered,
                                    struct fp_error *err)
{
    struct fp_error own = {0};
    FP_HOLD(registry);
    *ret_is_answered = false;
    if (registry->is_ready)
        return FP_OK;
    if (registry->unreachable.code != FP_OK)
        return fp_fail_as(err, &registry->unreachable);
    if (!may_find_out(registry, request))
        return prepare(registry, false, err);
    err = err != NULL ? err : &own;
    enum fp_code code =
        remember(registry, find_out(registry, request, response, ret_is_answered, err), err);
    if (code != FP_OK)
        fp_http_response_clear(response); /* no answer to the request itself */
    return code;
}
