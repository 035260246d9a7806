/* Follows redirects, because libcurl does not know which headers may be sent to which server. */
#include "job.h"

#include <string.h>
#include <strings.h>

static bool is_redirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static bool is_downgrade(const char *from, const char *to)
{
    return strncasecmp(from, "https:", 6) == 0 && strncasecmp(to, "https:", 6) != 0;
}

/* Whether the request may be sent there; GET and HEAD may go anywhere but from https to http. */
static enum fp_code check_redirect(const struct fp_http_request *request, int status,
                                   const char *from, const char *to, struct fp_error *err)
{
    cleanup_free char *shown_from = fp_url_display(from);
    cleanup_free char *shown_to = fp_url_display(to);
    if (is_downgrade(from, to))
        return fp_fail(err, FP_E_INPUT, "%s %s: redirected from https to %s; refused",
                       request->method, shown_from, shown_to);
    bool asks = strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
    bool keeps_method = status == 307 || status == 308;
    if (asks || (keeps_method && fp_url_same_origin(from, to)))
        return FP_OK;
    return fp_fail(err, FP_E_INPUT, "%s %s: redirected (%d) to %s, where no %s is sent",
                   request->method, shown_from, status, shown_to, request->method);
}

enum fp_code fp_http_check_plain(const struct fp_http *http, const char *url, struct fp_error *err)
{
    cleanup_url struct fp_url parts = {0};
    cleanup_free char *bare = NULL;
    cleanup_free char *authorization = NULL;
    if (fp_url_split_user(url, &bare, &authorization, NULL) != FP_OK ||
        fp_url_parse(bare, &parts, NULL) != FP_OK || strcmp(parts.scheme, "http") != 0 ||
        fp_host_is_loopback(parts.host) ||
        (http != NULL && fp_url_is_listed(http->options.plain_hosts, &parts)))
        return FP_OK;
    cleanup_free char *shown = fp_url_display(url);
    return fp_hinted(
        fp_fail(err, FP_E_USAGE, "%s: refused: over plain HTTP anybody on the way could change it",
                shown),
        err, "use https, or trust the network up to that host: --insecure-http %s", parts.host);
}

/* A redirect to another server over plain HTTP is the server's fault; such a URL of the user is a
 * wrong option. */
static enum fp_code check_plain(const struct fp_http_job *job, const char *url, bool is_first,
                                struct fp_error *err)
{
    enum fp_code code = job->request->needs_tls ? fp_http_check_plain(job->http, url, err) : FP_OK;
    if (code == FP_OK || is_first)
        return code;
    cleanup_free char *shown = fp_url_display(job->request->url);
    return fp_context(FP_E_INPUT, err, "%s %s leads on", job->request->method, shown);
}

/* Find the server that may name local addresses: a local server that the user chose. */
static enum fp_code find_trusted(struct fp_http_job *job, const char **ret_url, bool *ret_local,
                                 struct fp_error *err)
{
    const struct fp_http_request *request = job->request;
    struct fp_origin *origin = NULL;
    *ret_url = request->named_by != NULL ? request->named_by : request->url;
    FP_TRY(fp_http_origin(job->http, *ret_url, &origin, err));
    (void) pthread_mutex_lock(&job->http->lock);
    *ret_local = origin->is_local;
    (void) pthread_mutex_unlock(&job->http->lock);
    return FP_OK;
}

static enum fp_code one_hop(struct fp_http_job *job, const char *url, struct fp_error *err)
{
    const char *trusted = NULL;
    bool trusted_is_local = false;
    FP_TRY(find_trusted(job, &trusted, &trusted_is_local, err));
    struct fp_http_hop hop = {
        .url = url,
        .same_origin = fp_url_same_origin(url, job->request->url),
        .named_by_server = !trusted_is_local && !fp_url_same_origin(url, trusted),
    };
    return fp_http_exchange(job, &hop, err);
}

static enum fp_code follow(struct fp_http_job *job, struct fp_error *err)
{
    const struct fp_http_request *request = job->request;
    cleanup_free char *url = fp_xstrdup(request->url);
    for (int redirects = 0;; redirects++) {
        enum fp_code code = check_plain(job, url, redirects == 0, err);
        if (code == FP_OK)
            code = one_hop(job, url, err);
        if (code != FP_OK || request->max_redirects == 0 || !is_redirect(job->response->status))
            return code;
        const char *location = fp_http_header(job->response, "location");
        if (location == NULL)
            return FP_OK;
        if (redirects >= request->max_redirects) {
            cleanup_free char *shown = fp_url_display(request->url);
            return fp_fail(err, FP_E_INPUT, "%s %s: more than %d redirects", request->method, shown,
                           request->max_redirects);
        }
        cleanup_free char *next = NULL;
        FP_TRY(fp_url_resolve(url, location, &next, err));
        FP_TRY(check_redirect(request, job->response->status, url, next, err));
        free(url);
        url = steal_pointer(&next);
    }
}

/* Only a URL from the user may contain a user and a password: one that a server names could make us
 * send credentials to a server that the user did not choose. */
enum fp_code fp_http_follow(struct fp_http_job *job, struct fp_error *err)
{
    const struct fp_http_request *asked = job->request;
    struct fp_http_request request = *asked;
    cleanup_free char *url = NULL;
    cleanup_free char *authorization = NULL;
    if (asked->named_by != NULL)
        return follow(job, err);
    FP_TRY(fp_url_split_user(asked->url, &url, &authorization, err));
    request.url = url;
    if (authorization != NULL)
        request.authorization = authorization;
    job->request = &request;
    enum fp_code code = follow(job, err);
    job->request = asked;
    return code;
}
