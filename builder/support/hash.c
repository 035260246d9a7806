/* Digests by OpenSSL. */
#include "flinkpack/support/hash.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdlib.h>

#include "flinkpack/support/mem.h"

struct fp_hash {
    EVP_MD_CTX *context;
    const EVP_MD *algorithm;
    EVP_MAC_CTX *mac;      /* instead of both, for a fingerprint */
    struct fp_hash *other; /* gets the same bytes; or NULL */
};

/* A library without SHA-2 or AES cannot verify anything, so this aborts. */
static void require(int ok)
{
    if (ok != 1)
        abort();
}

static const EVP_MD *find_algorithm(enum fp_hash_algorithm algorithm)
{
    switch (algorithm) {
    case FP_SHA1:
        return EVP_sha1();
    case FP_SHA256:
        return EVP_sha256();
    case FP_SHA512:
        return EVP_sha512();
    case FP_FINGERPRINT:
        break;
    }
    abort();
}

/* The key, and one nonce for all fingerprints, because none of them leaves the process. */
static unsigned char own_key[16];
static unsigned char own_nonce[12];
static pthread_once_t own_key_once = PTHREAD_ONCE_INIT;

static void draw_key(void)
{
    require(RAND_bytes(own_key, sizeof(own_key)));
    require(RAND_bytes(own_nonce, sizeof(own_nonce)));
}

static EVP_MAC_CTX *new_mac(void)
{
    EVP_MAC *gmac = EVP_MAC_fetch(NULL, "GMAC", NULL);
    require(gmac != NULL);
    EVP_MAC_CTX *mac = EVP_MAC_CTX_new(gmac);
    require(mac != NULL);
    EVP_MAC_free(gmac);
    return mac;
}

static void start_mac(EVP_MAC_CTX *mac)
{
    char cipher[] = "AES-128-GCM";
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, cipher, 0),
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_IV, own_nonce, sizeof(own_nonce)),
        OSSL_PARAM_construct_end()};
    require(EVP_MAC_init(mac, own_key, sizeof(own_key), params));
}

struct fp_hash *fp_hash_new(enum fp_hash_algorithm algorithm)
{
    struct fp_hash *hash = fp_xcalloc(1, sizeof(*hash));
    if (algorithm == FP_FINGERPRINT) {
        require(pthread_once(&own_key_once, draw_key) == 0);
        hash->mac = new_mac();
    } else {
        hash->algorithm = find_algorithm(algorithm);
        hash->context = EVP_MD_CTX_new();
        if (hash->context == NULL)
            fp_out_of_memory();
    }
    fp_hash_reset(hash);
    return hash;
}

void fp_hash_pair(struct fp_hash *hash, struct fp_hash *other)
{
    hash->other = other;
}

void fp_hash_update(struct fp_hash *hash, const void *data, size_t len)
{
    if (hash->mac != NULL)
        require(EVP_MAC_update(hash->mac, data, len));
    else
        require(EVP_DigestUpdate(hash->context, data, len));
    if (hash->other != NULL)
        fp_hash_update(hash->other, data, len);
}

void fp_hash_hex(struct fp_hash *hash, char ret_hex[FP_HASH_HEX_MAX])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char raw[EVP_MAX_MD_SIZE] = {0};
    unsigned digest_len = 0;
    size_t len = 0;
    if (hash->mac != NULL) {
        require(EVP_MAC_final(hash->mac, raw, &len, sizeof(raw)));
    } else {
        require(EVP_DigestFinal_ex(hash->context, raw, &digest_len));
        len = digest_len;
    }
    char *next = ret_hex;
    for (size_t i = 0; i < len; i++) {
        *next++ = digits[raw[i] >> 4];
        *next++ = digits[raw[i] & 15];
    }
    *next = '\0';
}

void fp_hash_reset(struct fp_hash *hash)
{
    if (hash->mac != NULL)
        start_mac(hash->mac);
    else
        require(EVP_DigestInit_ex(hash->context, hash->algorithm, NULL));
    if (hash->other != NULL)
        fp_hash_reset(hash->other);
}

void fp_hash_free(struct fp_hash *hash)
{
    if (hash == NULL)
        return;
    EVP_MD_CTX_free(hash->context);
    EVP_MAC_CTX_free(hash->mac);
    free(hash);
}

void fp_hash_bytes(enum fp_hash_algorithm algorithm, const void *data, size_t len,
                   char ret_hex[FP_HASH_HEX_MAX])
{
    cleanup_hash struct fp_hash *hash = fp_hash_new(algorithm);
    fp_hash_update(hash, data, len);
    fp_hash_hex(hash, ret_hex);
}
