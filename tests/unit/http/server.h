/**
 * @file
 * A scripted HTTP server on loopback, for faults that real servers do not have on demand: each
 * request gets the next reply of a list and is recorded.
 */
#ifndef TESTS_UNIT_HTTP_SERVER_H
#define TESTS_UNIT_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What happens to the connection after a reply. */
enum test_then {
    TEST_KEEP,  /**< it is kept */
    TEST_CLOSE, /**< it is closed in good order */
    TEST_RESET, /**< it is reset */
    TEST_HANG,  /**< nothing more comes, and it stays open */
};

/** One reply. Zero is "200 OK" without a body. */
struct test_reply {
    /** Status line and headers, each but the last with "\r\n"; NULL: "HTTP/1.1 200 OK"; "": only
     * the body is sent, as it is. "$SELF" and "$PEER" become "http://127.0.0.1:PORT" of this and
     * the other server. Content-Length is added unless it is there. */
    const char *head;
    const char *body;
    size_t body_len; /**< 0: strlen(body) */
    bool is_cut;     /**< only `cut_at` bytes of the body are sent */
    size_t cut_at;
    bool is_early; /**< sent when only `read_bytes` of the request's body have been read */
    size_t read_bytes;
    bool is_mute; /**< who asks before a body is told nothing */
    enum test_then then;
};

/** A request as it arrived. */
struct test_request {
    char line[1024];    /**< "GET /path HTTP/1.1" */
    char headers[8192]; /**< with "\r\n" after each */
    char body[4096];    /**< its beginning, terminated */
    uint64_t body_len;  /**< of what was read */
};

struct test_server;

/** Start. `replies` is borrowed; the last one is repeated. */
struct test_server *test_server_start(const struct test_reply *replies, size_t count);
/** Let "$PEER" mean that server. */
void test_server_set_peer(struct test_server *server, const struct test_server *peer);
/** "http://127.0.0.1:PORT". Borrowed. */
const char *test_server_url(const struct test_server *server);
/** How many requests have come. */
size_t test_server_count(struct test_server *server);
/** The n-th request, from 0; fails the test where there is none. Borrowed. */
const struct test_request *test_server_request(struct test_server *server, size_t n);
/** Whether the n-th request has a header that begins so, in any case. */
bool test_server_has_header(struct test_server *server, size_t n, const char *beginning);
/** Stop and free. */
void test_server_stop(struct test_server *server);

#endif
