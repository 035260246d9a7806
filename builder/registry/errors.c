/* The meaning of a refusal, in the registry's words and ours, and a remedy. */
#include "answer.h"
#include "send.h"

#include <string.h>

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
        /* A login would be stored in a file, which is read only after the variable. */
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

/* Amazon's registries do not create repositories by themselves, which surprises many users. */
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

/* Distribution reports a full disk only by the errno. In error pages of a proxy in front, quotas
 * and limits are ignored, because they may be those of requests. */
bool fp_registry_is_full(const struct fp_http_response *response)
{
    static const char *const words[] = {
        "quota",        "storage limit", "no space left", "not enough space",
        "out of space", "disk full",     "disk is full",  "storage is full",
        "storage full", "\"Err\":28",    "\"Err\":122"};
    bool is_full = response->status == 507;
    size_t first = response->status >= 500 && fp_registry_is_page(response) ? 2 : 0;
    for (size_t i = first; i < sizeof(words) / sizeof(words[0]) && response->status >= 400; i++)
        is_full = is_full || strcasestr(fp_buf_text(&response->body), words[i]) != NULL;
    return is_full && response->status != 429;
}

static void hint(struct fp_registry *registry, const struct fp_http_response *response,
                 enum fp_code code, struct fp_error *err)
{
    const char *limit = fp_http_header(response, "ratelimit-limit");
    const char *left = fp_http_header(response, "ratelimit-remaining");
    if (fp_registry_is_full(response))
        fp_hint(err,
                "the registry has no room left, or none for %s: have images deleted there, or "
                "the quota raised",
                registry->name);
    else if (code == FP_E_AUTH)
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
    registry = fp_registry_at(registry, response->url);
    if (response->status < 400)
        return fp_fail(err, FP_E_INPUT,
                       "%s %s: answered with status %d, which says nothing about it", method, shown,
                       response->status);
    cleanup_free char *words = fp_registry_words(registry, response);
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
        cleanup_free char *clean = fp_registry_masked(registry, value + 4);
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
