/* Requests with the authorisation that the registry asks for. */
#include "answer.h"
#include "send.h"

#include <string.h>

void fp_registry_will_push(struct fp_registry *registry)
{
    FP_HOLD(registry);
    registry->is_pushing = true;
}

void fp_registry_scopes(struct fp_registry *registry, bool push, struct fp_strv *scopes)
{
    (void) pthread_mutex_lock(&registry->lock);
    registry->is_pushing = registry->is_pushing || push;
    bool wide = registry->is_pushing;
    (void) pthread_mutex_unlock(&registry->lock);
    cleanup_free char *scope =
        fp_xasprintf("repository:%s:%s", registry->repository, wide ? "pull,push" : "pull");
    fp_scope_add(scopes, scope);
}

/* Looks credentials up once. Called with the lock held. */
static enum fp_code need_credential(struct fp_registry *registry, struct fp_error *err)
{
    if (registry->is_credential_known)
        return FP_OK;
    struct fp_credential_query query = {.registry = registry->host,
                                        .repository = registry->repository,
                                        .reporter = registry->options.reporter};
    enum fp_code code =
        fp_credential_find(&registry->options.credentials, &query, &registry->credential, err);
    if (code != FP_OK)
        return code;
    registry->is_credential_known = true;
    fp_report(registry->options.reporter, FP_EVENT_DEBUG, "%s: %s%s", registry->host,
              registry->credential.source != NULL ? "credentials from " : "no credentials",
              registry->credential.source != NULL ? registry->credential.source : "");
    return FP_OK;
}

/* Called with the lock held, so that threads which need the same token fetch it once. */
static enum fp_code bearer(struct fp_registry *registry, const struct fp_strv *scopes,
                           bool no_retry, char **ret, struct fp_error *err)
{
    const struct fp_token *token = fp_token_find(registry, scopes);
    if (token == NULL) {
        struct fp_token fetched = {0};
        FP_TRY(fp_token_fetch(registry, scopes, no_retry, &fetched, err));
        token = fp_token_keep(registry, &fetched);
    }
    *ret = fp_xasprintf("Bearer %s", token->value);
    return FP_OK;
}

/* Pulling without credentials often works; pushing hardly ever does, and the registry's refusal
 * would hide that the real problem is a broken helper. */
static enum fp_code check_problem(const struct fp_registry *registry, struct fp_error *err)
{
    const struct fp_credential *credential = &registry->credential;
    if (!registry->is_pushing || credential->problem == NULL || fp_credential_is_set(credential))
        return FP_OK;
    return fp_hinted(
        fp_fail(err, FP_E_AUTH, "%s: pushing needs credentials, and %s", registry->name,
                credential->problem),
        err, "install or mend that helper, or take it out of the file and: flinkpack login %s",
        registry->host);
}

static enum fp_code authorize(struct fp_registry *registry, const struct fp_strv *scopes,
                              bool no_retry, char **ret, struct fp_error *err)
{
    *ret = NULL;
    if (registry->challenge.scheme == FP_CHALLENGE_NONE)
        return FP_OK;
    FP_TRY(need_credential(registry, err));
    FP_TRY(check_problem(registry, err));
    if (registry->credential.registry_token != NULL) {
        if (!fp_token_is_clean(registry->credential.registry_token))
            return fp_fail(err, FP_E_AUTH, "%s: the \"registrytoken\" in it is none",
                           registry->credential.source);
        *ret = fp_xasprintf("Bearer %s", registry->credential.registry_token);
        return FP_OK;
    }
    if (registry->challenge.scheme == FP_CHALLENGE_BEARER)
        return bearer(registry, scopes, no_retry, ret, err);
    const struct fp_credential *credential = &registry->credential;
    if (credential->username != NULL && credential->password != NULL)
        *ret = fp_basic_authorization(credential->username, credential->password);
    return FP_OK;
}

enum fp_code fp_registry_authorize(struct fp_registry *registry, const struct fp_strv *scopes,
                                   char **ret, struct fp_error *err)
{
    FP_TRY(fp_registry_prepare(registry, err));
    FP_HOLD(registry);
    return authorize(registry, scopes, false, ret, err);
}

enum fp_code fp_registry_try_token(struct fp_registry *registry, const struct fp_strv *scopes,
                                   struct fp_strv *unless_in, const char *name,
                                   struct fp_error *err)
{
    cleanup_secret char *authorization = NULL;
    FP_TRY(fp_registry_prepare(registry, err));
    FP_HOLD(registry);
    enum fp_code code = fp_strv_has(unless_in, name)
                            ? FP_E_NOT_FOUND
                            : authorize(registry, scopes, true, &authorization, err);
    if (code != FP_OK && code != FP_E_INTERRUPTED && !fp_strv_has(unless_in, name))
        fp_strv_add(unless_in, name);
    return code;
}

bool fp_registry_challenged(struct fp_registry *registry, const struct fp_http_response *response,
                            const char *authorization, struct fp_strv *scopes)
{
    cleanup_challenge struct fp_challenge challenge = {0};
    /* The target of a redirect must not decide where the password is sent. */
    if (!fp_url_same_origin(response->url, registry->base))
        return false;
    bool found = fp_challenge_find(response, &challenge);
    if (found && challenge.scope != NULL) {
        cleanup_strv struct fp_strv asked = {0};
        fp_strv_split(&asked, challenge.scope, ' ');
        for (size_t i = 0; i < asked.len; i++)
            fp_scope_add(scopes, asked.items[i]);
    }
    FP_HOLD(registry);
    if (found) {
        fp_challenge_clear(&registry->challenge);
        registry->challenge = challenge;
        challenge = (struct fp_challenge){0};
    }
    if (authorization != NULL)
        fp_token_drop(registry, authorization);
    bool is_bearer = registry->challenge.scheme == FP_CHALLENGE_BEARER;
    bool is_fixed = registry->credential.registry_token != NULL;
    return authorization == NULL ? registry->challenge.scheme != FP_CHALLENGE_NONE
                                 : is_bearer && !is_fixed;
}

static void rewind_stage(struct fp_stage *stage, uint64_t done_bytes)
{
    if (stage == NULL || stage->done_bytes <= done_bytes)
        return;
    stage->done_bytes = done_bytes;
    fp_stage_advance(stage, 0);
}

static enum fp_code send_elsewhere(struct fp_registry *other, struct fp_http_request *request,
                                   struct fp_http_response *response, struct fp_error *err)
{
    cleanup_strv struct fp_strv scopes = {0};
    cleanup_free char *url = fp_xstrdup(response->url);
    fp_registry_scopes(other, false, &scopes);
    request->url = url;
    return fp_registry_send(other, request, &scopes, response, err);
}

static enum fp_code send_absolute(struct fp_registry *registry, struct fp_http_request *request,
                                  struct fp_strv *scopes, struct fp_http_response *response,
                                  struct fp_error *err)
{
    bool is_ours = fp_url_same_origin(request->url, registry->base);
    uint64_t staged_bytes = request->stage != NULL ? request->stage->done_bytes : 0;
    for (int round = 0;; round++) {
        cleanup_secret char *authorization = NULL;
        enum fp_code code = FP_OK;
        if (is_ours)
            code = fp_registry_authorize(registry, scopes, &authorization, err);
        if (code != FP_OK)
            return code;
        request->authorization = authorization;
        request->named_by = fp_registry_named_by(registry);
        code = fp_http_send(registry->options.http, request, response, err);
        request->authorization = NULL;
        if (response->url != NULL && fp_url_same_origin(response->url, registry->base))
            fp_registry_warnings(registry, response);
        /* Giving an upload up is worth no token of its own. */
        bool repeat = code == FP_OK && response->status == 401 && round == 0 &&
                      strcmp(request->method, "DELETE") != 0 &&
                      fp_registry_challenged(registry, response, authorization, scopes);
        if (code == FP_E_NETWORK)
            fp_registry_explain_limit(registry, request->method, response, err);
        /* Only redirected GET and HEAD requests are repeated elsewhere: an upload's Location could
         * make us change anything in another registry, with the credentials stored for that one. */
        struct fp_registry *other =
            code == FP_OK && is_ours ? fp_registry_elsewhere(registry, response, response->status)
                                     : NULL;
        if (other != NULL)
            return send_elsewhere(other, request, response, err);
        if (!repeat)
            return code;
        rewind_stage(request->stage, staged_bytes);
    }
}

enum fp_code fp_registry_send(struct fp_registry *registry, struct fp_http_request *request,
                              struct fp_strv *scopes, struct fp_http_response *response,
                              struct fp_error *err)
{
    bool is_answered = false;
    FP_TRY(fp_registry_prepare_by(registry, request, response, &is_answered, err));
    if (is_answered) {
        fp_registry_warnings(registry, response);
        return FP_OK;
    }
    const char *given = request->url;
    cleanup_free char *absolute =
        given[0] == '/' ? fp_xasprintf("%s%s", registry->base, given) : fp_xstrdup(given);
    request->url = absolute;
    enum fp_code code = send_absolute(registry, request, scopes, response, err);
    request->url = given;
    return code;
}
