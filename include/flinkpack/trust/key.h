/**
 * @file
 * Keys that sign and verify: ECDSA on P-256 with SHA-256, and Ed25519 (RFC 8032, not prehashed), in
 * PEM files.
 */
#ifndef FLINKPACK_TRUST_KEY_H
#define FLINKPACK_TRUST_KEY_H

#include <stdbool.h>
#include <stddef.h>

#include "flinkpack/support.h"

/** A private or a public key. Immutable; any thread may use it. */
struct fp_key;

/** Who is asked for the password of a key. Embedded as the first member. */
struct fp_key_asker {
    /** Ask for the password of `name`. `*ret` is released with fp_free_secret(). */
    enum fp_code (*ask)(struct fp_key_asker *self, const char *name, char **ret,
                        struct fp_error *err);
};

/**
 * Read a private key: PKCS#8, also encrypted, or SEC1 ("EC PRIVATE KEY").
 * @param source A path, or "env:NAME" for the text in a variable of the environment.
 * @param asker  Asked for the password unless FLINKPACK_KEY_PASSWORD or COSIGN_PASSWORD says it;
 *               NULL: nobody is.
 * @return FP_E_NOT_FOUND, FP_E_IO; FP_E_INPUT if it is no key that can be used; FP_E_AUTH if the
 *         password is wrong or missing.
 */
FP_CHECKED enum fp_code fp_key_read_private(const char *source, struct fp_key_asker *asker,
                                            struct fp_key **ret, struct fp_error *err);
/** Read a public key ("PUBLIC KEY") from a file. Returns the same codes. */
FP_CHECKED enum fp_code fp_key_read_public(const char *path, struct fp_key **ret,
                                           struct fp_error *err);
/** Likewise from text, which errors call `name`. */
FP_CHECKED enum fp_code fp_key_parse_private(const char *text, size_t len, const char *name,
                                             struct fp_key_asker *asker, struct fp_key **ret,
                                             struct fp_error *err);
/** Likewise from text, which errors call `name`. */
FP_CHECKED enum fp_code fp_key_parse_public(const char *text, size_t len, const char *name,
                                            struct fp_key **ret, struct fp_error *err);
/** The name that it was read under. Borrowed. */
const char *fp_key_name(const struct fp_key *key);
/** What bundles call the key by: base64 of the SHA-256 of its public part (DER). Borrowed. */
const char *fp_key_hint(const struct fp_key *key);
/** Sign with a private key. `*ret` is base64: DER for ECDSA, 64 bytes for Ed25519; the caller owns
 * it. FP_E_INTERNAL. */
FP_CHECKED enum fp_code fp_key_sign(const struct fp_key *key, const void *data, size_t len,
                                    char **ret, struct fp_error *err);
/** Whether a signature in base64 is one of these bytes by this key. */
bool fp_key_verifies(const struct fp_key *key, const void *data, size_t len, const char *signature);
/** Wipe and free; NULL is fine. */
void fp_key_free(struct fp_key *key);

FP_DEFINE_CLEANUP(fp_key_freep, struct fp_key, fp_key_free)
/** Declare a key that is freed at the end of its scope. */
#define cleanup_key __attribute__((cleanup(fp_key_freep)))

#endif
