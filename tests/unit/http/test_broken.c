/* Answers that are cut off within their headers, and data that is no HTTP answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "flinkpack/http.h"
#include "server.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

struct scene {
    struct test_server *server;
    struct fp_http *http;
    struct fp_http_response response;
    struct fp_error err;
};

static enum fp_code get(struct scene *scene, const struct test_reply *replies, size_t count)
{
    static const struct fp_http_options quick = {.first_pause_ms = 1};
    scene->response = (struct fp_http_response) FP_HTTP_RESPONSE_INIT(65536);
    scene->server = test_server_start(replies, count);
    assert_int_equal(fp_http_new(&quick, &scene->http, &scene->err), FP_OK);
    struct fp_http_request request = {.method = "GET", .url = test_server_url(scene->server)};
    return fp_http_send(scene->http, &request, &scene->response, &scene->err);
}

static void end(struct scene *scene)
{
    fp_http_response_clear(&scene->response);
    fp_http_free(scene->http);
    test_server_stop(scene->server);
}

/* libcurl reports no error if a connection is closed within the headers. */
static void test_what_is_no_answer_is_repeated(void **state)
{
    (void) state;
    static const char answer[] = "HTTP/1.1 200 OK\r\nX-One: 1\r\nContent-Length: 2\r\n\r\nhi";
    static const char *const others[] = {
        "garbage\r\n\r\n",
        "\x15\x03\x01",
        "<html>no</html>",
        "SSH-2.0-Open\r\n",
        "HTTP/9.9 200 OK\r\n\r\n",
        "HTTP/1.1 abc\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"};
    for (size_t i = 0; i < strlen(answer) + COUNT(others); i++) {
        bool is_cut = i < strlen(answer);
        const struct test_reply replies[] = {{.head = "",
                                              .body = is_cut ? answer : others[i - strlen(answer)],
                                              .is_cut = is_cut,
                                              .cut_at = i,
                                              .then = TEST_CLOSE},
                                             {.body = "at last"}};
        struct scene scene = {0};
        assert_int_equal(get(&scene, replies, COUNT(replies)), FP_OK);
        assert_string_equal(fp_buf_text(&scene.response.body), "at last");
        end(&scene);
    }
    static const struct test_reply cut[] = {
        {.head = "", .body = "HTTP/1.1 200 OK\r\nX", .then = TEST_CLOSE}};
    struct scene scene = {0};
    assert_int_equal(get(&scene, cut, 1), FP_E_NETWORK);
    assert_non_null(strstr(scene.err.text, "the answer ended within its headers"));
    assert_int_equal(test_server_count(scene.server), 5);
    end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_no_answer_is_repeated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
