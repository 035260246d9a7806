#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "scene.h"

#define HEAD_BLOB "HEAD /v2/team/orders/blobs/sha256:*"
#define GET_BLOB  "GET /v2/team/orders/blobs/sha256:*"

/* Answers to GET for a blob of one byte, and whether they prove that the blob exists. */
static const struct {
    struct test_reply reply;
    bool is_there;
} gets[] = {{{.head = "HTTP/1.1 206 Partial\r\nContent-Range: bytes 0-0/1", .body = "x"}, true},
            {{.head = "HTTP/1.1 206 Partial\r\nContent-Range: bytes 0-0/*", .body = "x"}, true},
            {{.head = "HTTP/1.1 206 Partial", .body = "x"}, true},
            {{.head = "HTTP/1.1 200 OK", .body = "x"}, true},
            {{.head = "HTTP/1.1 206 Partial\r\nContent-Range: bytes 0-0/9", .body = "x"}, false},
            {{.head = "HTTP/1.1 200 OK\r\nContent-Length: 200000000", .then = TEST_CLOSE}, false},
            {{.head = "HTTP/1.1 200 OK", .body = "<p>Log in"}, false},
            {{.head = "HTTP/1.1 416 Nothing there"}, false},
            {MISSING, false}};

static bool has_blob(struct scene *scene)
{
    struct fp_descriptor descriptor = {.digest = fp_digest_of("x", 1), .size = 1};
    bool exists = false;
    assert_int_equal(fp_registry_has_blob(scene->registry, &descriptor, &exists, &scene->err),
                     FP_OK);
    return exists;
}

static bool has_lost_blob(struct scene *scene)
{
    struct fp_descriptor descriptor = {.digest = fp_digest_of("x", 1), .size = 1};
    bool is_lost = true;
    assert_int_equal(fp_registry_has_lost_blob(scene->registry, &descriptor, &is_lost, &scene->err),
                     FP_OK);
    return is_lost;
}

/* If HEAD is refused or describes something else, and GET gives an answer, GET is used from then
 * on. It asks for one byte only. */
static void test_blobs_that_get_knows(void **state)
{
    (void) state;
    static const char *const heads[] = {"HTTP/1.1 403 Forbidden", "HTTP/1.1 400 Bad Request",
                                        "HTTP/1.1 405 Not Allowed", "HTTP/1.1 501 Not Implemented",
                                        "HTTP/1.1 200 OK\r\nContent-Length: 7"};
    for (size_t i = 0; i < COUNT(heads) * COUNT(gets); i++) {
        const struct test_reply *get = &gets[i % COUNT(gets)].reply;
        const struct test_reply head = {.head = heads[i / COUNT(gets)]};
        bool is_there = gets[i % COUNT(gets)].is_there;
        bool tells = is_there || i % COUNT(gets) == COUNT(gets) - 1;
        const struct test_reply replies[] = {OPEN_REGISTRY, head, *get, tells ? *get : head};
        const char *const expected[] = {"GET /v2/", HEAD_BLOB, GET_BLOB,
                                        tells ? GET_BLOB : HEAD_BLOB, NULL};
        struct scene scene = {0};
        scene_open(&scene, replies, COUNT(replies));
        assert_int_equal(has_blob(&scene), is_there);
        assert_int_equal(has_blob(&scene), is_there);
        scene_assert_requests(&scene, expected);
        assert_true(test_server_has_header(scene.server, 2, "Range: bytes=0-0"));
        scene_close(&scene);
    }
}

/* A blob that a correct tag refers to is not sent again if only HEAD does not find it. */
static void test_blobs_that_head_has_not(void **state)
{
    (void) state;
    const struct test_reply replies[] = {OPEN_REGISTRY, MISSING, gets[0].reply, gets[0].reply,
                                         MISSING};
    const char *const expected[] = {"GET /v2/", HEAD_BLOB, GET_BLOB, GET_BLOB, GET_BLOB, NULL};
    struct scene scene = {0};
    scene_open(&scene, replies, COUNT(replies));
    assert_false(has_lost_blob(&scene));
    assert_false(has_lost_blob(&scene));
    assert_true(has_lost_blob(&scene));
    scene_assert_requests(&scene, expected);
    scene_close(&scene);
}

/* If HEAD and GET agree, HEAD stays in use. If GET gives no answer, that of HEAD counts. */
static void test_blobs_that_are_lost_for_certain(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {
        OPEN_REGISTRY, MISSING, MISSING, MISSING, {.head = "HTTP/1.1 403 Forbidden"}};
    const char *const expected[] = {"GET /v2/", HEAD_BLOB, GET_BLOB, HEAD_BLOB, GET_BLOB, NULL};
    struct scene scene = {0};
    scene_open(&scene, replies, COUNT(replies));
    assert_true(has_lost_blob(&scene));
    assert_true(has_lost_blob(&scene));
    scene_assert_requests(&scene, expected);
    scene_close(&scene);
}

/* Artifactory answers 403 for a missing blob to both HEAD and GET, so GET is not asked again. */
static void test_blobs_that_nobody_knows(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {OPEN_REGISTRY, {.head = "HTTP/1.1 403 Forbidden"}};
    const char *const expected[] = {"GET /v2/", HEAD_BLOB, GET_BLOB, HEAD_BLOB, NULL};
    struct scene scene = {0};
    scene_open(&scene, replies, COUNT(replies));
    assert_false(has_blob(&scene));
    assert_false(has_blob(&scene));
    scene_assert_requests(&scene, expected);
    scene_close(&scene);
}

/* If HEAD refuses or lacks the digest of a tag, GET is used. HEAD is asked only once. */
static void test_tags_that_get_knows(void **state)
{
    (void) state;
    static const char manifest[] = "{}";
    static const char without_digest[] =
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: " FP_MEDIA_OCI_MANIFEST;
    static const char *const heads[] = {"HTTP/1.1 403 Forbidden", "HTTP/1.1 400 Bad Request",
                                        "HTTP/1.1 501 Not Implemented", without_digest};
    const char *const expected[] = {"GET /v2/", "HEAD /v2/team/orders/manifests/1",
                                    "GET /v2/team/orders/manifests/1",
                                    "GET /v2/team/orders/manifests/1", NULL};
    struct fp_digest digest = fp_digest_of(manifest, strlen(manifest));
    for (size_t i = 0; i < COUNT(heads); i++) {
        const struct test_reply replies[] = {
            OPEN_REGISTRY, {.head = heads[i]}, {.body = manifest}, MISSING};
        struct scene scene = {0};
        enum fp_tagged found = FP_TAGGED_NOTHING;
        scene_open(&scene, replies, COUNT(replies));
        assert_int_equal(fp_registry_is_tagged(scene.registry, "1", &digest, &found, &scene.err),
                         FP_OK);
        assert_int_equal(found, FP_TAGGED_THIS);
        assert_int_equal(fp_registry_is_tagged(scene.registry, "1", &digest, &found, &scene.err),
                         FP_OK);
        assert_int_equal(found, FP_TAGGED_NOTHING);
        scene_assert_requests(&scene, expected);
        scene_close(&scene);
    }
}

/* The tag shows that HEAD fails. Blobs are checked in parallel, so they could not learn it. */
static void test_a_tag_tells_of_blobs(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {
        OPEN_REGISTRY, {.head = "HTTP/1.1 405 Not Allowed"}, MISSING, MISSING};
    const char *const expected[] = {"GET /v2/", "HEAD /v2/team/orders/manifests/1",
                                    "GET /v2/team/orders/manifests/1", GET_BLOB, NULL};
    struct fp_digest digest = fp_digest_of("x", 1);
    struct scene scene = {0};
    enum fp_tagged found = FP_TAGGED_THIS;
    scene_open(&scene, replies, COUNT(replies));
    assert_int_equal(fp_registry_is_tagged(scene.registry, "1", &digest, &found, &scene.err),
                     FP_OK);
    assert_int_equal(found, FP_TAGGED_NOTHING);
    assert_false(has_blob(&scene));
    scene_assert_requests(&scene, expected);
    scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blobs_that_get_knows),
        cmocka_unit_test(test_blobs_that_head_has_not),
        cmocka_unit_test(test_blobs_that_are_lost_for_certain),
        cmocka_unit_test(test_blobs_that_nobody_knows),
        cmocka_unit_test(test_tags_that_get_knows),
        cmocka_unit_test(test_a_tag_tells_of_blobs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
