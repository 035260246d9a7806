#include "support.h"

static void texts_there_and_back(void **state)
{
    (void) state;
    static const char *const pairs[][2] = {{"", ""},
                                           {"f", "Zg=="},
                                           {"fo", "Zm8="},
                                           {"foo", "Zm9v"},
                                           {"user:p\xc3\xa4ss", "dXNlcjpww6Rzcw=="}};
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        size_t len = 0;
        cleanup_free char *encoded = fp_base64_encode(pairs[i][0], strlen(pairs[i][0]));
        cleanup_free unsigned char *decoded = fp_base64_decode(pairs[i][1], &len);
        assert_string_equal(encoded, pairs[i][1]);
        assert_string_equal((const char *) decoded, pairs[i][0]);
        assert_int_equal(len, strlen(pairs[i][0]));
    }
}

static void bytes_there_and_back(void **state)
{
    (void) state;
    unsigned char bytes[256];
    size_t got = 0;
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (unsigned char) (255 - i);
    for (size_t len = 0; len <= sizeof(bytes); len++) {
        cleanup_free char *text = fp_base64_encode(bytes, len);
        cleanup_free unsigned char *decoded = fp_base64_decode(text, &got);
        assert_non_null(decoded);
        assert_int_equal(got, len);
        assert_memory_equal(decoded, bytes, len);
    }
}

static void forms_that_are_taken(void **state)
{
    (void) state;
    size_t len = 0;
    cleanup_free unsigned char *unpadded = fp_base64_decode("Zg", &len);
    assert_string_equal((const char *) unpadded, "f");
    cleanup_free unsigned char *folded = fp_base64_decode("Z\nm8\r\n=\n", &len);
    assert_string_equal((const char *) folded, "fo");
    cleanup_free unsigned char *nuls = fp_base64_decode("AGZvAAA=", &len);
    assert_int_equal(len, 5);
    assert_memory_equal(nuls, "\0fo\0\0", 6);
}

static void forms_that_are_refused(void **state)
{
    (void) state;
    static const char *const cases[] = {
        "Z", "Zg%=", "Zm9vZ", "Zg==Zg==", "Zm 8=", "Zm8-", "\xc3\xa4"};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t len = 0;
        assert_null(fp_base64_decode(cases[i], &len));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_there_and_back),
        cmocka_unit_test(bytes_there_and_back),
        cmocka_unit_test(forms_that_are_taken),
        cmocka_unit_test(forms_that_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
