#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "scene.h"

#define HEAD_BLOB "HEAD /v2/team/orders/blobs/sha256:*"
#define POST_BLOB "POST /v2/team/orders/blobs/uploads/"

static const char content[] = "0123456789";

static enum fp_code push(struct scene *scene, bool with_bytes, const char *mount_from,
                         enum fp_push_outcome *outcome)
{
    cleanup_blob struct fp_blob *blob =
        fp_blob_memory(FP_MEDIA_OCI_LAYER, fp_xstrdup(content), strlen(content));
    return fp_registry_push_blob(scene->registry, fp_blob_descriptor(blob),
                                 with_bytes ? blob : NULL, mount_from, NULL, outcome, &scene->err);
}

static void run(const struct test_reply *replies, size_t count, const char *const *requests)
{
    struct scene scene = {0};
    enum fp_push_outcome outcome = FP_PUSH_EXISTING;
    scene_open(&scene, replies, count);
    assert_int_equal(push(&scene, true, NULL, &outcome), FP_OK);
    assert_int_equal(outcome, FP_PUSH_UPLOADED);
    scene_assert_requests(&scene, requests);
    scene_close(&scene);
}

/* A registry may be unable to say whether it has a blob: distribution 2.8 answers 500 while another
 * client links the same blob. */
static void test_head_that_says_nothing(void **state)
{
    (void) state;
#define BROKEN                                                                                     \
    {                                                                                              \
        .head = "HTTP/1.1 500 Internal Server Error"                                               \
    }
    static const struct test_reply replies[] = {OPEN_REGISTRY, BROKEN,        BROKEN,
                                                BROKEN,        BROKEN,        BROKEN,
                                                SESSION("/1"), SESSION("/2"), CREATED};
    const char *const expected[] = {"GET /v2/", HEAD_BLOB,  HEAD_BLOB,
                                    HEAD_BLOB,  HEAD_BLOB,  HEAD_BLOB,
                                    POST_BLOB,  "PATCH /1", "PUT /2?digest=sha256%3A*",
                                    NULL};
    run(replies, COUNT(replies), expected);
}

static void test_tag_that_nobody_can_tell(void **state)
{
    (void) state;
    static const struct test_reply broken[] = {OPEN_REGISTRY, BROKEN};
    static const struct test_reply right[] = {
        OPEN_REGISTRY,
        {.head = "HTTP/1.1 200 OK\r\nContent-Type: " FP_MEDIA_OCI_MANIFEST
                 "\r\nContent-Length: 5\r\nDocker-Content-Digest: sha256:"
                 "0000000000000000000000000000000000000000000000000000000000000000"}};
    struct fp_digest digest;
    struct scene scene = {0};
    enum fp_tagged found = FP_TAGGED_THIS;
    assert_int_equal(
        fp_digest_parse("sha256:0000000000000000000000000000000000000000000000000000000000000000",
                        "test", &digest, NULL),
        FP_OK);
    scene_open(&scene, broken, COUNT(broken));
    assert_int_equal(fp_registry_is_tagged(scene.registry, "1", &digest, &found, &scene.err),
                     FP_OK);
    assert_int_equal(found, FP_TAGGED_NOTHING);
    scene_close(&scene);
    scene_open(&scene, right, COUNT(right));
    assert_int_equal(fp_registry_is_tagged(scene.registry, "1", &digest, &found, &scene.err),
                     FP_OK);
    assert_int_equal(found, FP_TAGGED_THIS);
    digest.text[8] = '1';
    assert_int_equal(fp_registry_is_tagged(scene.registry, "1", &digest, &found, &scene.err),
                     FP_OK);
    assert_int_equal(found, FP_TAGGED_OTHER);
    scene_close(&scene);
}

static void test_usual_upload(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {OPEN_REGISTRY, MISSING,
                                                SESSION("$SELF/upload/1?_state=a%2Fb"),
                                                SESSION("/upload/2?x=1"), CREATED};
    struct scene scene = {0};
    enum fp_push_outcome outcome = FP_PUSH_EXISTING;
    scene_open(&scene, replies, COUNT(replies));
    assert_int_equal(push(&scene, true, NULL, &outcome), FP_OK);
    const char *const expected[] = {"GET /v2/",
                                    HEAD_BLOB,
                                    POST_BLOB,
                                    "PATCH /upload/1?_state=a%2Fb",
                                    "PUT /upload/2?x=1&digest=sha256%3A*",
                                    NULL};
    scene_assert_requests(&scene, expected);
    assert_string_equal(test_server_request(scene.server, 3)->body, content);
    assert_true(test_server_has_header(scene.server, 3, "Content-Length: 10"));
    assert_true(test_server_has_header(scene.server, 3, "Content-Type: application/octet-stream"));
    assert_false(test_server_has_header(scene.server, 3, "Content-Range"));
    assert_true(test_server_has_header(scene.server, 2, "Content-Length: 0"));
    assert_true(test_server_has_header(scene.server, 4, "Content-Length: 0"));
    assert_null(strstr(scene.events, "_state")); /* the state can be a secret */
    scene_close(&scene);
}

static void test_existing_blob_is_skipped(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {OPEN_REGISTRY, {.body = content}};
    struct scene scene = {0};
    enum fp_push_outcome outcome = FP_PUSH_UPLOADED;
    scene_open(&scene, replies, COUNT(replies));
    assert_int_equal(push(&scene, true, NULL, &outcome), FP_OK);
    assert_int_equal(outcome, FP_PUSH_EXISTING);
    assert_int_equal(test_server_count(scene.server), 2);
    scene_close(&scene);
}

static void test_mount(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {OPEN_REGISTRY, CREATED};
    struct scene scene = {0};
    enum fp_push_outcome outcome = FP_PUSH_UPLOADED;
    scene_open(&scene, replies, COUNT(replies));
    assert_int_equal(push(&scene, false, "base/jre", &outcome), FP_OK);
    assert_int_equal(outcome, FP_PUSH_MOUNTED);
    const char *line = test_server_request(scene.server, 1)->line;
    assert_non_null(strstr(line, POST_BLOB "?mount=sha256%3A"));
    assert_non_null(strstr(line, "&from=base%2Fjre "));
    scene_close(&scene);
}

static void test_failed_mount_becomes_an_upload(void **state)
{
    (void) state;
    static const struct test_reply accepted[] = {OPEN_REGISTRY, SESSION("/upload/1"), MISSING,
                                                 SESSION("/upload/2"), CREATED};
    static const struct test_reply refused[] = {OPEN_REGISTRY,
                                                {.head = "HTTP/1.1 400 Bad Request"},
                                                MISSING,
                                                SESSION("/upload/1"),
                                                SESSION("/upload/2"),
                                                CREATED};
    static const char *const used[] = {"GET /v2/",        POST_BLOB "?mount=*",     HEAD_BLOB,
                                       "PATCH /upload/1", "PUT /upload/2?digest=*", NULL};
    static const char *const anew[] = {"GET /v2/", POST_BLOB "?mount=*", HEAD_BLOB,
                                       POST_BLOB,  "PATCH /upload/1",    "PUT /upload/2?digest=*",
                                       NULL};
    struct scene first = {0};
    struct scene second = {0};
    enum fp_push_outcome outcome = FP_PUSH_EXISTING;
    scene_open(&first, accepted, COUNT(accepted));
    assert_int_equal(push(&first, true, "base/jre", &outcome), FP_OK);
    scene_assert_requests(&first, used);
    scene_close(&first);
    scene_open(&second, refused, COUNT(refused));
    assert_int_equal(push(&second, true, "base/jre", &outcome), FP_OK);
    assert_int_equal(outcome, FP_PUSH_UPLOADED);
    scene_assert_requests(&second, anew);
    scene_close(&second);
}

/* A mount is optional. After any failure of a mount, no further mounts are requested. */
static void test_mounts_that_do_not_work(void **state)
{
    (void) state;
    static const struct test_reply failures[] = {
        {.head = "HTTP/1.1 500 Oops"},
        {.head = "HTTP/1.1 503 Busy\r\nRetry-After: 60"},
        {.head = "HTTP/1.1 404 Not Found"},
        {.head = "HTTP/1.1 405 Not Allowed"},
        {.head = "HTTP/1.1 401 Unauthorized"},
        {.head = "HTTP/1.1 202 Accepted"},
        {.head = "HTTP/1.1 200 OK"},
        {.head = "HTTP/1.1 201 Created\r\nDocker-Content-Digest: sha256:00"},
        {.head = "", .body = "HTTP/1.1 201 Created\r\n", .then = TEST_CLOSE},
        {.head = "", .body = "garbage", .then = TEST_CLOSE},
    };
    static const char *const expected[] = {"GET /v2/", POST_BLOB "?mount=*", HEAD_BLOB, POST_BLOB,
                                           "PATCH /1", "PUT /2?digest=*",    HEAD_BLOB, POST_BLOB,
                                           "PATCH /3", "PUT /4?digest=*",    NULL};
    for (size_t i = 0; i < COUNT(failures); i++) {
        const struct test_reply replies[] = {OPEN_REGISTRY, failures[i], MISSING, SESSION("/1"),
                                             SESSION("/2"), CREATED,     MISSING, SESSION("/3"),
                                             SESSION("/4"), CREATED};
        struct scene scene = {0};
        enum fp_push_outcome outcome = FP_PUSH_EXISTING;
        scene_open(&scene, replies, COUNT(replies));
        assert_int_equal(push(&scene, true, "base/jre", &outcome), FP_OK);
        assert_int_equal(push(&scene, true, "base/jre", &outcome), FP_OK);
        scene_assert_requests(&scene, expected);
        scene_close(&scene);
    }
}

/* For a correct tag, only a blob known to be missing counts as lost. There is one request, and a
 * second one if HEAD says that the blob is missing, because HEAD may be wrong. */
static void test_blobs_that_are_lost(void **state)
{
    (void) state;
    static const struct test_reply answers[] = {
        MISSING,
        {.head = "HTTP/1.1 200 OK"},
        {.head = "HTTP/1.1 401 Unauthorized"},
        {.head = "HTTP/1.1 403 Forbidden"},
        {.head = "HTTP/1.1 405 Not Allowed"},
        {.head = "HTTP/1.1 429 Slow Down\r\nRetry-After: 3600"},
        {.head = "HTTP/1.1 500 Oops"},
        {.head = "", .body = "HTTP/1.1 404 Not Found\r\nX", .then = TEST_CLOSE},
    };
    for (size_t i = 0; i < COUNT(answers); i++) {
        const struct test_reply replies[] = {OPEN_REGISTRY, answers[i]};
        struct scene scene = {0};
        struct fp_descriptor descriptor = {.digest = fp_digest_of("x", 1), .size = 1};
        bool is_lost = false;
        scene_open(&scene, replies, COUNT(replies));
        assert_int_equal(
            fp_registry_has_lost_blob(scene.registry, &descriptor, &is_lost, &scene.err), FP_OK);
        assert_int_equal(is_lost, i == 0);
        assert_int_equal(test_server_count(scene.server), i == 0 ? 3 : 2);
        scene_close(&scene);
    }
}

/* A rate limit says nothing about mounts, so the next blob requests a mount again. */
static void test_mount_refused_for_the_rate(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {OPEN_REGISTRY, {.head = "HTTP/1.1 429 Slow Down"},
                                                MISSING,       SESSION("/1"),
                                                SESSION("/2"), CREATED,
                                                CREATED};
    struct scene scene = {0};
    enum fp_push_outcome outcome = FP_PUSH_EXISTING;
    scene_open(&scene, replies, COUNT(replies));
    assert_int_equal(push(&scene, true, "base/jre", &outcome), FP_OK);
    assert_int_equal(outcome, FP_PUSH_UPLOADED);
    assert_int_equal(push(&scene, true, "base/jre", &outcome), FP_OK);
    assert_int_equal(outcome, FP_PUSH_MOUNTED);
    scene_close(&scene);
}

/* The session that comes in place of a mount is that of the next upload, and of the blob itself
 * once its bytes are here. Where a mount came to nothing, the next blob is asked for first. */
static void test_failed_mount_without_bytes(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {OPEN_REGISTRY, SESSION("/1"), MISSING, MISSING,
                                                SESSION("/2"), SESSION("/3"), CREATED};
    struct scene scene = {0};
    enum fp_push_outcome outcome = FP_PUSH_EXISTING;
    scene_open(&scene, replies, COUNT(replies));
    assert_int_equal(push(&scene, false, "base/jre", &outcome), FP_E_NOT_FOUND);
    assert_int_equal(push(&scene, true, NULL, &outcome), FP_OK);
    const char *const expected[] = {"GET /v2/", POST_BLOB "?mount=*", HEAD_BLOB, HEAD_BLOB,
                                    "PATCH /1", "PUT /2?digest=*",    NULL};
    scene_assert_requests(&scene, expected);
    scene_close(&scene);
}

static void test_no_patch_then_put(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {
        OPEN_REGISTRY,        MISSING, SESSION("/upload/1"), {.head = "HTTP/1.1 405 Not Allowed"},
        SESSION("/upload/2"), CREATED};
    static const char *const expected[] = {
        "GET /v2/", HEAD_BLOB, POST_BLOB, "PATCH /upload/1", POST_BLOB, "PUT /upload/2?digest=*",
        NULL};
    run(replies, COUNT(replies), expected);
}

static void test_broken_patch_is_never_replayed(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {
        OPEN_REGISTRY,
        MISSING,
        SESSION("/upload/1"),
        {.head = "", .is_early = true, .read_bytes = 4, .then = TEST_RESET},
        MISSING, /* the question for the offset: the session is gone */
        MISSING, /* the question whether the blob is there after all */
        SESSION("/upload/2"),
        SESSION("/upload/3"),
        CREATED};
    static const char *const expected[] = {
        "GET /v2/", HEAD_BLOB, POST_BLOB,         "PATCH /upload/1",        "GET /upload/1",
        HEAD_BLOB,  POST_BLOB, "PATCH /upload/2", "PUT /upload/3?digest=*", NULL};
    run(replies, COUNT(replies), expected);
}

static void test_broken_patch_goes_on_where_it_is(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {
        OPEN_REGISTRY,
        MISSING,
        SESSION("/upload/1"),
        {.head = "", .is_early = true, .read_bytes = 4, .then = TEST_RESET},
        {.head = "HTTP/1.1 204 No Content\r\nRange: 0-3\r\nLocation: /upload/2"},
        SESSION("/upload/3"),
        CREATED};
    static const char *const expected[] = {"GET /v2/",
                                           HEAD_BLOB,
                                           POST_BLOB,
                                           "PATCH /upload/1",
                                           "GET /upload/1",
                                           "PATCH /upload/2",
                                           "PUT /upload/3?digest=*",
                                           NULL};
    struct scene scene = {0};
    enum fp_push_outcome outcome = FP_PUSH_EXISTING;
    scene_open(&scene, replies, COUNT(replies));
    assert_int_equal(push(&scene, true, NULL, &outcome), FP_OK);
    scene_assert_requests(&scene, expected);
    assert_string_equal(test_server_request(scene.server, 5)->body, "456789");
    assert_true(test_server_has_header(scene.server, 5, "Content-Range: 4-9"));
    scene_close(&scene);
}

static void test_lost_answer_to_the_commit(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {
        OPEN_REGISTRY,
        MISSING,
        SESSION("/upload/1"),
        SESSION("/upload/2"),
        {.head = "", .then = TEST_CLOSE},
        {.head = "HTTP/1.1 404 Not Found",
         .body = "{\"errors\":[{\"code\":\"BLOB_UPLOAD_UNKNOWN\"}]}"},
        {.body = content}, /* the blob is there after all */
    };
    static const char *const expected[] = {"GET /v2/",
                                           HEAD_BLOB,
                                           POST_BLOB,
                                           "PATCH /upload/1",
                                           "PUT /upload/2?digest=*",
                                           "PUT /upload/2?digest=*",
                                           HEAD_BLOB,
                                           NULL};
    run(replies, COUNT(replies), expected);
}

static void test_too_large_becomes_chunks(void **state)
{
    (void) state;
    enum { SIZE = 1500000 };
    static const struct test_reply replies[] = {
        OPEN_REGISTRY,
        MISSING,
        SESSION("/upload/1"),
        {.head = "HTTP/1.1 413 Too Large", .is_early = true, .then = TEST_CLOSE},
        SESSION("/upload/2"),
        {.head = "HTTP/1.1 202 Accepted\r\nLocation: /upload/3\r\nRange: 0-999999"},
        {.head = "HTTP/1.1 202 Accepted\r\nLocation: /upload/4\r\nRange: 0-1499999"},
        CREATED};
    static const char *const expected[] = {
        "GET /v2/", HEAD_BLOB,         POST_BLOB,         "PATCH /upload/1",
        POST_BLOB,  "PATCH /upload/2", "PATCH /upload/3", "PUT /upload/4?digest=*",
        NULL};
    struct scene scene = {0};
    enum fp_push_outcome outcome = FP_PUSH_EXISTING;
    cleanup_blob struct fp_blob *blob =
        fp_blob_memory(FP_MEDIA_OCI_LAYER, fp_xcalloc(1, SIZE), SIZE);
    scene_open(&scene, replies, COUNT(replies));
    assert_int_equal(fp_registry_push_blob(scene.registry, fp_blob_descriptor(blob), blob, NULL,
                                           NULL, &outcome, &scene.err),
                     FP_OK);
    scene_assert_requests(&scene, expected);
    assert_true(test_server_has_header(scene.server, 5, "Content-Range: 0-999999"));
    assert_true(test_server_has_header(scene.server, 6, "Content-Range: 1000000-1499999"));
    scene_close(&scene);
}

static void test_dropped_chunks_are_noticed(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {
        OPEN_REGISTRY,
        MISSING,
        SESSION("/upload/1"),
        {.head = "HTTP/1.1 201 Created\r\nLocation: /upload/2\r\nRange: 0-3"},
        {.head = "HTTP/1.1 201 Created\r\nLocation: /upload/2\r\nRange: 0-3"},
        SESSION("/upload/3"),
        {.head = "HTTP/1.1 201 Created\r\nLocation: /upload/4\r\nRange: 0-9"},
        CREATED};
    static const char *const requests[] = {"GET /v2/",
                                           HEAD_BLOB,
                                           POST_BLOB,
                                           "PATCH /upload/1",
                                           "PATCH /upload/2",
                                           POST_BLOB,
                                           "PATCH /upload/3",
                                           "PUT /upload/4?digest=*",
                                           NULL};
    struct scene scene = {.options.chunk_bytes = 4};
    enum fp_push_outcome outcome = FP_PUSH_EXISTING;
    scene_open(&scene, replies, COUNT(replies));
    assert_int_equal(push(&scene, true, NULL, &outcome), FP_OK);
    scene_assert_requests(&scene, requests);
    assert_false(test_server_has_header(scene.server, 6, "Content-Range"));
    assert_non_null(strstr(scene.events, "takes no uploads in pieces"));
    scene_close(&scene);
}

/* A limit on the size of requests makes chunks necessary, and the chunks get lost. */
static void test_dropped_chunks_behind_a_limit(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {
        OPEN_REGISTRY,
        MISSING,
        SESSION("/upload/1"),
        {.head = "HTTP/1.1 413 Too Large"},
        SESSION("/upload/2"),
        {.head = "HTTP/1.1 202 Accepted\r\nLocation: /upload/3\r\nRange: 0-9"},
        {.head = "HTTP/1.1 204 No Content"}};
    struct scene scene = {0};
    enum fp_push_outcome outcome = FP_PUSH_EXISTING;
    cleanup_blob struct fp_blob *blob =
        fp_blob_memory(FP_MEDIA_OCI_LAYER, fp_xcalloc(1, 1100000), 1100000);
    scene_open(&scene, replies, COUNT(replies));
    assert_int_equal(fp_registry_push_blob(scene.registry, fp_blob_descriptor(blob), blob, NULL,
                                           NULL, &outcome, &scene.err),
                     FP_E_NETWORK);
    assert_non_null(strstr(scene.err.text, "takes no uploads in pieces"));
    assert_non_null(strstr(scene.err.hint, "client_max_body_size"));
    scene_close(&scene);
}

static void test_wrong_digest_twice_is_believed(void **state)
{
    (void) state;
    static const struct test_reply wrong = {
        .head = "HTTP/1.1 400 Bad Request",
        .body = "{\"errors\":[{\"code\":\"DIGEST_INVALID\",\"message\":\"no match\"}]}"};
    const struct test_reply replies[] = {
        OPEN_REGISTRY, MISSING,     SESSION("/upload/1"), SESSION("/upload/2"),
        wrong,         MISSING,     SESSION("/upload/3"), SESSION("/upload/4"),
        wrong,         {.body = ""}};
    struct scene scene = {0};
    enum fp_push_outcome outcome = FP_PUSH_EXISTING;
    scene_open(&scene, replies, COUNT(replies));
    assert_int_equal(push(&scene, true, NULL, &outcome), FP_E_VERIFY);
    assert_non_null(strstr(scene.err.text, "DIGEST_INVALID: no match"));
    scene_close(&scene);
}

static void test_long_retry_after_ends_an_upload(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {
        OPEN_REGISTRY,
        MISSING,
        SESSION("/upload/1"),
        {.head = "HTTP/1.1 429 Too Many\r\nRetry-After: 3600"}};
    struct scene scene = {0};
    enum fp_push_outcome outcome = FP_PUSH_EXISTING;
    scene_open(&scene, replies, COUNT(replies));
    assert_int_equal(push(&scene, true, NULL, &outcome), FP_E_NETWORK);
    assert_non_null(strstr(scene.err.text, "3600 seconds"));
    assert_int_equal(test_server_count(scene.server), 4);
    scene_close(&scene);
}

/* After the pause of a rate limit, the upload starts again. No request asks for its state. */
static void test_rate_limit_is_not_answered_with_a_question(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {
        OPEN_REGISTRY, MISSING,
        SESSION("/1"), {.head = "HTTP/1.1 429 Too Many"},
        SESSION("/2"), {.head = "HTTP/1.1 503 Busy\r\nRetry-After: 0"},
        SESSION("/3"), SESSION("/4"),
        CREATED};
    const char *const expected[] = {"GET /v2/", HEAD_BLOB,  POST_BLOB,
                                    "PATCH /1", POST_BLOB,  "PATCH /2",
                                    POST_BLOB,  "PATCH /3", "PUT /4?digest=sha256%3A*",
                                    NULL};
    run(replies, COUNT(replies), expected);
}

static void test_denied_is_not_repeated(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {
        OPEN_REGISTRY,
        MISSING,
        {.head = "HTTP/1.1 403 Forbidden",
         .body = "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"not yours\"}]}"}};
    struct scene scene = {0};
    enum fp_push_outcome outcome = FP_PUSH_EXISTING;
    scene_open(&scene, replies, COUNT(replies));
    assert_int_equal(push(&scene, true, NULL, &outcome), FP_E_AUTH);
    assert_non_null(strstr(scene.err.text, "403 DENIED: not yours"));
    assert_non_null(strstr(scene.err.hint, "no credentials were sent"));
    assert_int_equal(test_server_count(scene.server), 3);
    scene_close(&scene);
}

static void test_redirected_uploads(void **state)
{
    (void) state;
    static const struct test_reply within[] = {
        OPEN_REGISTRY,
        MISSING,
        {.head = "HTTP/1.1 307 Temporary Redirect\r\nLocation: /moved/"},
        SESSION("/upload/1"),
        {.head = "HTTP/1.1 308 Permanent Redirect\r\nLocation: /moved/1"},
        SESSION("/upload/2"),
        {.head = "HTTP/1.1 307 Temporary Redirect\r\nLocation: /moved/2"},
        CREATED};
    static const char *const requests[] = {"GET /v2/",        HEAD_BLOB,         POST_BLOB,
                                           "POST /moved/",    "PATCH /upload/1", "PATCH /moved/1",
                                           "PUT /upload/2?*", "PUT /moved/2",    NULL};
    run(within, COUNT(within), requests);
    /* Neither credentials nor content are sent to other hosts. */
    static const struct test_reply elsewhere[] = {
        OPEN_REGISTRY,
        MISSING,
        {.head = "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.2:9/moved/"}};
    struct scene scene = {0};
    enum fp_push_outcome outcome = FP_PUSH_EXISTING;
    scene_open(&scene, elsewhere, COUNT(elsewhere));
    assert_int_equal(push(&scene, true, NULL, &outcome), FP_E_INPUT);
    assert_non_null(strstr(scene.err.text, "http://127.0.0.2:9/moved/, where no POST is sent"));
    assert_int_equal(test_server_count(scene.server), 3);
    scene_close(&scene);
}

static void test_hostile_locations(void **state)
{
    (void) state;
    static const char *const hostile[] = {"file:///etc/passwd", "https://u:p@evil.example/",
                                          "gopher://x/"};
    for (size_t i = 0; i < COUNT(hostile); i++) {
        cleanup_free char *head = fp_xasprintf("HTTP/1.1 202 Accepted\r\nLocation: %s", hostile[i]);
        const struct test_reply replies[] = {OPEN_REGISTRY, MISSING, {.head = head}};
        struct scene scene = {0};
        enum fp_push_outcome outcome = FP_PUSH_EXISTING;
        scene_open(&scene, replies, COUNT(replies));
        assert_int_equal(push(&scene, true, NULL, &outcome), FP_E_INPUT);
        assert_int_equal(test_server_count(scene.server), 3);
        scene_close(&scene);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_usual_upload),
        cmocka_unit_test(test_head_that_says_nothing),
        cmocka_unit_test(test_tag_that_nobody_can_tell),
        cmocka_unit_test(test_existing_blob_is_skipped),
        cmocka_unit_test(test_mount),
        cmocka_unit_test(test_failed_mount_becomes_an_upload),
        cmocka_unit_test(test_mounts_that_do_not_work),
        cmocka_unit_test(test_blobs_that_are_lost),
        cmocka_unit_test(test_mount_refused_for_the_rate),
        cmocka_unit_test(test_failed_mount_without_bytes),
        cmocka_unit_test(test_no_patch_then_put),
        cmocka_unit_test(test_broken_patch_is_never_replayed),
        cmocka_unit_test(test_broken_patch_goes_on_where_it_is),
        cmocka_unit_test(test_lost_answer_to_the_commit),
        cmocka_unit_test(test_too_large_becomes_chunks),
        cmocka_unit_test(test_dropped_chunks_are_noticed),
        cmocka_unit_test(test_dropped_chunks_behind_a_limit),
        cmocka_unit_test(test_wrong_digest_twice_is_believed),
        cmocka_unit_test(test_long_retry_after_ends_an_upload),
        cmocka_unit_test(test_rate_limit_is_not_answered_with_a_question),
        cmocka_unit_test(test_denied_is_not_repeated),
        cmocka_unit_test(test_redirected_uploads),
        cmocka_unit_test(test_hostile_locations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
