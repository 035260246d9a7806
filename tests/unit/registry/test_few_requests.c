#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "scene.h"

/* Pushing with few requests: small blobs, and sessions that are open before they are needed. */

#define HEAD_BLOB "HEAD /v2/team/orders/blobs/sha256:*"
#define POST_BLOB "POST /v2/team/orders/blobs/uploads/"

static const char content[] = "0123456789";

static enum fp_code push(struct scene *scene, const char *mount_from, enum fp_push_outcome *outcome)
{
    cleanup_blob struct fp_blob *blob =
        fp_blob_memory(FP_MEDIA_OCI_LAYER, fp_xstrdup(content), strlen(content));
    return fp_registry_push_blob(scene->registry, fp_blob_descriptor(blob), blob, mount_from, NULL,
                                 outcome, &scene->err);
}

static void test_a_mount_that_came_to_nothing(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {
        OPEN_REGISTRY, SESSION("/1"), {.body = content}, {.body = content}, CREATED};
    struct scene scene = {0};
    enum fp_push_outcome outcome = FP_PUSH_UPLOADED;
    scene_open(&scene, replies, COUNT(replies));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(push(&scene, "base/jre", &outcome), FP_OK);
        assert_int_equal(outcome, FP_PUSH_EXISTING);
    }
    fp_registry_drop_sessions(scene.registry);
    const char *const expected[] = {"GET /v2/", POST_BLOB "?mount=*", HEAD_BLOB,
                                    HEAD_BLOB,  "DELETE /1",          NULL};
    scene_assert_requests(&scene, expected);
    scene_close(&scene);
}

/* Asking for a small blob would take as long as sending it, and it goes in one piece with the PUT
 * that ends the upload: from the session that was opened to see whether that is allowed. */
static void test_small_blobs(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {OPEN_REGISTRY, SESSION("/1?a=b"), CREATED,
                                                SESSION("/2"), CREATED};
    struct scene scene = {.is_small = true};
    enum fp_push_outcome outcome = FP_PUSH_EXISTING;
    scene_open(&scene, replies, COUNT(replies));
    assert_int_equal(fp_registry_may_push(scene.registry, &scene.err), FP_OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(push(&scene, NULL, &outcome), FP_OK);
        assert_int_equal(outcome, FP_PUSH_UPLOADED);
    }
    const char *const expected[] = {"GET /v2/",
                                    POST_BLOB,
                                    "PUT /1?a=b&digest=sha256%3A*",
                                    POST_BLOB,
                                    "PUT /2?digest=sha256%3A*",
                                    NULL};
    scene_assert_requests(&scene, expected);
    assert_string_equal(test_server_request(scene.server, 2)->body, content);
    assert_true(test_server_has_header(scene.server, 2, "Content-Length: 10"));
    scene_close(&scene);
}

/* Artifactory and Nexus take no bytes with the PUT; that is found out once, and at once. */
static void test_small_blobs_where_bytes_have_to_come_first(void **state)
{
    (void) state;
    static const struct test_reply refusals[] = {
        {.head = "HTTP/1.1 404 Not Found", .body = "{\"errors\":[{\"code\":\"BLOB_UNKNOWN\"}]}"},
        {.head = "HTTP/1.1 400 Bad Request",
         .body = "{\"errors\":[{\"code\":\"BLOB_UPLOAD_INVALID\"}]}"},
        {.head = "HTTP/1.1 405 Not Allowed"},
    };
    for (size_t i = 0; i < COUNT(refusals); i++) {
        const struct test_reply replies[] = {OPEN_REGISTRY, SESSION("/1"), refusals[i],
                                             SESSION("/2"), SESSION("/3"), CREATED,
                                             SESSION("/4"), SESSION("/5"), CREATED};
        struct scene scene = {.is_small = true};
        enum fp_push_outcome outcome = FP_PUSH_EXISTING;
        scene_open(&scene, replies, COUNT(replies));
        assert_int_equal(push(&scene, NULL, &outcome), FP_OK);
        assert_int_equal(push(&scene, NULL, &outcome), FP_OK);
        const char *const expected[] = {
            "GET /v2/",        POST_BLOB, "PUT /1?digest=*", POST_BLOB,         "PATCH /2",
            "PUT /3?digest=*", POST_BLOB, "PATCH /4",        "PUT /5?digest=*", NULL};
        scene_assert_requests(&scene, expected);
        assert_null(strstr(scene.events, "retrying")); /* without a pause */
        scene_close(&scene);
    }
}

/* A session that waited too long is replaced without a pause. */
static void test_a_session_that_is_gone(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {
        OPEN_REGISTRY,
        SESSION("/1"),
        MISSING,
        {.head = "HTTP/1.1 404 Not Found",
         .body = "{\"errors\":[{\"code\":\"BLOB_UPLOAD_UNKNOWN\"}]}"},
        SESSION("/2"),
        SESSION("/3"),
        CREATED};
    struct scene scene = {0};
    enum fp_push_outcome outcome = FP_PUSH_EXISTING;
    scene_open(&scene, replies, COUNT(replies));
    assert_int_equal(fp_registry_may_push(scene.registry, &scene.err), FP_OK);
    assert_int_equal(push(&scene, NULL, &outcome), FP_OK);
    const char *const expected[] = {"GET /v2/", POST_BLOB,  HEAD_BLOB,         "PATCH /1",
                                    POST_BLOB,  "PATCH /2", "PUT /3?digest=*", NULL};
    scene_assert_requests(&scene, expected);
    assert_null(strstr(scene.events, "retrying")); /* without a pause */
    scene_close(&scene);
}

#define HEAD_TAG  "HEAD /v2/team/orders/manifests/1"
#define GET_TAG   "GET /v2/team/orders/manifests/1"
#define PASSWORDS "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\""
#define DESCRIBED                                                                                  \
    "HTTP/1.1 200 OK\r\nContent-Type: " FP_MEDIA_OCI_MANIFEST                                      \
    "\r\nContent-Length: 5\r\nDocker-Content-Digest: sha256:"                                      \
    "0000000000000000000000000000000000000000000000000000000000000000"

/* The first request finds out itself what a registry asks for; GET /v2/ is sent where its answer
 * does not tell. */
static void test_first_requests(void **state)
{
    (void) state;
    static const struct {
        struct test_reply replies[4];
        const char *requests[5];
        bool exists;
    } cases[] = {
        {{{.head = DESCRIBED}}, {HEAD_TAG}, true},
        {{{.head = "HTTP/1.1 404 Not Found\r\nDocker-Distribution-Api-Version: registry/2.0"}},
         {HEAD_TAG},
         false},
        /* It may be hidden from those without credentials; where nobody has any, it is not. */
        {{MISSING, OPEN_REGISTRY}, {HEAD_TAG, "GET /v2/"}, false},
        {{MISSING, {.head = PASSWORDS}, {.head = DESCRIBED}},
         {HEAD_TAG, "GET /v2/", HEAD_TAG},
         true},
        {{{.head = PASSWORDS}, {.head = DESCRIBED}}, {HEAD_TAG, HEAD_TAG}, true},
        {{{.head = "HTTP/1.1 401 Unauthorized"}, {.head = PASSWORDS}, {.head = DESCRIBED}},
         {HEAD_TAG, "GET /v2/", HEAD_TAG},
         true},
        {{{.head = "HTTP/1.1 500 Oops"}, OPEN_REGISTRY, {.head = DESCRIBED}},
         {HEAD_TAG, "GET /v2/", HEAD_TAG},
         true},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct scene scene = {.begins_at_once = true,
                              .options.credentials = {.username = "me", .password = "secret"}};
        struct fp_descriptor found = {0};
        bool exists = false;
        scene_open(&scene, cases[i].replies, COUNT(cases[i].replies));
        assert_int_equal(
            fp_registry_head_manifest(scene.registry, "1", &exists, &found, &scene.err), FP_OK);
        assert_int_equal(exists, cases[i].exists);
        scene_assert_requests(&scene, cases[i].requests);
        assert_false(test_server_has_header(scene.server, 0, "Authorization"));
        fp_descriptor_clear(&found);
        scene_close(&scene);
    }
}

/* What is not there stays so where no credentials are asked for, and is not asked for twice. */
static void test_first_request_for_what_is_not_there(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {MISSING, OPEN_REGISTRY};
    struct scene scene = {.begins_at_once = true};
    struct fp_descriptor found = {0};
    cleanup_buf struct fp_buf body = FP_BUF_INIT(1000);
    scene_open(&scene, replies, COUNT(replies));
    assert_int_equal(fp_registry_get_manifest(scene.registry, "1", &body, &found, &scene.err),
                     FP_E_NOT_FOUND);
    const char *const expected[] = {GET_TAG, "GET /v2/", NULL};
    scene_assert_requests(&scene, expected);
    scene_close(&scene);
}

/* The session that a first POST gets is used. */
static void test_first_request_that_opens_an_upload(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {SESSION("/1"), CREATED};
    struct scene scene = {.begins_at_once = true, .is_small = true};
    enum fp_push_outcome outcome = FP_PUSH_EXISTING;
    scene_open(&scene, replies, COUNT(replies));
    assert_int_equal(push(&scene, NULL, &outcome), FP_OK);
    const char *const expected[] = {POST_BLOB, "PUT /1?digest=*", NULL};
    scene_assert_requests(&scene, expected);
    scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_mount_that_came_to_nothing),
        cmocka_unit_test(test_small_blobs),
        cmocka_unit_test(test_first_requests),
        cmocka_unit_test(test_first_request_for_what_is_not_there),
        cmocka_unit_test(test_first_request_that_opens_an_upload),
        cmocka_unit_test(test_small_blobs_where_bytes_have_to_come_first),
        cmocka_unit_test(test_a_session_that_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
