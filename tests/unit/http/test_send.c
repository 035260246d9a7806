#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <string.h>

#include "flinkpack/http.h"
#include "server.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const struct fp_http_options quick = {.first_pause_ms = 1};

/* The server, client and request that most tests need. */
struct scene {
    struct test_server *server;
    struct fp_http *http;
    struct fp_http_response response;
    struct fp_error err;
    char *url;
};

static struct scene begin(const struct test_reply *replies, size_t count, const char *path)
{
    struct scene scene = {.response = FP_HTTP_RESPONSE_INIT(65536)};
    scene.server = test_server_start(replies, count);
    assert_int_equal(fp_http_new(&quick, &scene.http, &scene.err), FP_OK);
    scene.url = fp_xasprintf("%s%s", test_server_url(scene.server), path);
    return scene;
}

static void end(struct scene *scene)
{
    free(scene->url);
    fp_http_response_clear(&scene->response);
    fp_http_free(scene->http);
    test_server_stop(scene->server);
}

static enum fp_code get(struct scene *scene)
{
    struct fp_http_request request = {.method = "GET", .url = scene->url, .max_redirects = 3};
    return fp_http_send(scene->http, &request, &scene->response, &scene->err);
}

static void test_answer_is_returned_whole(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {
        {.head = "HTTP/1.1 404 Not Found\r\nX-One: 1", .body = "not here"}};
    struct scene scene = begin(replies, 1, "/a?b=c");
    assert_int_equal(get(&scene), FP_OK);
    assert_int_equal(scene.response.status, 404);
    assert_string_equal(fp_http_header(&scene.response, "x-one"), "1");
    assert_string_equal(fp_buf_text(&scene.response.body), "not here");
    assert_string_equal(scene.response.url, scene.url);
    assert_int_equal(test_server_count(scene.server), 1);
    assert_string_equal(test_server_request(scene.server, 0)->line, "GET /a?b=c HTTP/1.1");
    assert_true(test_server_has_header(scene.server, 0, "User-Agent: flinkpack/"));
    assert_false(test_server_has_header(scene.server, 0, "Accept-Encoding:"));
    end(&scene);
}

static void test_what_may_pass_is_repeated(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {
        {.head = "HTTP/1.1 503 Busy", .body = "x"},
        {.head = "", .then = TEST_RESET},
        {.head = "", .then = TEST_CLOSE},
        {.head = "HTTP/1.1 429 Slow Down\r\nRetry-After: 0"},
        {.body = "at last"},
    };
    struct scene scene = begin(replies, COUNT(replies), "/");
    assert_int_equal(get(&scene), FP_OK);
    assert_int_equal(scene.response.status, 200);
    assert_string_equal(fp_buf_text(&scene.response.body), "at last");
    assert_int_equal(test_server_count(scene.server), 5);
    end(&scene);
}

static void test_attempts_are_bounded(void **state)
{
    (void) state;
    static const struct test_reply busy[] = {{.head = "HTTP/1.1 500 Oops"}};
    static const struct test_reply dead[] = {{.head = "", .then = TEST_RESET}};
    struct scene scene = begin(busy, 1, "/");
    assert_int_equal(get(&scene), FP_OK);
    assert_int_equal(scene.response.status, 500);
    assert_int_equal(test_server_count(scene.server), 5);
    end(&scene);
    scene = begin(dead, 1, "/x?secret=1");
    assert_int_equal(get(&scene), FP_E_NETWORK);
    assert_int_equal(test_server_count(scene.server), 5);
    assert_non_null(strstr(scene.err.text, "5 attempts: GET http://127.0.0.1:"));
    assert_null(strstr(scene.err.text, "secret"));
    end(&scene);
}

static void test_lasting_answers_and_single_attempts_are_not_repeated(void **state)
{
    (void) state;
    static const struct test_reply busy[] = {{.head = "HTTP/1.1 503 Busy"}};
    struct scene scene = begin(busy, 1, "/");
    struct fp_http_request request = {.method = "GET", .url = scene.url, .no_retry = true};
    assert_int_equal(fp_http_send(scene.http, &request, &scene.response, &scene.err), FP_OK);
    assert_int_equal(test_server_count(scene.server), 1);
    end(&scene);
}

static void test_long_retry_after_is_told(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {
        {.head = "HTTP/1.1 429 Too Many\r\nRetry-After: 3600"}};
    struct scene scene = begin(replies, 1, "/");
    assert_int_equal(get(&scene), FP_E_NETWORK);
    assert_non_null(strstr(scene.err.text, "3600 seconds"));
    assert_string_not_equal(scene.err.hint, "");
    assert_int_equal(test_server_count(scene.server), 1);
    end(&scene);
}

static void test_a_stalled_server_is_given_up(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {
        {.body = "0123456789", .is_cut = true, .cut_at = 4, .then = TEST_HANG}};
    const struct fp_http_options impatient = {.stall_timeout_s = 1};
    cleanup_http struct fp_http *http = NULL;
    struct scene scene = begin(replies, 1, "/");
    assert_int_equal(fp_http_new(&impatient, &http, &scene.err), FP_OK);
    struct fp_http_request request = {.method = "GET", .url = scene.url, .no_retry = true};
    assert_int_equal(fp_http_send(http, &request, &scene.response, &scene.err), FP_E_NETWORK);
    assert_non_null(strstr(scene.err.text, "stalled"));
    end(&scene);
}

static void test_bodies_are_bounded(void **state)
{
    (void) state;
    static char large[100000];
    memset(large, 'x', sizeof(large));
    const struct test_reply replies[] = {
        {.body = large, .body_len = sizeof(large)},
        {.head = "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999", .then = TEST_CLOSE},
        {.head = "HTTP/1.1 400 Bad", .body = large, .body_len = sizeof(large)},
    };
    struct scene scene = begin(replies, COUNT(replies), "/");
    assert_int_equal(get(&scene), FP_E_INPUT);
    assert_non_null(strstr(scene.err.text, "100000 bytes, more than the limit of 65536"));
    assert_true(get(&scene) != FP_OK);
    fp_http_response_clear(&scene.response);
    end(&scene);
    scene = begin(&replies[2], 1, "/");
    assert_int_equal(get(&scene), FP_OK); /* long error bodies are fine */
    assert_int_equal(scene.response.status, 400);
    assert_int_equal(scene.response.body.len, 65536);
    end(&scene);
}

static void test_endless_body_without_length(void **state)
{
    (void) state;
    static char large[100000];
    memset(large, 'x', sizeof(large));
    const struct test_reply replies[] = {{.head = "HTTP/1.1 200 OK\r\nX-No-Content-Length: 1\r\n"
                                                  "Connection: close",
                                          .body = large,
                                          .body_len = sizeof(large),
                                          .then = TEST_CLOSE}};
    struct scene scene = begin(replies, 1, "/");
    assert_int_equal(get(&scene), FP_E_INPUT);
    assert_non_null(strstr(scene.err.text, "more than the limit of 65536 bytes"));
    end(&scene);
}

static void test_body_is_sent_again(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {{.head = "HTTP/1.1 502 Bad Gateway"},
                                                {.head = "HTTP/1.1 201 Created"}};
    struct scene scene = begin(replies, 2, "/");
    struct fp_http_request request = {
        .method = "PUT", .url = scene.url, .body = "content", .body_bytes = 7};
    assert_int_equal(fp_http_send(scene.http, &request, &scene.response, &scene.err), FP_OK);
    assert_int_equal(scene.response.status, 201);
    assert_string_equal(test_server_request(scene.server, 1)->body, "content");
    assert_true(test_server_has_header(scene.server, 0, "Content-Length: 7"));
    end(&scene);
}

static void test_empty_post_has_a_length(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {{.head = "HTTP/1.1 202 Accepted"}};
    struct scene scene = begin(replies, 1, "/");
    struct fp_http_request request = {.method = "POST", .url = scene.url};
    assert_int_equal(fp_http_send(scene.http, &request, &scene.response, &scene.err), FP_OK);
    assert_true(test_server_has_header(scene.server, 0, "Content-Length: 0"));
    assert_false(test_server_has_header(scene.server, 0, "Transfer-Encoding"));
    assert_false(test_server_has_header(scene.server, 0, "Expect"));
    end(&scene);
}

static void test_early_refusal_counts(void **state)
{
    (void) state;
    static char large[(4 << 20) + 1];
    static const struct test_reply replies[] = {{.head = "HTTP/1.1 413 Too Large",
                                                 .body = "too large",
                                                 .is_early = true,
                                                 .read_bytes = 1000,
                                                 .then = TEST_HANG}};
    struct scene scene = begin(replies, 1, "/");
    struct fp_http_request request = {
        .method = "PUT", .url = scene.url, .body = large, .body_bytes = sizeof(large)};
    assert_int_equal(fp_http_send(scene.http, &request, &scene.response, &scene.err), FP_OK);
    assert_int_equal(scene.response.status, 413);
    assert_int_equal(test_server_count(scene.server), 1);
    assert_true(test_server_has_header(scene.server, 0, "Expect: 100-continue"));
    end(&scene);
}

static void test_secrets_stay_with_the_origin(void **state)
{
    (void) state;
    static const struct test_reply there[] = {{.body = "stored"}};
    static const struct test_reply here[] = {
        {.head = "HTTP/1.1 302 Found\r\nLocation: /again"},
        {.head = "HTTP/1.1 307 Temporary\r\nLocation: $PEER/blob?sig=1"}};
    struct test_server *store = test_server_start(there, 1);
    struct scene scene = begin(here, 2, "/blob");
    cleanup_strv struct fp_strv headers = {0};
    fp_strv_add(&headers, "Cookie: a=b");
    fp_strv_add(&headers, "X-Kept: 1");
    test_server_set_peer(scene.server, store);
    struct fp_http_request request = {.method = "GET",
                                      .url = scene.url,
                                      .headers = &headers,
                                      .authorization = "Bearer secret",
                                      .max_redirects = 3};
    assert_int_equal(fp_http_send(scene.http, &request, &scene.response, &scene.err), FP_OK);
    assert_string_equal(fp_buf_text(&scene.response.body), "stored");
    assert_true(test_server_has_header(scene.server, 1, "Authorization: Bearer secret"));
    assert_false(test_server_has_header(store, 0, "Authorization"));
    assert_false(test_server_has_header(store, 0, "Cookie"));
    assert_true(test_server_has_header(store, 0, "X-Kept: 1"));
    end(&scene);
    test_server_stop(store);
}

static void test_redirects_that_are_refused(void **state)
{
    (void) state;
    static const struct test_reply loop[] = {{.head = "HTTP/1.1 302 Found\r\nLocation: /x"}};
    static const struct test_reply file[] = {
        {.head = "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd"}};
    struct scene scene = begin(loop, 1, "/");
    assert_int_equal(get(&scene), FP_E_INPUT);
    assert_non_null(strstr(scene.err.text, "more than 3 redirects"));
    assert_int_equal(test_server_count(scene.server), 4);
    end(&scene);
    scene = begin(file, 1, "/");
    assert_int_equal(get(&scene), FP_E_INPUT);
    assert_non_null(strstr(scene.err.text, "leads to \"file:///etc/passwd\", which is refused"));
    end(&scene);
}

/* Unsigned files have to come over https, from this machine, or from a host that was named. */
static void test_plain_http_needs_a_name(void **state)
{
    (void) state;
    static const struct {
        const char *url;
        enum fp_code code;
    } cases[] = {
        {"https://a.example.com/x", FP_OK},
        {"http://127.0.0.1:8080/x", FP_OK},
        {"http://127.9.9.9/x", FP_OK},
        {"http://[::1]:81/x", FP_OK},
        {"HTTP://LOCALHOST/x", FP_OK},
        {"http://a.example.com/x", FP_E_USAGE},
        {"HTTP://a.example.com/x", FP_E_USAGE},
        {"http://128.0.0.1/x", FP_E_USAGE},
        {"http://10.0.0.1/x", FP_E_USAGE},
        {"http://[::2]/x", FP_E_USAGE},
        {"http://localhost.example.com/x", FP_E_USAGE},
        {"http://127.0.0.1.example.com/x", FP_E_USAGE},
        {"http://b.example.com/x", FP_OK},
        {"http://B.example.com:8080/x", FP_OK},
        {"http://sub.b.example.com/x", FP_E_USAGE},
        {"http://c.example.com:81/x", FP_OK},
        {"http://c.example.com/x", FP_E_USAGE},
        {"http://d.example.com/x", FP_E_USAGE}, /* named for registries only */
        {"--flink-checksum", FP_OK},            /* no URL at all */
    };
    struct fp_strv named = {0};
    struct fp_strv insecure = {0};
    fp_strv_add(&named, "b.example.com");
    fp_strv_add(&named, "c.example.com:81");
    fp_strv_add(&insecure, "d.example.com");
    const struct fp_http_options options = {.plain_hosts = &named, .insecure_hosts = &insecure};
    struct fp_http *http = NULL;
    struct fp_error err = {0};
    assert_int_equal(fp_http_new(&options, &http, &err), FP_OK);
    for (size_t i = 0; i < COUNT(cases); i++) {
        if (fp_http_check_plain(http, cases[i].url, &err) != cases[i].code)
            fail_msg("%s", cases[i].url);
    }
    assert_int_equal(fp_http_check_plain(NULL, "http://b.example.com/x", &err), FP_E_USAGE);
    assert_string_equal(err.text, "http://b.example.com/x: refused: over plain HTTP anybody on the "
                                  "way could change it");
    assert_non_null(strstr(err.hint, "--insecure-http b.example.com"));
    fp_http_free(http);
    fp_strv_clear(&named);
    fp_strv_clear(&insecure);
}

/* A host that may use plain HTTP must not redirect to a host that may not. */
static void test_plain_http_is_refused_at_each_hop(void **state)
{
    (void) state;
    static const struct test_reply away[] = {
        {.head = "HTTP/1.1 302 Found\r\nLocation: http://no-such-host.invalid/y"}};
    struct scene scene = begin(away, 1, "/x");
    struct fp_http_request request = {
        .method = "GET", .url = scene.url, .max_redirects = 3, .needs_tls = true};
    assert_int_equal(fp_http_send(scene.http, &request, &scene.response, &scene.err), FP_E_INPUT);
    assert_non_null(strstr(scene.err.text, "leads on: http://no-such-host.invalid/y: refused"));
    request.url = "http://no-such-host.invalid/y";
    assert_int_equal(fp_http_send(scene.http, &request, &scene.response, &scene.err), FP_E_USAGE);
    end(&scene);
}

static void test_body_goes_to_no_other_origin(void **state)
{
    (void) state;
    static const struct test_reply there[] = {{.body = ""}};
    static const struct test_reply away[] = {
        {.head = "HTTP/1.1 307 Temporary\r\nLocation: $PEER/x"}};
    static const struct test_reply within[] = {{.head = "HTTP/1.1 308 Permanent\r\nLocation: /y"},
                                               {.head = "HTTP/1.1 201 Created"}};
    struct test_server *other = test_server_start(there, 1);
    struct scene scene = begin(away, 1, "/");
    test_server_set_peer(scene.server, other);
    struct fp_http_request request = {
        .method = "PUT", .url = scene.url, .body = "content", .body_bytes = 7, .max_redirects = 3};
    assert_int_equal(fp_http_send(scene.http, &request, &scene.response, &scene.err), FP_E_INPUT);
    assert_int_equal(test_server_count(other), 0);
    end(&scene);
    test_server_stop(other);
    scene = begin(within, 2, "/");
    request.url = scene.url;
    assert_int_equal(fp_http_send(scene.http, &request, &scene.response, &scene.err), FP_OK);
    assert_string_equal(test_server_request(scene.server, 1)->body, "content");
    assert_string_equal(test_server_request(scene.server, 1)->line, "PUT /y HTTP/1.1");
    end(&scene);
}

static void test_network_may_not_name_local_addresses(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {{.body = "metadata"}};
    struct scene scene = begin(replies, 1, "/token");
    struct fp_http_request request = {
        .method = "GET", .url = scene.url, .named_by = "https://registry.example.com/"};
    assert_int_equal(fp_http_send(scene.http, &request, &scene.response, &scene.err), FP_E_INPUT);
    assert_non_null(strstr(scene.err.text, "loopback or link-local"));
    assert_int_equal(test_server_count(scene.server), 0);
    request.named_by = "http://localhost:1/"; /* local to local is fine */
    assert_int_equal(fp_http_send(scene.http, &request, &scene.response, &scene.err), FP_OK);
    end(&scene);
}

static void test_urls_that_are_refused(void **state)
{
    (void) state;
    static const char *const bad[] = {"file:///etc/passwd", "ftp://h/", "ftp://u:pw@h/", "h",
                                      "http://h/\r\nX: y",  ""};
    struct fp_error err = {0};
    cleanup_http struct fp_http *http = NULL;
    assert_int_equal(fp_http_new(&quick, &http, &err), FP_OK);
    for (size_t i = 0; i < COUNT(bad); i++) {
        cleanup_http_response struct fp_http_response response = FP_HTTP_RESPONSE_INIT(10);
        struct fp_http_request request = {.method = "GET", .url = bad[i]};
        assert_int_equal(fp_http_send(http, &request, &response, &err), FP_E_USAGE);
        assert_null(strstr(err.text, "pw"));
    }
}

static void test_header_injection_is_refused(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {{.body = ""}};
    struct scene scene = begin(replies, 1, "/");
    struct fp_http_request request = {
        .method = "GET", .url = scene.url, .authorization = "Bearer a\r\nX-Evil: 1"};
    assert_int_equal(fp_http_send(scene.http, &request, &scene.response, &scene.err), FP_E_USAGE);
    assert_int_equal(test_server_count(scene.server), 0);
    end(&scene);
}

static void test_connection_refused(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {{.body = ""}};
    struct scene scene = begin(replies, 1, "/");
    struct test_server *gone = test_server_start(replies, 1);
    cleanup_free char *url = fp_xasprintf("%s/", test_server_url(gone));
    test_server_stop(gone);
    struct fp_http_request request = {.method = "GET", .url = url};
    assert_int_equal(fp_http_send(scene.http, &request, &scene.response, &scene.err), FP_E_NETWORK);
    assert_non_null(strstr(scene.err.text, "3 attempts: GET http://127.0.0.1:"));
    assert_non_null(strstr(scene.err.text, ": cannot connect: Connection refused"));
    assert_non_null(strstr(scene.err.hint, "is the port right?"));
    end(&scene);
}

/* Collects the messages for the user. */
struct listener {
    struct fp_reporter reporter;
    struct fp_strv lines;
};

static void listen_to(struct fp_reporter *self, const struct fp_event *event)
{
    struct listener *listener = (struct listener *) (void *) self;
    if (event->kind == FP_EVENT_INFO)
        fp_strv_add(&listener->lines, event->text);
}

static void test_pauses_are_told(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {{.head = "HTTP/1.1 503 Busy", .then = TEST_CLOSE},
                                                {.head = "", .then = TEST_CLOSE},
                                                {.head = "HTTP/1.1 429 Slow\r\nRetry-After: 1"},
                                                {.body = "done"}};
    struct listener listener = {.reporter.event = listen_to};
    const struct fp_http_options options = {.first_pause_ms = 1, .reporter = &listener.reporter};
    struct fp_http *http = NULL;
    struct scene scene = begin(replies, COUNT(replies), "/path?secret=1");
    assert_int_equal(fp_http_new(&options, &http, &scene.err), FP_OK);
    struct fp_http_request request = {.method = "GET", .url = scene.url};
    assert_int_equal(fp_http_send(http, &request, &scene.response, &scene.err), FP_OK);
    assert_int_equal(listener.lines.len, 3);
    cleanup_free char *busy =
        fp_xasprintf("retrying in 0.0 s (2 of 5): %s/path: 503", test_server_url(scene.server));
    assert_string_equal(listener.lines.items[0], busy);
    cleanup_free char *lost =
        fp_xasprintf("retrying in 0.0 s (3 of 5): GET %s/path: ", test_server_url(scene.server));
    assert_memory_equal(listener.lines.items[1], lost, strlen(lost));
    assert_memory_equal(listener.lines.items[2], "retrying in 1.0 s (4 of 5): ", 28);
    fp_strv_clear(&listener.lines);
    fp_http_free(http);
    end(&scene);
}

static void test_refused_pauses_are_told(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {{.body = ""}};
    struct listener listener = {.reporter.event = listen_to};
    const struct fp_http_options options = {.first_pause_ms = 1, .reporter = &listener.reporter};
    struct fp_http *http = NULL;
    struct scene scene = begin(replies, 1, "/");
    struct test_server *gone = test_server_start(replies, 1);
    cleanup_free char *url = fp_xasprintf("%s/", test_server_url(gone));
    test_server_stop(gone);
    assert_int_equal(fp_http_new(&options, &http, &scene.err), FP_OK);
    struct fp_http_request request = {.method = "GET", .url = url};
    assert_int_equal(fp_http_send(http, &request, &scene.response, &scene.err), FP_E_NETWORK);
    assert_int_equal(listener.lines.len, 2);
    assert_non_null(strstr(listener.lines.items[0], "(2 of 3): GET http://127.0.0.1:"));
    assert_non_null(strstr(listener.lines.items[0], ": cannot connect: Connection refused"));
    fp_strv_clear(&listener.lines);
    fp_http_free(http);
    end(&scene);
}

static void test_contradicting_lengths(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {
        {.head = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2", .body = "ab"}};
    struct scene scene = begin(replies, 1, "/");
    assert_int_equal(get(&scene), FP_E_INPUT);
    assert_non_null(strstr(scene.err.text, "Content-Length is both \"1\" and \"2\""));
    end(&scene);
}

/* One client serves many hosts. An unknown host must not break requests to the next one. */
static void test_unknown_host(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {{.body = "here"}};
    struct scene scene = begin(replies, 1, "/");
    struct fp_http_request unknown = {.method = "GET", .url = "http://no-such-host.invalid/"};
    assert_int_equal(fp_http_send(scene.http, &unknown, &scene.response, &scene.err), FP_E_NETWORK);
    assert_non_null(strstr(scene.err.text, "no-such-host.invalid"));
    assert_null(strstr(scene.err.text, "option"));
    fp_http_response_clear(&scene.response);
    struct fp_http_request known = {.method = "GET", .url = scene.url};
    assert_int_equal(fp_http_send(scene.http, &known, &scene.response, &scene.err), FP_OK);
    assert_string_equal(fp_buf_text(&scene.response.body), "here");
    end(&scene);
}

static enum fp_code send_ten(void *context, struct fp_error *err)
{
    struct scene *scene = context;
    for (int i = 0; i < 10; i++) {
        cleanup_http_response struct fp_http_response response = FP_HTTP_RESPONSE_INIT(100);
        struct fp_http_request request = {.method = "GET", .url = scene->url};
        FP_TRY(fp_http_send(scene->http, &request, &response, err));
        if (response.status != 200)
            return fp_fail(err, FP_E_NETWORK, "status %d", response.status);
    }
    return FP_OK;
}

static void test_threads_share_a_client(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {{.body = "same"}};
    struct scene scene = begin(replies, 1, "/");
    cleanup_group struct fp_group *group = fp_group_new(NULL, 4);
    for (size_t i = 0; i < 4; i++)
        fp_group_go(group, send_ten, &scene);
    assert_int_equal(fp_group_wait(group, &scene.err), FP_OK);
    assert_int_equal(test_server_count(scene.server), 40);
    end(&scene);
}

static void test_interruption_ends_it(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {{.head = "", .then = TEST_HANG}};
    struct scene scene = begin(replies, 1, "/");
    static struct fp_cancel root;
    cleanup_cancel struct fp_cancel *before = fp_cancel_enter(&root);
    fp_signals_install(&root);
    assert_int_equal(raise(SIGTERM), 0);
    assert_int_equal(get(&scene), FP_E_INTERRUPTED);
    end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answer_is_returned_whole),
        cmocka_unit_test(test_what_may_pass_is_repeated),
        cmocka_unit_test(test_attempts_are_bounded),
        cmocka_unit_test(test_lasting_answers_and_single_attempts_are_not_repeated),
        cmocka_unit_test(test_long_retry_after_is_told),
        cmocka_unit_test(test_a_stalled_server_is_given_up),
        cmocka_unit_test(test_bodies_are_bounded),
        cmocka_unit_test(test_endless_body_without_length),
        cmocka_unit_test(test_body_is_sent_again),
        cmocka_unit_test(test_empty_post_has_a_length),
        cmocka_unit_test(test_early_refusal_counts),
        cmocka_unit_test(test_secrets_stay_with_the_origin),
        cmocka_unit_test(test_redirects_that_are_refused),
        cmocka_unit_test(test_plain_http_needs_a_name),
        cmocka_unit_test(test_plain_http_is_refused_at_each_hop),
        cmocka_unit_test(test_body_goes_to_no_other_origin),
        cmocka_unit_test(test_network_may_not_name_local_addresses),
        cmocka_unit_test(test_urls_that_are_refused),
        cmocka_unit_test(test_header_injection_is_refused),
        cmocka_unit_test(test_connection_refused),
        cmocka_unit_test(test_pauses_are_told),
        cmocka_unit_test(test_refused_pauses_are_told),
        cmocka_unit_test(test_contradicting_lengths),
        cmocka_unit_test(test_unknown_host),
        cmocka_unit_test(test_threads_share_a_client),
        cmocka_unit_test(test_interruption_ends_it),
    };
    (void) signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
