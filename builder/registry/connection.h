/**
 * @file
 * The state of a registry and of one repository in it.
 */
#ifndef BUILDER_REGISTRY_CONNECTION_H
#define BUILDER_REGISTRY_CONNECTION_H

#include <pthread.h>

#include "challenge.h"
#include "credential.h"
#include "flinkpack/registry.h"
#include "token.h"

/** How many tokens are kept. */
#define FP_REGISTRY_MAX_TOKENS    32
#define FP_REGISTRY_MAX_REDIRECTS 5

/** How blobs are uploaded; a registry that refuses one way is offered the next. */
enum fp_upload_mode {
    FP_UPLOAD_WHOLE,  /**< POST, PATCH with all of it, PUT */
    FP_UPLOAD_SINGLE, /**< POST, PUT with all of it */
    FP_UPLOAD_CHUNKS, /**< POST, PATCH piece by piece, PUT */
};

/** How a registry is asked whether it has a blob. */
enum fp_ask {
    FP_ASK_BOTH, /**< HEAD, and GET if HEAD says nothing */
    FP_ASK_HEAD, /**< GET says no more than HEAD */
    FP_ASK_GET,  /**< HEAD says nothing, or is wrong */
};

/** Up to this size, a blob is sent by POST and PUT, as containerd does it; a registry that refuses
 * that has little sent in vain. */
#define FP_UPLOAD_SINGLE_BYTES ((uint64_t) 4 << 20)
/** How many sessions wait for a blob. */
#define FP_UPLOAD_MAX_SPARES 8

/** An upload's session that no blob uses yet. */
struct fp_spare_session {
    char *location;
    uint64_t min_chunk;
    int64_t opened_ms;
};

struct fp_registry {
    struct fp_registry_options options;
    char *host; /**< as in the reference, with one name for Docker Hub */
    char *repository;
    char *name;
    char *namespace; /**< the registry that this one mirrors; NULL: it is no mirror */
    char *named_by;  /**< base of the registry that redirected here; NULL: the user named it */
    bool is_plain_http_allowed;
    bool pings;           /**< GET /v2/ comes before any other request */
    pthread_mutex_t lock; /**< protects everything below */
    struct fp_error
        unreachable; /**< why the first request failed; its code is FP_OK if it has not */
    bool is_ready;   /**< `base` and the first challenge are known */
    char *base;      /**< "https://HOST"; does not change once is_ready */
    struct fp_challenge challenge;
    bool is_credential_known;
    struct fp_credential credential;
    struct fp_token tokens[FP_REGISTRY_MAX_TOKENS];
    size_t token_len;
    bool gets_manifests; /**< because HEAD does not describe them */
    enum fp_ask ask_blobs;
    struct fp_registry *elsewhere; /**< registries that this one redirects to */
    struct fp_registry *next;      /**< the next one in the list */
    bool is_pushing;               /**< from then on, all requests use tokens for pushing */
    enum fp_upload_mode upload_mode;
    uint64_t chunk_bytes;
    bool is_artifactory;  /**< a manifest put by digest gets a directory of its own, which stays */
    bool keeps_referrers; /**< it said of a manifest with a subject that it lists it */
    bool drops_chunks;    /**< it claims to accept chunks, but loses them */
    bool wants_patch;     /**< it refuses bodies with the PUT that ends an upload */
    bool asks_first;      /**< a mount came to nothing: a blob is asked for before it is mounted */
    uint64_t unasked_bytes; /**< FP_REGISTRY_UNASKED_BYTES */
    uint64_t single_bytes;  /**< FP_UPLOAD_SINGLE_BYTES */
    struct fp_spare_session spares[FP_UPLOAD_MAX_SPARES];
    size_t spare_len;
    struct fp_strv warned;
    struct fp_strv no_mounts; /**< repositories that nothing can be mounted from */
    struct fp_strv doubted;   /**< digests that exist by HEAD, but not by a refused manifest */
    bool has_doubts;          /**< new ones were added */
};

/** Implementation of FP_HOLD(). */
static inline pthread_mutex_t *fp_registry_hold(struct fp_registry *registry)
{
    (void) pthread_mutex_lock(&registry->lock);
    return &registry->lock;
}
/** Implementation of FP_HOLD(). */
static inline void fp_registry_let_go(pthread_mutex_t **held)
{
    (void) pthread_mutex_unlock(*held);
}
/* NOLINTBEGIN(bugprone-macro-parentheses): a declaration cannot stand in parentheses */
/** Hold the lock of a registry until the end of the scope. */
#define FP_HOLD(registry)                                                                          \
    __attribute__((cleanup(fp_registry_let_go), unused)) pthread_mutex_t *fp_held =                \
        fp_registry_hold(registry)
/* NOLINTEND(bugprone-macro-parentheses) */

/** HOST without its port; IPv6 addresses keep their brackets. The caller owns it. */
char *fp_host_without_port(const char *host);
/** Whether HOST[:PORT] or its host alone is in a list; NULL is an empty one. */
bool fp_host_is_listed(const struct fp_strv *hosts, const char *host);

/** Find out, once, the scheme and the challenge of the registry. */
FP_CHECKED enum fp_code fp_registry_prepare(struct fp_registry *registry, struct fp_error *err);
/**
 * The same by the first request itself, which then needs no other one before it. Its URL begins
 * with "/". Requests with bodies do not find it out, nor do any at a registry that another one
 * stands in for, or whose port is not known: GET /v2/ comes before these.
 * @param ret_is_answered Whether the answer to this request came as well.
 */
FP_CHECKED enum fp_code fp_registry_prepare_by(struct fp_registry *registry,
                                               struct fp_http_request *request,
                                               struct fp_http_response *response,
                                               bool *ret_is_answered, struct fp_error *err);
/** "/v2/REPOSITORY/KIND/NAME". For a mirror, "?ns=" with the mirrored registry follows, as
 * containerd does it, because some mirrors serve several registries. The caller owns it. */
char *fp_registry_path(const struct fp_registry *registry, const char *kind, const char *name);
/** How many seconds the requests that identify an image (for a token, a manifest) may take. 0: no
 * bound of their own. */
int fp_registry_patience_s(const struct fp_registry *registry);

#endif
