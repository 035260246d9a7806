#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "http/url.h"

static void test_display_hides_secrets(void **state)
{
    (void) state;
    static const char *const cases[][2] = {
        {"https://user:secret@host/path?token=x#y", "https://host/path"},
        {"https://host:5000/v2/?_state=abc", "https://host:5000/v2/"},
        {"https://a@b@host/", "https://host/"},
        {"/v2/a?digest=b", "/v2/a"},
        {"https://host", "https://host"},
        {"https://host/mail@example", "https://host/mail@example"},
        {"https://host:443/mail@example?q", "https://host:443/mail@example"},
        {"https://[::1]:5000/a@b", "https://[::1]:5000/a@b"},
        {"/v2/a?x=http://u:p@h/", "/v2/a"},
        /* The password is not escaped. */
        {"https://user:sec/ret@host/path", "https://host/path"},
        {"https://user:se#cr?et@host:1/path?q", "https://host:1/path"},
        /* These are invalid URLs, which error messages show. */
        {"user:secret@host/path", "host/path"},
        {"https:/user:secret@host/path", "host/path"},
        {"//user:secret@host/path", "host/path"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cleanup_free char *shown = fp_url_display(cases[i][0]);
        assert_string_equal(shown, cases[i][1]);
    }
}

static void test_a_refusal_says_what_is_wrong(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_url struct fp_url url = {0};
    assert_int_equal(fp_url_parse("https://user:secret@host/path", &url, &err), FP_E_USAGE);
    assert_string_equal(err.text, "https://host/path: expected a URL of http or https, without "
                                  "user name and of at most 16 KiB");
}

static void test_user_and_password(void **state)
{
    (void) state;
    static const char *const cases[][3] = {
        {"https://host/path?q", "https://host/path?q", NULL},
        {"https://host/a@b", "https://host/a@b", NULL},
        {"https://u:p@host:8443/a", "https://host:8443/a", "Basic dTpw"},
        {"http://u@host", "http://host", "Basic dTo="},
        {"http://:t@host", "http://host", "Basic OnQ="},
        {"https://a%40b:c%3Ad%2F@host/", "https://host/", "Basic YUBiOmM6ZC8="},
    };
    static const char *const wrong[] = {"https://a%0ab:p@host/", "https://a%3ab:p@host/",
                                        "https://u:secret%0d%0aX: y@host/", "ftp://u:secret@host/"};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cleanup_free char *url = NULL;
        cleanup_free char *authorization = NULL;
        assert_int_equal(fp_url_split_user(cases[i][0], &url, &authorization, NULL), FP_OK);
        assert_string_equal(url, cases[i][1]);
        assert_int_equal(authorization != NULL, cases[i][2] != NULL);
        if (authorization != NULL)
            assert_string_equal(authorization, cases[i][2]);
    }
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct fp_error err = {0};
        cleanup_free char *url = NULL;
        cleanup_free char *authorization = NULL;
        assert_int_equal(fp_url_split_user(wrong[i], &url, &authorization, &err), FP_E_USAGE);
        assert_null(strstr(err.text, "secret"));
    }
}

static void test_same_origin(void **state)
{
    (void) state;
    assert_true(fp_url_same_origin("https://Host/a", "https://host:443/b?c"));
    assert_true(fp_url_same_origin("http://127.0.0.1:80/", "http://127.0.0.1"));
    assert_true(fp_url_same_origin("http://[::1]:5000/", "http://[::1]:5000/x"));
    assert_false(fp_url_same_origin("https://host/", "http://host/"));
    assert_false(fp_url_same_origin("https://host/", "https://host:8443/"));
    assert_false(fp_url_same_origin("https://host/", "https://host.example/"));
    assert_false(fp_url_same_origin("https://host/", "https://user@host/"));
    assert_false(fp_url_same_origin("https://host/", "file:///etc/passwd"));
    assert_false(fp_url_same_origin("nonsense", "nonsense"));
}

static void test_resolve(void **state)
{
    (void) state;
    static const char base[] = "https://host:5000/v2/a/blobs/uploads/?x=1";
    static const char *const cases[][2] = {
        {"/v2/b?_state=Q%2B%3D", "https://host:5000/v2/b?_state=Q%2B%3D"},
        {"https://other/z?q#frag", "https://other/z?q"},
        {"//other/z", "https://other/z"},
        {"uuid?a=b", "https://host:5000/v2/a/blobs/uploads/uuid?a=b"},
        {"../uuid", "https://host:5000/v2/a/blobs/uuid"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fp_error err = {0};
        cleanup_free char *url = NULL;
        assert_int_equal(fp_url_resolve(base, cases[i][0], &url, &err), FP_OK);
        assert_string_equal(url, cases[i][1]);
    }
}

static void test_resolve_refuses(void **state)
{
    (void) state;
    static const char *const hostile[] = {
        "file:///etc/passwd",   "ftp://host/",         "https://user:pw@host/",
        "gopher://host/",       "https://ho\r\nst/",   "https://host/\x01",
        "https://host\\@evil/", "javascript:alert(1)", "http://",
    };
    for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
        struct fp_error err = {0};
        char *url = NULL;
        assert_int_equal(fp_url_resolve("https://host/", hostile[i], &url, &err), FP_E_INPUT);
        assert_null(url);
        assert_null(strstr(err.text, "pw"));
    }
}

static void test_escape(void **state)
{
    (void) state;
    cleanup_free char *digest = fp_url_escape("sha256:ab/c d~_-.é");
    assert_string_equal(digest, "sha256%3Aab%2Fc%20d~_-.%C3%A9");
}

static void test_loopback_names(void **state)
{
    (void) state;
    static const char *const ours[] = {"localhost", "LOCALHOST", "a.localhost", "127.0.0.1",
                                       "127.9.8.7", "::1",       "[::1]"};
    static const char *const others[] = {"localhost.example", "127.0.0.1.nip.io",
                                         "10.0.0.1",          "notlocalhost",
                                         "0.0.0.0",           "",
                                         "169.254.169.254",   "[::2]",
                                         ".localhost"};
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
        assert_true(fp_host_is_loopback(ours[i]));
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_false(fp_host_is_loopback(others[i]));
}

static void test_local_addresses(void **state)
{
    (void) state;
    static const char *const ours[] = {"127.0.0.1",          "0.0.0.0",
                                       "169.254.169.254",    "[::1]",
                                       "[fe80::1]",          "[::]",
                                       "[::ffff:127.0.0.1]", "224.0.0.1",
                                       "[fd00:ec2::254]",    "[64:ff9b::7f00:1]",
                                       "255.255.255.255"};
    static const char *const others[] = {"10.0.0.1",      "192.168.1.1", "8.8.8.8",
                                         "[2001:db8::1]", "[fd00::1]",   "example.com"};
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
        assert_true(fp_address_text_is_local(ours[i]));
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_false(fp_address_text_is_local(others[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_display_hides_secrets),
        cmocka_unit_test(test_a_refusal_says_what_is_wrong),
        cmocka_unit_test(test_user_and_password),
        cmocka_unit_test(test_same_origin),
        cmocka_unit_test(test_resolve),
        cmocka_unit_test(test_resolve_refuses),
        cmocka_unit_test(test_escape),
        cmocka_unit_test(test_loopback_names),
        cmocka_unit_test(test_local_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
