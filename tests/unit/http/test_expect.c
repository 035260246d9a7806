#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <string.h>

#include "flinkpack/http.h"
#include "server.h"

#define LIMIT ((size_t) 4 << 20)
#define CREATED                                                                                    \
    {                                                                                              \
        .head = "HTTP/1.1 201 Created"                                                             \
    }

static char large[2 * LIMIT];

struct scene {
    struct test_server *server;
    struct fp_http *http;
    size_t sent;
};

static struct scene begin(const struct test_reply *replies, size_t count)
{
    static const struct fp_http_options quick = {.first_pause_ms = 1};
    struct scene scene = {.server = test_server_start(replies, count)};
    struct fp_error err = {0};
    (void) signal(SIGPIPE, SIG_IGN);
    assert_int_equal(fp_http_new(&quick, &scene.http, &err), FP_OK);
    return scene;
}

static void end(struct scene *scene)
{
    fp_http_free(scene->http);
    test_server_stop(scene->server);
}

/* Send a body. Returns the status, and whether the last request had Expect: 100-continue. */
static int put(struct scene *scene, const char *token, size_t bytes, bool *ret_asked)
{
    cleanup_http_response struct fp_http_response response = FP_HTTP_RESPONSE_INIT(65536);
    struct fp_error err = {0};
    struct fp_http_request request = {.method = "PUT",
                                      .url = test_server_url(scene->server),
                                      .authorization = token,
                                      .body = large,
                                      .body_bytes = bytes,
                                      .no_retry = true};
    assert_int_equal(fp_http_send(scene->http, &request, &response, &err), FP_OK);
    scene->sent = test_server_count(scene->server);
    *ret_asked = test_server_has_header(scene->server, scene->sent - 1, "Expect: 100-continue");
    if (response.status < 300)
        assert_int_equal(test_server_request(scene->server, scene->sent - 1)->body_len, bytes);
    return response.status;
}

static void test_large_bodies_are_asked_for_once_for_a_token(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {CREATED};
    static const struct {
        const char *token;
        size_t bytes;
        bool asks;
    } cases[] = {
        {"Bearer one", 1000, false},      {"Bearer one", LIMIT, false},
        {"Bearer one", LIMIT + 1, true},  {"Bearer one", 2 * LIMIT, false},
        {"Bearer two", LIMIT + 1, true},  {"Bearer two", LIMIT + 1, false},
        {"Bearer one", LIMIT + 1, false}, {NULL, LIMIT + 1, true},
        {NULL, LIMIT + 1, false},
    };
    struct scene scene = begin(replies, 1);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool asked = false;
        assert_int_equal(put(&scene, cases[i].token, cases[i].bytes, &asked), 201);
        assert_int_equal(asked, cases[i].asks);
    }
    assert_int_equal(scene.sent, sizeof(cases) / sizeof(cases[0]));
    end(&scene);
}

static void test_refusals_come_before_the_body(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {
        {.head = "HTTP/1.1 403 Forbidden", .is_early = true},
        {.head = "HTTP/1.1 413 Too Large", .is_early = true, .then = TEST_CLOSE},
        CREATED};
    struct scene scene = begin(replies, 3);
    for (size_t i = 0; i < 3; i++) {
        bool asked = false;
        assert_int_equal(put(&scene, "Bearer one", 2 * LIMIT, &asked), i == 0   ? 403
                                                                       : i == 1 ? 413
                                                                                : 201);
        assert_true(asked);
        assert_int_equal(test_server_request(scene.server, i)->body_len, i < 2 ? 0 : 2 * LIMIT);
    }
    end(&scene);
}

/* The client waits for a second once. It does not wait again, even with other tokens. */
static void test_server_that_takes_no_notice(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {{.head = "HTTP/1.1 201 Created", .is_mute = true}};
    struct scene scene = begin(replies, 1);
    bool asked = false;
    assert_int_equal(put(&scene, "Bearer one", 2 * LIMIT, &asked), 201);
    assert_true(asked);
    assert_int_equal(put(&scene, "Bearer two", 2 * LIMIT, &asked), 201);
    assert_false(asked);
    assert_int_equal(scene.sent, 2);
    end(&scene);
}

static void test_server_that_refuses_to_be_asked(void **state)
{
    (void) state;
    static const enum test_then ends[] = {TEST_KEEP, TEST_CLOSE, TEST_HANG};
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        const struct test_reply replies[] = {{.head = "HTTP/1.1 417 Expectation Failed",
                                              .body = "no such thing here",
                                              .is_early = true,
                                              .then = ends[i]},
                                             CREATED};
        struct scene scene = begin(replies, 2);
        bool asked = false;
        assert_int_equal(put(&scene, "Bearer one", 2 * LIMIT, &asked), 201);
        assert_false(asked);
        assert_int_equal(scene.sent, 2);
        assert_true(test_server_has_header(scene.server, 0, "Expect: 100-continue"));
        assert_int_equal(put(&scene, "Bearer two", 2 * LIMIT, &asked), 201);
        assert_false(asked);
        assert_int_equal(scene.sent, 3);
        end(&scene);
    }
}

/* Some balancers close the connection on Expect. The next attempt is sent without it. */
static void test_server_that_hangs_up_at_the_question(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {
        {.head = "", .is_early = true, .then = TEST_CLOSE}, CREATED, CREATED};
    struct fp_error err = {0};
    struct scene scene = begin(replies, 3);
    struct fp_http_request request = {.method = "PUT",
                                      .url = test_server_url(scene.server),
                                      .body = large,
                                      .body_bytes = 2 * LIMIT,
                                      .no_retry = true};
    cleanup_http_response struct fp_http_response response = FP_HTTP_RESPONSE_INIT(65536);
    assert_int_equal(fp_http_send(scene.http, &request, &response, &err), FP_E_NETWORK);
    assert_true(test_server_has_header(scene.server, 0, "Expect: 100-continue"));
    bool asked = true;
    assert_int_equal(put(&scene, NULL, 2 * LIMIT, &asked), 201);
    assert_false(asked);
    end(&scene);
}

/* If a request has no Expect header, 417 is treated like any other answer. */
static void test_lasting_417(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {
        {.head = "HTTP/1.1 417 Expectation Failed", .is_early = true}};
    struct scene scene = begin(replies, 1);
    bool asked = false;
    assert_int_equal(put(&scene, NULL, 1000, &asked), 417);
    assert_int_equal(scene.sent, 1);
    assert_int_equal(put(&scene, NULL, 2 * LIMIT, &asked), 417);
    assert_int_equal(scene.sent, 3);
    end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_large_bodies_are_asked_for_once_for_a_token),
        cmocka_unit_test(test_refusals_come_before_the_body),
        cmocka_unit_test(test_server_that_takes_no_notice),
        cmocka_unit_test(test_server_that_refuses_to_be_asked),
        cmocka_unit_test(test_server_that_hangs_up_at_the_question),
        cmocka_unit_test(test_lasting_417),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
