/* Formats libcurl's results: the failure, the URL, and a remedy. */
#include "exchange.h"
#include "retry.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>

static enum fp_code untrusted(const struct fp_exchange *x, const char *shown, struct fp_error *err)
{
    cleanup_url struct fp_url url = {0};
    enum fp_code code = fp_fail(err, FP_E_VERIFY, "%s %s: the certificate is not trusted: %s",
                                x->job->request->method, shown, x->curl_text);
    if (fp_url_parse(x->hop->url, &url, NULL) != FP_OK)
        return code;
    fp_hint(err,
            "if it comes from a private authority, name that one's certificate with --ca-file or "
            "SSL_CERT_FILE, or put it into /etc/docker/certs.d/%s%s%s/ca.crt",
            url.host, strcmp(url.port, "443") == 0 ? "" : ":",
            strcmp(url.port, "443") == 0 ? "" : url.port);
    return code;
}

static enum fp_code bad_client_certificate(const struct fp_exchange *x, const char *shown,
                                           struct fp_error *err)
{
    const char *file = x->origin->tls.cert != NULL ? x->origin->tls.cert : "none";
    return fp_fail(err, FP_E_INPUT, "%s %s: the client certificate (%s) cannot be used: %s",
                   x->job->request->method, shown, file, x->curl_text);
}

static bool is_strange_proxy(const struct fp_exchange *x)
{
    return strncmp(x->curl_text, "Unsupported proxy", 17) == 0;
}

/* libcurl's words, with two exceptions: a malformed proxy is not shown, because it may contain a
 * password, and an answer that ends within its headers is an empty answer to libcurl. */
const char *fp_exchange_words(const struct fp_exchange *x, CURLcode result)
{
    if (is_strange_proxy(x))
        return "the proxy is none that can be used";
    if (result == CURLE_OK)
        return "the answer ended within its headers";
    if (result == CURLE_UNSUPPORTED_PROTOCOL)
        return "the answer is not HTTP";
    return x->curl_text[0] != '\0' ? x->curl_text : curl_easy_strerror(result);
}

/* libcurl does not distinguish a name that does not exist from a silent name server. */
static bool name_may_resolve_later(const char *url)
{
    cleanup_url struct fp_url parts = {0};
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    if (fp_url_parse(url, &parts, NULL) != FP_OK)
        return false;
    int result = getaddrinfo(parts.host, NULL, &hints, &found);
    if (result == EAI_MEMORY)
        fp_out_of_memory();
    if (result == 0)
        freeaddrinfo(found);
    return result == 0 || result == EAI_AGAIN || result == EAI_SYSTEM;
}

static enum fp_code unresolved(struct fp_exchange *x, const char *shown, CURLcode result,
                               struct fp_error *err)
{
    /* libcurl resolves names in a thread of its own. */
    if (strstr(x->curl_text, "thread failed to start") != NULL)
        fp_out_of_memory();
    x->job->transient = result == CURLE_COULDNT_RESOLVE_HOST && name_may_resolve_later(x->hop->url);
    return fp_hinted(fp_fail(err, FP_E_NETWORK, "%s %s: %s", x->job->request->method, shown,
                             fp_exchange_words(x, result)),
                     err,
                     result == CURLE_COULDNT_RESOLVE_PROXY
                         ? "look at HTTPS_PROXY, HTTP_PROXY and NO_PROXY"
                         : "is the name right, and does this machine reach the network?");
}

static enum fp_code refused_address(const struct fp_exchange *x, const char *shown,
                                    struct fp_error *err)
{
    return fp_fail(err, FP_E_INPUT,
                   "%s %s: a server on the network named this URL, but it leads to a loopback or "
                   "link-local address; refused",
                   x->job->request->method, shown);
}

static enum fp_code stalled(struct fp_exchange *x, const char *shown, struct fp_error *err)
{
    /* A server that took long to store a body may have stored it, so the caller has to check. */
    x->job->transient = !fp_exchange_awaits_commit(x);
    return fp_fail(err, FP_E_NETWORK, "%s %s: stalled: hardly anything came for %lld seconds",
                   x->job->request->method, shown, (long long) (fp_now_ms() - x->mark_ms) / 1000);
}

static enum fp_code not_connected(struct fp_exchange *x, const char *shown, long os_errno,
                                  struct fp_error *err)
{
    x->job->transient = true;
    errno = (int) os_errno;
    enum fp_code code =
        fp_fail_errno(err, FP_E_NETWORK, "%s %s: cannot connect", x->job->request->method, shown);
    if (os_errno == ECONNREFUSED)
        fp_hint(err, "does the server run, and is the port right?");
    return code;
}

/* libcurl's own timeouts are that of a connection and, with `patience_s`, that of the whole
 * transfer. Stalls are reported elsewhere. */
static enum fp_code timed_out(struct fp_exchange *x, const char *shown, struct fp_error *err)
{
    int patience_s = x->job->request->patience_s;
    int limit_s = x->job->http->options.connect_timeout_s;
    curl_off_t connected_us = 0;
    if (patience_s > 0) {
        (void) pthread_mutex_lock(&x->job->http->lock);
        x->origin->is_silent = true;
        (void) pthread_mutex_unlock(&x->job->http->lock);
    }
    x->job->transient = patience_s == 0;
    if (x->easy != NULL)
        (void) curl_easy_getinfo(x->easy, CURLINFO_CONNECT_TIME_T, &connected_us);
    if (x->easy != NULL && connected_us == 0) /* a reused connection has time 0 too */
        (void) curl_easy_getinfo(x->easy, CURLINFO_PRETRANSFER_TIME_T, &connected_us);
    bool may_connect = connected_us > 0 || x->easy == NULL;
    if (patience_s > 0 && (patience_s < limit_s || may_connect))
        limit_s = patience_s;
    enum fp_code code =
        fp_fail(err, FP_E_NETWORK, "%s %s: no %s within %d second%s", x->job->request->method,
                shown, may_connect ? "answer" : "connection", limit_s, limit_s == 1 ? "" : "s");
    if (err != NULL)
        err->sys_errno = ETIMEDOUT;
    return fp_hinted(code, err,
                     x->proxied ? "look at HTTPS_PROXY, HTTP_PROXY and NO_PROXY"
                                : "is the host right, and does the way there need a proxy "
                                  "(HTTPS_PROXY), or does a firewall drop it?");
}

/* libcurl reports its own limits in its own words: 100 KiB for a line, 300 KiB for all headers. */
static bool has_endless_headers(const struct fp_exchange *x, CURLcode result)
{
    return !x->answered && (result == CURLE_OUT_OF_MEMORY ||
                            strncmp(x->curl_text, "Too large response headers", 26) == 0);
}

static bool speaks_http(const struct fp_exchange *x)
{
    return strstr(x->curl_text, "wrong version number") != NULL ||
           strstr(x->curl_text, "packet length too long") != NULL;
}

/* The failure is transient if the server answered before: another one took its place briefly. */
static enum fp_code without_tls(struct fp_exchange *x, const char *shown, struct fp_error *err)
{
    cleanup_url struct fp_url url = {0};
    enum fp_code code = fp_fail(err, FP_E_NETWORK, "%s %s: the server does not speak TLS",
                                x->job->request->method, shown);
    (void) pthread_mutex_lock(&x->job->http->lock);
    x->job->transient = x->origin->has_answered;
    (void) pthread_mutex_unlock(&x->job->http->lock);
    if (fp_url_parse(x->hop->url, &url, NULL) == FP_OK)
        fp_hint(err, "it seems to speak plain HTTP; if that is right: %s %s:%s",
                x->job->request->needs_tls ? "http:// and --insecure-http" : "--insecure-registry",
                url.host, url.port);
    return code;
}

static enum fp_code other(struct fp_exchange *x, const char *shown, CURLcode result,
                          struct fp_error *err)
{
    long proxy_status = 0;
    long os_errno = 0;
    (void) curl_easy_getinfo(x->easy, CURLINFO_OS_ERRNO, &os_errno);
    if (result == CURLE_COULDNT_CONNECT && os_errno != 0 && !x->proxied)
        return not_connected(x, shown, os_errno, err);
    if (speaks_http(x))
        return without_tls(x, shown, err);
    (void) curl_easy_getinfo(x->easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
    bool refused_by_proxy = proxy_status >= 400 && proxy_status < 500;
    x->job->transient =
        fp_retry_curl_is_transient(result) && !refused_by_proxy && !is_strange_proxy(x);
    /* The text has to mention the proxy, because libcurl's text contains only its address. */
    bool is_proxy_away = result == CURLE_COULDNT_CONNECT && x->proxied && !is_strange_proxy(x);
    enum fp_code code =
        fp_fail(err, FP_E_NETWORK, "%s %s: %s%s", x->job->request->method, shown,
                is_proxy_away ? "through the proxy: " : "", fp_exchange_words(x, result));
    if (proxy_status >= 400)
        fp_hint(err, "the proxy refused (%ld): look at HTTPS_PROXY and NO_PROXY", proxy_status);
    else if (is_proxy_away || is_strange_proxy(x))
        fp_hint(err, "look at HTTPS_PROXY, HTTP_PROXY and NO_PROXY");
    return code;
}

enum fp_code fp_exchange_failure(struct fp_exchange *x, CURLcode result, struct fp_error *err)
{
    cleanup_free char *shown = fp_url_display(x->hop->url);
    if (x->code == FP_E_INPUT || x->code == FP_E_VERIFY || x->code == FP_E_NETWORK)
        return fp_context(x->code, err, "%s %s", x->job->request->method, shown);
    if (x->code != FP_OK)
        return x->code;
    if (x->refused_address)
        return refused_address(x, shown, err);
    if (x->stalled)
        return stalled(x, shown, err);
    if (has_endless_headers(x, result))
        return fp_fail(err, FP_E_INPUT, "%s %s: the answer has more headers than are read",
                       x->job->request->method, shown);
    switch (result) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE:
        return untrusted(x, shown, err);
    case CURLE_SSL_CERTPROBLEM:
        return bad_client_certificate(x, shown, err);
    case CURLE_OPERATION_TIMEDOUT:
        return timed_out(x, shown, err);
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return unresolved(x, shown, result, err);
    default:
        return other(x, shown, result, err);
    }
}
