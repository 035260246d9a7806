#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "flinkpack/http.h"
#include "server.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define DIGITS      "0123456789"

static const struct fp_http_options quick = {.first_pause_ms = 1};

struct scene {
    struct test_server *server;
    struct fp_http *http;
    struct fp_http_response answer;
    struct fp_error err;
    char *url;
    int fd;
    int status;
    uint64_t expected_bytes;
    uint64_t max_bytes;
    char hex[FP_HASH_HEX_MAX];
};

static struct scene begin(const struct test_reply *replies, size_t count, const char *partial)
{
    struct scene scene = {.answer = FP_HTTP_RESPONSE_INIT(65536),
                          .expected_bytes = UINT64_MAX,
                          .max_bytes = (uint64_t) 1 << 20};
    scene.server = test_server_start(replies, count);
    assert_int_equal(fp_http_new(&quick, &scene.http, &scene.err), FP_OK);
    scene.url = fp_xasprintf("%s/file?key=secret", test_server_url(scene.server));
    scene.fd = memfd_create("download", MFD_CLOEXEC);
    assert_true(scene.fd >= 0);
    assert_int_equal(write(scene.fd, partial, strlen(partial)), (ssize_t) strlen(partial));
    return scene;
}

static void end(struct scene *scene)
{
    free(scene->url);
    fp_http_response_clear(&scene->answer);
    fp_http_free(scene->http);
    test_server_stop(scene->server);
    (void) close(scene->fd);
}

static enum fp_code download(struct scene *scene)
{
    struct fp_hash *hash = fp_hash_new(FP_SHA256);
    struct fp_http_download spec = {.url = scene->url,
                                    .fd = scene->fd,
                                    .expected_bytes = scene->expected_bytes,
                                    .max_bytes = scene->max_bytes,
                                    .hash = hash,
                                    .answer = &scene->answer};
    enum fp_code code = fp_http_download(scene->http, &spec, &scene->status, &scene->err);
    fp_hash_hex(hash, scene->hex);
    fp_hash_free(hash);
    return code;
}

static void assert_file(struct scene *scene, const char *expected)
{
    char content[256] = "";
    char hex[FP_HASH_HEX_MAX];
    ssize_t len = pread(scene->fd, content, sizeof(content) - 1, 0);
    assert_true(len >= 0);
    content[len] = '\0';
    assert_string_equal(content, expected);
    fp_hash_bytes(FP_SHA256, expected, strlen(expected), hex);
    assert_string_equal(scene->hex, hex);
}

static void assert_complete(struct scene *scene, size_t requests)
{
    assert_int_equal(download(scene), FP_OK);
    assert_int_equal(scene->status, 200);
    assert_file(scene, DIGITS);
    assert_int_equal(test_server_count(scene->server), requests);
}

static void test_whole_file(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {{.body = DIGITS}};
    struct scene scene = begin(replies, 1, "");
    assert_complete(&scene, 1);
    assert_false(test_server_has_header(scene.server, 0, "Range:"));
    assert_false(test_server_has_header(scene.server, 0, "Accept-Encoding:"));
    end(&scene);
}

static void test_goes_on_where_it_broke_off(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {
        {.head = "HTTP/1.1 200 OK\r\nETag: \"v1\"",
         .body = DIGITS,
         .is_cut = true,
         .cut_at = 4,
         .then = TEST_RESET},
        {.head = "HTTP/1.1 503 Busy"},
        {.head = "HTTP/1.1 206 Partial\r\nETag: \"v1\"\r\nContent-Range: bytes 4-9/10",
         .body = "456789"},
    };
    struct scene scene = begin(replies, COUNT(replies), "");
    assert_complete(&scene, 3);
    assert_true(test_server_has_header(scene.server, 1, "Range: bytes=4-"));
    assert_true(test_server_has_header(scene.server, 1, "If-Range: \"v1\""));
    end(&scene);
}

static void test_goes_on_with_what_is_there(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {
        {.head = "HTTP/1.1 206 Partial\r\nContent-Range: bytes 3-9/10", .body = "3456789"}};
    struct scene scene = begin(replies, 1, "012");
    scene.expected_bytes = 10;
    assert_complete(&scene, 1);
    assert_true(test_server_has_header(scene.server, 0, "Range: bytes=3-"));
    end(&scene);
}

static void test_complete_already(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {
        {.head = "HTTP/1.1 416 Beyond\r\nContent-Range: bytes */10"}};
    struct scene scene = begin(replies, 1, DIGITS);
    scene.expected_bytes = 10;
    assert_complete(&scene, 0);
    end(&scene);
    scene = begin(replies, 1, DIGITS);
    assert_complete(&scene, 1);
    end(&scene);
}

static void test_too_much_there_starts_over(void **state)
{
    (void) state;
    static const struct test_reply known[] = {{.body = DIGITS}};
    static const struct test_reply unknown[] = {
        {.head = "HTTP/1.1 416 Beyond\r\nContent-Range: bytes */10"}, {.body = DIGITS}};
    struct scene scene = begin(known, 1, "more than ten bytes");
    scene.expected_bytes = 10;
    assert_complete(&scene, 1);
    end(&scene);
    scene = begin(unknown, 2, "more than ten bytes");
    assert_complete(&scene, 2);
    end(&scene);
}

static void test_ignored_range_starts_over(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {{.body = DIGITS}};
    struct scene scene = begin(replies, 1, "abc");
    assert_complete(&scene, 1);
    end(&scene);
}

static void test_wrong_part_starts_over(void **state)
{
    (void) state;
    static const char *const wrong[] = {
        "HTTP/1.1 206 Partial\r\nContent-Range: bytes 2-9/10",
        "HTTP/1.1 206 Partial\r\nContent-Range: bytes 3-9/11",
        "HTTP/1.1 206 Partial\r\nContent-Range: nonsense",
        "HTTP/1.1 206 Partial",
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        const struct test_reply replies[] = {{.head = wrong[i], .body = "XXXXXXX"},
                                             {.body = DIGITS}};
        struct scene scene = begin(replies, 2, "012");
        scene.expected_bytes = 10;
        assert_complete(&scene, 2);
        assert_false(test_server_has_header(scene.server, 1, "Range:"));
        end(&scene);
    }
}

static void test_changed_object_starts_over(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {
        {.head = "HTTP/1.1 200 OK\r\nETag: \"v1\"",
         .body = "abcdefghij",
         .is_cut = true,
         .cut_at = 4,
         .then = TEST_CLOSE},
        {.head = "HTTP/1.1 206 Partial\r\nETag: \"v2\"\r\nContent-Range: bytes 4-9/10",
         .body = "456789"},
        {.body = DIGITS},
    };
    struct scene scene = begin(replies, COUNT(replies), "");
    assert_complete(&scene, 3);
    end(&scene);
}

static void test_early_end_is_noticed(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {
        {.body = "0123"},
        {.head = "HTTP/1.1 206 Partial\r\nContent-Range: bytes 4-9/10", .body = "456789"}};
    struct scene scene = begin(replies, 2, "");
    scene.expected_bytes = 10;
    assert_int_equal(download(&scene), FP_E_VERIFY);
    assert_non_null(strstr(scene.err.text, "4 bytes, expected 10"));
    assert_null(strstr(scene.err.text, "secret"));
    end(&scene);
}

static void test_a_refusal_leaves_the_file(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {
        {.head = "HTTP/1.1 404 Not Found", .body = "<html>nothing</html>"}};
    struct scene scene = begin(replies, 1, "012");
    assert_int_equal(download(&scene), FP_OK);
    assert_int_equal(scene.status, 404);
    assert_file(&scene, "012");
    assert_string_equal(fp_buf_text(&scene.answer.body), "<html>nothing</html>");
    end(&scene);
}

static void test_sizes_are_held_to(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {{.body = DIGITS}};
    struct scene scene = begin(replies, 1, "");
    scene.max_bytes = 9;
    assert_int_equal(download(&scene), FP_E_INPUT);
    assert_file(&scene, "");
    end(&scene);
    scene = begin(replies, 1, "");
    scene.expected_bytes = 11;
    assert_int_equal(download(&scene), FP_E_VERIFY);
    end(&scene);
}

/* A part can be within the limit, while the sum of all parts exceeds it. */
static void test_parts_are_held_to_the_limit(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {
        {.body = DIGITS, .is_cut = true, .cut_at = 6, .then = TEST_CLOSE},
        {.head = "HTTP/1.1 206 Partial\r\nContent-Range: bytes 6-9/10", .body = "6789more"}};
    struct scene scene = begin(replies, 2, "");
    scene.expected_bytes = scene.max_bytes = 10;
    assert_int_equal(download(&scene), FP_E_INPUT);
    assert_non_null(strstr(scene.err.text, "it has more than the limit of 10 bytes"));
    assert_int_equal(test_server_count(scene.server), 2);
    assert_file(&scene, "012345");
    end(&scene);
    scene = begin(replies, 1, "more than the limit");
    scene.max_bytes = 10;
    assert_int_equal(download(&scene), FP_E_NETWORK);
    assert_false(test_server_has_header(scene.server, 0, "Range:"));
    end(&scene);
}

static void test_attempts_without_progress_are_bounded(void **state)
{
    (void) state;
    static const struct test_reply cut[] = {
        {.body = DIGITS, .is_cut = true, .cut_at = 2, .then = TEST_RESET}};
    static const struct test_reply busy[] = {{.head = "HTTP/1.1 503 Busy"}};
    struct scene scene = begin(cut, 1, "");
    assert_int_equal(download(&scene), FP_E_NETWORK);
    assert_int_equal(test_server_count(scene.server), 5);
    assert_non_null(strstr(scene.err.text, "5 attempts"));
    end(&scene);
    scene = begin(busy, 1, "");
    assert_int_equal(download(&scene), FP_OK);
    assert_int_equal(scene.status, 503);
    assert_int_equal(test_server_count(scene.server), 5);
    end(&scene);
}

static void test_progress_earns_attempts(void **state)
{
    (void) state;
    enum { PIECE = 70000, PIECES = 8 };
    static char content[PIECE * PIECES];
    static char heads[PIECES][128];
    struct test_reply replies[PIECES];
    for (size_t i = 0; i < sizeof(content); i++)
        content[i] = (char) ('a' + i % 26);
    for (size_t i = 0; i < PIECES; i++) {
        (void) snprintf(heads[i], sizeof(heads[i]),
                        i == 0 ? "HTTP/1.1 200 OK"
                               : "HTTP/1.1 206 Partial\r\nContent-Range: bytes %zu-%zu/%zu",
                        i * PIECE, sizeof(content) - 1, sizeof(content));
        replies[i] = (struct test_reply){.head = heads[i],
                                         .body = content + i * PIECE,
                                         .body_len = sizeof(content) - i * PIECE,
                                         .is_cut = true,
                                         .cut_at = PIECE,
                                         .then = TEST_CLOSE};
    }
    struct scene scene = begin(replies, PIECES, "");
    scene.expected_bytes = sizeof(content);
    assert_int_equal(download(&scene), FP_OK);
    char hex[FP_HASH_HEX_MAX];
    fp_hash_bytes(FP_SHA256, content, sizeof(content), hex);
    assert_string_equal(scene.hex, hex);
    assert_int_equal(test_server_count(scene.server), PIECES);
    end(&scene);
}

/* The progress events that a listener gets. */
struct progress {
    struct fp_reporter reporter;
    unsigned on_the_way; /* events between the beginning and the end of the file */
    uint64_t last_bytes;
};

static void note_progress(struct fp_reporter *self, const struct fp_event *event)
{
    struct progress *progress = (struct progress *) self;
    if (event->kind != FP_EVENT_ADVANCE)
        return;
    progress->on_the_way += event->done_bytes > 0 && event->done_bytes < event->total_bytes;
    progress->last_bytes = event->done_bytes;
}

static void test_progress_is_told_on_the_way(void **state)
{
    (void) state;
    static char content[1000000];
    memset(content, 'a', sizeof(content));
    const struct test_reply reply = {.body = content, .body_len = sizeof(content)};
    struct progress progress = {.reporter.event = note_progress};
    struct fp_stage stage;
    struct scene scene = begin(&reply, 1, "");
    fp_stage_begin(&stage, &progress.reporter, "download", "file", 0);
    struct fp_http_download spec = {.url = scene.url,
                                    .fd = scene.fd,
                                    .expected_bytes = UINT64_MAX,
                                    .max_bytes = scene.max_bytes,
                                    .stage = &stage};
    assert_int_equal(fp_http_download(scene.http, &spec, &scene.status, &scene.err), FP_OK);
    assert_true(progress.on_the_way > 0);
    assert_int_equal(progress.last_bytes, sizeof(content));
    end(&scene);
}

static void test_what_was_there_is_no_part_of_the_speed(void **state)
{
    (void) state;
    static const struct test_reply goes_on[] = {
        {.head = "HTTP/1.1 206 Partial\r\nContent-Range: bytes 3-9/10", .body = "3456789"}};
    static const struct test_reply starts_over[] = {{.body = DIGITS}};
    for (int i = 0; i < 2; i++) {
        struct fp_stage stage;
        struct scene scene = begin(i == 0 ? goes_on : starts_over, 1, "012");
        fp_stage_begin(&stage, NULL, "download", "file", 10);
        struct fp_http_download spec = {.url = scene.url,
                                        .fd = scene.fd,
                                        .expected_bytes = 10,
                                        .max_bytes = scene.max_bytes,
                                        .stage = &stage};
        assert_int_equal(fp_http_download(scene.http, &spec, &scene.status, &scene.err), FP_OK);
        assert_int_equal(stage.done_bytes, 10);
        assert_int_equal(stage.kept_bytes, i == 0 ? 3 : 0);
        end(&scene);
    }
}

/* The user's URL may contain credentials. No message shows them, and no other host gets them. */
static void test_user_in_a_url(void **state)
{
    (void) state;
    static const struct test_reply there[] = {{.body = DIGITS}};
    static const struct test_reply here[] = {
        {.head = "HTTP/1.1 302 Found\r\nLocation: /again"},
        {.head = "HTTP/1.1 307 Temporary\r\nLocation: $PEER/blob"}};
    struct test_server *store = test_server_start(there, 1);
    struct scene scene = begin(here, 2, "");
    test_server_set_peer(scene.server, store);
    char *bare = scene.url;
    scene.url = fp_xasprintf("http://me:secret@%s", bare + 7);
    assert_complete(&scene, 2);
    for (size_t i = 0; i < 2; i++)
        assert_true(test_server_has_header(scene.server, i, "Authorization: Basic bWU6c2VjcmV0"));
    assert_false(test_server_has_header(store, 0, "Authorization"));
    /* A URL with credentials that a server names is refused. */
    struct fp_http_request request = {.method = "GET", .url = scene.url, .named_by = bare};
    assert_int_equal(fp_http_send(scene.http, &request, &scene.answer, &scene.err), FP_E_USAGE);
    assert_null(strstr(scene.err.text, "secret"));
    free(bare);
    end(&scene);
    test_server_stop(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_user_in_a_url),
        cmocka_unit_test(test_whole_file),
        cmocka_unit_test(test_goes_on_where_it_broke_off),
        cmocka_unit_test(test_goes_on_with_what_is_there),
        cmocka_unit_test(test_complete_already),
        cmocka_unit_test(test_too_much_there_starts_over),
        cmocka_unit_test(test_ignored_range_starts_over),
        cmocka_unit_test(test_wrong_part_starts_over),
        cmocka_unit_test(test_changed_object_starts_over),
        cmocka_unit_test(test_early_end_is_noticed),
        cmocka_unit_test(test_a_refusal_leaves_the_file),
        cmocka_unit_test(test_sizes_are_held_to),
        cmocka_unit_test(test_parts_are_held_to_the_limit),
        cmocka_unit_test(test_attempts_without_progress_are_bounded),
        cmocka_unit_test(test_progress_earns_attempts),
        cmocka_unit_test(test_progress_is_told_on_the_way),
        cmocka_unit_test(test_what_was_there_is_no_part_of_the_speed),
    };
    (void) signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
