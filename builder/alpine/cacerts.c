/* Writes Java's key store (JKS) from a bundle of PEM certificates. */
#include "installer.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>

#include "flinkpack/support.h"

/* Every Java reads the JKS format, whatever its default key store type is. */
#define JKS_MAGIC   0xfeedfeedU
#define JKS_VERSION 2U
#define JKS_TRUSTED 2U
/* This is Java's default password, because the store contains nothing secret. */
#define PASSWORD  "changeit"
#define WHITENER  "Mighty Aphrodite"
#define CERTS_MAX 1000U

static void put_number(struct fp_buf *out, uint64_t value, size_t len)
{
    unsigned char bytes[8];
    for (size_t i = 0; i < len; i++)
        bytes[i] = (unsigned char) (value >> (8 * (len - 1 - i)));
    fp_buf_put(out, bytes, len);
}

static void put_text(struct fp_buf *out, const char *text)
{
    put_number(out, strlen(text), 2);
    fp_buf_puts(out, text);
}

static void put_certificate(struct fp_buf *out, unsigned number, const void *der, size_t len,
                            int64_t time_s)
{
    cleanup_free char *alias = fp_xasprintf("ca-%04u", number);
    put_number(out, JKS_TRUSTED, 4);
    put_text(out, alias);
    put_number(out, (uint64_t) time_s * 1000, 8);
    put_text(out, "X.509");
    put_number(out, len, 4);
    fp_buf_put(out, der, len);
}

/* Appends the SHA-1 of the password in UTF-16, a fixed phrase, and the store. */
static void seal(struct fp_buf *out)
{
    char hex[FP_HASH_HEX_MAX];
    cleanup_hash struct fp_hash *hash = fp_hash_new(FP_SHA1);
    for (const char *c = PASSWORD; *c != '\0'; c++)
        fp_hash_update(hash, (const char[]){'\0', *c}, 2);
    fp_hash_update(hash, WHITENER, strlen(WHITENER));
    fp_hash_update(hash, fp_buf_text(out), out->len);
    fp_hash_hex(hash, hex);
    long len = 0;
    unsigned char *digest = OPENSSL_hexstr2buf(hex, &len);
    if (digest == NULL)
        fp_out_of_memory();
    fp_buf_put(out, digest, (size_t) len);
    OPENSSL_free(digest);
}

static unsigned put_all(BIO *pem, int64_t time_s, struct fp_buf *out)
{
    unsigned count = 0;
    char *name = NULL;
    char *header = NULL;
    unsigned char *der = NULL;
    long len = 0;
    while (count < CERTS_MAX && PEM_read_bio(pem, &name, &header, &der, &len) == 1) {
        if (strcmp(name, PEM_STRING_X509) == 0)
            put_certificate(out, count++, der, (size_t) len, time_s);
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_free(der);
    }
    return count;
}

enum fp_code fp_cacerts_make(const char *pem, int64_t time_s, struct fp_buf *ret,
                             struct fp_error *err)
{
    cleanup_buf struct fp_buf entries = FP_BUF_INIT(ret->max);
    BIO *bio = BIO_new_mem_buf(pem, -1);
    if (bio == NULL)
        fp_out_of_memory();
    unsigned count = put_all(bio, time_s, &entries);
    BIO_free(bio);
    FP_TRY(fp_buf_check(&entries, err));
    put_number(ret, ((uint64_t) JKS_MAGIC << 32) | JKS_VERSION, 8);
    put_number(ret, count, 4);
    fp_buf_put(ret, fp_buf_text(&entries), entries.len);
    seal(ret);
    return fp_buf_check(ret, err);
}
