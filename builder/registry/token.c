/* Tokens of a registry's token server (distribution: docs/content/spec/auth/{token,oauth}.md). */
#include "answer.h"
#include "send.h"

#include <string.h>
#include <strings.h>

#define MAX_ANSWER    ((size_t) 65536)
#define MAX_FORM      ((size_t) 65536)
#define DEFAULT_TTL_S 60
#define MAX_TTL_S     604800 /* a week */

/* Docker Hub and many others use a token server on another host, so that cannot be refused in
 * general; but the user may list the allowed hosts. */
static enum fp_code check_token_host(const struct fp_registry *registry, const char *realm,
                                     const char *shown, struct fp_error *err)
{
    const struct fp_strv *allowed = registry->options.token_hosts;
    if (allowed == NULL || allowed->len == 0 || fp_url_same_origin(realm, registry->base))
        return FP_OK;
    const char *authority = strstr(shown, "://");
    cleanup_free char *host = fp_xstrndup(authority + 3, strcspn(authority + 3, "/"));
    if (fp_host_is_listed(allowed, host))
        return FP_OK;
    return fp_hinted(fp_fail(err, FP_E_AUTH,
                             "%s names %s as its token server, which is none of "
                             "those that --token-host allows",
                             registry->host, shown),
                     err, "if it is the right one: --token-host %s", host);
}

/* The registry decides where the password is sent, so TLS is required unless the registry is local
 * too. */
static enum fp_code check_realm(const struct fp_registry *registry, struct fp_error *err)
{
    const char *realm = registry->challenge.realm;
    bool may_be_plain = strncmp(registry->base, "http:", 5) == 0;
    bool is_secure = strncasecmp(realm, "https://", 8) == 0;
    bool is_plain = strncasecmp(realm, "http://", 7) == 0;
    cleanup_free char *shown = fp_url_display(realm);
    cleanup_free char *parsed = NULL;
    if (!is_secure && !(is_plain && may_be_plain))
        return fp_fail(err, FP_E_AUTH,
                       "%s names \"%.200s\" as its token server, which is not https",
                       registry->host, shown);
    enum fp_code code = fp_url_resolve(registry->base, realm, &parsed, err);
    if (code != FP_OK)
        return fp_context(code, err, "the token server of %s", registry->host);
    return check_token_host(registry, realm, shown, err);
}

static void add_query(struct fp_buf *url, const char *key, const char *value)
{
    cleanup_free char *escaped = fp_url_escape(value);
    const char *separator = strchr(fp_buf_text(url), '?') == NULL ? "?" : "&";
    fp_buf_putf(url, "%s%s=%s", separator, key, escaped);
}

static char *get_url(const struct fp_registry *registry, const struct fp_strv *scopes)
{
    cleanup_buf struct fp_buf url = FP_BUF_INIT(MAX_FORM);
    const char *realm = registry->challenge.realm;
    fp_buf_put(&url, realm, strcspn(realm, "#"));
    if (registry->challenge.service != NULL)
        add_query(&url, "service", registry->challenge.service);
    for (size_t i = 0; i < scopes->len; i++)
        add_query(&url, "scope", scopes->items[i]);
    if (registry->credential.username != NULL)
        add_query(&url, "account", registry->credential.username);
    return fp_buf_take(&url);
}

static char *oauth_form(const struct fp_registry *registry, const struct fp_strv *scopes)
{
    cleanup_free char *joined = fp_strv_join(scopes, " ", MAX_FORM);
    cleanup_secret char *token = fp_url_escape(registry->credential.identity_token);
    cleanup_free char *scope = fp_url_escape(joined);
    cleanup_free char *service = fp_url_escape(
        registry->challenge.service != NULL ? registry->challenge.service : registry->host);
    return fp_xasprintf("grant_type=refresh_token&client_id=flinkpack&service=%s&scope=%s"
                        "&refresh_token=%s",
                        service, scope, token);
}

static enum fp_code send_to_realm(struct fp_registry *registry, struct fp_http_request *request,
                                  bool no_retry, struct fp_http_response *response,
                                  struct fp_error *err)
{
    request->named_by = fp_registry_named_by(registry);
    request->max_bytes = MAX_ANSWER;
    request->patience_s = fp_registry_patience_s(registry);
    request->no_retry = no_retry;
    return fp_http_send(registry->options.http, request, response, err);
}

static enum fp_code send_get(struct fp_registry *registry, const struct fp_strv *scopes,
                             bool no_retry, struct fp_http_response *response, struct fp_error *err)
{
    const struct fp_credential *credential = &registry->credential;
    cleanup_free char *url = get_url(registry, scopes);
    cleanup_secret char *basic = NULL;
    if (credential->username != NULL)
        basic = fp_basic_authorization(credential->username, credential->password != NULL
                                                                 ? credential->password
                                                                 : credential->identity_token);
    struct fp_http_request request = {.method = "GET", .url = url, .authorization = basic};
    return send_to_realm(registry, &request, no_retry, response, err);
}

static enum fp_code send_oauth(struct fp_registry *registry, const struct fp_strv *scopes,
                               bool no_retry, struct fp_http_response *response,
                               struct fp_error *err)
{
    cleanup_strv struct fp_strv headers = {0};
    cleanup_secret char *form = oauth_form(registry, scopes);
    fp_strv_add(&headers, "Content-Type: application/x-www-form-urlencoded");
    struct fp_http_request request = {.method = "POST",
                                      .url = registry->challenge.realm,
                                      .headers = &headers,
                                      .body = form,
                                      .body_bytes = strlen(form)};
    return send_to_realm(registry, &request, no_retry, response, err);
}

static enum fp_code refused(struct fp_registry *registry, const struct fp_strv *scopes,
                            const struct fp_http_response *response, struct fp_error *err)
{
    cleanup_free char *shown = fp_url_display(registry->challenge.realm);
    cleanup_free char *scope = fp_strv_join(scopes, " ", MAX_FORM);
    cleanup_free char *words = fp_token_server_words(registry, response);
    bool is_client_error = response->status < 500 && response->status != 429;
    enum fp_code code = fp_fail(
        err, is_client_error ? FP_E_AUTH : FP_E_NETWORK, "%s: no token%s%s from %s: %d %s",
        registry->host, *scope != '\0' ? " for " : "", scope, shown, response->status, words);
    if (is_client_error)
        fp_registry_hint_login(registry, err);
    return code;
}

/* How long ago the token was issued, by the server's clock alone, because ours may differ. A time
 * in the future, or so old that the token would be useless, is ignored as a wrong clock. */
static int64_t age_s(const struct fp_http_response *response, const json_t *answer,
                     int64_t lifetime)
{
    const char *issued_at = fp_json_string(answer, "issued_at");
    int64_t issued_s = 0;
    int64_t now_s = 0;
    if (!fp_time_parse(issued_at, &issued_s) || !fp_http_header_time(response, "date", &now_s))
        return 0;
    int64_t age = now_s - issued_s;
    return age > 0 && age < lifetime ? age : 0;
}

static int64_t lifetime_s(const json_t *answer)
{
    json_int_t seconds = json_integer_value(json_object_get(answer, "expires_in"));
    if (seconds <= 0)
        return DEFAULT_TTL_S;
    return seconds < MAX_TTL_S ? seconds : MAX_TTL_S;
}

enum fp_code fp_token_take_answer(struct fp_registry *registry, const struct fp_strv *scopes,
                                  const struct fp_http_response *response, struct fp_token *ret,
                                  struct fp_error *err)
{
    cleanup_json json_t *answer = NULL;
    cleanup_free char *shown = fp_url_display(registry->challenge.realm);
    enum fp_code code =
        fp_json_parse(fp_buf_text(&response->body), response->body.len, shown, &answer, err);
    if (code != FP_OK)
        return fp_context(code, err, "%s: the token server's answer", registry->host);
    const char *value = fp_json_string(answer, "token");
    if (value == NULL || *value == '\0')
        value = fp_json_string(answer, "access_token");
    if (value == NULL || !fp_token_is_clean(value))
        return fp_fail(err, FP_E_AUTH, "%s: there is no token in the answer of %s", registry->host,
                       shown);
    const char *refreshed = fp_json_string(answer, "refresh_token");
    if (refreshed != NULL && *refreshed != '\0' && registry->credential.identity_token != NULL) {
        free(registry->credential.identity_token);
        registry->credential.identity_token = fp_xstrdup(refreshed);
    }
    int64_t lifetime = lifetime_s(answer);
    int64_t left = lifetime - age_s(response, answer, lifetime);
    ret->value = fp_xstrdup(value);
    ret->renew_ms = fp_now_ms() + fp_token_usable_s(left) * 1000;
    for (size_t i = 0; i < scopes->len; i++)
        fp_strv_add(&ret->scopes, scopes->items[i]);
    return FP_OK;
}

/* @param ret_damaged The answer is not JSON: without a length, it may have been cut off. */
static enum fp_code fetch_once(struct fp_registry *registry, const struct fp_strv *scopes,
                               bool no_retry, struct fp_token *ret, bool *ret_damaged,
                               struct fp_error *err)
{
    struct fp_http_response response = FP_HTTP_RESPONSE_INIT(MAX_ANSWER);
    enum fp_code code = FP_OK;
    bool use_oauth = registry->credential.identity_token != NULL;
    if (use_oauth)
        code = send_oauth(registry, scopes, no_retry, &response, err);
    bool has_no_oauth = response.status == 404 || response.status == 405;
    if (code == FP_OK && (!use_oauth || has_no_oauth))
        code = send_get(registry, scopes, no_retry, &response, err);
    if (code == FP_OK && response.status / 100 == 2) {
        code = fp_token_take_answer(registry, scopes, &response, ret, err);
        *ret_damaged = code == FP_E_INPUT;
    } else if (code == FP_OK) {
        code = refused(registry, scopes, &response, err);
    }
    if (response.body.data != NULL)
        explicit_bzero(response.body.data, response.body.len);
    fp_http_response_clear(&response);
    return code;
}

enum fp_code fp_token_fetch(struct fp_registry *registry, const struct fp_strv *scopes,
                            bool no_retry, struct fp_token *ret, struct fp_error *err)
{
    bool is_damaged = false;
    FP_TRY(check_realm(registry, err));
    enum fp_code code = fetch_once(registry, scopes, no_retry, ret, &is_damaged, err);
    bool may_repeat = !no_retry && fp_http_max_attempts(registry->options.http, NULL) > 1;
    if (is_damaged && may_repeat)
        code = fetch_once(registry, scopes, no_retry, ret, &is_damaged, err);
    return code;
}
