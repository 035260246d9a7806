#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "http/client.h"

static const char pem[] = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

static char *folder;

static int set_up(void **state)
{
    (void) state;
    struct fp_error err = {0};
    (void) unsetenv("SSL_CERT_FILE");
    (void) unsetenv("SSL_CERT_DIR");
    return fp_temp_dir("/tmp", &folder, &err) == FP_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void) state;
    fp_temp_remove(folder);
    folder = NULL;
    return 0;
}

static void put(const char *name, const char *text)
{
    struct fp_error err = {0};
    cleanup_free char *path = fp_path_join(folder, name);
    cleanup_free char *parent = fp_xstrndup(path, (size_t) (strrchr(path, '/') - path));
    assert_int_equal(fp_mkdir_p(parent, 0700, &err), FP_OK);
    assert_int_equal(fp_file_write(path, text, strlen(text), 0600, &err), FP_OK);
}

static enum fp_code load(const char *url, struct fp_tls *tls, struct fp_error *err)
{
    cleanup_url struct fp_url parts = {0};
    struct fp_http_options options = {.cert_dirs = folder};
    assert_int_equal(fp_url_parse(url, &parts, err), FP_OK);
    return fp_tls_init(tls, &options, &parts, err);
}

static void test_host_folder_adds_certificates(void **state)
{
    (void) state;
    struct fp_tls tls = {0};
    struct fp_error err = {0};
    put("registry.example.com:5000/ca.crt", "-----BEGIN CERTIFICATE-----\nmine\n");
    put("registry.example.com:5000/client.cert", pem);
    put("registry.example.com:5000/client.key", "key");
    assert_int_equal(load("https://Registry.example.com:5000/v2/", &tls, &err), FP_OK);
    assert_non_null(strstr(fp_buf_text(&tls.ca), "mine"));
    assert_non_null(strstr(tls.cert, "/client.cert"));
    assert_non_null(strstr(tls.key, "/client.key"));
    fp_tls_clear(&tls);
    assert_int_equal(load("https://registry.example.com/v2/", &tls, &err), FP_OK);
    assert_int_equal(tls.ca.len, 0);
    assert_null(tls.cert);
    fp_tls_clear(&tls);
    assert_int_equal(load("http://registry.example.com:5000/v2/", &tls, &err), FP_OK);
    assert_int_equal(tls.ca.len, 0);
    fp_tls_clear(&tls);
}

static void test_port_443_needs_no_port(void **state)
{
    (void) state;
    struct fp_tls tls = {0};
    struct fp_error err = {0};
    put("registry.example.com/ca.crt", "-----BEGIN CERTIFICATE-----\nmine\n");
    assert_int_equal(load("https://registry.example.com/v2/", &tls, &err), FP_OK);
    assert_non_null(strstr(fp_buf_text(&tls.ca), "mine"));
    fp_tls_clear(&tls);
}

static void test_missing_mate_is_an_error(void **state)
{
    (void) state;
    struct fp_tls tls = {0};
    struct fp_error err = {0};
    put("a.example:1/client.cert", pem);
    assert_int_equal(load("https://a.example:1/", &tls, &err), FP_E_INPUT);
    assert_non_null(strstr(err.text, "client.key is missing"));
    put("b.example:1/client.key", "key");
    assert_int_equal(load("https://b.example:1/", &tls, &err), FP_E_INPUT);
    assert_non_null(strstr(err.text, "client.cert is missing"));
}

static void test_no_certificate_in_the_file(void **state)
{
    (void) state;
    struct fp_tls tls = {0};
    struct fp_error err = {0};
    put("a.example:1/ca.crt", "DER?");
    assert_int_equal(load("https://a.example:1/", &tls, &err), FP_E_INPUT);
    assert_non_null(strstr(err.text, "ca.crt: no PEM certificate"));
    cleanup_free char *path = fp_path_join(folder, "a.example:1/ca.crt");
    struct fp_http *http = NULL;
    struct fp_http_options options = {.ca_file = path, .cert_dirs = folder};
    assert_int_equal(fp_http_new(&options, &http, &err), FP_E_INPUT);
    options.ca_file = "/nonexistent/ca.pem";
    assert_int_equal(fp_http_new(&options, &http, &err), FP_E_NOT_FOUND);
    assert_null(http);
}

static void test_environment_replaces_the_system_roots(void **state)
{
    (void) state;
    cleanup_buf struct fp_buf roots = FP_BUF_INIT(FP_HTTP_MAX_PEM_BYTES);
    const struct fp_http_options options = {0};
    struct fp_error err = {0};
    put("roots.pem", "-----BEGIN CERTIFICATE-----\nroots\n");
    put("more/one.crt", "-----BEGIN CERTIFICATE-----\none\n");
    put("more/README", "no certificate");
    cleanup_free char *file = fp_path_join(folder, "roots.pem");
    cleanup_free char *more = fp_path_join(folder, "more");
    (void) setenv("SSL_CERT_FILE", file, 1);
    (void) setenv("SSL_CERT_DIR", more, 1);
    assert_int_equal(fp_tls_read_roots(&options, &roots, &err), FP_OK);
    assert_non_null(strstr(fp_buf_text(&roots), "roots"));
    assert_non_null(strstr(fp_buf_text(&roots), "one"));
    assert_null(strstr(fp_buf_text(&roots), "no certificate"));
    assert_true(roots.len < 1000);
    (void) setenv("SSL_CERT_FILE", "/nonexistent/roots.pem", 1);
    assert_int_equal(fp_tls_read_roots(&options, &roots, &err), FP_E_NOT_FOUND);
    assert_non_null(strstr(err.text, "SSL_CERT_FILE"));
}

/* A server can name any number of other hosts. Their common root certificates are kept once. */
static void test_roots_are_kept_once(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_http *http = NULL;
    struct fp_origin *plain = NULL;
    struct fp_origin *special = NULL;
    put("roots.pem", "-----BEGIN CERTIFICATE-----\nroots\n");
    put("own.pem", "-----BEGIN CERTIFICATE-----\nmine\n");
    put("special.example/ca.crt", "-----BEGIN CERTIFICATE-----\nspecial\n");
    cleanup_free char *file = fp_path_join(folder, "roots.pem");
    cleanup_free char *own = fp_path_join(folder, "own.pem");
    (void) setenv("SSL_CERT_FILE", file, 1);
    (void) unsetenv("SSL_CERT_DIR");
    const struct fp_http_options options = {.ca_file = own, .cert_dirs = folder};
    assert_int_equal(fp_http_new(&options, &http, &err), FP_OK);
    assert_int_equal(fp_http_origin(http, "https://a.example/", &plain, &err), FP_OK);
    assert_int_equal(fp_http_origin(http, "https://special.example/", &special, &err), FP_OK);
    assert_non_null(strstr(fp_buf_text(&http->roots), "mine"));
    assert_non_null(strstr(fp_buf_text(&http->roots), "roots"));
    assert_int_equal(plain->tls.ca.len, 0);
    for (const char *const *each = (const char *const[]){"mine", "roots", "special", NULL};
         *each != NULL; each++)
        assert_non_null(strstr(fp_buf_text(&special->tls.ca), *each));
    fp_http_free(http);
}

static void test_insecure_hosts(void **state)
{
    (void) state;
    cleanup_strv struct fp_strv hosts = {0};
    struct fp_error err = {0};
    fp_strv_add(&hosts, "any.example");
    fp_strv_add(&hosts, "one.example:5000");
    static const struct {
        const char *url;
        bool insecure;
    } cases[] = {{"https://any.example/", true},
                 {"https://any.example:8443/", true},
                 {"https://one.example:5000/", true},
                 {"https://one.example/", false},
                 {"https://sub.any.example/", false}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fp_tls tls = {0};
        cleanup_url struct fp_url url = {0};
        struct fp_http_options options = {.cert_dirs = folder, .insecure_hosts = &hosts};
        assert_int_equal(fp_url_parse(cases[i].url, &url, &err), FP_OK);
        assert_int_equal(fp_tls_init(&tls, &options, &url, &err), FP_OK);
        assert_int_equal(tls.insecure, cases[i].insecure);
        fp_tls_clear(&tls);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_host_folder_adds_certificates, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_port_443_needs_no_port, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_missing_mate_is_an_error, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_certificate_in_the_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_environment_replaces_the_system_roots, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_roots_are_kept_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_insecure_hosts, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
