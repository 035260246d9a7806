/* Which requests go through a proxy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "http/url.h"

static const char *const variables[] = {"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY",
                                        "all_proxy",  "ALL_PROXY",  "no_proxy",    "NO_PROXY"};

static void clear(void)
{
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
        (void) unsetenv(variables[i]);
}

static const char *proxy_for(const char *text)
{
    cleanup_url struct fp_url url = {0};
    struct fp_error err = {0};
    assert_int_equal(fp_url_parse(text, &url, &err), FP_OK);
    return fp_proxy_for(&url);
}

static void test_variables(void **state)
{
    (void) state;
    clear();
    assert_null(proxy_for("https://r.example.com/"));
    (void) setenv("ALL_PROXY", "http://all:1", 1);
    assert_string_equal(proxy_for("https://r.example.com/"), "http://all:1");
    (void) setenv("HTTPS_PROXY", "http://tls:1", 1);
    assert_string_equal(proxy_for("https://r.example.com/"), "http://tls:1");
    assert_string_equal(proxy_for("http://r.example.com/"), "http://all:1");
    (void) setenv("HTTP_PROXY", "http://upper:1", 1);
    assert_string_equal(proxy_for("http://r.example.com/"), "http://upper:1");
    (void) setenv("http_proxy", "http://lower:1", 1);
    assert_string_equal(proxy_for("http://r.example.com/"), "http://lower:1");
    (void) setenv("http_proxy", "", 1); /* empty counts as unset */
    assert_string_equal(proxy_for("http://r.example.com/"), "http://upper:1");
    clear();
}

static void test_exceptions(void **state)
{
    (void) state;
    static const struct {
        const char *list;
        const char *url;
        bool past;
    } cases[] = {
        {"example.com", "https://example.com/", true},
        {"example.com", "https://r.Example.COM/", true},
        {".example.com", "https://r.example.com/", true},
        {".example.com", "https://example.com/", true},
        {"example.com", "https://notexample.com/", false},
        {"r.example.com", "https://example.com/", false},
        {"a.org , example.com", "https://r.example.com/", true},
        {"a.org example.com", "https://r.example.com/", true},
        {"*", "https://r.example.com/", true},
        {"*.example.com", "https://r.example.com/", true},
        {"*.example.com", "https://rexample.com/", false},
        {"r*.example.com", "https://r.example.com/", false},
        {"r.example.com:5000", "https://r.example.com:5000/", true},
        {"r.example.com:5000", "https://r.example.com/", false},
        {"192.0.2.7", "http://192.0.2.7/", true},
        {"192.0.2.7:5000", "http://192.0.2.7:5000/", true},
        {"192.0.2.0/24", "http://192.0.2.7/", true},
        {"192.0.2.0/29", "http://192.0.2.7/", true},
        {"192.0.2.0/30", "http://192.0.2.7/", false},
        {"0.0.0.0/0", "http://192.0.2.7/", true},
        {"192.0.2.0/33", "http://192.0.2.7/", false},
        {"192.0.2.0/x", "http://192.0.2.7/", false},
        {"192.0.2.0/24", "http://r.example.com/", false},
        {"fd00::2", "http://[fd00::2]:5000/", true},
        {"[fd00::2]", "http://[fd00::2]:5000/", true},
        {"fd00::/8", "http://[fd00::2]/", true},
        {"fd00::/8", "http://192.0.2.7/", false},
        {"", "https://r.example.com/", false},
        {",,", "https://r.example.com/", false},
        {"", "http://127.0.0.1:5000/", true},
        {"", "http://localhost:5000/", true},
        {"", "http://[::1]:5000/", true},
    };
    (void) setenv("ALL_PROXY", "http://all:1", 1);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        (void) setenv("NO_PROXY", cases[i].list, 1);
        if ((proxy_for(cases[i].url) == NULL) != cases[i].past)
            fail_msg("NO_PROXY='%s' %s", cases[i].list, cases[i].url);
    }
    (void) setenv("NO_PROXY", "other.org", 1);
    (void) setenv("no_proxy", "example.com", 1); /* overrides NO_PROXY */
    assert_null(proxy_for("https://r.example.com/"));
    clear();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_variables),
        cmocka_unit_test(test_exceptions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
