/* The keys of credentials: names of Docker Hub, old forms, namespaces. */
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

/* The host of a key, and the namespace that it is limited to. The old form is a URL whose path
 * begins with the version of the protocol: "https://HOST/v1/". */
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
