/*
 * Makes the words of servers and helpers safe to show: short, on one line, and without secrets.
 * Answers of token servers hold tokens, and helpers print passwords, so only the parts of these
 * that are meant for people are shown.
 */
#include "answer.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define MAX_WORDS ((size_t) 1024)
#define MAX_TEXT  ((size_t) 300)
/* Shorter texts are no secrets, and masking them would make other words unreadable. */
#define MIN_SECRET   4
#define MIN_ASSIGNED 8
#define MIN_TOKEN    20
/* How deep answers are searched for tokens. */
#define MAX_DEPTH   8
#define MAX_SECRETS 64

struct words {
    struct fp_buf text;
    struct fp_strv secrets; /* they must not be in the text */
    bool has_secrets;       /* the answer has some of its own */
};

/* NULL if the text is not JSON. The caller owns the value. */
static json_t *parse(const char *text, size_t len)
{
    json_t *value = NULL;
    return len > 0 && fp_json_parse(text, len, "answer", &value, NULL) == FP_OK ? value : NULL;
}

static json_t *parse_body(const struct fp_http_response *response)
{
    return parse(fp_buf_text(&response->body), response->body.len);
}

/* Replace what begins at `at` by "***". */
static char *mask(char *at, size_t len)
{
    memset(at, '*', len < 3 ? len : 3);
    if (len > 3)
        memmove(at + 3, at + len, strlen(at + len) + 1);
    return at + (len < 3 ? len : 3);
}

static void mask_secrets(char *text, const struct fp_strv *secrets)
{
    for (size_t i = 0; i < secrets->len; i++) {
        for (char *at = text; (at = strstr(at, secrets->items[i])) != NULL;)
            at = mask(at, strlen(secrets->items[i]));
    }
}

static bool is_token_char(char c)
{
    return isalnum((unsigned char) c) || (c != '\0' && strchr("-._~+/%", c) != NULL);
}

/* Whether the text ends with a name such as "access_token" or "Secret". */
static bool ends_like_secret(const char *text, size_t len)
{
    static const char *const names[] = {"token", "secret", "password", "passwd"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        size_t name_len = strlen(names[i]);
        if (len >= name_len && strncasecmp(text + len - name_len, names[i], name_len) == 0)
            return true;
    }
    return false;
}

/* The least length of a token at `at`, which depends on the text before it. SIZE_MAX: none. */
static size_t shortest_token(const char *text, const char *at)
{
    size_t before = (size_t) (at - text);
    size_t name = before;
    while (name > 0 && before - name < 6 && strchr(" \"':=\\", text[name - 1]) != NULL)
        name--;
    if (ends_like_secret(text, name) && memchr(text + name, '=', before - name) != NULL)
        return MIN_ASSIGNED;
    if (ends_like_secret(text, name) && memchr(text + name, ':', before - name) != NULL)
        return at[-1] == '"' ? MIN_ASSIGNED : MIN_TOKEN;
    bool is_value = (before >= 7 && strncasecmp(at - 7, "bearer ", 7) == 0) ||
                    (before >= 6 && strncasecmp(at - 6, "basic ", 6) == 0);
    return is_value || strncmp(at, "eyJ", 3) == 0 ? MIN_TOKEN : SIZE_MAX;
}

/* Mask foreign tokens: words after the name of a scheme or of a token, and all that look like a
 * JWT. */
static void mask_tokens(char *text)
{
    for (char *at = text; *at != '\0'; at++) {
        if (!is_token_char(*at) || (at > text && is_token_char(at[-1])))
            continue;
        size_t len = 0;
        while (is_token_char(at[len]))
            len++;
        while (at[len] == '=')
            len++;
        if (len >= shortest_token(text, at))
            at = mask(at, len) - 1;
    }
}

static void add_words(struct words *words, const char *separator, const char *text)
{
    cleanup_free char *clean = fp_clean_text(text, strlen(text), SIZE_MAX);
    mask_secrets(clean, &words->secrets);
    mask_tokens(clean);
    if (strlen(clean) > MAX_TEXT)
        clean[MAX_TEXT] = '\0';
    if (*clean != '\0')
        fp_buf_putf(&words->text, "%s%s", words->text.len > 0 ? separator : "", clean);
}

static void add_member(struct words *words, const char *separator, const json_t *object,
                       const char *key)
{
    const char *text = fp_json_string(object, key);
    add_words(words, separator, text != NULL ? text : "");
}

/* Artifactory's detail is an object, whose "description" is the message. */
static void add_error(struct words *words, const json_t *error)
{
    const char *message = fp_json_string(error, "message");
    const char *detail = fp_json_string(error, "detail");
    add_member(words, "; ", error, "code");
    add_member(words, ": ", error, "message");
    if (detail != NULL && (message == NULL || strcmp(detail, message) != 0))
        add_words(words, ": ", detail);
    add_member(words, ": ", json_object_get(error, "detail"), "description");
}

bool fp_registry_is_page(const struct fp_http_response *response)
{
    const char *type = fp_http_header(response, "content-type");
    return type != NULL && strncasecmp(type, "text/html", 9) == 0;
}

/* The title of a page is its message; the rest is decoration. */
static void add_title(struct words *words, const char *html)
{
    const char *title = strcasestr(html, "<title>");
    const char *end = title != NULL ? strcasestr(title, "</title>") : NULL;
    if (end == NULL)
        return;
    cleanup_free char *text = fp_xstrndup(title + 7, (size_t) (end - title - 7));
    add_words(words, "", text);
}

/* Add the first member that is meant for people, in the forms of Docker Hub, of OAuth2 (RFC 6749)
 * and of plain messages. */
static void add_plain(struct words *words, const json_t *body)
{
    static const char *const keys[] = {"details", "error_description", "message", "error"};
    for (size_t i = 0; words->text.len == 0 && i < sizeof(keys) / sizeof(keys[0]); i++)
        add_member(words, "", body, keys[i]);
}

/* The name of a status, for answers without words, such as all answers to HEAD. */
static const char *name_of(int status)
{
    static const struct {
        int status;
        const char *name;
    } names[] = {{400, "bad request"},
                 {401, "unauthorized"},
                 {403, "forbidden"},
                 {404, "not found"},
                 {405, "not allowed"},
                 {409, "conflict"},
                 {412, "refused"},
                 {413, "too large"},
                 {416, "range not satisfiable"},
                 {429, "too many requests"},
                 {500, "server error"},
                 {502, "bad gateway"},
                 {503, "service unavailable"},
                 {504, "gateway timeout"}};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (names[i].status == status)
            return names[i].name;
    }
    return "";
}

static void add_one(struct fp_strv *secrets, const char *secret)
{
    if (!fp_strv_has(secrets, secret))
        fp_strv_add(secrets, secret);
}

/* Add a secret as it is, as it is escaped in URLs and forms, and as it is in cleaned text; also
 * each of its lines that is long enough. */
static void add_secret(struct fp_strv *secrets, const char *secret)
{
    if (secret == NULL || strlen(secret) < MIN_SECRET)
        return;
    for (const char *at = strchr(secret, '\n') != NULL ? secret : ""; *at != '\0';) {
        size_t len = strcspn(at, "\r\n");
        if (len >= MIN_TOKEN && secrets->len < MAX_SECRETS)
            fp_strv_take(secrets, fp_clean_text(at, len, SIZE_MAX));
        at += len + strspn(at + len, "\r\n");
    }
    cleanup_secret char *escaped = fp_url_escape(secret);
    cleanup_secret char *clean = fp_clean_text(secret, strlen(secret), SIZE_MAX);
    add_one(secrets, secret);
    add_one(secrets, escaped);
    if (strlen(clean) >= MIN_SECRET)
        add_one(secrets, clean);
}

/* Collect members that an answer calls a token or secret; its words may repeat them. */
static void collect_members(const json_t *value, int depth, struct fp_strv *secrets)
{
    const char *key = NULL;
    json_t *member = NULL;
    size_t i = 0;
    if (depth > MAX_DEPTH || secrets->len > MAX_SECRETS)
        return;
    json_array_foreach(value, i, member) collect_members(member, depth + 1, secrets);
    json_object_foreach((json_t *) (uintptr_t) value, key, member)
    {
        if (json_is_string(member) && ends_like_secret(key, strlen(key)))
            add_secret(secrets, json_string_value(member));
        else
            collect_members(member, depth + 1, secrets);
    }
}

/* Collect all secrets in our requests. The lock may be held already. */
static void collect_secrets(struct fp_registry *registry, struct fp_strv *secrets)
{
    FP_HOLD(registry);
    const struct fp_credential *credential = &registry->credential;
    if (credential->username != NULL && credential->password != NULL) {
        cleanup_secret char *basic =
            fp_basic_authorization(credential->username, credential->password);
        add_secret(secrets, basic + strlen("Basic "));
    }
    add_secret(secrets, credential->password);
    add_secret(secrets, credential->identity_token);
    add_secret(secrets, credential->registry_token);
    for (size_t i = 0; i < registry->token_len; i++)
        add_secret(secrets, registry->tokens[i].value);
}

/* `body`: the answer as JSON, or NULL. */
static void words_begin(struct words *words, struct fp_registry *registry, const json_t *body)
{
    *words = (struct words){.text = FP_BUF_INIT(MAX_WORDS)};
    collect_members(body, 0, &words->secrets);
    words->has_secrets = words->secrets.len > 0;
    if (registry != NULL)
        collect_secrets(registry, &words->secrets);
}

static char *words_take(struct words *words)
{
    for (size_t i = 0; i < words->secrets.len; i++)
        explicit_bzero(words->secrets.items[i], strlen(words->secrets.items[i]));
    fp_strv_clear(&words->secrets);
    return fp_buf_take(&words->text);
}

char *fp_registry_words(struct fp_registry *registry, const struct fp_http_response *response)
{
    struct words words;
    cleanup_json json_t *body = parse_body(response);
    const json_t *errors = json_object_get(body, "errors");
    size_t count = json_array_size(errors);
    words_begin(&words, registry, body);
    for (size_t i = 0; i < count && i < 4; i++)
        add_error(&words, json_array_get(errors, i));
    add_plain(&words, body);
    if (words.text.len == 0 && fp_registry_is_page(response))
        add_title(&words, fp_buf_text(&response->body));
    else if (words.text.len == 0 && !words.has_secrets)
        add_words(&words, "", fp_buf_text(&response->body));
    add_words(&words, "", words.text.len == 0 ? name_of(response->status) : "");
    return words_take(&words);
}

char *fp_registry_masked(struct fp_registry *registry, const char *text)
{
    struct words words;
    words_begin(&words, registry, NULL);
    add_words(&words, "", text);
    return words_take(&words);
}

static void add_for_people(struct words *words, const json_t *body)
{
    const json_t *errors = json_object_get(body, "errors");
    add_plain(words, body);
    add_plain(words, json_object_get(body, "error"));
    for (size_t i = 0; i < json_array_size(errors); i++)
        add_plain(words, json_array_get(errors, i));
}

char *fp_token_server_words(struct fp_registry *registry, const struct fp_http_response *response)
{
    struct words words;
    cleanup_json json_t *body = parse_body(response);
    words_begin(&words, registry, body);
    add_for_people(&words, body);
    add_words(&words, "", words.text.len == 0 ? name_of(response->status) : "");
    return words_take(&words);
}

char *fp_helper_words(const char *text, size_t len)
{
    /* The fixed messages of the protocol (docker-credential-helpers, error.go). */
    static const char *const known[] = {"credentials not found in native keychain",
                                        "no credentials server URL", "no credentials username"};
    struct words words;
    cleanup_json json_t *body = parse(text, len);
    cleanup_secret char *line = fp_clean_text(text, len, len);
    words_begin(&words, NULL, body);
    add_for_people(&words, body);
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]) && words.text.len == 0; i++) {
        if (strstr(line, known[i]) != NULL)
            add_words(&words, "", known[i]);
    }
    return words_take(&words);
}

bool fp_registry_has_code(const struct fp_http_response *response, const char *code)
{
    cleanup_json json_t *body = parse_body(response);
    const json_t *errors = json_object_get(body, "errors");
    for (size_t i = 0; i < json_array_size(errors); i++) {
        const char *have = fp_json_string(json_array_get(errors, i), "code");
        if (have != NULL && strcmp(have, code) == 0)
            return true;
    }
    return false;
}

bool fp_registry_asks_for_pause(const struct fp_http_response *response)
{
    return response->status == 429 || fp_http_header(response, "retry-after") != NULL;
}
