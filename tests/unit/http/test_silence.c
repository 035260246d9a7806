#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "flinkpack/http.h"
#include "server.h"

#define CALLERS 3

/* A port that accepts no connections, because its queue is full and is never emptied. */
struct hole {
    int listener;
    int callers[CALLERS];
    char url[64];
};

static void open_hole(struct hole *hole)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    hole->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(hole->listener, (struct sockaddr *) &address, len), 0);
    assert_int_equal(listen(hole->listener, 0), 0);
    assert_int_equal(getsockname(hole->listener, (struct sockaddr *) &address, &len), 0);
    for (size_t i = 0; i < CALLERS; i++) {
        hole->callers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        (void) connect(hole->callers[i], (struct sockaddr *) &address, len);
    }
    (void) snprintf(hole->url, sizeof(hole->url), "http://127.0.0.1:%u/",
                    (unsigned int) ntohs(address.sin_port));
}

static void close_hole(struct hole *hole)
{
    for (size_t i = 0; i < CALLERS; i++)
        (void) close(hole->callers[i]);
    (void) close(hole->listener);
}

static enum fp_code ask(struct fp_http *http, const char *url, int patience_s, struct fp_error *err)
{
    cleanup_http_response struct fp_http_response response = FP_HTTP_RESPONSE_INIT(65536);
    struct fp_http_request request = {
        .method = "GET", .url = url, .patience_s = patience_s, .no_retry = true};
    return fp_http_send(http, &request, &response, err);
}

static void test_no_connection(void **state)
{
    (void) state;
    const struct fp_http_options options = {.connect_timeout_s = 1};
    cleanup_http struct fp_http *http = NULL;
    struct fp_error err = {0};
    struct hole hole = {0};
    open_hole(&hole);
    assert_int_equal(fp_http_new(&options, &http, &err), FP_OK);
    assert_int_equal(ask(http, hole.url, 4, &err), FP_E_NETWORK);
    assert_non_null(strstr(err.text, ": no connection within 1 second"));
    assert_non_null(strstr(err.hint, "HTTPS_PROXY"));
    assert_int_equal(err.sys_errno, ETIMEDOUT);
    /* A request with little patience does not wait again for a host that has timed out. */
    close_hole(&hole);
    assert_int_equal(ask(http, hole.url, 4, &err), FP_E_NETWORK);
    assert_int_equal(err.sys_errno, ETIMEDOUT);
    assert_int_equal(fp_http_max_attempts(http, &err), 2);
    assert_int_equal(ask(http, hole.url, 0, &err), FP_E_NETWORK);
    assert_int_equal(err.sys_errno, ECONNREFUSED);
}

/* The server accepts a connection but never answers, like a balancer without backends. */
static void test_no_answer(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {{.head = "", .then = TEST_HANG}};
    const struct fp_http_options options = {0};
    cleanup_http struct fp_http *http = NULL;
    struct fp_error err = {0};
    struct test_server *server = test_server_start(replies, 1);
    assert_int_equal(fp_http_new(&options, &http, &err), FP_OK);
    assert_int_equal(ask(http, test_server_url(server), 1, &err), FP_E_NETWORK);
    assert_non_null(strstr(err.text, ": no answer within 1 second"));
    test_server_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_connection),
        cmocka_unit_test(test_no_answer),
    };
    (void) signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
