/**
 * @file
 * Finding credentials, and the programs that store them.
 */
#ifndef BUILDER_REGISTRY_CREDENTIAL_H
#define BUILDER_REGISTRY_CREDENTIAL_H

#include "flinkpack/registry/credentials.h"

/** The largest file of credentials. */
#define FP_REGISTRY_MAX_CONFIG ((size_t) 1 << 20)

/** Credentials of a registry. Owned strings, wiped when cleared. All NULL: anonymous. */
struct fp_credential {
    char *username;
    char *password;
    char *identity_token; /**< to be exchanged for tokens (OAuth2) */
    char *registry_token; /**< a Bearer token as it is */
    char *source;         /**< the name of its source, for messages */
    char *problem;        /**< why a source that should have some gave none, in words */
};

/** Whether there are any credentials. */
bool fp_credential_is_set(const struct fp_credential *credential);
void fp_credential_clear(struct fp_credential *credential);
#define cleanup_credential __attribute__((cleanup(fp_credential_clear)))

/** The registry that credentials are looked up for. */
struct fp_credential_query {
    const char *registry;   /**< HOST[:PORT], "docker.io" */
    const char *repository; /**< for keys such as HOST/TEAM */
    struct fp_reporter *reporter;
};

/** Look in all sources, in the order of the manual. If there are none, FP_OK with nothing set. */
FP_CHECKED enum fp_code fp_credential_find(const struct fp_credentials_options *options,
                                           const struct fp_credential_query *query,
                                           struct fp_credential *ret, struct fp_error *err);
/** Look in one parsed config.json or auth.json, which `source` names. */
FP_CHECKED enum fp_code fp_docker_config_find(const json_t *config, const char *source,
                                              const struct fp_credential_query *query,
                                              struct fp_credential *ret, struct fp_error *err);
/** The helper that a config.json names for a repository, or NULL. Borrowed from `config`. */
const char *fp_credential_helper(const json_t *config, const char *registry,
                                 const char *repository);
/** "docker.io" for all names of Docker Hub; else `host` itself. */
const char *fp_registry_canonical_host(const char *host);
/** The key of a registry's credentials in config.json and in helpers: HOST[:PORT] itself, except
 * for Docker Hub. Borrowed. */
const char *fp_credential_key(const char *host);
/**
 * How well a key of `auths` or `credHelpers` fits a repository: 0 not at all, 1 by its host in an
 * old form ("https://HOST/v1/"), 2 as fp_credential_key() writes it, more by a namespace, the
 * longer the better.
 * @param repository "" to match keys of the whole registry.
 */
size_t fp_credential_match(const char *key, const char *registry, const char *repository);

/** Get credentials from docker-credential-NAME. FP_OK with nothing set if it has none, or, after a
 * warning, if it fails. */
FP_CHECKED enum fp_code fp_helper_get(const char *name, const char *source,
                                      const struct fp_credential_query *query,
                                      struct fp_credential *ret, struct fp_error *err);
/** Have a helper store credentials under that key. FP_E_NOT_FOUND, FP_E_AUTH. */
FP_CHECKED enum fp_code fp_helper_store(const char *name, const char *source, const char *key,
                                        const char *username, const char *password,
                                        struct fp_error *err);
/** Have a helper erase them. `*ret_any` is false if it had none. */
FP_CHECKED enum fp_code fp_helper_erase(const char *name, const char *source, const char *key,
                                        bool *ret_any, struct fp_error *err);
/** The message in the output of a failed credential helper: JSON members that are meant for people,
 * and the fixed phrases of the protocol; "" for anything else, because it may be a password. The
 * caller owns it. */
char *fp_helper_words(const char *output, size_t len);
/** Parse the output of a helper. FP_E_INPUT. */
FP_CHECKED enum fp_code fp_helper_parse(const char *text, size_t len, const char *name,
                                        struct fp_credential *ret, struct fp_error *err);

#endif
