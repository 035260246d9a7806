/* config.json of Docker and auth.json of containers: auths, credHelpers, credsStore. */
#include "credential.h"

#include <string.h>
#include <strings.h>

const char *fp_registry_canonical_host(const char *host)
{
    static const char *const hub[] = {"docker.io", "index.docker.io", "registry-1.docker.io",
                                      "registry.hub.docker.com"};
    for (size_t i = 0; i < sizeof(hub) / sizeof(hub[0]); i++) {
        if (strcasecmp(host, hub[i]) == 0)
            return "docker.io";
    }
    return host;
}

/* The key that credentials of Docker Hub have had since its first version. */
const char *fp_credential_key(const char *host)
{
    return strcmp(fp_registry_canonical_host(host), "docker.io") == 0
               ? "https://index.docker.io/v1/"
               : host;
}

/* The host of a key, and what namespace it is limited to. The old form is a URL whose path begins
 * with the version of the protocol: "https://HOST/v1/". */
static void read_key(const char *key, char **ret_host, char **ret_namespace)
{
    const char *scheme_end = strstr(key, "://");
    const char *host = scheme_end != NULL ? scheme_end + 3 : key;
    size_t host_len = strcspn(host, "/");
    const char *path = host + host_len;
    path += strspn(path, "/");
    bool has_version = strncmp(path, "v1", 2) == 0 || strncmp(path, "v2", 2) == 0;
    size_t after_version = has_version ? 2 + strspn(path + 2, "/") : 0;
    if (has_version && (path[after_version] == '\0' || (scheme_end != NULL && path[2] == '/')))
        path += after_version;
    size_t path_len = strlen(path);
    while (path_len > 0 && path[path_len - 1] == '/')
        path_len--;
    cleanup_free char *plain_host = fp_xstrndup(host, host_len);
    *ret_host = fp_xstrdup(fp_registry_canonical_host(plain_host));
    *ret_namespace = fp_xstrndup(path, path_len);
}

size_t fp_credential_match(const char *key, const char *registry, const char *repository)
{
    cleanup_free char *host = NULL;
    cleanup_free char *namespace = NULL;
    if (strcasecmp(key, fp_credential_key(registry)) == 0)
        return 2;
    read_key(key, &host, &namespace);
    if (strcasecmp(host, fp_registry_canonical_host(registry)) != 0)
        return 0;
    size_t len = strlen(namespace);
    if (len == 0)
        return 1;
    if (strncmp(repository, namespace, len) != 0 ||
        (repository[len] != '/' && repository[len] != '\0'))
        return 0;
    return 2 + len;
}

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
        char *pair = fp_base64_decode(auth);
        enum fp_code code =
            take_user_password(pair != NULL ? pair : "", source, query, &found, err);
        if (pair != NULL)
            explicit_bzero(pair, strlen(pair));
        free(pair);
        if (code != FP_OK)
            return code;
    }
    if (!fp_credential_is_set(&found))
        return FP_OK; /* an empty entry beside a helper is normal */
    found.source = fp_xstrdup(source);
    fp_credential_clear(ret);
    *ret = found;
    found = (struct fp_credential){0};
    return FP_OK;
}

/* An empty name in credHelpers says that this registry's are in the file. */
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
        enum fp_code code = fp_helper_get(helper, source, query, ret, err);
        if (code != FP_OK || fp_credential_is_set(ret))
            return code;
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
