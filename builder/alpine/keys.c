/* Keeps the trusted public keys, and verifies RSA signatures with them. */
#include "members.h"

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <string.h>

#define BITS_MIN      2048
#define KEYS_MAX      256
#define KEY_MAX_BYTES ((size_t) 16 << 10)

struct fp_apk_keys *fp_apk_keys_new(void)
{
    return fp_xcalloc(1, sizeof(struct fp_apk_keys));
}

static EVP_PKEY *read_pem(const char *pem)
{
    BIO *bio = BIO_new_mem_buf(pem, -1);
    EVP_PKEY *pkey = bio != NULL ? PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL) : NULL;
    BIO_free(bio);
    return pkey;
}

struct apk_key *fp_keys_find(const struct fp_apk_keys *keys, const char *name)
{
    for (size_t i = 0; i < keys->count; i++) {
        if (strcmp(keys->keys[i].name, name) == 0)
            return &keys->keys[i];
    }
    return NULL;
}

enum fp_code fp_apk_keys_add(struct fp_apk_keys *keys, const char *name, const char *pem,
                             struct fp_error *err)
{
    EVP_PKEY *pkey = read_pem(pem);
    if (pkey == NULL || EVP_PKEY_get_base_id(pkey) != EVP_PKEY_RSA ||
        EVP_PKEY_get_bits(pkey) < BITS_MIN) {
        EVP_PKEY_free(pkey);
        return fp_fail(err, FP_E_INPUT,
                       "%s: expected an RSA public key of at least %d bits in PEM form", name,
                       BITS_MIN);
    }
    struct apk_key *old = fp_keys_find(keys, name);
    if (old != NULL) {
        EVP_PKEY_free(old->pkey);
        free(old->pem);
        old->pkey = pkey;
        old->pem = fp_xstrdup(pem);
        return FP_OK;
    }
    if (keys->count >= KEYS_MAX) {
        EVP_PKEY_free(pkey);
        return fp_fail(err, FP_E_INPUT, "%s: more than %d keys", name, KEYS_MAX);
    }
    keys->keys = fp_xreallocarray(keys->keys, keys->count + 1, sizeof(*keys->keys));
    keys->keys[keys->count++] = (struct apk_key){fp_xstrdup(name), fp_xstrdup(pem), pkey};
    return FP_OK;
}

enum fp_code fp_apk_keys_read(struct fp_apk_keys *keys, const struct fp_strv *files,
                              struct fp_error *err)
{
    for (size_t i = 0; i < files->len; i++) {
        cleanup_buf struct fp_buf pem = FP_BUF_INIT(KEY_MAX_BYTES);
        FP_TRY(fp_file_read(files->items[i], &pem, err));
        FP_TRY(fp_apk_keys_add(keys, fp_path_base(files->items[i]), fp_buf_text(&pem), err));
    }
    return FP_OK;
}

void fp_apk_keys_free(struct fp_apk_keys *keys)
{
    if (keys == NULL)
        return;
    for (size_t i = 0; i < keys->count; i++) {
        free(keys->keys[i].name);
        free(keys->keys[i].pem);
        EVP_PKEY_free(keys->keys[i].pkey);
    }
    free(keys->keys);
    free(keys);
}

/* Returns the digest that a scheme signs, or NULL if the scheme is unknown. */
static const char *choose(const char *scheme, const struct member_digests *digests,
                          const EVP_MD **ret_md)
{
    const struct {
        const char *scheme;
        const char *hex;
        const EVP_MD *md;
    } table[] = {
        {"RSA", digests->sha1, EVP_sha1()},
        {"RSA256", digests->sha256, EVP_sha256()},
        {"RSA512", digests->sha512, EVP_sha512()},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (strcmp(table[i].scheme, scheme) == 0) {
            *ret_md = table[i].md;
            return table[i].hex;
        }
    }
    return NULL;
}

bool fp_keys_scheme_is_known(const char *scheme)
{
    const EVP_MD *md = NULL;
    return choose(scheme, &(struct member_digests){0}, &md) != NULL;
}

static bool verify(EVP_PKEY_CTX *ctx, const EVP_MD *md, const unsigned char *digest, size_t len,
                   const struct fp_buf *signature)
{
    return EVP_PKEY_verify_init(ctx) == 1 &&
           EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
           EVP_PKEY_CTX_set_signature_md(ctx, md) == 1 &&
           EVP_PKEY_verify(ctx, (const unsigned char *) fp_buf_text(signature), signature->len,
                           digest, len) == 1;
}

bool fp_keys_verify(const struct fp_apk_keys *keys, const char *name, const char *scheme,
                    const struct member_digests *digests, const struct fp_buf *signature)
{
    const struct apk_key *key = fp_keys_find(keys, name);
    const EVP_MD *md = NULL;
    const char *hex = choose(scheme, digests, &md);
    long len = 0;
    if (key == NULL || hex == NULL)
        return false;
    unsigned char *digest = OPENSSL_hexstr2buf(hex, &len);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key->pkey, NULL);
    bool right = digest != NULL && ctx != NULL && verify(ctx, md, digest, (size_t) len, signature);
    EVP_PKEY_CTX_free(ctx);
    OPENSSL_free(digest);
    return right;
}
