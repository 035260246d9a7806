/**
 * @file
 * Credentials: where they are found, and the programs that keep them.
 */
#ifndef BUILDER_REGISTRY_CREDENTIAL_H
#define BUILDER_REGISTRY_CREDENTIAL_H

#include "flinkpack/registry/credentials.h"

/** The largest file of credentials. */
#define FP_REGISTRY_MAX_CONFIG ((size_t) 1 << 20)

/** What to authenticate with. Owned strings, wiped when cleared. All NULL: anonymous. */
struct fp_credential {
    char *username;
    char *password;
    char *identity_token; /**< to be exchanged for tokens (OAuth2) */
    char *registry_token; /**< a Bearer token as it is */
    char *source;         /**< where it comes from, in words */
    char *problem;        /**< why a place that should have some gave none, in words */
};

/** Whether there is something to authenticate with. */
bool fp_credential_is_set(const struct fp_credential *credential);
void fp_credential_clear(struct fp_credential *credential);
#define cleanup_credential __attribute__((cleanup(fp_credential_clear)))

/** For whom credentials are looked up. */
struct fp_credential_query {
    const char *registry;   /**< HOST[:PORT], "docker.io" */
    const char *repository; /**< for keys such as HOST/TEAM */
    struct fp_reporter *reporter;
};

/** Look in all places, in the order of the manual. None found is FP_OK with nothing set. */
FP_CHECKED enum fp_code fp_credential_find(const struct fp_credentials_options *options,
                                           const struct fp_credential_query *query,
                                           struct fp_credential *ret, struct fp_error *err);
/** The same in one parsed config.json or auth.json; `source` names it. */
FP_CHECKED enum fp_code fp_docker_config_find(const json_t *config, const char *source,
                                              const struct fp_credential_query *query,
                                              struct fp_credential *ret, struct fp_error *err);
/** The helper that a config.json names for a repository, or NULL. Borrowed from `config`. */
const char *fp_credential_helper(const json_t *config, const char *registry,
                                 const char *repository);
/** "docker.io" for all of Docker Hub's names; else itself. */
const char *fp_registry_canonical_host(const char *host);
/** The key of a registry's credentials in config.json, and what helpers are asked for: HOST[:PORT]
 * itself, but for Docker Hub. Borrowed. */
const char *fp_credential_key(const char *host);
/**
 * How a key of `auths` or `credHelpers` fits a repository: 0 not, 1 by its host in an old form
 * ("https://HOST/v1/"), 2 as fp_credential_key() has it, more by a namespace, the longer the
 * better.
 * @param repository "" for what holds for the whole registry.
 */
size_t fp_credential_match(const char *key, const char *registry, const char *repository);

/** Run docker-credential-NAME. None found is FP_OK with nothing set, after a warning where it is
 * not just that there is none. */
FP_CHECKED enum fp_code fp_helper_get(const char *name, const char *source,
                                      const struct fp_credential_query *query,
                                      struct fp_credential *ret, struct fp_error *err);
/** Have it keep credentials under that key. FP_E_NOT_FOUND, FP_E_AUTH. */
FP_CHECKED enum fp_code fp_helper_store(const char *name, const char *source, const char *key,
                                        const char *username, const char *password,
                                        struct fp_error *err);
/** Have it forget them. `*ret_any` is false where it had none. */
FP_CHECKED enum fp_code fp_helper_erase(const char *name, const char *source, const char *key,
                                        bool *ret_any, struct fp_error *err);
/** What a failed credential helper says, of what it printed: JSON members that are meant for
 * people, and what the protocol itself says; "" for anything else, as that may be a password. The
 * caller owns it. */
char *fp_helper_words(const char *output, size_t len);
/** What a helper printed. FP_E_INPUT. */
FP_CHECKED enum fp_code fp_helper_parse(const char *text, size_t len, const char *name,
                                        struct fp_credential *ret, struct fp_error *err);

#endif
