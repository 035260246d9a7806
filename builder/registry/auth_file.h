/**
 * @file
 * The file where docker and podman keep credentials, for login and logout. Entries of other
 * registries stay as they are.
 */
#ifndef BUILDER_REGISTRY_AUTH_FILE_H
#define BUILDER_REGISTRY_AUTH_FILE_H

#include "credential.h"

/** Such a file, read. Zero-initialise; release with fp_auth_file_clear(). */
struct fp_auth_file {
    char *path;
    json_t *document;
    char *lock_path; /**< NULL: not locked */
    int lock;
};

/**
 * Read `path`, or if it is NULL $REGISTRY_AUTH_FILE, else $DOCKER_CONFIG/config.json, else
 * $HOME/.docker/config.json. A file that does not exist counts as empty.
 * @return FP_E_USAGE if no path is known; FP_E_INPUT for a damaged file; FP_E_IO.
 */
FP_CHECKED enum fp_code fp_auth_file_read(const char *path, struct fp_auth_file *ret,
                                          struct fp_error *err);
/** Read and lock the file: other logins and logouts wait until fp_auth_file_clear(). */
FP_CHECKED enum fp_code fp_auth_file_lock(const char *path, struct fp_auth_file *ret,
                                          struct fp_error *err);
/**
 * Store credentials in the credential helper that the file names for `host`, else in the file,
 * which only its owner can read then. Entries for `host` under the keys of older programs are
 * removed.
 * @param ret_where Says in words where they are; the caller owns it.
 */
FP_CHECKED enum fp_code fp_auth_file_store(struct fp_auth_file *file, const char *host,
                                           const char *username, const char *password,
                                           char **ret_where, struct fp_error *err);
/** Erase the credentials of `host`. `*ret_any` is false if there were none. */
FP_CHECKED enum fp_code fp_auth_file_erase(struct fp_auth_file *file, const char *host,
                                           bool *ret_any, struct fp_error *err);
/** A key of the file for a part of `host`, which precedes the key for all of it, or NULL. Borrowed.
 */
const char *fp_auth_file_narrower(const struct fp_auth_file *file, const char *host);
/** Whether DOCKER_AUTH_CONFIG has precedence and has credentials for `host`. */
bool fp_auth_variable_has(const char *host);
/** Release the members. */
void fp_auth_file_clear(struct fp_auth_file *file);

/** Declare a struct fp_auth_file that is cleared at the end of its scope. */
#define cleanup_auth_file __attribute__((cleanup(fp_auth_file_clear)))

#endif
