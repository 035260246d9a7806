/**
 * @file
 * Credentials of registries, as docker and podman keep them.
 */
#ifndef FLINKPACK_REGISTRY_CREDENTIALS_H
#define FLINKPACK_REGISTRY_CREDENTIALS_H

#include "flinkpack/support.h"

/** Where credentials come from. Everything is borrowed while in use. */
struct fp_credentials_options {
    const char *username; /**< of the command line, with `password`; NULL: look in the files */
    const char *password; /**< from a file or standard input; never shown */
    const char *authfile; /**< --authfile: the only file looked at; NULL: the usual ones */
};

/**
 * Whether what names the credentials for all hosts can be read at all: --authfile,
 * REGISTRY_AUTH_FILE, DOCKER_AUTH_CONFIG.
 * @return FP_OK, FP_E_NOT_FOUND, FP_E_IO, or FP_E_INPUT naming it.
 */
FP_CHECKED enum fp_code fp_credentials_check(const struct fp_credentials_options *options,
                                             struct fp_error *err);

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
/** The helper that a config.json names for a repository, or NULL. Borrowed from `config`. */
const char *fp_credential_helper(const json_t *config, const char *registry,
                                 const char *repository);
/** Base64 (RFC 4648). The caller owns it. */
char *fp_base64_encode(const char *text);

/** What a failed credential helper says, of what it printed: JSON members that are meant for
 * people, and what the protocol itself says; "" for anything else, as that may be a password. The
 * caller owns it. */
char *fp_helper_words(const char *output, size_t len);

#endif
