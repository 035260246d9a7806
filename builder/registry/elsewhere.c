/*
 * Registries that redirect to another registry with a token service of its own, as registry.k8s.io
 * does. The challenge of that registry is answered with an anonymous token, or with the credentials
 * stored for its host. Credentials of the first registry are never sent there.
 */
#include "send.h"

#include <string.h>
#include <strings.h>

/* At most this many are remembered and used for one repository. */
#define MAX_ELSEWHERE 8

/* HOST[:PORT] and the repository of ".../v2/REPOSITORY/manifests/...", or of a blob. */
static bool read_place(const char *url, struct fp_reference *ret)
{
    cleanup_free char *path = fp_url_display(url);
    const char *host = strstr(path, "://") != NULL ? strstr(path, "://") + 3 : "";
    char *slash = strchr(host, '/');
    if (slash == NULL || strncmp(slash, "/v2/", 4) != 0)
        return false;
    char *kind = strrchr(path, '/');
    for (*kind = '\0'; kind > slash && *kind != '/'; kind--)
        ;
    if (strcmp(kind, "/manifests") != 0 && strcmp(kind, "/blobs") != 0)
        return false;
    *kind = '\0';
    cleanup_free char *name =
        fp_xasprintf("%.*s/%s", (int) (slash - host), host, kind > slash + 3 ? slash + 4 : "");
    return fp_reference_parse(name, ret, NULL) == FP_OK && ret->registry != NULL &&
           ret->repository != NULL;
}

/* Called with the lock held. */
static struct fp_registry *known(const struct fp_registry *registry,
                                 const struct fp_reference *reference, const char *url)
{
    struct fp_registry *other = registry->elsewhere;
    while (other != NULL && (strcmp(other->repository, reference->repository) != 0 ||
                             !fp_url_same_origin(other->base, url)))
        other = other->next;
    return other;
}

static struct fp_registry *make(struct fp_registry *registry, const struct fp_reference *reference,
                                const char *url, struct fp_challenge *challenge)
{
    struct fp_registry *other = NULL;
    struct fp_registry_options options = registry->options;
    options.credentials.username = options.credentials.password = NULL;
    options.mirror_of = NULL;
    if (fp_registry_open(&options, reference, &other, NULL) != FP_OK)
        return NULL;
    const char *authority = strstr(url, "://") + 3;
    other->base = fp_xstrndup(url, (size_t) (authority - url) + strcspn(authority, "/"));
    other->named_by = fp_xstrdup(registry->base);
    other->challenge = *challenge;
    *challenge = (struct fp_challenge){0};
    other->is_ready = true;
    return other;
}

struct fp_registry *fp_registry_elsewhere(struct fp_registry *registry,
                                          const struct fp_http_response *response, int status)
{
    cleanup_challenge struct fp_challenge challenge = {0};
    cleanup_reference struct fp_reference reference = {0};
    if (status != 401 || registry->named_by != NULL || response->url == NULL ||
        fp_url_same_origin(response->url, registry->base) ||
        !fp_challenge_find(response, &challenge) || !read_place(response->url, &reference))
        return NULL;
    size_t count = 0;
    (void) pthread_mutex_lock(&registry->lock);
    struct fp_registry *other = known(registry, &reference, response->url);
    for (const struct fp_registry *at = registry->elsewhere; at != NULL; at = at->next)
        count++;
    if (other == NULL && count < MAX_ELSEWHERE) {
        other = make(registry, &reference, response->url, &challenge);
        if (other != NULL) {
            other->next = registry->elsewhere;
            registry->elsewhere = other;
        }
    }
    (void) pthread_mutex_unlock(&registry->lock);
    /* Plain HTTP is used only if the user allowed it for that host as well. */
    bool is_plain = other != NULL && strncasecmp(other->base, "https:", 6) != 0;
    return is_plain && !other->is_plain_http_allowed ? NULL : other;
}

struct fp_registry *fp_registry_at(struct fp_registry *registry, const char *url)
{
    (void) pthread_mutex_lock(&registry->lock);
    struct fp_registry *other = registry->elsewhere;
    while (other != NULL && (url == NULL || !fp_url_same_origin(other->base, url)))
        other = other->next;
    (void) pthread_mutex_unlock(&registry->lock);
    return other != NULL ? other : registry;
}

const char *fp_registry_named_by(const struct fp_registry *registry)
{
    return registry->named_by != NULL ? registry->named_by : registry->base;
}
