/* Parses WWW-Authenticate as servers send it: many challenges, quoted and bare values, any case. */
#include "challenge.h"

#include <string.h>
#include <strings.h>

#define MAX_VALUE ((size_t) 8192)

static bool is_token_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static const char *skip_space(const char *p)
{
    return p + strspn(p, " \t");
}

/* A value in quotes with escapes, or bare up to the next comma or space. */
static char *take_value(const char **cursor)
{
    cleanup_buf struct fp_buf value = FP_BUF_INIT(MAX_VALUE);
    const char *p = *cursor;
    bool quoted = *p == '"';
    p += quoted ? 1 : 0;
    for (; *p != '\0'; p++) {
        if (quoted ? *p == '"' : (*p == ',' || *p == ' ' || *p == '\t'))
            break;
        if (quoted && *p == '\\' && p[1] != '\0')
            p++;
        fp_buf_put(&value, p, 1);
    }
    if (value.is_full || (quoted && *p != '"'))
        return NULL; /* cut off: the text after it cannot be trusted */
    *cursor = quoted ? p + 1 : p;
    return fp_buf_take(&value);
}

static void store(struct fp_challenge *challenge, const char *key, size_t key_len, char *take_value)
{
    struct {
        const char *key;
        char **slot;
    } const slots[] = {{"realm", &challenge->realm},
                       {"service", &challenge->service},
                       {"scope", &challenge->scope}};
    for (size_t i = 0; i < sizeof(slots) / sizeof(slots[0]); i++) {
        if (strlen(slots[i].key) != key_len || strncasecmp(slots[i].key, key, key_len) != 0)
            continue;
        free(*slots[i].slot);
        *slots[i].slot = take_value;
        return;
    }
    free(take_value);
}

/* Read KEY=VALUE, ... up to the next scheme. False: the rest cannot be parsed. */
static bool take_params(const char **cursor, struct fp_challenge *challenge)
{
    for (;;) {
        const char *key = *cursor + strspn(*cursor, " \t,");
        const char *end = key;
        while (is_token_char(*end))
            end++;
        const char *equals = skip_space(end);
        *cursor = key;
        if (end == key || *equals != '=')
            return *key == '\0' || end > key;
        const char *value = skip_space(equals + 1);
        char *text = take_value(&value);
        if (text == NULL)
            return false;
        store(challenge, key, (size_t) (end - key), text);
        *cursor = value;
    }
}

static bool is_usable(struct fp_challenge *challenge, const char *scheme, size_t len)
{
    if (len == 5 && strncasecmp(scheme, "basic", len) == 0) {
        challenge->scheme = FP_CHALLENGE_BASIC;
        return true;
    }
    if (len == 6 && strncasecmp(scheme, "bearer", len) == 0 && challenge->realm != NULL &&
        challenge->realm[0] != '\0') {
        challenge->scheme = FP_CHALLENGE_BEARER;
        return true;
    }
    return false;
}

bool fp_challenge_parse(const char *value, struct fp_challenge *ret)
{
    const char *cursor = value + strspn(value, " \t,");
    while (*cursor != '\0') {
        cleanup_challenge struct fp_challenge challenge = {0};
        const char *scheme = cursor;
        while (is_token_char(*cursor))
            cursor++;
        size_t len = (size_t) (cursor - scheme);
        if (len == 0)
            return false;
        bool readable = take_params(&cursor, &challenge);
        if (is_usable(&challenge, scheme, len)) {
            *ret = challenge;
            challenge = (struct fp_challenge){0};
            return true;
        }
        if (!readable)
            return false;
    }
    return false;
}

/* A realm without a scheme, such as a path, is resolved like a link. */
static void resolve_realm(struct fp_challenge *challenge, const char *url)
{
    char *absolute = NULL;
    if (challenge->scheme != FP_CHALLENGE_BEARER || url == NULL ||
        challenge->realm[strcspn(challenge->realm, ":/?#")] == ':' ||
        fp_url_resolve(url, challenge->realm, &absolute, NULL) != FP_OK)
        return;
    free(challenge->realm);
    challenge->realm = absolute;
}

bool fp_challenge_find(const struct fp_http_response *response, struct fp_challenge *ret)
{
    for (size_t n = 0;; n++) {
        const char *value = fp_http_header_at(response, "www-authenticate", n);
        if (value == NULL)
            return false;
        if (fp_challenge_parse(value, ret)) {
            resolve_realm(ret, response->url);
            return true;
        }
    }
}

void fp_challenge_clear(struct fp_challenge *challenge)
{
    free(challenge->realm);
    free(challenge->service);
    free(challenge->scope);
    *challenge = (struct fp_challenge){0};
}
