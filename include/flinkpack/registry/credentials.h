/**
 * @file
 * Credentials of registries, as docker and podman keep them.
 */
#ifndef FLINKPACK_REGISTRY_CREDENTIALS_H
#define FLINKPACK_REGISTRY_CREDENTIALS_H

#include "flinkpack/support.h"

/** The sources of credentials. Everything is borrowed while in use. */
struct fp_credentials_options {
    const char *username; /**< from the command line, with `password`; NULL: look in the files */
    const char *password; /**< from a file or standard input; never shown */
    const char *authfile; /**< --authfile: the only file looked at; NULL: the usual ones */
};

/**
 * Whether the sources that hold credentials for all hosts can be read: --authfile,
 * REGISTRY_AUTH_FILE, DOCKER_AUTH_CONFIG.
 * @return FP_OK, FP_E_NOT_FOUND, FP_E_IO, or FP_E_INPUT naming it.
 */
FP_CHECKED enum fp_code fp_credentials_check(const struct fp_credentials_options *options,
                                             struct fp_error *err);

/**
 * Whether credentials could be stored; to be asked before the user types a password. Their file is
 * `authfile`, or if that is NULL $REGISTRY_AUTH_FILE, else $DOCKER_CONFIG/config.json, else
 * $HOME/.docker/config.json. A file that does not exist counts as empty.
 * @return FP_E_USAGE if no path is known; FP_E_INPUT for a damaged file; FP_E_IO.
 */
FP_CHECKED enum fp_code fp_credentials_can_store(const char *authfile, struct fp_error *err);
/**
 * Store the user name and the password in the credential helper that this file names for `host`,
 * else in the file, which only its owner can read then. Other logins and logouts wait meanwhile.
 * Entries for `host` under the keys of older programs are removed. The reporter is told where the
 * credentials are stored, and which other ones take precedence over them.
 * @return As fp_credentials_can_store(); FP_E_AUTH, FP_E_NOT_FOUND of the helper.
 */
FP_CHECKED enum fp_code fp_credentials_store(const struct fp_credentials_options *credentials,
                                             const char *host, struct fp_reporter *reporter,
                                             struct fp_error *err);
/** Erase the credentials of `host` in the same places. `*ret_any` is false if there were none. */
FP_CHECKED enum fp_code fp_credentials_erase(const char *authfile, const char *host, bool *ret_any,
                                             struct fp_error *err);

#endif
