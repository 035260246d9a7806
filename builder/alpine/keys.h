/**
 * @file
 * Verifying with the trusted keys.
 */
#ifndef FLINKPACK_ALPINE_KEYS_H
#define FLINKPACK_ALPINE_KEYS_H

#include "flinkpack/alpine/signature.h"
#include "members.h"

/** The name of a key, from 0. Borrowed. */
const char *fp_keys_name(const struct fp_apk_keys *keys, size_t at);
/** Its text. Borrowed. */
const char *fp_keys_pem(const struct fp_apk_keys *keys, size_t at);
/** Whether a key of that name is trusted. */
bool fp_keys_have(const struct fp_apk_keys *keys, const char *name);
/** Whether a kind of signature is understood. */
bool fp_keys_scheme_is_known(const char *scheme);
/**
 * Whether `signature` is the key's for the digests.
 * @param scheme "RSA", "RSA256", "RSA512".
 */
bool fp_keys_verify(const struct fp_apk_keys *keys, const char *name, const char *scheme,
                    const struct member_digests *digests, const struct fp_buf *signature);

#endif
