/* What a refusal means, in the registry's words and ours, and what to try. */
#include "internal.h"

#include <string.h>

#define MAX_WORDS ((size_t) 1024)
#define MAX_TEXT  ((size_t) 300)

/* NULL: it is no JSON. The caller owns it. */
static json_t *parse_body(const struct fp_http_response *response)
{
    json_t *body = NULL;
    if (response->body.len == 0 || fp_json_parse(fp_buf_text(&response->body), response->body.len,
                                                 "answer", &body, NULL) != FP_OK)
        return NULL;
    return body;
}

static void add_words(struct fp_buf *words, const char *separator, const char *text)
{
    cleanup_free char *clean = fp_clean_text(text, strlen(text), MAX_TEXT);
    if (*clean != '\0' &&
        fp_buf_addf(words, NULL, "%s%s", words->len > 0 ? separator : "", clean) != FP_OK)
        return; /* enough was said */
}

static void add_error(struct fp_buf *words, const json_t *error)
{
    const char *code = fp_json_string(error, "code");
    const char *message = fp_json_string(error, "message");
    const char *detail = fp_json_string(error, "detail");
    add_words(words, "; ", code != NULL ? code : "");
    add_words(words, ": ", message != NULL ? message : "");
    if (detail != NULL && (message == NULL || strcmp(detail, message) != 0))
        add_words(words, ": ", detail);
}

static bool is_html(const struct fp_http_response *response)
{
    const char *type = fp_http_header(response, "content-type");
    return type != NULL && strncmp(type, "text/html", 9) == 0;
}

/* The title says it; the rest of such a page is decoration. */
static void add_title(struct fp_buf *words, const char *html)
{
    const char *title = strcasestr(html, "<title>");
    const char *end = title != NULL ? strcasestr(title, "</title>") : NULL;
    if (end == NULL)
        return;
    cleanup_free char *text = fp_xstrndup(title + 7, (size_t) (end - title - 7));
    add_words(words, "", text);
}

/* Token servers have forms of their own: Docker Hub's, that of OAuth2, and a plain message. */
static void add_plain(struct fp_buf *words, const json_t *body)
{
    static const char *const keys[] = {"details", "error_description", "message", "error"};
    for (size_t i = 0; words->len == 0 && i < sizeof(keys) / sizeof(keys[0]); i++) {
        const char *text = fp_json_string(body, keys[i]);
        add_words(words, "", text != NULL ? text : "");
    }
}

/* What a status is called, for answers without words, as all those to HEAD are. */
static const char *name_of(int status)
{
    static const struct {
        int status;
        const char *name;
    } names[] = {
        {400, "bad request"},    {401, "unauthorized"},          {403, "forbidden"},
        {404, "not found"},      {405, "not allowed"},           {409, "conflict"},
        {413, "too large"},      {416, "range not satisfiable"}, {429, "too many requests"},
        {500, "server error"},   {502, "bad gateway"},           {503, "service unavailable"},
        {504, "gateway timeout"}};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (names[i].status == status)
            return names[i].name;
    }
    return "";
}

char *fp_registry_words(const struct fp_http_response *response)
{
    cleanup_buf struct fp_buf words = FP_BUF_INIT(MAX_WORDS);
    cleanup_json json_t *body = parse_body(response);
    const json_t *errors = json_object_get(body, "errors");
    size_t count = json_array_size(errors);
    for (size_t i = 0; i < count && i < 4; i++)
        add_error(&words, json_array_get(errors, i));
    add_plain(&words, body);
    if (words.len == 0 && is_html(response))
        add_title(&words, fp_buf_text(&response->body));
    else if (words.len == 0)
        add_words(&words, "", fp_buf_text(&response->body));
    add_words(&words, "", words.len == 0 ? name_of(response->status) : "");
    return fp_buf_take(&words);
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

void fp_registry_hint_login(struct fp_registry *registry, struct fp_error *err)
{
    static const char inlined[] = "DOCKER_AUTH_CONFIG";
    const char *host = registry->host;
    (void) pthread_mutex_lock(&registry->lock);
    const char *source = registry->credential.source;
    bool asks = registry->challenge.scheme != FP_CHALLENGE_NONE;
    (void) pthread_mutex_unlock(&registry->lock);
    if (!asks)
        fp_hint(err, "%s does not say how to log in to it, so that no credentials were sent", host);
    else if (source != NULL && strncmp(source, inlined, strlen(inlined)) == 0)
        /* A login would be kept in a file, which is asked only after the variable. */
        fp_hint(err,
                "the credentials used are those of %s; are they current, and do they give "
                "access to %s? Change or unset that variable: it goes before what login keeps",
                source, registry->name);
    else if (source != NULL)
        fp_hint(err,
                "the credentials used are those of %s; are they current, and do they give "
                "access to %s? To replace them: flinkpack login %s",
                source, registry->name, host);
    else
        fp_hint(err, "no credentials for %s were found: flinkpack login %s, or docker login %s",
                host, host, host);
}

/* Amazon's registries do not make repositories by themselves, and its users ask this most. */
static void hint_repository(const struct fp_registry *registry, struct fp_error *err)
{
    const char *region = strstr(registry->host, ".dkr.ecr.");
    if (region == NULL) {
        fp_hint(err, "is the name right? Some registries want a repository or project to be made "
                     "before anything is pushed into it");
        return;
    }
    region += strlen(".dkr.ecr.");
    fp_hint(err,
            "make the repository first: aws ecr create-repository --repository-name %s --region "
            "%.*s",
            registry->repository, (int) strcspn(region, "."), region);
}

static void hint(struct fp_registry *registry, const struct fp_http_response *response,
                 enum fp_code code, struct fp_error *err)
{
    const char *limit = fp_http_header(response, "ratelimit-limit");
    const char *left = fp_http_header(response, "ratelimit-remaining");
    if (code == FP_E_AUTH)
        fp_registry_hint_login(registry, err);
    else if (response->status == 404 && fp_registry_has_code(response, "NAME_UNKNOWN"))
        hint_repository(registry, err);
    else if (response->status == 404 && fp_registry_has_code(response, "MANIFEST_UNKNOWN"))
        fp_hint(err, "%s has nothing of that name: are repository and tag right?", registry->host);
    else if (response->status == 429)
        fp_hint(err, "log in, or wait: this is a rate limit (%.60s, left: %.60s)",
                limit != NULL ? limit : "not stated", left != NULL ? left : "not stated");
    else if (response->status == 405)
        fp_hint(err,
                "the registry takes no uploads there: it is read-only, or a mirror of another");
    else if (response->status == 413)
        fp_hint(err, "a proxy in front of the registry limits the size of uploads "
                     "(nginx: client_max_body_size)");
}

static enum fp_code code_of(int status)
{
    static const struct {
        int status;
        enum fp_code code;
    } codes[] = {{401, FP_E_AUTH},    {403, FP_E_AUTH},    {404, FP_E_NOT_FOUND},
                 {408, FP_E_NETWORK}, {425, FP_E_NETWORK}, {429, FP_E_NETWORK},
                 {407, FP_E_NETWORK}};
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (codes[i].status == status)
            return codes[i].code;
    }
    return status < 500 ? FP_E_INPUT : FP_E_NETWORK;
}

enum fp_code fp_registry_refusal(struct fp_registry *registry, const char *method,
                                 const struct fp_http_response *response, struct fp_error *err)
{
    cleanup_free char *shown = fp_url_display(response->url != NULL ? response->url : "");
    if (response->status < 400)
        return fp_fail(err, FP_E_INPUT,
                       "%s %s: answered with status %d, which says nothing about it", method, shown,
                       response->status);
    cleanup_free char *words = fp_registry_words(response);
    enum fp_code code = fp_fail(err, code_of(response->status), "%s %s: %d%s%s", method, shown,
                                response->status, *words != '\0' ? " " : "", words);
    hint(registry, response, code, err);
    return code;
}

void fp_registry_explain_limit(struct fp_registry *registry, const char *method,
                               const struct fp_http_response *response, struct fp_error *err)
{
    const char *retry_after = fp_http_header(response, "retry-after");
    if (response->status != 429 || retry_after == NULL || err == NULL)
        return;
    struct fp_error refusal = {0};
    cleanup_free char *wait = fp_clean_text(retry_after, strlen(retry_after), 40);
    enum fp_code code = fp_registry_refusal(registry, method, response, &refusal);
    if (code != FP_E_NETWORK)
        return;
    *err = refusal;
    size_t len = strlen(err->text);
    (void) snprintf(err->text + len, sizeof(err->text) - len, " (Retry-After: %s)", wait);
}

void fp_registry_warnings(struct fp_registry *registry, const struct fp_http_response *response)
{
    for (size_t n = 0; n < 8; n++) {
        const char *value = fp_http_header_at(response, "warning", n);
        if (value == NULL)
            return;
        if (strncmp(value, "299 ", 4) != 0)
            continue;
        cleanup_free char *clean = fp_clean_text(value + 4, strlen(value + 4), MAX_TEXT);
        (void) pthread_mutex_lock(&registry->lock);
        bool is_new = registry->warned.len < 16 && !fp_strv_has(&registry->warned, clean);
        if (is_new)
            fp_strv_add(&registry->warned, clean);
        (void) pthread_mutex_unlock(&registry->lock);
        if (is_new)
            fp_report(registry->options.reporter, FP_EVENT_WARNING, "%s says: %s", registry->host,
                      clean);
    }
}
