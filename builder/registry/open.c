/* Opens and closes a repository of a registry. */
#include "connection.h"

#include <string.h>
#include <strings.h>

char *fp_host_without_port(const char *host)
{
    const char *colon = strrchr(host, ':');
    const char *bracket = strrchr(host, ']');
    bool has_port = colon != NULL && (bracket == NULL || colon > bracket);
    return has_port ? fp_xstrndup(host, (size_t) (colon - host)) : fp_xstrdup(host);
}

bool fp_host_is_listed(const struct fp_strv *hosts, const char *host)
{
    cleanup_free char *host_only = fp_host_without_port(host);
    for (size_t i = 0; hosts != NULL && i < hosts->len; i++) {
        if (strcasecmp(hosts->items[i], host) == 0 || strcasecmp(hosts->items[i], host_only) == 0)
            return true;
    }
    return false;
}

enum fp_code fp_registry_host_of(const char *text, char **ret, struct fp_error *err)
{
    const char *host = strstr(text, "://") != NULL ? strstr(text, "://") + 3 : text;
    cleanup_reference struct fp_reference reference = {0};
    cleanup_free char *full = fp_xasprintf("%.*s/any", (int) strcspn(host, "/"), host);
    enum fp_code code = fp_reference_parse(full, &reference, err);
    if (code != FP_OK || reference.registry == NULL)
        return fp_hinted(fp_fail(err, FP_E_USAGE, "'%s' is no registry", text), err,
                         "expected HOST[:PORT], such as registry.example.com");
    *ret = steal_pointer(&reference.registry);
    return FP_OK;
}

/* The lock is recursive, because an error may have to be formatted while it is held. */
static void init_lock(pthread_mutex_t *lock)
{
    pthread_mutexattr_t attributes;
    (void) pthread_mutexattr_init(&attributes);
    (void) pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    (void) pthread_mutex_init(lock, &attributes);
    (void) pthread_mutexattr_destroy(&attributes);
}

enum fp_code fp_registry_open(const struct fp_registry_options *options,
                              const struct fp_reference *reference, struct fp_registry **ret,
                              struct fp_error *err)
{
    if (reference->registry == NULL || reference->repository == NULL)
        return fp_fail(err, FP_E_USAGE, "%s: no registry in the name",
                       reference->repository != NULL ? reference->repository : "(no name)");
    struct fp_registry *registry = fp_xcalloc(1, sizeof(*registry));
    registry->options = *options;
    registry->host = fp_xstrdup(fp_registry_canonical_host(reference->registry));
    registry->repository = fp_xstrdup(reference->repository);
    registry->name = fp_xasprintf("%s/%s", registry->host, registry->repository);
    cleanup_free char *host_only = fp_host_without_port(registry->host);
    registry->is_plain_http_allowed = fp_host_is_loopback(host_only) ||
                                      fp_host_is_listed(options->plain_http_hosts, registry->host);
    bool has_two_ports = registry->is_plain_http_allowed && !fp_host_is_loopback(host_only) &&
                         strcmp(host_only, registry->host) == 0;
    registry->pings = options->has_stand_in || has_two_ports;
    const char *of =
        options->mirror_of != NULL ? fp_registry_canonical_host(options->mirror_of) : NULL;
    if (of != NULL && strcasecmp(of, registry->host) != 0)
        registry->namespace = fp_url_escape(of);
    registry->chunk_bytes = options->chunk_bytes;
    registry->upload_mode = options->chunk_bytes > 0 ? FP_UPLOAD_CHUNKS : FP_UPLOAD_WHOLE;
    registry->unasked_bytes = FP_REGISTRY_UNASKED_BYTES;
    registry->single_bytes = FP_UPLOAD_SINGLE_BYTES;
    init_lock(&registry->lock);
    *ret = registry;
    return FP_OK;
}

void fp_registry_close(struct fp_registry *registry)
{
    if (registry == NULL)
        return;
    for (size_t i = 0; i < registry->spare_len; i++)
        free(registry->spares[i].location);
    fp_registry_close(registry->elsewhere);
    fp_registry_close(registry->next);
    for (size_t i = 0; i < registry->token_len; i++)
        fp_token_clear(&registry->tokens[i]);
    fp_credential_clear(&registry->credential);
    fp_challenge_clear(&registry->challenge);
    fp_strv_clear(&registry->warned);
    fp_strv_clear(&registry->no_mounts);
    fp_strv_clear(&registry->doubted);
    free(registry->host);
    free(registry->repository);
    free(registry->name);
    free(registry->base);
    free(registry->namespace);
    free(registry->named_by);
    (void) pthread_mutex_destroy(&registry->lock);
    free(registry);
}

bool fp_registry_same_host(const struct fp_registry *a, const struct fp_registry *b)
{
    return strcasecmp(a->host, b->host) == 0;
}

const char *fp_registry_name(const struct fp_registry *registry)
{
    return registry->name;
}

const char *fp_registry_repository(const struct fp_registry *registry)
{
    return registry->repository;
}

char *fp_registry_path(const struct fp_registry *registry, const char *kind, const char *name)
{
    const char *of = registry->namespace;
    return fp_xasprintf("/v2/%s/%s/%s%s%s", registry->repository, kind, name,
                        of != NULL ? "?ns=" : "", of != NULL ? of : "");
}

/* This is longer than for the ping, because a mirror may have to fetch the manifest first. */
int fp_registry_patience_s(const struct fp_registry *registry)
{
    return registry->options.has_stand_in ? 2 * fp_http_connect_timeout_s(registry->options.http)
                                          : 0;
}
