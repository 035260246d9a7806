/**
 * @file
 * Trusted keys, and the verification of signed repository indexes.
 */
#ifndef FLINKPACK_ALPINE_SIGNATURE_H
#define FLINKPACK_ALPINE_SIGNATURE_H

#include "flinkpack/alpine/index.h"

/** A set of trusted public keys, each with its name. */
struct fp_apk_keys;

/** Create an empty set of keys. The caller frees it. */
struct fp_apk_keys *fp_apk_keys_new(void);
/**
 * Trust a key. It replaces an earlier key of the same name.
 * @param name Its name in signatures: "alpine-devel@lists.alpinelinux.org-6165ee59.rsa.pub".
 * @param pem  "-----BEGIN PUBLIC KEY-----": an RSA key of at least 2048 bits.
 * @return FP_OK, or FP_E_INPUT if it is no such key or there are too many keys.
 */
FP_CHECKED enum fp_code fp_apk_keys_add(struct fp_apk_keys *keys, const char *name, const char *pem,
                                        struct fp_error *err);
/** Trust keys, each named after its file. Fails with FP_E_NOT_FOUND, FP_E_IO or FP_E_INPUT. */
FP_CHECKED enum fp_code fp_apk_keys_read(struct fp_apk_keys *keys, const struct fp_strv *files,
                                         struct fp_error *err);
/** Free the keys. NULL is allowed. */
void fp_apk_keys_free(struct fp_apk_keys *keys);

FP_DEFINE_CLEANUP(fp_apk_keys_freep, struct fp_apk_keys, fp_apk_keys_free)
/** Declare keys that are freed at the end of their scope. */
#define cleanup_apk_keys __attribute__((cleanup(fp_apk_keys_freep)))

/**
 * Read APKINDEX.tar.gz and verify it. It needs one valid signature of a trusted key (RSA with
 * SHA-1, RSA256 or RSA512; PKCS#1 v1.5 over the compressed index). Other signatures are ignored.
 *
 * @param take_source The file.
 * @param name        The name of the index in errors.
 * @param ret_text    Receives the index; the caller owns it.
 * @param ret_origin  Receives the file's digest and the key; may be NULL.
 * @return FP_OK; FP_E_VERIFY if it has no signature of a trusted key (the text names the keys) or a
 *         wrong one; FP_E_INPUT if it is damaged or in apk 3's own format (ADB).
 */
FP_CHECKED enum fp_code fp_apk_index_read(struct fp_source *take_source, const char *name,
                                          const struct fp_apk_keys *keys, char **ret_text,
                                          struct fp_apk_index_origin *ret_origin,
                                          struct fp_error *err);

#endif
