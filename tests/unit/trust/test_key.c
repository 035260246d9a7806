/* Keys: what is read, what is refused, and that signatures are those of openssl. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "flinkpack/trust.h"
#include "keys.h"

struct asker {
    struct fp_key_asker base;
    const char *answer; /* NULL: nobody is there */
    int asked;
};

static enum fp_code answer(struct fp_key_asker *self, const char *name, char **ret,
                           struct fp_error *err)
{
    struct asker *asker = (struct asker *) self;
    asker->asked++;
    assert_string_equal(name, "key.pem");
    if (asker->answer == NULL)
        return fp_fail(err, FP_E_USAGE, "nobody is there");
    *ret = fp_xstrdup(asker->answer);
    return FP_OK;
}

static enum fp_code read_key(const char *text, struct asker *asker, struct fp_key **ret,
                             struct fp_error *err)
{
    if (asker != NULL)
        asker->base.ask = answer;
    return fp_key_parse_private(text, strlen(text), "key.pem", asker != NULL ? &asker->base : NULL,
                                ret, err);
}

static struct fp_key *public_key(const char *text)
{
    struct fp_key *key = NULL;
    struct fp_error err = {0};
    assert_int_equal(fp_key_parse_public(text, strlen(text), "key.pub", &key, &err), FP_OK);
    return key;
}

static void signs_for(const char *private_text, const char *public_text)
{
    cleanup_key struct fp_key *key = NULL;
    cleanup_key struct fp_key *public = public_key(public_text);
    struct fp_error err = {0};
    cleanup_free char *signature = NULL;
    assert_int_equal(read_key(private_text, NULL, &key, &err), FP_OK);
    assert_string_equal(fp_key_hint(key), fp_key_hint(public));
    assert_int_equal(fp_key_sign(key, "hello", 5, &signature, &err), FP_OK);
    assert_true(fp_key_verifies(public, "hello", 5, signature));
    assert_false(fp_key_verifies(public, "hellO", 5, signature));
    assert_false(fp_key_verifies(public, "hello", 4, signature));
}

static void test_signs(void **state)
{
    (void) state;
    signs_for(KEY_EC, KEY_EC_PUBLIC);
    signs_for(KEY_EC_SEC1, KEY_EC_PUBLIC);
    signs_for(KEY_ED, KEY_ED_PUBLIC);
}

static void test_verifies_what_openssl_signed(void **state)
{
    (void) state;
    cleanup_key struct fp_key *ec = public_key(KEY_EC_PUBLIC);
    cleanup_key struct fp_key *ed = public_key(KEY_ED_PUBLIC);
    assert_true(fp_key_verifies(ec, "hello", 5, SIGNATURE_EC));
    assert_true(fp_key_verifies(ed, "hello", 5, SIGNATURE_ED));
    assert_false(fp_key_verifies(ed, "hello", 5, SIGNATURE_EC));
    assert_false(fp_key_verifies(ec, "hello", 5, SIGNATURE_ED));
    assert_false(fp_key_verifies(ec, "hello", 5, ""));
    assert_false(fp_key_verifies(ec, "hello", 5, "no base64!"));
    assert_false(fp_key_verifies(ec, "hello", 5, "AAAA"));
    assert_string_equal(fp_key_hint(ec), HINT_EC);
    assert_string_equal(fp_key_name(ec), "key.pub");
}

static void test_passwords(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct asker right = {.answer = "sesame"};
    struct asker wrong = {.answer = "guessed-wrong"};
    struct asker nobody = {0};
    cleanup_key struct fp_key *key = NULL;
    cleanup_key struct fp_key *other = NULL;
    cleanup_key struct fp_key *third = NULL;
    (void) unsetenv("FLINKPACK_KEY_PASSWORD");
    (void) unsetenv("COSIGN_PASSWORD");
    assert_int_equal(read_key(KEY_EC_LOCKED, &right, &key, &err), FP_OK);
    assert_int_equal(right.asked, 1);
    assert_string_equal(fp_key_hint(key), HINT_EC);
    assert_int_equal(read_key(KEY_EC_LOCKED, &wrong, &other, &err), FP_E_AUTH);
    assert_non_null(strstr(err.text, "password"));
    assert_null(strstr(err.text, "guessed"));
    assert_int_equal(read_key(KEY_EC_LOCKED, &nobody, &other, &err), FP_E_USAGE);
    assert_int_equal(read_key(KEY_EC_LOCKED, NULL, &other, &err), FP_E_AUTH);
    /* What the environment says is not asked for; ours comes before cosign's. */
    (void) setenv("COSIGN_PASSWORD", "sesame", 1);
    assert_int_equal(read_key(KEY_EC_LOCKED, &nobody, &other, &err), FP_OK);
    (void) setenv("FLINKPACK_KEY_PASSWORD", "wrong", 1);
    assert_int_equal(read_key(KEY_EC_LOCKED, &nobody, &third, &err), FP_E_AUTH);
    assert_int_equal(nobody.asked, 1);
    (void) unsetenv("FLINKPACK_KEY_PASSWORD");
    (void) unsetenv("COSIGN_PASSWORD");
    /* A key that is not encrypted needs no password. */
    assert_int_equal(read_key(KEY_EC, &nobody, &third, &err), FP_OK);
    assert_int_equal(nobody.asked, 1);
}

static void test_refused(void **state)
{
    (void) state;
    static const struct {
        const char *text;
        const char *says;
    } keys[] = {
        {"", "no private key"},
        {"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "no private key"},
        {KEY_EC_PUBLIC, "no private key"},
        {KEY_P384, "384 bits"},
        {"-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\neyJ=\n", "cosign"},
        {"-----BEGIN ENCRYPTED COSIGN PRIVATE KEY-----\neyJ=\n", "cosign"}};
    static const struct {
        const char *text;
        const char *says;
    } publics[] = {{"", "no public key"},
                   {KEY_EC, "no public key"},
                   {KEY_P384_PUBLIC, "P-256"},
                   {KEY_RSA_PUBLIC, "RSA"}};
    struct fp_error err = {0};
    struct fp_key *key = NULL;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        assert_int_equal(read_key(keys[i].text, NULL, &key, &err), FP_E_INPUT);
        if (strstr(err.text, keys[i].says) == NULL)
            fail_msg("%s", err.text);
    }
    for (size_t i = 0; i < sizeof(publics) / sizeof(publics[0]); i++) {
        assert_int_equal(
            fp_key_parse_public(publics[i].text, strlen(publics[i].text), "key.pub", &key, &err),
            FP_E_INPUT);
        if (strstr(err.text, publics[i].says) == NULL && strstr(err.hint, publics[i].says) == NULL)
            fail_msg("%s (%s)", err.text, err.hint);
    }
    assert_null(key);
}

static void test_sources(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_key struct fp_key *key = NULL;
    struct fp_key *none = NULL;
    (void) setenv("THE_KEY", KEY_ED, 1);
    assert_int_equal(fp_key_read_private("env:THE_KEY", NULL, &key, &err), FP_OK);
    assert_string_equal(fp_key_name(key), "env:THE_KEY");
    assert_int_equal(fp_key_read_private("env:NO_KEY", NULL, &none, &err), FP_E_NOT_FOUND);
    assert_int_equal(fp_key_read_private("/nonexistent/key", NULL, &none, &err), FP_E_NOT_FOUND);
    assert_int_equal(fp_key_read_public("/nonexistent/key", &none, &err), FP_E_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signs),     cmocka_unit_test(test_verifies_what_openssl_signed),
        cmocka_unit_test(test_passwords), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_sources),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
