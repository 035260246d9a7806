/**
 * @file
 * Digests of content (OCI image-spec 1.1, descriptor.md, "Digests").
 */
#ifndef FLINKPACK_IMAGE_DIGEST_H
#define FLINKPACK_IMAGE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

#include "flinkpack/support.h"

/** Room for "sha512:" and 128 hexadecimal digits. */
#define FP_DIGEST_TEXT_MAX 136

/** "sha256:HEX" or "sha512:HEX"; an empty text means no digest. A value, compared with strcmp(). */
struct fp_digest {
    char text[FP_DIGEST_TEXT_MAX];
};

/**
 * Parse an untrusted digest: "sha256:" with 64 or "sha512:" with 128 lower-case hexadecimal
 * digits and nothing else, so that it is safe in a path and in a URL afterwards.
 * @param name Names its origin in errors.
 * @return FP_OK or FP_E_INPUT.
 */
FP_CHECKED enum fp_code fp_digest_parse(const char *text, const char *name, struct fp_digest *ret,
                                        struct fp_error *err);
/** The algorithm of a valid digest. */
enum fp_hash_algorithm fp_digest_algorithm(const struct fp_digest *digest);
/** The hexadecimal part of a valid digest. Borrowed. */
const char *fp_digest_hex(const struct fp_digest *digest);
/** "sha256", "sha512". Static. */
const char *fp_digest_algorithm_name(const struct fp_digest *digest);
/** Whether it is set. */
bool fp_digest_is_set(const struct fp_digest *digest);
/** Whether both are the same. */
bool fp_digest_equal(const struct fp_digest *a, const struct fp_digest *b);
/** The SHA-256 digest of bytes. */
struct fp_digest fp_digest_of(const void *data, size_t len);
/** Finish `hash` (SHA-256 or SHA-512) and return its digest. */
struct fp_digest fp_digest_finish(struct fp_hash *hash, enum fp_hash_algorithm algorithm);

#endif
