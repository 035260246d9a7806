#include "image_test.h"

static const char empty_sha256[] =
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

static void test_parses_both_algorithms(void **state)
{
    (void) state;
    struct fp_digest digest = {0};
    assert_int_equal(fp_digest_parse(empty_sha256, "x", &digest, NULL), FP_OK);
    assert_string_equal(digest.text, empty_sha256);
    assert_string_equal(fp_digest_hex(&digest), empty_sha256 + 7);
    assert_string_equal(fp_digest_algorithm_name(&digest), "sha256");
    assert_int_equal(fp_digest_algorithm(&digest), FP_SHA256);
    assert_int_equal(fp_digest_parse("sha512:" HEX64("a") HEX64("0"), "x", &digest, NULL), FP_OK);
    assert_int_equal(fp_digest_algorithm(&digest), FP_SHA512);
    assert_int_equal(strlen(fp_digest_hex(&digest)), 128);
}

static void test_refuses_everything_else(void **state)
{
    (void) state;
    static const char *const bad[] = {
        "",
        "sha256",
        "sha256:",
        "sha256:abc",
        HEX64("a"),
        "SHA256:" HEX64("a"),
        "sha256:" HEX64("A"),
        "sha256:" HEX64("g"),
        "sha256:" HEX64("a") "a",
        "sha256:" HEX64("a") "\n",
        " sha256:" HEX64("a"),
        "sha256: " HEX64("a"),
        "sha512:" HEX64("a"),
        "md5:d41d8cd98f00b204e9800998ecf8427e",
        "sha384:" HEX64("a") "11111111111111111111111111111111",
        "sha256:../../../../../../../../../../../../../../../../../etc/passwd....",
        "sha256+b64:" HEX64("a"),
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct fp_error err = {0};
        struct fp_digest digest = {.text = "untouched"};
        assert_int_equal(fp_digest_parse(bad[i], "FILE: layer", &digest, &err), FP_E_INPUT);
        assert_string_equal(digest.text, "untouched");
        assert_says(&err, "FILE: layer");
        assert_says(&err, "no digest");
    }
}

static void test_compares(void **state)
{
    (void) state;
    struct fp_digest a = fp_digest_of("", 0);
    struct fp_digest b = fp_digest_of("a", 1);
    struct fp_digest none = {0};
    assert_string_equal(a.text, empty_sha256);
    assert_true(fp_digest_equal(&a, &a));
    assert_false(fp_digest_equal(&a, &b));
    assert_true(fp_digest_is_set(&a));
    assert_false(fp_digest_is_set(&none));
}

static void test_finishes_a_hash(void **state)
{
    (void) state;
    cleanup_hash struct fp_hash *hash = fp_hash_new(FP_SHA256);
    struct fp_digest digest = fp_digest_finish(hash, FP_SHA256);
    assert_string_equal(digest.text, empty_sha256);
    cleanup_hash struct fp_hash *long_hash = fp_hash_new(FP_SHA512);
    fp_hash_update(long_hash, "abc", 3);
    digest = fp_digest_finish(long_hash, FP_SHA512);
    assert_string_equal(digest.text,
                        "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parses_both_algorithms),
        cmocka_unit_test(test_refuses_everything_else),
        cmocka_unit_test(test_compares),
        cmocka_unit_test(test_finishes_a_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
