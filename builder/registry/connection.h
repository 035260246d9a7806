/**
 * @file
 * What is known of a registry and of one repository in it.
 */
#ifndef BUILDER_REGISTRY_CONNECTION_H
#define BUILDER_REGISTRY_CONNECTION_H

#include <pthread.h>

#include "challenge.h"
#include "credential.h"
#include "flinkpack/registry.h"
#include "token.h"

/** Tokens that are kept. */
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
    FP_ASK_BOTH, /**< HEAD, and GET where that says nothing */
    FP_ASK_HEAD, /**< GET says nothing that HEAD does not say */
    FP_ASK_GET,  /**< HEAD says nothing, or what is not so */
};

struct fp_registry {
    struct fp_registry_options options;
    char *host; /**< as in the reference, Docker Hub's names made one */
    char *repository;
    char *name;
    char *namespace; /**< of what this is a mirror of; NULL: it is none */
    char *named_by;  /**< base of the registry that has redirected here; NULL: the user named it */
    bool is_plain_http_allowed;
    pthread_mutex_t lock; /**< of everything below */
    bool is_ready;        /**< `base` and the first challenge are known */
    char *base;           /**< "https://HOST"; does not change once is_ready */
    struct fp_challenge challenge;
    bool is_credential_known;
    struct fp_credential credential;
    struct fp_token tokens[FP_REGISTRY_MAX_TOKENS];
    size_t token_len;
    bool gets_manifests; /**< HEAD says nothing of them */
    enum fp_ask ask_blobs;
    struct fp_registry *elsewhere; /**< registries that this one redirects to */
    struct fp_registry *next;      /**< another one of those */
    bool is_pushing;               /**< tokens for pushing serve for everything from then on */
    enum fp_upload_mode upload_mode;
    uint64_t chunk_bytes;
    bool is_artifactory; /**< what is put by digest gets a folder of its own, which stays */
    bool drops_chunks;   /**< it says that it takes pieces, and loses them */
    struct fp_strv warned;
    struct fp_strv no_mounts; /**< repositories that nothing can be mounted from */
    struct fp_strv doubted;   /**< digests that HEAD says are there, and a refused manifest not */
    bool has_doubts;          /**< there are new ones */
};

/** Implementation of FP_HOLD(). */
static inline pthread_mutex_t *fp_registry_hold(struct fp_registry *registry)
{
    (void) pthread_mutex_lock(&registry->lock);
    return &registry->lock;
}
/** Likewise. */
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

/** Find out, once, how the registry is spoken to: scheme and challenge. */
FP_CHECKED enum fp_code fp_registry_prepare(struct fp_registry *registry, struct fp_error *err);
/** "/v2/REPOSITORY/KIND/NAME", and of a mirror "?ns=" with what it is one of, as containerd asks
 * them: some serve several registries. The caller owns it. */
char *fp_registry_path(const struct fp_registry *registry, const char *kind, const char *name);
/** How many seconds there are for what says which image it is: a token, a manifest. 0: no bound of
 * its own. */
int fp_registry_patience_s(const struct fp_registry *registry);

#endif
