/* One request and its answer. */
#include "exchange.h"
#include "retry.h"

#include <string.h>
#include <strings.h>

#define BUFFER_BYTES (512L * 1024)
/* How many connections an idle handle keeps. */
#define MAX_CONNECTIONS 4L

static void set_proxy(struct fp_exchange *x, const struct fp_url *url)
{
    const char *proxy = fp_proxy_for(url);
    x->proxied = proxy != NULL;
    FP_SET(x, CURLOPT_PROXY, proxy != NULL ? proxy : "");
    FP_SET(x, CURLOPT_NOPROXY, "");
    FP_SET(x, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    FP_SET(x, CURLOPT_HEADEROPT, (long) CURLHEADER_SEPARATE);
}

static void set_tls(struct fp_exchange *x)
{
    const struct fp_tls *tls = &x->origin->tls;
    FP_SET(x, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
    FP_SET(x, CURLOPT_SSL_VERIFYPEER, tls->insecure ? 0L : 1L);
    FP_SET(x, CURLOPT_SSL_VERIFYHOST, tls->insecure ? 0L : 2L);
    const struct fp_buf *ca = tls->ca.len > 0 ? &tls->ca : &x->job->http->roots;
    if (ca->len > 0) {
        struct curl_blob blob = {.data = ca->data, .len = ca->len, .flags = CURL_BLOB_NOCOPY};
        FP_SET(x, CURLOPT_CAINFO_BLOB, &blob);
        FP_SET(x, CURLOPT_CAPATH, NULL);
    } else if (x->job->http->other_bundle != NULL) {
        FP_SET(x, CURLOPT_CAINFO, x->job->http->other_bundle);
    }
    if (tls->cert != NULL) {
        FP_SET(x, CURLOPT_SSLCERT, tls->cert);
        FP_SET(x, CURLOPT_SSLKEY, tls->key);
    }
}

static void set_method(struct fp_exchange *x)
{
    const struct fp_http_request *request = x->job->request;
    bool sends = strcmp(request->method, "POST") == 0 || strcmp(request->method, "PUT") == 0 ||
                 strcmp(request->method, "PATCH") == 0;
    if (strcmp(request->method, "HEAD") == 0) {
        FP_SET(x, CURLOPT_NOBODY, 1L);
    } else if (sends) {
        /* Content-Length is always sent, even if it is 0. */
        FP_SET(x, CURLOPT_UPLOAD, 1L);
        FP_SET(x, CURLOPT_INFILESIZE_LARGE, (curl_off_t) request->body_bytes);
        FP_SET(x, CURLOPT_EXPECT_100_TIMEOUT_MS, 1000L);
        FP_SET(x, CURLOPT_CUSTOMREQUEST, request->method);
    } else {
        FP_SET(x, CURLOPT_HTTPGET, 1L);
        FP_SET(x, CURLOPT_CUSTOMREQUEST, request->method);
    }
}

static void set_transport(struct fp_exchange *x)
{
    const struct fp_http_options *options = &x->job->http->options;
    FP_SET(x, CURLOPT_URL, x->hop->url);
    FP_SET(x, CURLOPT_PATH_AS_IS, 1L);
    FP_SET(x, CURLOPT_PROTOCOLS_STR, "http,https");
    FP_SET(x, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    FP_SET(x, CURLOPT_FOLLOWLOCATION, 0L);
    FP_SET(x, CURLOPT_NETRC, (long) CURL_NETRC_IGNORED);
    FP_SET(x, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_1_1);
    FP_SET(x, CURLOPT_NOSIGNAL, 1L);
    FP_SET(x, CURLOPT_CONNECTTIMEOUT, (long) options->connect_timeout_s);
    FP_SET(x, CURLOPT_TIMEOUT, (long) x->job->request->patience_s);
    FP_SET(x, CURLOPT_TCP_NODELAY, 1L);
    FP_SET(x, CURLOPT_TCP_KEEPALIVE, 1L);
    FP_SET(x, CURLOPT_MAXCONNECTS, MAX_CONNECTIONS);
    FP_SET(x, CURLOPT_BUFFERSIZE, BUFFER_BYTES);
    FP_SET(x, CURLOPT_UPLOAD_BUFFERSIZE, BUFFER_BYTES);
    FP_SET(x, CURLOPT_USERAGENT, options->user_agent);
    FP_SET(x, CURLOPT_ERRORBUFFER, x->curl_text);
}

static bool is_private_header(const char *line)
{
    return strncasecmp(line, "authorization:", 14) == 0 || strncasecmp(line, "cookie:", 7) == 0 ||
           strncasecmp(line, "proxy-authorization:", 20) == 0;
}

static enum fp_code add_header(struct fp_exchange *x, const char *line, struct fp_error *err)
{
    if (strpbrk(line, "\r\n") != NULL)
        return fp_fail(err, FP_E_USAGE, "a request header has a line break in it");
    x->headers = curl_slist_append(x->headers, line);
    return FP_OK;
}

static enum fp_code set_headers(struct fp_exchange *x, struct fp_error *err)
{
    const struct fp_http_request *request = x->job->request;
    enum fp_code code = FP_OK;
    for (size_t i = 0; request->headers != NULL && i < request->headers->len && code == FP_OK;
         i++) {
        if (x->hop->same_origin || !is_private_header(request->headers->items[i]))
            code = add_header(x, request->headers->items[i], err);
    }
    if (code == FP_OK && request->authorization != NULL && x->hop->same_origin) {
        cleanup_free char *line = fp_xasprintf("Authorization: %s", request->authorization);
        code = add_header(x, line, err);
    }
    /* By default libcurl would ask before each body. */
    if (code == FP_OK && request->body_bytes > 0) {
        x->asks = fp_exchange_may_ask(x);
        code = add_header(x, x->asks ? "Expect: 100-continue" : "Expect:", err);
    }
    FP_SET(x, CURLOPT_HTTPHEADER, x->headers);
    return code;
}

static enum fp_code set_up(struct fp_exchange *x, struct fp_error *err)
{
    cleanup_url struct fp_url url = {0};
    FP_TRY(fp_url_parse(x->hop->url, &url, err));
    set_transport(x);
    set_proxy(x, &url);
    set_tls(x);
    set_method(x);
    fp_exchange_set_callbacks(x);
    enum fp_code code = set_headers(x, err);
    if (code == FP_OK && x->setup_failed)
        return fp_fail(err, FP_E_INTERNAL, "libcurl %s does not take an option that is needed",
                       curl_version_info(CURLVERSION_NOW)->version);
    return code;
}

/* A server may refuse an upload and close before it has read all of it. Its answer then counts, and
 * not the failure to send the rest. An error with a body that is too long counts too. */
static bool is_complete(const struct fp_exchange *x, CURLcode result)
{
    if (result == CURLE_OK)
        return x->answered;
    if (x->code != FP_OK || !x->answered || x->stalled)
        return false;
    return x->job->response->status >= 300;
}

static void remember_origin(struct fp_exchange *x)
{
    const char *address = NULL;
    (void) pthread_mutex_lock(&x->job->http->lock);
    x->origin->has_answered = x->origin->has_answered || x->answered;
    (void) pthread_mutex_unlock(&x->job->http->lock);
    /* Only a server that answered over HTTP counts as local: an attacker who controls DNS could
     * point his name at any open local port. */
    if (!x->answered || x->proxied ||
        curl_easy_getinfo(x->easy, CURLINFO_PRIMARY_IP, &address) != CURLE_OK || address == NULL ||
        !fp_address_text_is_local(address))
        return;
    (void) pthread_mutex_lock(&x->job->http->lock);
    x->origin->is_local = true;
    (void) pthread_mutex_unlock(&x->job->http->lock);
}

static void tell(const struct fp_exchange *x, CURLcode result)
{
    struct fp_reporter *reporter = x->job->http->options.reporter;
    cleanup_free char *shown = fp_url_display(x->hop->url);
    long long took_ms = fp_now_ms() - x->begun_ms;
    if (x->answered)
        fp_report(reporter, FP_EVENT_DEBUG, "%s %s: %d (%lld ms)", x->job->request->method, shown,
                  x->job->response->status, took_ms);
    else
        fp_report(reporter, FP_EVENT_DEBUG, "%s %s: %s (%lld ms)", x->job->request->method, shown,
                  fp_exchange_words(x, result), took_ms);
}

static enum fp_code perform(struct fp_exchange *x, struct fp_error *err)
{
    FP_TRY(set_up(x, err));
    x->begun_ms = x->mark_ms = fp_now_ms();
    CURLcode result = curl_easy_perform(x->easy);
    tell(x, result);
    remember_origin(x);
    fp_exchange_note_reply(x);
    return is_complete(x, result) ? FP_OK : fp_exchange_failure(x, result, err);
}

/* Refuses local addresses that a server named, and waits until the origin allows a request. */
static enum fp_code admit(struct fp_exchange *x, struct fp_error *err)
{
    (void) pthread_mutex_lock(&x->job->http->lock);
    bool is_local = x->origin->is_local;
    bool is_silent = x->origin->is_silent;
    (void) pthread_mutex_unlock(&x->job->http->lock);
    if (x->hop->named_by_server && is_local)
        x->refused_address = true;
    if (x->refused_address)
        return fp_exchange_failure(x, CURLE_COULDNT_CONNECT, err);
    if (is_silent && x->job->request->patience_s > 0)
        return fp_exchange_failure(x, CURLE_OPERATION_TIMEDOUT, err);
    return fp_pace_wait(x->job->http, x->origin, err);
}

/* @param ret_again The server refused "Expect: 100-continue". */
static enum fp_code exchange_once(struct fp_http_job *job, const struct fp_http_hop *hop,
                                  bool *ret_again, struct fp_error *err)
{
    struct fp_exchange x = {.job = job, .hop = hop, .err = err};
    x.limit_bytes = job->request->max_bytes > 0 ? job->request->max_bytes : FP_HTTP_MAX_ERROR_BYTES;
    fp_http_response_clear(job->response);
    job->transient = false;
    FP_TRY(fp_http_origin(job->http, hop->url, &x.origin, err));
    FP_TRY(admit(&x, err));
    x.easy = fp_http_take_easy(job->http, x.origin);
    if (x.easy == NULL)
        return fp_fail(err, FP_E_INTERNAL, "libcurl: out of memory");
    enum fp_code code = perform(&x, err);
    job->response->url = fp_xstrdup(hop->url);
    job->response->sent_bytes = x.sent_bytes;
    curl_slist_free_all(x.headers);
    fp_source_free(x.source);
    /* After a failed transfer (such as of a name that cannot be resolved), libcurl 7.88 may hold a
     * buffer that it refuses to resize, so only handles without a failure are reused. */
    *ret_again = x.knows_no_expect;
    if (code == FP_OK && !x.knows_no_expect)
        fp_http_put_easy(job->http, x.easy, x.origin);
    else
        curl_easy_cleanup(x.easy);
    return code;
}

enum fp_code fp_http_exchange(struct fp_http_job *job, const struct fp_http_hop *hop,
                              struct fp_error *err)
{
    bool again = false;
    enum fp_code code = exchange_once(job, hop, &again, err);
    if (!again)
        return code;
    fp_http_unstage(job);
    return exchange_once(job, hop, &again, err);
}
