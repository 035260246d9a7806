/**
 * @file
 * Message digests (OpenSSL EVP), fed piece by piece.
 */
#ifndef FLINKPACK_SUPPORT_HASH_H
#define FLINKPACK_SUPPORT_HASH_H

#include <stddef.h>

#include "flinkpack/support/mem.h"

/**
 * The algorithms in use: SHA-256 for OCI content, SHA-512 for Apache, SHA-1 for Maven and apk. A
 * fingerprint shows whether bytes are those that this process saw before, at a tenth of the cost.
 * It is a GMAC under a random key that the process keeps to itself, so that nobody can make other
 * bytes with the same fingerprint. It means nothing outside this process.
 */
enum fp_hash_algorithm { FP_SHA1, FP_SHA256, FP_SHA512, FP_FINGERPRINT };

/** Room for any digest in hexadecimal, with its NUL. */
#define FP_HASH_HEX_MAX 129

/** A digest under way. Not thread-safe. */
struct fp_hash;

/** Start. Aborts if OpenSSL lacks the algorithm. The caller frees it with fp_hash_free(). */
struct fp_hash *fp_hash_new(enum fp_hash_algorithm algorithm);
/** From now on, feed the bytes that `hash` gets to `other` (borrowed; may be NULL) as well; a reset
 * resets both. */
void fp_hash_pair(struct fp_hash *hash, struct fp_hash *other);
/** Add `len` bytes. */
void fp_hash_update(struct fp_hash *hash, const void *data, size_t len);
/**
 * Finish, and write the digest as lower-case hexadecimal. Only fp_hash_reset() or fp_hash_free()
 * may follow.
 */
void fp_hash_hex(struct fp_hash *hash, char ret_hex[FP_HASH_HEX_MAX]);
/** Start again with the same algorithm. */
void fp_hash_reset(struct fp_hash *hash);
/** Free; NULL is fine. */
void fp_hash_free(struct fp_hash *hash);
/** The digest of `len` bytes in one call. */
void fp_hash_bytes(enum fp_hash_algorithm algorithm, const void *data, size_t len,
                   char ret_hex[FP_HASH_HEX_MAX]);

FP_DEFINE_CLEANUP(fp_hash_freep, struct fp_hash, fp_hash_free)
/** Declare a struct fp_hash pointer that is freed at the end of its scope. */
#define cleanup_hash __attribute__((cleanup(fp_hash_freep)))

#endif
