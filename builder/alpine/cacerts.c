/* Writes Java's key store (JKS) from a bundle of PEM certificates. */
#include "cacerts.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>

#include "flinkpack/support.h"

/* The Java key store format: every Java reads it, whatever its default type is. */
#define JKS_MAGIC   0xfeedfeedU
#define JKS_VERSION 2U
#define JKS_TRUSTED 2U
/* Java's own default password: the store holds nothing secret. */
#define PASSWORD  "changeit"
#define WHITENER  "Mighty Aphrodite"
#define CERTS_MAX 1000U

static enum fp_code put_number(struct fp_buf *out, uint64_t value, size_t len, struct fp_error *err)
{
    unsigned char bytes[8];
    for (size_t i = 0; i < len; i++)
        bytes[i] = (unsigned char) (value >> (8 * (len - 1 - i)));
    return fp_buf_add(out, bytes, len, err);
}

static enum fp_code put_text(struct fp_buf *out, const char *text, struct fp_error *err)
{
    FP_TRY(put_number(out, strlen(text), 2, err));
    return fp_buf_add_text(out, text, err);
}

static enum fp_code put_certificate(struct fp_buf *out, unsigned number, const void *der,
                                    size_t len, int64_t time_s, struct fp_error *err)
{
    cleanup_free char *alias = fp_xasprintf("ca-%04u", number);
    FP_TRY(put_number(out, JKS_TRUSTED, 4, err));
    FP_TRY(put_text(out, alias, err));
    FP_TRY(put_number(out, (uint64_t) time_s * 1000, 8, err));
    FP_TRY(put_text(out, "X.509", err));
    FP_TRY(put_number(out, len, 4, err));
    return fp_buf_add(out, der, len, err);
}

/* SHA-1 over the password in UTF-16, a phrase, and the store. */
static enum fp_code seal(struct fp_buf *out, struct fp_error *err)
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
    enum fp_code code = digest != NULL ? fp_buf_add(out, digest, (size_t) len, err)
                                       : fp_fail(err, FP_E_INTERNAL, "a digest is not hexadecimal");
    OPENSSL_free(digest);
    return code;
}

static enum fp_code put_all(BIO *pem, int64_t time_s, struct fp_buf *out, unsigned *ret_count,
                            struct fp_error *err)
{
    enum fp_code code = FP_OK;
    *ret_count = 0;
    while (code == FP_OK && *ret_count < CERTS_MAX) {
        char *name = NULL;
        char *header = NULL;
        unsigned char *der = NULL;
        long len = 0;
        if (PEM_read_bio(pem, &name, &header, &der, &len) != 1)
            return FP_OK;
        if (strcmp(name, PEM_STRING_X509) == 0)
            code = put_certificate(out, (*ret_count)++, der, (size_t) len, time_s, err);
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_free(der);
    }
    return code;
}

enum fp_code fp_cacerts_make(const char *pem, int64_t time_s, struct fp_buf *ret,
                             struct fp_error *err)
{
    struct fp_buf entries = FP_BUF_INIT(ret->max);
    unsigned count = 0;
    BIO *bio = BIO_new_mem_buf(pem, -1);
    if (bio == NULL)
        fp_out_of_memory();
    enum fp_code code = put_all(bio, time_s, &entries, &count, err);
    BIO_free(bio);
    if (code == FP_OK)
        code = put_number(ret, ((uint64_t) JKS_MAGIC << 32) | JKS_VERSION, 8, err);
    if (code == FP_OK)
        code = put_number(ret, count, 4, err);
    if (code == FP_OK)
        code = fp_buf_add(ret, fp_buf_text(&entries), entries.len, err);
    fp_buf_clear(&entries);
    return code == FP_OK ? seal(ret, err) : code;
}
