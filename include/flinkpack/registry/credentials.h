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

/**
 * Whether credentials could be kept, before anybody is asked for a password: the file for them is
 * `authfile`, or, NULL, $REGISTRY_AUTH_FILE, else $DOCKER_CONFIG/config.json, else
 * $HOME/.docker/config.json. One that does not exist is empty.
 * @return FP_E_USAGE where no place is known; FP_E_INPUT for a damaged file; FP_E_IO.
 */
FP_CHECKED enum fp_code fp_credentials_can_store(const char *authfile, struct fp_error *err);
/**
 * Keep the user name and the password in the credential helper that this file names for `host`,
 * else in the file, which only its owner can read then; other logins and logouts wait meanwhile.
 * What the file had for `host` under other keys, in the forms of older programs, goes. The reporter
 * is told where they are, and what goes before them.
 * @return As fp_credentials_can_store(); FP_E_AUTH, FP_E_NOT_FOUND of the helper.
 */
FP_CHECKED enum fp_code fp_credentials_store(const struct fp_credentials_options *credentials,
                                             const char *host, struct fp_reporter *reporter,
                                             struct fp_error *err);
/** Forget the credentials of `host`, in the same places. `*ret_any` is false where there were none.
 */
FP_CHECKED enum fp_code fp_credentials_erase(const char *authfile, const char *host, bool *ret_any,
                                             struct fp_error *err);

#endif
