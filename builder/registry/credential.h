/**
 * @file
 * Credentials: where they are found, and the programs that keep them.
 */
#ifndef BUILDER_REGISTRY_CREDENTIAL_H
#define BUILDER_REGISTRY_CREDENTIAL_H

#include "flinkpack/registry/credentials.h"

/** The largest file of credentials. */
#define FP_REGISTRY_MAX_CONFIG ((size_t) 1 << 20)

/** Base64 (RFC 4648) with or without padding, line breaks in it passed over; NULL: it is none. NUL
 * bytes at the end are cut off, others refused. The caller owns it. */
char *fp_base64_decode(const char *text);

/** The value of Authorization for a user; the password may be NULL. The caller owns it. */
char *fp_basic_authorization(const char *username, const char *password);

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
/** "docker.io" for all of Docker Hub's names; else itself. */
const char *fp_registry_canonical_host(const char *host);

/** Run docker-credential-NAME. None found is FP_OK with nothing set, after a warning where it is
 * not just that there is none. */
FP_CHECKED enum fp_code fp_helper_get(const char *name, const char *source,
                                      const struct fp_credential_query *query,
                                      struct fp_credential *ret, struct fp_error *err);
/** What a helper printed. FP_E_INPUT. */
FP_CHECKED enum fp_code fp_helper_parse(const char *text, size_t len, const char *name,
                                        struct fp_credential *ret, struct fp_error *err);

#endif
