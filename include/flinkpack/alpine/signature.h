/**
 * @file
 * Keys, and the signed indexes of repositories.
 */
#ifndef FLINKPACK_ALPINE_SIGNATURE_H
#define FLINKPACK_ALPINE_SIGNATURE_H

#include "flinkpack/alpine/index.h"

/** Public keys by name. */
struct fp_apk_keys;

/** No keys. The caller frees it. */
struct fp_apk_keys *fp_apk_keys_new(void);
/**
 * Trust a key.
 * @param name As signatures name it: "alpine-devel@lists.alpinelinux.org-6165ee59.rsa.pub".
 * @param pem  "-----BEGIN PUBLIC KEY-----": RSA of 2048 bits at least.
 * @return FP_E_INPUT. A second key of the same name takes the place of the first.
 */
FP_CHECKED enum fp_code fp_apk_keys_add(struct fp_apk_keys *keys, const char *name, const char *pem,
                                        struct fp_error *err);
/** Trust the keys in files, each by its file's name. FP_E_NOT_FOUND, FP_E_IO, FP_E_INPUT. */
FP_CHECKED enum fp_code fp_apk_keys_read(struct fp_apk_keys *keys, const struct fp_strv *files,
                                         struct fp_error *err);
/** Free; NULL is fine. */
void fp_apk_keys_free(struct fp_apk_keys *keys);

FP_DEFINE_CLEANUP(fp_apk_keys_freep, struct fp_apk_keys, fp_apk_keys_free)
/** Declare keys that are freed at the end of their scope. */
#define cleanup_apk_keys __attribute__((cleanup(fp_apk_keys_freep)))

/**
 * Read APKINDEX.tar.gz and verify it: one signature (RSA with SHA-1, RSA256, RSA512; PKCS#1 v1.5
 * over the compressed index) of a trusted key has to be there and right; others are passed over.
 *
 * @param take_source The file.
 * @param name        For errors.
 * @param ret_text    The index; owned by the caller.
 * @return FP_E_VERIFY: not signed, by no known key (the text names them), or wrongly; FP_E_INPUT:
 *         damaged, or an index of apk 3's own format (ADB), which is named.
 */
FP_CHECKED enum fp_code fp_apk_index_read(struct fp_source *take_source, const char *name,
                                          const struct fp_apk_keys *keys, char **ret_text,
                                          struct fp_error *err);

#endif
