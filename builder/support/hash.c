#include "flinkpack/support/hash.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "flinkpack/support/mem.h"

struct fp_hash {
    EVP_MD_CTX *context;
    const EVP_MD *algorithm;
    struct fp_hash *other; /* takes in the same; or NULL */
};

/* A library without SHA-2 cannot verify anything, so there is no error to recover from. */
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
    }
    abort();
}

struct fp_hash *fp_hash_new(enum fp_hash_algorithm algorithm)
{
    struct fp_hash *hash = fp_xcalloc(1, sizeof(*hash));
    hash->algorithm = find_algorithm(algorithm);
    hash->context = EVP_MD_CTX_new();
    if (hash->context == NULL)
        abort();
    fp_hash_reset(hash);
    return hash;
}

void fp_hash_pair(struct fp_hash *hash, struct fp_hash *other)
{
    hash->other = other;
}

void fp_hash_update(struct fp_hash *hash, const void *data, size_t len)
{
    require(EVP_DigestUpdate(hash->context, data, len));
    if (hash->other != NULL)
        fp_hash_update(hash->other, data, len);
}

void fp_hash_hex(struct fp_hash *hash, char ret_hex[FP_HASH_HEX_MAX])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char raw[EVP_MAX_MD_SIZE] = {0};
    unsigned len = 0;
    require(EVP_DigestFinal_ex(hash->context, raw, &len));
    char *next = ret_hex;
    for (unsigned i = 0; i < len; i++) {
        *next++ = digits[raw[i] >> 4];
        *next++ = digits[raw[i] & 15];
    }
    *next = '\0';
}

void fp_hash_reset(struct fp_hash *hash)
{
    require(EVP_DigestInit_ex(hash->context, hash->algorithm, NULL));
    if (hash->other != NULL)
        fp_hash_reset(hash->other);
}

void fp_hash_free(struct fp_hash *hash)
{
    if (hash == NULL)
        return;
    EVP_MD_CTX_free(hash->context);
    free(hash);
}

void fp_hash_bytes(enum fp_hash_algorithm algorithm, const void *data, size_t len,
                   char ret_hex[FP_HASH_HEX_MAX])
{
    cleanup_hash struct fp_hash *hash = fp_hash_new(algorithm);
    fp_hash_update(hash, data, len);
    fp_hash_hex(hash, ret_hex);
}
