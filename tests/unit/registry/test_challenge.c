#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "registry/answer.h"

static void assert_text(const char *actual, const char *expected)
{
    if (expected == NULL)
        assert_null(actual);
    else
        assert_string_equal(actual, expected);
}

static void test_challenges_as_servers_send_them(void **state)
{
    (void) state;
    static const struct {
        const char *value;
        struct {
            int scheme;
            const char *realm, *service, *scope;
        } expected;
    } cases[] = {
        {"Bearer realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\","
         "scope=\"repository:library/x:pull\"",
         {FP_CHALLENGE_BEARER, "https://auth.docker.io/token", "registry.docker.io",
          "repository:library/x:pull"}},
        {"bearer REALM = \"r\" , Scope=\"a b\"", {FP_CHALLENGE_BEARER, "r", NULL, "a b"}},
        {"Bearer realm=https://bare/token,service=x",
         {FP_CHALLENGE_BEARER, "https://bare/token", "x", NULL}},
        {"Basic realm=\"a \\\"quoted\\\" \\\\ one\"",
         {FP_CHALLENGE_BASIC, "a \"quoted\" \\ one", NULL, NULL}},
        {"BASIC", {FP_CHALLENGE_BASIC, NULL, NULL, NULL}},
        {"Negotiate, Basic realm=\"x\"", {FP_CHALLENGE_BASIC, "x", NULL, NULL}},
        {"Negotiate YWJj==, Bearer realm=\"x\"", {FP_CHALLENGE_BEARER, "x", NULL, NULL}},
        {"Digest realm=\"Basic realm=evil\", nonce=\"Bearer\", Bearer realm=\"x\",error=\"e\"",
         {FP_CHALLENGE_BEARER, "x", NULL, NULL}},
        {"Bearer realm=\"a\", Basic realm=\"b\"", {FP_CHALLENGE_BEARER, "a", NULL, NULL}},
        {"Bearer error=\"no realm\", Basic realm=\"b\"", {FP_CHALLENGE_BASIC, "b", NULL, NULL}},
        {" , Bearer realm=\"a,b\",scope=\"repository:x:pull,push\"",
         {FP_CHALLENGE_BEARER, "a,b", NULL, "repository:x:pull,push"}},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cleanup_challenge struct fp_challenge challenge = {0};
        assert_true(fp_challenge_parse(cases[i].value, &challenge));
        assert_int_equal(challenge.scheme, cases[i].expected.scheme);
        assert_text(challenge.realm, cases[i].expected.realm);
        assert_text(challenge.service, cases[i].expected.service);
        assert_text(challenge.scope, cases[i].expected.scope);
    }
}

static void test_no_challenge(void **state)
{
    (void) state;
    static const char *const none[] = {"",  "Negotiate", "Bearer",    "Bearer realm=\"cut off",
                                       "=", ",,,",       "\"Basic\"", "Bearer realm=\"\""};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        cleanup_challenge struct fp_challenge challenge = {0};
        assert_false(fp_challenge_parse(none[i], &challenge));
    }
}

static void test_several_headers(void **state)
{
    (void) state;
    cleanup_http_response struct fp_http_response response = FP_HTTP_RESPONSE_INIT(10);
    cleanup_challenge struct fp_challenge challenge = {0};
    assert_false(fp_challenge_find(&response, &challenge));
    fp_strv_add(&response.headers, "www-authenticate: Negotiate");
    fp_strv_add(&response.headers, "www-authenticate: Bearer realm=\"x\"");
    assert_true(fp_challenge_find(&response, &challenge));
    assert_string_equal(challenge.realm, "x");
}

static void assert_scopes(const struct fp_strv *scopes, const char *const *expected)
{
    size_t i = 0;
    for (; expected[i] != NULL; i++) {
        assert_true(i < scopes->len);
        assert_string_equal(scopes->items[i], expected[i]);
    }
    assert_int_equal(scopes->len, i);
}

static void test_scopes_are_merged(void **state)
{
    (void) state;
    cleanup_strv struct fp_strv scopes = {0};
    fp_scope_add(&scopes, "repository:team/a:push,pull");
    fp_scope_add(&scopes, "repository:team/b:pull");
    fp_scope_add(&scopes, "repository:team/a:pull");
    fp_scope_add(&scopes, "repository:host:5000/c:pull");
    fp_scope_add(&scopes, "repository:team/b:delete,pull");
    const char *const expected[] = {"repository:team/a:pull,push", "repository:team/b:delete,pull",
                                    "repository:host:5000/c:pull", NULL};
    assert_scopes(&scopes, expected);
}

static void test_nonsense_scopes_are_left_out(void **state)
{
    (void) state;
    cleanup_strv struct fp_strv scopes = {0};
    static const char *const bad[] = {"",
                                      ":",
                                      "repository",
                                      "repository:x",
                                      "repository:x:",
                                      ":x:pull",
                                      "repository:x y:pull",
                                      "repository:x:pull\r\n"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        fp_scope_add(&scopes, bad[i]);
    assert_int_equal(scopes.len, 0);
    for (int i = 0; i < 100; i++) {
        cleanup_free char *scope = fp_xasprintf("repository:r%d:pull", i);
        fp_scope_add(&scopes, scope);
    }
    assert_int_equal(scopes.len, 16);
}

static bool covers(const char *have, const char *want)
{
    cleanup_strv struct fp_strv left = {0};
    cleanup_strv struct fp_strv right = {0};
    fp_scope_add(&left, have);
    fp_scope_add(&right, want);
    return fp_scope_covers(&left, &right);
}

static void test_what_a_token_covers(void **state)
{
    (void) state;
    assert_true(covers("repository:a:pull,push", "repository:a:pull"));
    assert_true(covers("repository:a:pull,push", "repository:a:push,pull"));
    assert_false(covers("repository:a:pull", "repository:a:pull,push"));
    assert_false(covers("repository:a:pull,push", "repository:b:pull"));
    assert_false(covers("repository:ab:pull", "repository:a:pull"));
    assert_false(covers("", "repository:a:pull"));
}

static void test_clean_text(void **state)
{
    (void) state;
    cleanup_free char *clean = fp_clean_text(" \x1b[31m a\r\n\n\tb \x7f", 13, 100);
    cleanup_free char *cut = fp_clean_text("abcdef", 6, 3);
    assert_string_equal(clean, "[31m a b");
    assert_string_equal(cut, "abc");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_challenges_as_servers_send_them),
        cmocka_unit_test(test_no_challenge),
        cmocka_unit_test(test_several_headers),
        cmocka_unit_test(test_scopes_are_merged),
        cmocka_unit_test(test_nonsense_scopes_are_left_out),
        cmocka_unit_test(test_what_a_token_covers),
        cmocka_unit_test(test_clean_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
