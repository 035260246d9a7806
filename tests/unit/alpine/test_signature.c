#include "parts.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#define INDEX_TEXT "C:Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=\nP:a\nV:1-r0\n\n"

/* A trusted key, another key, and the set of trusted keys. */
static EVP_PKEY *known;
static EVP_PKEY *other;
static struct fp_apk_keys *keys;

static void trust(const char *name, EVP_PKEY *key)
{
    char *text = NULL;
    BIO *bio = BIO_new(BIO_s_mem());
    assert_int_equal(PEM_write_bio_PUBKEY(bio, key), 1);
    assert_int_equal(BIO_write(bio, "", 1), 1);
    (void) BIO_get_mem_data(bio, &text);
    assert_int_equal(fp_apk_keys_add(keys, name, text, NULL), FP_OK);
    BIO_free(bio);
}

static int setup(void **state)
{
    (void) state;
    known = EVP_RSA_gen(2048);
    other = EVP_RSA_gen(2048);
    keys = fp_apk_keys_new();
    if (known == NULL || other == NULL)
        return -1;
    trust("known.rsa.pub", known);
    trust("second.rsa.pub", known);
    return 0;
}

static int teardown(void **state)
{
    (void) state;
    fp_apk_keys_free(keys);
    EVP_PKEY_free(known);
    EVP_PKEY_free(other);
    return 0;
}

/* Add a signature of `member` to a tar, as the file `name`. */
static void put_signature(struct fp_buf *tar, const char *name, EVP_PKEY *key,
                          const struct fp_buf *member)
{
    unsigned char bytes[512];
    size_t len = sizeof(bytes);
    const EVP_MD *md = strstr(name, "RSA256") != NULL   ? EVP_sha256()
                       : strstr(name, "RSA512") != NULL ? EVP_sha512()
                                                        : EVP_sha1();
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    assert_int_equal(EVP_DigestSignInit(ctx, NULL, md, NULL, key), 1);
    assert_int_equal(
        EVP_DigestSign(ctx, bytes, &len, (const unsigned char *) member->data, member->len), 1);
    EVP_MD_CTX_free(ctx);
    put_bytes(tar, name, bytes, len);
}

/* Make the signed part of an index file, which is a gzip member. */
static void make_index(struct fp_buf *ret)
{
    cleanup_buf struct fp_buf tar = FP_BUF_INIT(1 << 16);
    put_member(&tar, "DESCRIPTION", '0', "", "v3.22");
    put_member(&tar, "APKINDEX", '0', "", INDEX_TEXT);
    static const char end[1024];
    fp_buf_put(&tar, end, sizeof(end));
    put_gzip(ret, &tar);
}

/* A signature and its key. */
struct signer {
    const char *name; /* NULL: the end */
    EVP_PKEY **key;
};

static enum fp_code read_file(const struct fp_buf *file, char **ret, struct fp_error *err)
{
    return fp_apk_index_read(fp_source_memory(file->data, file->len), "index", keys, ret, NULL,
                             err);
}

/* Read an index with signatures, which are all in one member or in a member each. */
static enum fp_code read_signed(const struct signer *signers, bool one_member, struct fp_error *err)
{
    cleanup_buf struct fp_buf index = FP_BUF_INIT(1 << 16);
    cleanup_buf struct fp_buf file = FP_BUF_INIT(1 << 16);
    cleanup_buf struct fp_buf tar = FP_BUF_INIT(1 << 16);
    cleanup_free char *text = NULL;
    struct fp_apk_index_origin origin = {0};
    char hex[FP_HASH_HEX_MAX];
    make_index(&index);
    for (; signers->name != NULL; signers++) {
        put_signature(&tar, signers->name, *signers->key, &index);
        if (one_member && signers[1].name != NULL)
            continue;
        put_gzip(&file, &tar);
        fp_buf_clear(&tar);
        tar = (struct fp_buf) FP_BUF_INIT(1 << 16);
    }
    fp_buf_put(&file, index.data, index.len);
    enum fp_code code = fp_apk_index_read(fp_source_memory(file.data, file.len), "index", keys,
                                          &text, &origin, err);
    if (code != FP_OK)
        return code;
    fp_hash_bytes(FP_SHA256, file.data, file.len, hex);
    assert_string_equal(text, INDEX_TEXT);
    assert_string_equal(origin.sha256, hex);
    /* Both trusted names are of the same key, and the one that signed is told. */
    assert_true(strcmp(origin.key, "known.rsa.pub") == 0 ||
                strcmp(origin.key, "second.rsa.pub") == 0);
    free(origin.key);
    return FP_OK;
}

static void test_signatures(void **state)
{
    static const struct {
        struct signer signers[4];
        enum fp_code code;
        const char *words;
    } cases[] = {
        {{{".SIGN.RSA.known.rsa.pub", &known}}, FP_OK, ""},
        {{{".SIGN.RSA256.known.rsa.pub", &known}}, FP_OK, ""},
        {{{".SIGN.RSA512.known.rsa.pub", &known}}, FP_OK, ""},
        /* One valid signature by a trusted key is enough, in any position. */
        {{{".SIGN.RSA.stranger.rsa.pub", &other}, {".SIGN.RSA256.known.rsa.pub", &known}},
         FP_OK,
         ""},
        {{{".SIGN.RSA256.known.rsa.pub", &known}, {".SIGN.RSA256.stranger.rsa.pub", &other}},
         FP_OK,
         ""},
        {{{".SIGN.RSA.known.rsa.pub", &other}, {".SIGN.RSA256.known.rsa.pub", &known}}, FP_OK, ""},
        {{{".SIGN.RSA.known.rsa.pub", &other}, {".SIGN.RSA.second.rsa.pub", &known}}, FP_OK, ""},
        {{{".SIGN.DSA.known.rsa.pub", &known}, {".SIGN.RSA.known.rsa.pub", &known}}, FP_OK, ""},
        /* A signature by another key fails, even under the name of a trusted one. */
        {{{".SIGN.RSA.known.rsa.pub", &other}}, FP_E_VERIFY, "the signature is wrong"},
        {{{".SIGN.RSA256.known.rsa.pub", &other}, {".SIGN.RSA.stranger.rsa.pub", &other}},
         FP_E_VERIFY,
         "the signature is wrong (key known.rsa.pub)"},
        {{{".SIGN.RSA.stranger.rsa.pub", &other}, {".SIGN.RSA256.visitor.rsa.pub", &known}},
         FP_E_VERIFY,
         "signed by no key that is trusted (stranger.rsa.pub, visitor.rsa.pub)"},
        {{{".SIGN.DSA.known.rsa.pub", &known}}, FP_E_VERIFY, "of the kind DSA"},
        {{{NULL, NULL}}, FP_E_VERIFY, "not signed"},
    };
    (void) state;
    for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
        struct fp_error err = {0};
        if (read_signed(cases[i / 2].signers, i % 2 == 0, &err) != cases[i / 2].code)
            fail_msg("case %zu: %s", i, err.text);
        assert_text_has(err.text, cases[i / 2].words);
    }
}

/* Make the control part of a package, which a trusted key signs as well. */
static void make_package_control(struct fp_buf *ret)
{
    cleanup_buf struct fp_buf tar = FP_BUF_INIT(1 << 16);
    put_member(&tar, ".PKGINFO", '0', "", "pkgname = a\npkgver = 1-r0\n");
    put_gzip(ret, &tar);
}

static void expect_refused(const struct fp_buf *file, enum fp_code code, const char *words)
{
    cleanup_free char *text = NULL;
    struct fp_error err = {0};
    enum fp_code found = read_file(file, &text, &err);
    if (found != code)
        fail_msg("%d: %s", (int) found, err.text);
    assert_text_has(err.text, words);
}

/* A signature covers the next member, so an index in the member of signatures is not signed. */
static void test_an_index_among_the_signatures(void **state)
{
    (void) state;
    for (int signature_first = 0; signature_first < 2; signature_first++) {
        cleanup_buf struct fp_buf control = FP_BUF_INIT(1 << 16);
        cleanup_buf struct fp_buf file = FP_BUF_INIT(1 << 16);
        cleanup_buf struct fp_buf tar = FP_BUF_INIT(1 << 16);
        make_package_control(&control);
        if (signature_first == 1)
            put_signature(&tar, ".SIGN.RSA.known.rsa.pub", known, &control);
        put_member(&tar, "APKINDEX", '0', "", INDEX_TEXT);
        if (signature_first == 0)
            put_signature(&tar, ".SIGN.RSA.known.rsa.pub", known, &control);
        put_gzip(&file, &tar);
        fp_buf_put(&file, control.data, control.len);
        expect_refused(&file, FP_E_VERIFY, "index: ");
    }
}

static void test_a_signed_package_is_no_index(void **state)
{
    cleanup_buf struct fp_buf control = FP_BUF_INIT(1 << 16);
    cleanup_buf struct fp_buf file = FP_BUF_INIT(1 << 16);
    cleanup_buf struct fp_buf tar = FP_BUF_INIT(1 << 16);
    (void) state;
    make_package_control(&control);
    put_signature(&tar, ".SIGN.RSA.known.rsa.pub", known, &control);
    put_gzip(&file, &tar);
    fp_buf_put(&file, control.data, control.len);
    expect_refused(&file, FP_E_INPUT, "no APKINDEX in it");
}

static void make_signed(struct fp_buf *ret)
{
    cleanup_buf struct fp_buf index = FP_BUF_INIT(1 << 16);
    cleanup_buf struct fp_buf tar = FP_BUF_INIT(1 << 16);
    make_index(&index);
    put_signature(&tar, ".SIGN.RSA256.known.rsa.pub", known, &index);
    put_gzip(ret, &tar);
    fp_buf_put(ret, index.data, index.len);
}

static void test_cut_off_and_changed(void **state)
{
    cleanup_buf struct fp_buf file = FP_BUF_INIT(1 << 16);
    (void) state;
    make_signed(&file);
    for (size_t i = 0; i < file.len; i++) {
        cleanup_free char *text = NULL;
        assert_int_not_equal(
            fp_apk_index_read(fp_source_memory(file.data, i), "index", keys, &text, NULL, NULL),
            FP_OK);
        file.data[i] ^= 4;
        /* The gzip header before the signature is not signed, so it may change. */
        if (read_file(&file, &text, NULL) == FP_OK)
            assert_string_equal(text, INDEX_TEXT);
        file.data[i] ^= 4;
    }
}

static void test_more_behind_the_index(void **state)
{
    cleanup_buf struct fp_buf file = FP_BUF_INIT(1 << 16);
    cleanup_buf struct fp_buf index = FP_BUF_INIT(1 << 16);
    (void) state;
    make_signed(&file);
    make_index(&index);
    size_t len = file.len;
    fp_buf_put(&file, index.data, index.len);
    expect_refused(&file, FP_E_INPUT, "there is more behind the index");
    file.len = len;
    fp_buf_puts(&file, "garbage");
    expect_refused(&file, FP_E_INPUT, "index: ");
}

/* Thousands of empty parts before the index are refused. */
static void test_many_parts(void **state)
{
    cleanup_buf struct fp_buf file = FP_BUF_INIT(1 << 22);
    cleanup_buf struct fp_buf tar = FP_BUF_INIT(1 << 16);
    (void) state;
    put_bytes(&tar, ".SIGN.RSA.a", "", 0);
    for (int i = 0; i < 1000; i++)
        put_gzip(&file, &tar);
    make_signed(&file);
    expect_refused(&file, FP_E_INPUT, "more than 16 signatures");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signatures),
        cmocka_unit_test(test_an_index_among_the_signatures),
        cmocka_unit_test(test_a_signed_package_is_no_index),
        cmocka_unit_test(test_cut_off_and_changed),
        cmocka_unit_test(test_more_behind_the_index),
        cmocka_unit_test(test_many_parts),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
