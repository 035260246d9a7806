/* Parses URLs by libcurl's own parser, so that checks and transfers agree on their meaning. */
#include "client.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* The description of an acceptable URL. */
#define EXPECTED "expected a URL of http or https, without user name and of at most 16 KiB"

FP_DEFINE_CLEANUP(curl_url_freep, CURLU, curl_url_cleanup)
#define cleanup_curlu __attribute__((cleanup(curl_url_freep)))

static void curl_text_freep(char **slot)
{
    curl_free(*slot);
    *slot = NULL;
}
#define cleanup_curl_text __attribute__((cleanup(curl_text_freep)))

static bool is_clean(const char *url)
{
    for (const char *p = url; *p != '\0'; p++) {
        unsigned char c = (unsigned char) *p;
        if (c < 0x20 || c == 0x7f || c == '\\')
            return false;
    }
    return strlen(url) <= FP_HTTP_MAX_URL;
}

static bool is_http_scheme(CURLU *parts)
{
    cleanup_curl_text char *scheme = NULL;
    if (curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK)
        return false;
    return strcasecmp(scheme, "http") == 0 || strcasecmp(scheme, "https") == 0;
}

static CURLU *take_apart(const char *url, unsigned flags)
{
    if (!is_clean(url))
        return NULL;
    cleanup_curlu CURLU *parts = curl_url();
    if (parts == NULL ||
        curl_url_set(parts, CURLUPART_URL, url, flags | CURLU_PATH_AS_IS) != CURLUE_OK ||
        !is_http_scheme(parts))
        return NULL;
    return steal_pointer(&parts);
}

static char *part_of(CURLU *parts, CURLUPart which)
{
    cleanup_curl_text char *text = NULL;
    if (curl_url_get(parts, which, &text, CURLU_DEFAULT_PORT) != CURLUE_OK)
        return fp_xstrdup("");
    char *copy = fp_xstrdup(text);
    for (char *p = copy; *p != '\0'; p++)
        *p = (char) tolower((unsigned char) *p);
    return copy;
}

enum fp_code fp_url_parse(const char *url, struct fp_url *ret, struct fp_error *err)
{
    cleanup_curlu CURLU *parts = take_apart(url, CURLU_DISALLOW_USER);
    if (parts == NULL) {
        cleanup_free char *shown = fp_url_display(url);
        return fp_fail(err, FP_E_USAGE, "%s: " EXPECTED, shown);
    }
    ret->scheme = part_of(parts, CURLUPART_SCHEME);
    ret->host = part_of(parts, CURLUPART_HOST);
    ret->port = part_of(parts, CURLUPART_PORT);
    ret->origin = fp_xasprintf("%s://%s:%s", ret->scheme, ret->host, ret->port);
    return FP_OK;
}

bool fp_url_is_listed(const struct fp_strv *hosts, const struct fp_url *url)
{
    cleanup_free char *with_port = fp_xasprintf("%s:%s", url->host, url->port);
    for (size_t i = 0; hosts != NULL && i < hosts->len; i++) {
        if (strcasecmp(hosts->items[i], url->host) == 0 ||
            strcasecmp(hosts->items[i], with_port) == 0)
            return true;
    }
    return false;
}

void fp_url_clear(struct fp_url *url)
{
    free(url->scheme);
    free(url->host);
    free(url->port);
    free(url->origin);
    *url = (struct fp_url){0};
}

bool fp_url_same_origin(const char *a, const char *b)
{
    cleanup_url struct fp_url left = {0};
    cleanup_url struct fp_url right = {0};
    if (fp_url_parse(a, &left, NULL) != FP_OK || fp_url_parse(b, &right, NULL) != FP_OK)
        return false;
    return strcmp(left.origin, right.origin) == 0;
}

enum fp_code fp_url_resolve(const char *base, const char *location, char **ret,
                            struct fp_error *err)
{
    cleanup_curlu CURLU *parts = take_apart(base, CURLU_DISALLOW_USER);
    cleanup_curl_text char *text = NULL;
    if (parts == NULL || !is_clean(location) ||
        curl_url_set(parts, CURLUPART_URL, location, CURLU_DISALLOW_USER) != CURLUE_OK ||
        !is_http_scheme(parts) || curl_url_set(parts, CURLUPART_FRAGMENT, NULL, 0) != CURLUE_OK ||
        curl_url_get(parts, CURLUPART_URL, &text, 0) != CURLUE_OK) {
        cleanup_free char *shown_base = fp_url_display(base);
        cleanup_free char *shown = fp_url_display(location);
        return fp_fail(err, FP_E_INPUT, "%s leads to \"%.200s\", which is refused: " EXPECTED,
                       shown_base, shown);
    }
    *ret = fp_xstrdup(text);
    return FP_OK;
}

char *fp_basic_authorization(const char *username, const char *password)
{
    cleanup_secret char *pair = fp_xasprintf("%s:%s", username, password != NULL ? password : "");
    cleanup_secret char *encoded = fp_base64_encode(pair, strlen(pair));
    return fp_xasprintf("Basic %s", encoded);
}

/* "Basic ..." for the user and the password of a URL; NULL if it has none. */
static char *basic_of(CURLU *parts)
{
    cleanup_curl_text char *user = NULL;
    cleanup_curl_text char *password = NULL;
    CURLUcode has_user = curl_url_get(parts, CURLUPART_USER, &user, CURLU_URLDECODE);
    CURLUcode has_password = curl_url_get(parts, CURLUPART_PASSWORD, &password, CURLU_URLDECODE);
    if ((has_user != CURLUE_OK && has_user != CURLUE_NO_USER) ||
        (has_password != CURLUE_OK && has_password != CURLUE_NO_PASSWORD) ||
        (user != NULL && strchr(user, ':') != NULL))
        return NULL;
    return fp_basic_authorization(user != NULL ? user : "", password);
}

enum fp_code fp_url_split_user(const char *url, char **ret_url, char **ret_authorization,
                               struct fp_error *err)
{
    const char *scheme_end = strstr(url, "://");
    const char *authority = scheme_end != NULL ? scheme_end + 3 : url;
    const char *at = memrchr(authority, '@', strcspn(authority, "/?#"));
    *ret_authorization = NULL;
    if (scheme_end == NULL || at == NULL) {
        *ret_url = fp_xstrdup(url);
        return FP_OK;
    }
    cleanup_curlu CURLU *parts = take_apart(url, 0);
    *ret_authorization = parts != NULL ? basic_of(parts) : NULL;
    if (*ret_authorization == NULL) {
        cleanup_free char *shown = fp_url_display(url);
        return fp_fail(err, FP_E_USAGE,
                       "%s: what stands before the host is no USER:PASSWORD, with other characters "
                       "as %%XX",
                       shown);
    }
    *ret_url = fp_xasprintf("%.*s%s", (int) (authority - url), url, at + 1);
    return FP_OK;
}

/* The '@' that ends the user information, however malformed; NULL: there is none. */
static const char *find_user_end(const char *authority, bool has_scheme)
{
    /* Without a scheme, the beginning of the path is unknown. */
    if (!has_scheme)
        return memrchr(authority, '@', strcspn(authority, "?#"));
    size_t len = strcspn(authority, "/?#");
    const char *at = memrchr(authority, '@', len);
    const char *colon = authority[0] != '[' ? memchr(authority, ':', len) : NULL;
    /* Text that is no port may be the beginning of a password with one of these characters. */
    if (at != NULL || colon == NULL ||
        strspn(colon + 1, "0123456789") >= len - (size_t) (colon + 1 - authority))
        return at;
    return strrchr(authority + len, '@');
}

char *fp_url_display(const char *url)
{
    const char *scheme_end = url + strcspn(url, ":/?#");
    bool has_scheme = strncmp(scheme_end, "://", 3) == 0;
    const char *authority = has_scheme ? scheme_end + 3 : url;
    const char *at = find_user_end(authority, has_scheme);
    const char *rest = at != NULL ? at + 1 : authority;
    return fp_xasprintf("%.*s%.*s", (int) (authority - url), url, (int) strcspn(rest, "?#"), rest);
}

char *fp_url_escape(const char *text)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t len = strlen(text);
    char *escaped = fp_xmalloc(len * 3 + 1);
    char *out = escaped;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char) text[i];
        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
            c == '-' || c == '.' || c == '_' || c == '~') {
            *out++ = (char) c;
            continue;
        }
        *out++ = '%';
        *out++ = hex[c >> 4];
        *out++ = hex[c & 15];
    }
    *out = '\0';
    return escaped;
}
