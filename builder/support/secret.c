/* Recognises secrets. Missing one is bad, and so is a warning that always appears. */
#include "flinkpack/support/text.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "flinkpack/support/buf.h"
#include "flinkpack/support/mem.h"

#define WORD "abcdefghijklmnopqrstuvwxyz0123456789"
#define TEXT "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-" WORD

static bool is_one_of(const char *word, size_t len, const char *const *list)
{
    for (; *list != NULL; list++) {
        if (strlen(*list) == len && strncasecmp(word, *list, len) == 0)
            return true;
    }
    return false;
}

static bool ends_with(const char *text, size_t len, const char *end)
{
    size_t end_len = strlen(end);
    return len >= end_len && strncasecmp(text + len - end_len, end, end_len) == 0;
}

/* Whether the last word of a name shows that it is not a secret, such as the path of a password. */
static bool is_about_one(const char *key)
{
    static const char *const words[] = {
        "file",   "path",     "location",  "dir",      "directory", "provider",  "providers",
        "class",  "type",     "name",      "id",       "enabled",   "enable",    "interval",
        "ttl",    "timeout",  "backoff",   "ratio",    "period",    "expiry",    "url",
        "uri",    "endpoint", "service",   "services", "mode",      "algorithm", "length",
        "size",   "ref",      "policy",    "format",   "scope",     "issuer",    "audience",
        "prefix", "version",  "threshold", "keytab",   "principal", "alias",     NULL};
    const char *last = key + strlen(key);
    while (last > key && isalnum((unsigned char) last[-1]))
        last--;
    size_t len = strlen(last);
    return is_one_of(last, len, words) || ends_with(last, len, "file") ||
           ends_with(last, len, "path") || ends_with(last, len, "classname") ||
           ends_with(last, len, "ref");
}

/* Whether a word of the name is one of these, or ends with one, such as "keystorePassword". */
static bool has_secret_word(const char *key)
{
    static const char *const ends[] = {"password",  "passwd", "passphrase", "secret",
                                       "secretkey", "apikey", "privatekey"};
    for (const char *word = key; *word != '\0';) {
        size_t len = 0;
        while (isalnum((unsigned char) word[len]))
            len++;
        for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
            if (ends_with(word, len, ends[i]))
                return true;
        }
        /* A token counts only as the last word; words after it (renewal, providers) describe it. */
        if (word[len] == '\0' && ends_with(word, len, "token"))
            return true;
        word += len + (word[len] != '\0' ? 1 : 0);
    }
    return false;
}

/* The name in lower case, with one kind of separator. The caller owns it. */
static char *plain_name(const char *key)
{
    char *plain = fp_xstrdup(key);
    for (char *p = plain; *p != '\0'; p++)
        *p = isalnum((unsigned char) *p) ? (char) tolower((unsigned char) *p) : '.';
    return plain;
}

/* Names of several words, as in Flink's GlobalConfiguration, with any separators. */
static bool has_secret_words(const char *key)
{
    static const char *const pairs[] = {"account.key",  "api.key",        "auth.params",
                                        "basic.auth",   "encryption.key", "jaas.config",
                                        "http.headers", "private.key",    "secret.access.",
                                        "secret.key",   "service.key",    "signing.key"};
    cleanup_free char *plain = plain_name(key);
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        const char *at = strstr(plain, pairs[i]);
        if (at != NULL && (at == plain || at[-1] == '.'))
            return true;
    }
    return false;
}

/* Switches, numbers, durations and references are not secret. */
static bool is_plain_value(const char *value)
{
    static const char *const words[] = {"true", "false", "none", "null", "default", "****", NULL};
    size_t digits = strspn(value, "0123456789.");
    return is_one_of(value, strlen(value), words) || strstr(value, "${") != NULL ||
           strstr(value, "$(") != NULL || strncmp(value, "file:", 5) == 0 ||
           strspn(value, "*") == strlen(value) ||
           (digits > 0 && value[digits] != '\0' && strlen(value) - digits <= 4);
}

static bool has_known_form(const char *value)
{
    static const struct {
        const char *start;
        size_t least; /* characters of a token after it */
    } forms[] = {{"ghp_", 30},   {"gho_", 30}, {"ghs_", 30},  {"ghu_", 30},     {"github_pat_", 30},
                 {"glpat-", 16}, {"npm_", 30}, {"xoxb-", 20}, {"xoxp-", 20},    {"dckr_pat_", 16},
                 {"hvs.", 20},   {"AIza", 30}, {"ya29.", 20}, {"sk_live_", 16}, {"pypi-", 30}};
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        size_t len = strlen(forms[i].start);
        if (strncmp(value, forms[i].start, len) == 0 && strspn(value + len, TEXT) >= forms[i].least)
            return true;
    }
    /* A JSON web token: two objects in base64, and a signature. */
    size_t head = strspn(value, TEXT);
    bool is_jwt = strncmp(value, "eyJ", 3) == 0 && strncmp(value + head, ".eyJ", 4) == 0;
    return is_jwt || strstr(value, "PRIVATE KEY-----") != NULL;
}

/* "scheme://user:password@host", "...?password=x", "AccountKey=x". */
static bool has_password_inside(const char *value)
{
    static const char *const names[] = {
        "password=", "passwd=", "accountkey=", "secretkey=", "sharedaccesskey="};
    const char *slashes = strstr(value, "://");
    if (slashes != NULL) {
        size_t len = strcspn(slashes + 3, "/?# ");
        const char *at = memchr(slashes + 3, '@', len);
        const char *colon =
            at != NULL ? memchr(slashes + 3, ':', (size_t) (at - slashes) - 3) : NULL;
        if (colon != NULL && colon + 1 < at)
            return true;
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *found = strcasestr(value, names[i]);
        if (found != NULL && strchr("&; ", found[strlen(names[i])]) == NULL)
            return true;
    }
    return false;
}

bool fp_is_secret(const char *key, const char *value)
{
    if (*value == '\0' || is_plain_value(value))
        return false;
    if (has_known_form(value) || has_password_inside(value))
        return true;
    return !is_about_one(key) && (has_secret_word(key) || has_secret_words(key));
}
