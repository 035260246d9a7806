#include "support.h"

/* FIPS 180-4 examples, "abc". */
static const struct {
    enum fp_hash_algorithm algorithm;
    const char *abc;
} known[] = {
    {FP_SHA1, "a9993e364706816aba3e25717850c26c9cd0d89d"},
    {FP_SHA256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {FP_SHA512, "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
};

static void known_digests(void **state)
{
    (void) state;
    for (size_t i = 0; i < 3; i++) {
        char hex[FP_HASH_HEX_MAX];
        fp_hash_bytes(known[i].algorithm, "abc", 3, hex);
        assert_string_equal(hex, known[i].abc);
    }
}

static void pieces_and_reset(void **state)
{
    (void) state;
    for (size_t i = 0; i < 3; i++) {
        char hex[FP_HASH_HEX_MAX];
        cleanup_hash struct fp_hash *hash = fp_hash_new(known[i].algorithm);
        fp_hash_update(hash, "something else", 14);
        fp_hash_hex(hash, hex);
        assert_string_not_equal(hex, known[i].abc);
        fp_hash_reset(hash);
        fp_hash_update(hash, "a", 1);
        fp_hash_update(hash, "", 0);
        fp_hash_update(hash, "bc", 2);
        fp_hash_hex(hash, hex);
        assert_string_equal(hex, known[i].abc);
    }
}

static void two_of_the_same_bytes(void **state)
{
    (void) state;
    char hex[FP_HASH_HEX_MAX];
    cleanup_hash struct fp_hash *hash = fp_hash_new(FP_SHA512);
    cleanup_hash struct fp_hash *other = fp_hash_new(FP_SHA256);
    fp_hash_pair(hash, other);
    fp_hash_update(hash, "something else", 14);
    fp_hash_reset(hash);
    fp_hash_update(hash, "ab", 2);
    fp_hash_update(hash, "c", 1);
    fp_hash_hex(hash, hex);
    assert_string_equal(hex, known[2].abc);
    fp_hash_hex(other, hex);
    assert_string_equal(hex, known[1].abc);
}

static void fingerprints(void **state)
{
    (void) state;
    char first[FP_HASH_HEX_MAX];
    char hex[FP_HASH_HEX_MAX];
    cleanup_hash struct fp_hash *hash = fp_hash_new(FP_FINGERPRINT);
    fp_hash_bytes(FP_FINGERPRINT, "abc", 3, first);
    assert_int_equal(strlen(first), 32);
    fp_hash_update(hash, "something else", 14);
    fp_hash_hex(hash, hex);
    assert_string_not_equal(hex, first);
    fp_hash_reset(hash);
    fp_hash_update(hash, "given up", 8);
    fp_hash_reset(hash);
    fp_hash_update(hash, "a", 1);
    fp_hash_update(hash, "bc", 2);
    fp_hash_hex(hash, hex);
    assert_string_equal(hex, first);
    fp_hash_bytes(FP_FINGERPRINT, "abd", 3, hex);
    assert_string_not_equal(hex, first);
}

static void digest_of_nothing(void **state)
{
    (void) state;
    char hex[FP_HASH_HEX_MAX];
    fp_hash_bytes(FP_SHA256, NULL, 0, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    fp_hash_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_digests),         cmocka_unit_test(pieces_and_reset),
        cmocka_unit_test(two_of_the_same_bytes), cmocka_unit_test(fingerprints),
        cmocka_unit_test(digest_of_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
