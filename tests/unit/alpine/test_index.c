#include "alpine_test.h"

#define ID "C:Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"

static enum fp_code parse(const char *text, struct fp_apk_index *ret, struct fp_error *err)
{
    return fp_apk_index_parse(fp_xstrdup(text), "index", ret, err);
}

static void test_fields(void **state)
{
    cleanup_apk_index struct fp_apk_index index = {0};
    struct fp_error err = {0};
    (void) state;
    assert_int_equal(
        parse(ID "P:bash\nV:5.2-r0\nA:x86_64\nS:12\nI:34\nD:so:a /bin/sh\nk:100\nz:x\n\n" ID
                 "P:last\nV:1",
              &index, &err),
        FP_OK);
    assert_int_equal(index.count, 2);
    assert_string_equal(index.packages[0].fields[FP_APK_DEPENDS], "so:a /bin/sh");
    assert_int_equal(index.packages[0].size, 12);
    assert_int_equal(index.packages[0].installed_size, 34);
    assert_int_equal(index.packages[0].provider_priority, 100);
    assert_false(index.packages[0].is_unusable);
    cleanup_free char *title = fp_apk_package_title(&index.packages[1]);
    assert_string_equal(title, "last-1");
}

static void test_unknown_capital(void **state)
{
    cleanup_apk_index struct fp_apk_index index = {0};
    (void) state;
    assert_int_equal(parse(ID "P:a\nV:1\nX:new\n\nP:b\nV:1\n\n", &index, NULL), FP_OK);
    assert_true(index.packages[0].is_unusable);
    assert_true(index.packages[1].is_unusable); /* it has no identity to verify it by */
}

static void test_refused(void **state)
{
    static const char *const bad[][2] = {
        {ID "P:a/b\nV:1\n", "proper P:"},   {ID "P:a\n", "proper P: and V:"},
        {ID "P:..\nV:1\n", "proper"},       {ID "P:a\nV:1/2\n", "proper"},
        {ID "P:a\nV:1\nA:../x\n", "A: is"}, {ID "P:a\nV:1\nS:-1\n", "S:-1 is no number"},
        {"nonsense\n", "line 1"},           {ID "P:a\nV:1\nI:9999999999999999999\n", "no number"},
    };
    (void) state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct fp_apk_index index = {0};
        struct fp_error err = {0};
        assert_int_equal(parse(bad[i][0], &index, &err), FP_E_INPUT);
        assert_text_has(err.text, bad[i][1]);
    }
}

static void test_database_records(void **state)
{
    static const char text[] =
        ID "P:.build-deps\nV:1\nr:b c\nF:usr\nM:0:0:755\nR:x\nZ:Q1x\n\n" ID "P:b\nV:2\nF:etc\n";
    cleanup_apk_index struct fp_apk_index index = {0};
    (void) state;
    assert_int_equal(fp_apk_installed_parse(text, "installed", &index, NULL), FP_OK);
    assert_int_equal(index.count, 2);
    assert_string_equal(index.packages[0].fields[FP_APK_REPLACES], "b c");
    assert_int_equal(index.packages[0].record_len + index.packages[1].record_len, strlen(text));
    assert_memory_equal(index.packages[1].record, ID "P:b", strlen(ID) + 3);
    assert_true(index.packages[0].is_installed);
}

static void test_identity(void **state)
{
    char hex[41];
    char text[32];
    (void) state;
    assert_true(fp_apk_identity_hex("Q12jmj7l5rSw0yVb/vlWAYkK/YBwk=", hex));
    assert_string_equal(hex, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    fp_apk_identity_text(hex, text);
    assert_string_equal(text, "Q12jmj7l5rSw0yVb/vlWAYkK/YBwk=");
    assert_false(fp_apk_identity_hex("Q22jmj7l5rSw0yVb/vlWAYkK/YBwk=", hex));
    assert_false(fp_apk_identity_hex("Q12jmj7l5rSw0yVb/vlWAYkK/YBw==", hex));
    assert_false(fp_apk_identity_hex("Q1", hex));
    assert_false(fp_apk_identity_hex(NULL, hex));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),   cmocka_unit_test(test_unknown_capital),
        cmocka_unit_test(test_refused),  cmocka_unit_test(test_database_records),
        cmocka_unit_test(test_identity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
