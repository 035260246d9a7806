/**
 * @file
 * Detached OpenPGP signatures (RFC 4880), as Apache signs its releases with. They are verified by
 * librnp, which is loaded when the first one is: whoever asks for none need not have it.
 */
#ifndef FLINKPACK_SUPPORT_PGP_H
#define FLINKPACK_SUPPORT_PGP_H

#include "flinkpack/support/stream.h"

/** Room for a fingerprint in hexadecimal, with its NUL. */
#define FP_PGP_FINGERPRINT_MAX 72

/** A signature that is verified. */
struct fp_pgp_signature {
    const char *text; /**< armored or binary, with its length; borrowed */
    size_t len;
    const char *name; /**< for errors: "flink-1.20.4-bin-scala_2.12.tgz.asc"; borrowed */
};

/**
 * Verify a detached signature. One valid signature by one of the keys is enough; a key that has
 * expired since counts, one that was revoked does not.
 * @param keys      The text of a file of public keys: armored blocks with any text between them, as
 *                  Apache's KEYS is. Keys that librnp does not take are passed over.
 * @param keys_name For errors.
 * @param data      What was signed, read to its end.
 * @param ret       The fingerprint of the primary key that made it, in upper-case hexadecimal.
 * @return FP_E_VERIFY if no signature is valid; FP_E_INPUT if the signature or the keys are none;
 *         FP_E_NOT_FOUND if there is no librnp; the error of reading.
 */
FP_CHECKED enum fp_code fp_pgp_verify(const char *keys, const char *keys_name,
                                      const struct fp_pgp_signature *signature,
                                      struct fp_source *data, char ret[FP_PGP_FINGERPRINT_MAX],
                                      struct fp_error *err);

#endif
