/**
 * @file
 * A repository of a registry.
 */
#ifndef FLINKPACK_REGISTRY_REPOSITORY_H
#define FLINKPACK_REGISTRY_REPOSITORY_H

#include "flinkpack/http.h"
#include "flinkpack/image/reference.h"
#include "flinkpack/registry/credentials.h"

/** Settings. Everything is borrowed while the registry is open. */
struct fp_registry_options {
    struct fp_http *http;
    struct fp_credentials_options credentials;
    const struct fp_strv *plain_http_hosts; /**< HOST[:PORT] reached without TLS, as loopback is */
    const struct fp_strv *token_hosts;      /**< HOST[:PORT] other than the registry's that may get
                                                 credentials for a token; NULL or empty: any that
                                                 the registry names */
    const char *mirror_of;                  /**< HOST[:PORT] in the names of images if this registry
                                                 is only a mirror of it; NULL: it is no mirror */
    uint64_t chunk_bytes;                   /**< upload in pieces of that size; 0: whole blobs */
    bool has_stand_in; /**< another registry has the same: do not wait long or twice for this one */
    struct fp_reporter *reporter; /**< may be NULL */
};

/** The HOST[:PORT] of a registry as a user writes it, also as "https://HOST/".
 * @param ret The caller owns it.
 * @return FP_E_USAGE if the text names no registry. */
FP_CHECKED enum fp_code fp_registry_host_of(const char *text, char **ret, struct fp_error *err);

/** One registry and one repository in it. Safe from every thread. */
struct fp_registry;

/**
 * Open a repository of a registry. Nothing is sent yet.
 * @param reference registry and repository; copied.
 * @return FP_OK, or FP_E_USAGE if it names no registry.
 */
FP_CHECKED enum fp_code fp_registry_open(const struct fp_registry_options *options,
                                         const struct fp_reference *reference,
                                         struct fp_registry **ret, struct fp_error *err);
/** Close and free; NULL is fine. */
void fp_registry_close(struct fp_registry *registry);

/** Ask for push rights from the first request on, so that one token serves all requests. */
void fp_registry_will_push(struct fp_registry *registry);

/** Whether both are repositories of the same registry (same scheme, host and port). */
bool fp_registry_same_host(const struct fp_registry *a, const struct fp_registry *b);
/** REGISTRY/REPOSITORY, for messages. Borrowed. */
const char *fp_registry_name(const struct fp_registry *registry);
/** REPOSITORY. Borrowed. */
const char *fp_registry_repository(const struct fp_registry *registry);

FP_DEFINE_CLEANUP(fp_registry_closep, struct fp_registry, fp_registry_close)
/** Declare a registry that is closed at the end of its scope. */
#define cleanup_registry __attribute__((cleanup(fp_registry_closep)))

/**
 * Ask a registry whether it takes credentials, with one authorised GET /v2/ and nothing else.
 * @param options        `credentials` are the ones to check.
 * @param host           HOST[:PORT].
 * @param ret_asked_for  false: the registry asks for no credentials, so none were checked.
 * @return FP_OK, FP_E_AUTH if it refuses them, FP_E_NETWORK, FP_E_VERIFY, FP_E_INPUT.
 */
FP_CHECKED enum fp_code fp_registry_check_login(const struct fp_registry_options *options,
                                                const char *host, bool *ret_asked_for,
                                                struct fp_error *err);

#endif
