/* Reads Docker's config.json and auth.json of podman: auths, credHelpers, credsStore. */
#include "credential.h"

#include <string.h>

/* The value whose key fits best. */
static const json_t *find_best(const json_t *object, const char *registry, const char *repository)
{
    const json_t *best = NULL;
    size_t best_match = 0;
    for (void *at = json_object_iter((json_t *) (uintptr_t) object); at != NULL;
         at = json_object_iter_next((json_t *) (uintptr_t) object, at)) {
        size_t match = fp_credential_match(json_object_iter_key(at), registry, repository);
        if (match <= best_match)
            continue;
        best_match = match;
        best = json_object_iter_value(at);
    }
    return best;
}

static const char *non_empty(const json_t *object, const char *key)
{
    const char *text = fp_json_string(object, key);
    return text != NULL && *text != '\0' ? text : NULL;
}

static enum fp_code not_a_pair(const char *source, const struct fp_credential_query *query,
                               struct fp_error *err)
{
    return fp_fail(err, FP_E_INPUT, "%s: \"auth\" of %s is not USER:PASSWORD in base64", source,
                   query->registry);
}

/* Go writes null for a map that was never made. */
static bool is_object_or_nothing(const json_t *value)
{
    return value == NULL || json_is_null(value) || json_is_object(value);
}

static enum fp_code take_user_password(const char *pair, const char *source,
                                       const struct fp_credential_query *query,
                                       struct fp_credential *ret, struct fp_error *err)
{
    char *colon = strchr(pair, ':');
    if (colon == NULL || colon == pair)
        return not_a_pair(source, query, err);
    free(ret->username);
    free(ret->password);
    ret->username = fp_xstrndup(pair, (size_t) (colon - pair));
    ret->password = fp_xstrdup(colon + 1);
    return FP_OK;
}

/* Some programs end the pair with NUL bytes; a NUL inside it would hide the rest. */
static char *decode_pair(const char *auth)
{
    size_t len = 0;
    cleanup_secret char *pair = (char *) fp_base64_decode(auth, &len);
    while (pair != NULL && len > 0 && pair[len - 1] == '\0')
        len--;
    return pair != NULL && strlen(pair) == len ? steal_pointer(&pair) : NULL;
}

static enum fp_code take_entry(const json_t *entry, const char *source,
                               const struct fp_credential_query *query, struct fp_credential *ret,
                               struct fp_error *err)
{
    cleanup_credential struct fp_credential found = {0};
    const char *auth = non_empty(entry, "auth");
    const json_t *value = json_object_get(entry, "auth");
    if (value != NULL && !json_is_null(value) && !json_is_string(value))
        return not_a_pair(source, query, err);
    found.username = fp_xstrdup(non_empty(entry, "username"));
    found.password = fp_xstrdup(non_empty(entry, "password"));
    found.identity_token = fp_xstrdup(non_empty(entry, "identitytoken"));
    found.registry_token = fp_xstrdup(non_empty(entry, "registrytoken"));
    if (auth != NULL) {
        cleanup_secret char *pair = decode_pair(auth);
        FP_TRY(take_user_password(pair != NULL ? pair : "", source, query, &found, err));
    }
    if (!fp_credential_is_set(&found))
        return FP_OK; /* an empty entry beside a helper is normal */
    found.source = fp_xstrdup(source);
    fp_credential_clear(ret);
    *ret = found;
    found = (struct fp_credential){0};
    return FP_OK;
}

/* An empty name in credHelpers says that the credentials of this registry are in the file. */
const char *fp_credential_helper(const json_t *config, const char *registry, const char *repository)
{
    const json_t *helper = find_best(json_object_get(config, "credHelpers"), registry, repository);
    const char *name = helper != NULL ? json_string_value(helper) : non_empty(config, "credsStore");
    return name != NULL && *name != '\0' ? name : NULL;
}

enum fp_code fp_docker_config_find(const json_t *config, const char *source,
                                   const struct fp_credential_query *query,
                                   struct fp_credential *ret, struct fp_error *err)
{
    const char *helper = fp_credential_helper(config, query->registry, query->repository);
    if (helper != NULL) {
        FP_TRY(fp_helper_get(helper, source, query, ret, err));
        if (fp_credential_is_set(ret))
            return FP_OK;
    }
    /* ~/.dockercfg, the oldest form, is the map itself. */
    const json_t *auths = json_object_get(config, "auths");
    if (auths == NULL && json_object_get(config, "credsStore") == NULL &&
        json_object_get(config, "credHelpers") == NULL)
        auths = config;
    const json_t *entry = find_best(auths, query->registry, query->repository);
    if (!is_object_or_nothing(auths) || !is_object_or_nothing(entry))
        return fp_fail(err, FP_E_INPUT, "%s: \"auths\" is no object of objects", source);
    return json_is_object(entry) ? take_entry(entry, source, query, ret, err) : FP_OK;
}
