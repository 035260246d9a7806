/* Keys in PEM files, and what they sign and verify, by OpenSSL. */
#include "flinkpack/trust/key.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

#include "flinkpack/image/digest.h"

#define MAX_PEM_BYTES ((size_t) 64 << 10)
#define MAX_SIGNATURE ((size_t) 256)

struct fp_key {
    EVP_PKEY *pair;
    bool is_elliptic; /* ECDSA; otherwise Ed25519 */
    char *name;
    char *hint;
};

void fp_key_free(struct fp_key *key)
{
    if (key == NULL)
        return;
    EVP_PKEY_free(key->pair); /* OpenSSL wipes the private part */
    free(key->name);
    free(key->hint);
    free(key);
}

const char *fp_key_name(const struct fp_key *key)
{
    return key->name;
}

const char *fp_key_hint(const struct fp_key *key)
{
    return key->hint;
}

static char *make_hint(EVP_PKEY *pair)
{
    unsigned char *der = NULL;
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned digest_len = 0;
    int len = i2d_PUBKEY(pair, &der);
    if (len <= 0 || EVP_Digest(der, (size_t) len, digest, &digest_len, EVP_sha256(), NULL) != 1)
        abort(); /* a key that was just parsed can be written, and SHA-256 is there */
    OPENSSL_free(der);
    return fp_base64_encode(digest, digest_len);
}

static bool is_p256(EVP_PKEY *pair)
{
    char group[64] = "";
    return EVP_PKEY_is_a(pair, "EC") == 1 &&
           EVP_PKEY_get_group_name(pair, group, sizeof(group), NULL) == 1 &&
           (strcmp(group, "prime256v1") == 0 || strcmp(group, "P-256") == 0);
}

static enum fp_code keep(EVP_PKEY *take_pair, const char *name, struct fp_key **ret,
                         struct fp_error *err)
{
    bool is_elliptic = is_p256(take_pair);
    if (!is_elliptic && EVP_PKEY_is_a(take_pair, "ED25519") != 1) {
        const char *type = EVP_PKEY_get0_type_name(take_pair);
        enum fp_code code = fp_fail(err, FP_E_INPUT, "%s: a key of the kind %s with %d bits", name,
                                    type != NULL ? type : "?", EVP_PKEY_get_bits(take_pair));
        EVP_PKEY_free(take_pair);
        return fp_hinted(code, err, "ECDSA on the curve P-256, and Ed25519, are used here");
    }
    struct fp_key *key = fp_xcalloc(1, sizeof(*key));
    key->pair = take_pair;
    key->is_elliptic = is_elliptic;
    key->name = fp_xstrdup(name);
    key->hint = make_hint(take_pair);
    *ret = key;
    return FP_OK;
}

/* A key whose password may be asked for, by the callback of OpenSSL. */
struct locked_key {
    const char *name;
    struct fp_key_asker *asker;
    bool was_locked;
    char *password;          /* once it is known: OpenSSL may ask several times */
    struct fp_error failure; /* of asking */
};

static enum fp_code find_password(struct locked_key *key, char **ret, struct fp_error *err)
{
    const char *said = fp_env("FLINKPACK_KEY_PASSWORD");
    if (said == NULL)
        said = fp_env("COSIGN_PASSWORD");
    if (said != NULL) {
        *ret = fp_xstrdup(said);
        return FP_OK;
    }
    if (key->asker != NULL)
        return key->asker->ask(key->asker, key->name, ret, err);
    return fp_hinted(fp_fail(err, FP_E_AUTH, "%s: the key is encrypted", key->name), err,
                     "set FLINKPACK_KEY_PASSWORD");
}

static int take_password(char *buffer, int size, int is_writing, void *context)
{
    struct locked_key *key = context;
    (void) is_writing;
    key->was_locked = true;
    if (key->failure.code != FP_OK ||
        (key->password == NULL && find_password(key, &key->password, &key->failure) != FP_OK))
        return -1;
    size_t len = strlen(key->password);
    if (len > (size_t) size)
        return -1;
    memcpy(buffer, key->password, len);
    return (int) len;
}

/* cosign encrypts its keys in a way of its own, and has no command that exports them. */
static enum fp_code check_kind(const char *text, size_t len, const char *name, struct fp_error *err)
{
    if (memmem(text, len, "ENCRYPTED SIGSTORE PRIVATE", 26) == NULL &&
        memmem(text, len, "ENCRYPTED COSIGN PRIVATE", 24) == NULL)
        return FP_OK;
    return fp_hinted(
        fp_fail(err, FP_E_INPUT,
                "%s: a key that cosign encrypted in its own way, which is not read here", name),
        err,
        "make a key that both read: openssl genpkey -algorithm EC -pkeyopt "
        "ec_paramgen_curve:P-256 | openssl pkcs8 -topk8 -out key.pem; then cosign import-key-pair "
        "--key key.pem; a signature of cosign itself: --signer");
}

enum fp_code fp_key_parse_private(const char *text, size_t len, const char *name,
                                  struct fp_key_asker *asker, struct fp_key **ret,
                                  struct fp_error *err)
{
    struct locked_key locked = {.name = name, .asker = asker};
    FP_TRY(check_kind(text, len, name, err));
    BIO *bio = BIO_new_mem_buf(text, (int) len);
    EVP_PKEY *pair = PEM_read_bio_PrivateKey(bio, NULL, take_password, &locked);
    BIO_free(bio);
    ERR_clear_error();
    fp_free_secret(locked.password);
    if (pair != NULL)
        return keep(pair, name, ret, err);
    if (locked.failure.code != FP_OK)
        return fp_fail_as(err, &locked.failure);
    if (locked.was_locked)
        return fp_hinted(
            fp_fail(err, FP_E_AUTH, "%s: the password does not open the key", name), err,
            "it is that of FLINKPACK_KEY_PASSWORD, else COSIGN_PASSWORD, else what is typed");
    return fp_hinted(fp_fail(err, FP_E_INPUT, "%s: no private key in PEM", name), err,
                     "it begins with -----BEGIN PRIVATE KEY-----, ENCRYPTED PRIVATE KEY or EC "
                     "PRIVATE KEY");
}

enum fp_code fp_key_parse_public(const char *text, size_t len, const char *name,
                                 struct fp_key **ret, struct fp_error *err)
{
    BIO *bio = BIO_new_mem_buf(text, (int) len);
    EVP_PKEY *pair = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
    BIO_free(bio);
    ERR_clear_error();
    if (pair != NULL)
        return keep(pair, name, ret, err);
    enum fp_code code = fp_fail(err, FP_E_INPUT, "%s: no public key in PEM", name);
    if (memmem(text, len, "PRIVATE KEY", 11) != NULL)
        return fp_hinted(code, err, "it is a private one: openssl pkey -in FILE -pubout -out FILE");
    if (memmem(text, len, "BEGIN CERTIFICATE", 17) != NULL)
        return fp_hinted(code, err, "it is a certificate: openssl x509 -in FILE -pubkey -noout");
    return fp_hinted(code, err, "it begins with -----BEGIN PUBLIC KEY-----");
}

enum fp_code fp_key_read_private(const char *source, struct fp_key_asker *asker,
                                 struct fp_key **ret, struct fp_error *err)
{
    static const char variable[] = "env:";
    cleanup_secret_buf struct fp_buf text = FP_BUF_INIT(MAX_PEM_BYTES);
    if (strncmp(source, variable, strlen(variable)) == 0) {
        const char *value = fp_env(source + strlen(variable));
        if (value == NULL)
            return fp_fail(err, FP_E_NOT_FOUND, "%s: there is no such variable, or it is empty",
                           source);
        fp_buf_puts(&text, value);
        FP_TRY(fp_context(fp_buf_check(&text, err), err, "%s", source));
    } else {
        FP_TRY(fp_file_read(source, &text, err));
    }
    return fp_key_parse_private(fp_buf_text(&text), text.len, source, asker, ret, err);
}

enum fp_code fp_key_read_public(const char *path, struct fp_key **ret, struct fp_error *err)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(MAX_PEM_BYTES);
    FP_TRY(fp_file_read(path, &text, err));
    return fp_key_parse_public(fp_buf_text(&text), text.len, path, ret, err);
}

/* Ed25519 hashes by itself. */
static const EVP_MD *hash_of(const struct fp_key *key)
{
    return key->is_elliptic ? EVP_sha256() : NULL;
}

enum fp_code fp_key_sign(const struct fp_key *key, const void *data, size_t len, char **ret,
                         struct fp_error *err)
{
    unsigned char signature[MAX_SIGNATURE];
    size_t signature_len = sizeof(signature);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool is_signed = context != NULL &&
                     EVP_DigestSignInit(context, NULL, hash_of(key), NULL, key->pair) == 1 &&
                     EVP_DigestSign(context, signature, &signature_len, data, len) == 1;
    EVP_MD_CTX_free(context);
    ERR_clear_error();
    if (!is_signed)
        return fp_fail(err, FP_E_INTERNAL, "%s: the key does not sign", key->name);
    *ret = fp_base64_encode(signature, signature_len);
    return FP_OK;
}

bool fp_key_verifies(const struct fp_key *key, const void *data, size_t len, const char *signature)
{
    size_t signature_len = 0;
    cleanup_free unsigned char *bytes = fp_base64_decode(signature, &signature_len);
    if (bytes == NULL || signature_len > MAX_SIGNATURE)
        return false;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool is_right = context != NULL &&
                    EVP_DigestVerifyInit(context, NULL, hash_of(key), NULL, key->pair) == 1 &&
                    EVP_DigestVerify(context, bytes, signature_len, data, len) == 1;
    EVP_MD_CTX_free(context);
    ERR_clear_error();
    return is_right;
}
