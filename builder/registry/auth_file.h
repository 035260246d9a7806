/**
 * @file
 * The file where docker and podman keep credentials, for login and logout. All that is not about
 * the one registry stays as it is.
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
 * Read `path`, or, NULL, $REGISTRY_AUTH_FILE, else $DOCKER_CONFIG/config.json, else
 * $HOME/.docker/config.json. One that does not exist is empty.
 * @return FP_E_USAGE where no place is known; FP_E_INPUT for a damaged file; FP_E_IO.
 */
FP_CHECKED enum fp_code fp_auth_file_read(const char *path, struct fp_auth_file *ret,
                                          struct fp_error *err);
/** The same for changing it: other logins and logouts wait until fp_auth_file_clear(). */
FP_CHECKED enum fp_code fp_auth_file_lock(const char *path, struct fp_auth_file *ret,
                                          struct fp_error *err);
/**
 * Keep credentials: in the credential helper that the file names for `host`, else in the file,
 * which only its owner can read then. What it had for `host` under other keys, in the forms of
 * older programs, goes.
 * @param ret_where Says where, in words; the caller owns it.
 */
FP_CHECKED enum fp_code fp_auth_file_store(struct fp_auth_file *file, const char *host,
                                           const char *username, const char *password,
                                           char **ret_where, struct fp_error *err);
/** Forget the credentials of `host`. `*ret_any` is false where there were none. */
FP_CHECKED enum fp_code fp_auth_file_erase(struct fp_auth_file *file, const char *host,
                                           bool *ret_any, struct fp_error *err);
/** A key of the file for part of what `host` has, which goes before what is kept for all of it, or
 * NULL. Borrowed. */
const char *fp_auth_file_narrower(const struct fp_auth_file *file, const char *host);
/** Whether DOCKER_AUTH_CONFIG is asked first, and has credentials for `host`. */
bool fp_auth_variable_has(const char *host);
/** Release the members. */
void fp_auth_file_clear(struct fp_auth_file *file);

/** Declare a struct fp_auth_file that is cleared at the end of its scope. */
#define cleanup_auth_file __attribute__((cleanup(fp_auth_file_clear)))

#endif
