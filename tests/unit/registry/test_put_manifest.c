/* Pushing manifests to a registry. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "scene.h"

static const char manifest[] = "{\"schemaVersion\":2}";

static enum fp_code put_text(struct scene *scene, const char *text)
{
    struct fp_descriptor descriptor = {.media_type = FP_MEDIA_OCI_MANIFEST,
                                       .digest = fp_digest_of(text, strlen(text)),
                                       .size = strlen(text)};
    return fp_registry_put_manifest(scene->registry, "v1", &descriptor, text, &scene->err);
}

static enum fp_code put(struct scene *scene)
{
    return put_text(scene, manifest);
}

/* The answer to HEAD that describes a manifest with this digest. */
static char *described(const char *digest)
{
    return fp_xasprintf("HTTP/1.1 200 OK\r\nContent-Type: " FP_MEDIA_OCI_MANIFEST
                        "\r\nDocker-Content-Digest: %s\r\nContent-Length: %zu",
                        digest, strlen(manifest));
}

static void test_manifest_put(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {OPEN_REGISTRY, CREATED};
    static const struct test_reply lying[] = {
        OPEN_REGISTRY, {.head = "HTTP/1.1 201 Created\r\nDocker-Content-Digest: sha256:00"}};
    struct scene scene = {0};
    struct scene other = {0};
    scene_open(&scene, replies, COUNT(replies));
    assert_int_equal(put(&scene), FP_OK);
    assert_true(test_server_has_header(scene.server, 1, "Content-Type: " FP_MEDIA_OCI_MANIFEST));
    assert_string_equal(test_server_request(scene.server, 1)->body, manifest);
    scene_close(&scene);
    scene_open(&other, lying, COUNT(lying));
    assert_int_equal(put(&other), FP_E_VERIFY);
    scene_close(&other);
}

static void test_lost_answer_to_a_manifest(void **state)
{
    (void) state;
    cleanup_free char *there = described(fp_digest_of(manifest, strlen(manifest)).text);
    const struct test_reply replies[] = {
        OPEN_REGISTRY, {.head = "", .then = TEST_CLOSE}, {.head = there}};
    static const char *const expected[] = {"GET /v2/", "PUT /v2/team/orders/manifests/v1",
                                           "HEAD /v2/team/orders/manifests/v1", NULL};
    struct scene scene = {0};
    scene_open(&scene, replies, COUNT(replies));
    assert_int_equal(put(&scene), FP_OK);
    scene_assert_requests(&scene, expected);
    scene_close(&scene);
}

static void test_manifest_refused_for_the_rate_is_put_again(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {OPEN_REGISTRY,
                                                {.head = "HTTP/1.1 429 Too Many"},
                                                {.head = "HTTP/1.1 503 Busy\r\nRetry-After: 0"},
                                                CREATED};
    static const char *const expected[] = {"GET /v2/", "PUT /v2/team/orders/manifests/v1",
                                           "PUT /v2/team/orders/manifests/v1",
                                           "PUT /v2/team/orders/manifests/v1", NULL};
    struct scene scene = {0};
    scene_open(&scene, replies, COUNT(replies));
    assert_int_equal(put(&scene), FP_OK);
    scene_assert_requests(&scene, expected);
    scene_close(&scene);
}

/* If the registry lacks blobs that it claimed to have, the caller sends them again, once. After
 * that the registry gets some time to become consistent, but not for long. */
static void test_manifest_without_its_blobs(void **state)
{
    (void) state;
    static const char digest[] =
        "sha256:1111111111111111111111111111111111111111111111111111111111111111";
    static const char text[] =
        "{\"layers\":[{\"digest\":\"sha256:"
        "1111111111111111111111111111111111111111111111111111111111111111\"},{\"digest\":\"sha256:"
        "2222222222222222222222222222222222222222222222222222222222222222\"}]}";
    static const struct test_reply refusals[] = {
        {.head = "HTTP/1.1 400 Bad Request",
         .body = "{\"errors\":[{\"code\":\"MANIFEST_BLOB_UNKNOWN\",\"detail\":\"sha256:"
                 "1111111111111111111111111111111111111111111111111111111111111111\"}]}"},
        {.head = "HTTP/1.1 404 Not Found", .body = "{\"errors\":[{\"code\":\"BLOB_UNKNOWN\"}]}"},
        {.head = "HTTP/1.1 500 Oops", .body = "unknown blob"},
        {.head = "HTTP/1.1 403 Forbidden", .body = "{\"errors\":[{\"code\":\"BLOB_UNKNOWN\"}]}"},
        {.head = "HTTP/1.1 400 Bad Request",
         .body = "Layers with digests '[sha256:"
                 "1111111111111111111111111111111111111111111111111111111111111111]' do not exist"},
    };
    struct fp_digest first;
    struct fp_digest second;
    assert_int_equal(fp_digest_parse(digest, "", &first, NULL), FP_OK);
    assert_int_equal(
        fp_digest_parse("sha256:2222222222222222222222222222222222222222222222222222222222222222",
                        "", &second, NULL),
        FP_OK);
    for (size_t i = 0; i < COUNT(refusals); i++) {
        const struct test_reply replies[] = {OPEN_REGISTRY, refusals[i], refusals[i], MISSING,
                                             refusals[i],   MISSING,     CREATED,     refusals[i]};
        /* If one refusal names a blob, the next refusal puts all blobs in doubt. */
        const struct test_reply more[] = {OPEN_REGISTRY, refusals[i], refusals[i], CREATED};
        bool for_all = strstr(refusals[i].body, digest) == NULL;
        struct scene scene = {0};
        scene_open(&scene, for_all ? replies : more, for_all ? COUNT(replies) : COUNT(more));
        struct fp_registry *registry = scene.registry;
        assert_true(put_text(&scene, text) != FP_OK);
        assert_int_equal(test_server_count(scene.server), 2);
        assert_true(fp_registry_take_doubts(registry));
        assert_false(fp_registry_take_doubts(registry));
        assert_true(fp_registry_is_doubted(registry, &first));
        assert_int_equal(fp_registry_is_doubted(registry, &second), for_all);
        assert_int_equal(put_text(&scene, text), for_all ? FP_OK : FP_E_INPUT);
        assert_int_equal(test_server_count(scene.server), for_all ? 7 : 3);
        assert_int_equal(fp_registry_take_doubts(registry), !for_all);
        assert_true(fp_registry_is_doubted(registry, &second));
        scene_close(&scene);
    }
}

static const char zero[] =
    "sha256:0000000000000000000000000000000000000000000000000000000000000000";

/* The answers of a registry to a PUT, and to a second PUT by digest, while the tag refers to
 * another manifest; and the resulting code. */
struct refusal {
    const char *head;
    const char *body;
    const char *by_digest; /* NULL: no second PUT is sent */
    enum fp_code code;
};

static void test_tags_that_may_not_be_moved(void **state)
{
    (void) state;
#define ERROR(code, message) "{\"errors\":[{\"code\":\"" code "\",\"message\":\"" message "\"}]}"
    static const char taken[] = "HTTP/1.1 201 Created";
    static const struct refusal refusals[] = {
        {"HTTP/1.1 400 Bad Request", ERROR("TAG_INVALID", "no"), NULL, FP_E_CONFLICT},
        {"HTTP/1.1 409 Conflict", "", NULL, FP_E_CONFLICT},
        {"HTTP/1.1 412 Precondition Failed", "", NULL, FP_E_CONFLICT},
        {"HTTP/1.1 403 Forbidden", ERROR("DENIED", "tag is immutable"), NULL, FP_E_CONFLICT},
        {"HTTP/1.1 403 Forbidden", ERROR("DENIED", "denied"), taken, FP_E_CONFLICT},
        {"HTTP/1.1 403 Forbidden", ERROR("DENIED", "denied"), "HTTP/1.1 403 Forbidden", FP_E_AUTH},
        {"HTTP/1.1 405 Method Not Allowed", ERROR("UNSUPPORTED", "disallowed"), taken,
         FP_E_CONFLICT},
        {"HTTP/1.1 405 Method Not Allowed", ERROR("UNSUPPORTED", "read-only"),
         "HTTP/1.1 405 Method Not Allowed", FP_E_INPUT},
        {"HTTP/1.1 400 Bad Request", ERROR("MANIFEST_INVALID", "manifest invalid"), taken,
         FP_E_CONFLICT},
        {"HTTP/1.1 400 Bad Request", ERROR("MANIFEST_INVALID", "manifest invalid"),
         "HTTP/1.1 400 Bad Request", FP_E_INPUT},
        {"HTTP/1.1 401 Unauthorized", ERROR("DENIED", "tag is immutable"), NULL, FP_E_CONFLICT},
        {"HTTP/1.1 404 Not Found", "Cannot overwrite it", NULL, FP_E_CONFLICT},
        {"HTTP/1.1 403 Forbidden", "<html><title>403 Forbidden</title></html>", taken,
         FP_E_CONFLICT},
        {"HTTP/1.1 451 No", "", taken, FP_E_CONFLICT},
        {"HTTP/1.1 422 Unprocessable", "this tag already exists", NULL, FP_E_CONFLICT},
    };
    cleanup_free char *another = described(zero);
    for (size_t i = 0; i < COUNT(refusals); i++) {
        const struct refusal *refusal = &refusals[i];
        const struct test_reply replies[] = {OPEN_REGISTRY,
                                             {.head = refusal->head, .body = refusal->body},
                                             {.head = another},
                                             {.head = refusal->by_digest}};
        struct scene scene = {0};
        scene_open(&scene, replies, COUNT(replies));
        assert_int_equal(put(&scene), refusal->code);
        assert_int_equal(test_server_count(scene.server), refusal->by_digest != NULL ? 4 : 3);
        if (refusal->code == FP_E_CONFLICT) {
            assert_non_null(strstr(scene.err.text, zero));
            assert_non_null(strstr(scene.err.text, fp_digest_of(manifest, strlen(manifest)).text));
        }
        scene_close(&scene);
    }
}

/* A user who may push may be unable to read the tag. Then the text of the error decides. */
static void test_tags_that_cannot_be_seen(void **state)
{
    (void) state;
    static const struct refusal refusals[] = {
        {"HTTP/1.1 409 Conflict", "", NULL, FP_E_CONFLICT},
        {"HTTP/1.1 403 Forbidden", ERROR("DENIED", "tag is immutable"), NULL, FP_E_CONFLICT},
        {"HTTP/1.1 403 Forbidden", ERROR("DENIED", "denied"), NULL, FP_E_AUTH},
    };
    for (size_t i = 0; i < COUNT(refusals); i++) {
        const struct test_reply replies[] = {OPEN_REGISTRY,
                                             {.head = refusals[i].head, .body = refusals[i].body},
                                             {.head = "HTTP/1.1 403 Forbidden"}};
        struct scene scene = {0};
        scene_open(&scene, replies, COUNT(replies));
        assert_int_equal(put(&scene), refusals[i].code);
        scene_close(&scene);
    }
}

/* HEAD is sent once, and GET if HEAD fails. HEAD is repeated only after a rate limit. */
static void test_what_a_tag_stands_for(void **state)
{
    (void) state;
    static const struct test_reply heads[] = {
        {.head = "HTTP/1.1 500 Oops"},
        {.head = "HTTP/1.1 403 Forbidden"},
        {.head = "", .body = "HTTP/1.1 200 OK\r\nX", .then = TEST_CLOSE},
        {.head = "HTTP/1.1 503 Busy\r\nRetry-After: 0"}};
    struct fp_digest digest = fp_digest_of(manifest, strlen(manifest));
    cleanup_free char *same = described(digest.text);
    const struct test_reply served = {
        .head = "HTTP/1.1 200 OK\r\nContent-Type: " FP_MEDIA_OCI_MANIFEST, .body = manifest};
    for (size_t i = 0; i < COUNT(heads); i++) {
        const struct test_reply described_then = {.head = same};
        const struct test_reply replies[] = {OPEN_REGISTRY, heads[i],
                                             i == 3 ? described_then : served};
        struct scene scene = {0};
        enum fp_tagged found = FP_TAGGED_NOTHING;
        scene_open(&scene, replies, COUNT(replies));
        assert_int_equal(fp_registry_is_tagged(scene.registry, "v1", &digest, &found, &scene.err),
                         FP_OK);
        assert_int_equal(found, FP_TAGGED_THIS);
        assert_int_equal(test_server_count(scene.server), 3);
        scene_close(&scene);
    }
}

/* An error body can contain tokens, as the error pages of some proxies do. */
static void test_refusals_are_shown_without_tokens(void **state)
{
    (void) state;
    static const char *const bodies[] = {"{\"token\":\"leaked\",\"access_token\":\"leaked\"}",
                                         "{\"token\":\"leaked-leaked\"",
                                         "refresh_token=leaked-leaked"};
    for (size_t i = 0; i < COUNT(bodies); i++) {
        const struct test_reply replies[] = {
            OPEN_REGISTRY,
            {.head = "HTTP/1.1 413 No\r\nWarning: 299 - \"token=leaked-leaked\"",
             .body = bodies[i]}};
        struct scene scene = {0};
        scene_open(&scene, replies, COUNT(replies));
        assert_int_equal(put(&scene), FP_E_INPUT);
        assert_null(strstr(scene.err.text, "leaked"));
        assert_null(strstr(scene.events, "leaked"));
        scene_close(&scene);
    }
}

/* Any refusal is a success if the tag already refers to the right manifest. */
static void test_tags_that_are_right_already(void **state)
{
    (void) state;
    static const char *const heads[] = {
        "HTTP/1.1 400 Bad Request",         "HTTP/1.1 403 Forbidden",
        "HTTP/1.1 405 Method Not Allowed",  "HTTP/1.1 409 Conflict",
        "HTTP/1.1 412 Precondition Failed", "HTTP/1.1 422 No"};
    cleanup_free char *same = described(fp_digest_of(manifest, strlen(manifest)).text);
    for (size_t i = 0; i < COUNT(heads); i++) {
        const struct test_reply replies[] = {OPEN_REGISTRY, {.head = heads[i]}, {.head = same}};
        struct scene scene = {0};
        scene_open(&scene, replies, COUNT(replies));
        assert_int_equal(put(&scene), FP_OK);
        scene_close(&scene);
    }
}

static enum fp_code confirm(struct scene *scene)
{
    struct fp_digest digest = fp_digest_of(manifest, strlen(manifest));
    return fp_registry_confirm(scene->registry, &digest, &scene->err);
}

static void test_what_was_put_is_served(void **state)
{
    (void) state;
    static const struct test_reply served[] = {OPEN_REGISTRY,
                                               MISSING,
                                               {.head = "HTTP/1.1 503 Busy"},
                                               {.head = "", .then = TEST_RESET},
                                               {.body = manifest}};
    static const struct test_reply gone[] = {
        OPEN_REGISTRY, {.head = "HTTP/1.1 404 Not Found\r\nRetry-After: 3600"}};
    static const struct test_reply cut[] = {OPEN_REGISTRY, {.body = "{\"sch"}, {.body = manifest}};
    static const struct test_reply other[] = {OPEN_REGISTRY, {.body = "{\"schemaVersion\":1}"}};
    struct scene scene = {0};
    scene_open(&scene, served, COUNT(served));
    assert_int_equal(confirm(&scene), FP_OK);
    assert_int_equal(test_server_count(scene.server), 5);
    assert_null(strstr(scene.events, "could not be read back"));
    scene_close(&scene);
    struct scene second = {0};
    scene_open(&second, gone, COUNT(gone));
    assert_int_equal(confirm(&second), FP_E_NOT_FOUND);
    assert_int_equal(test_server_count(second.server), 6);
    scene_close(&second);
    struct scene third = {0};
    scene_open(&third, other, COUNT(other));
    assert_int_equal(confirm(&third), FP_E_VERIFY);
    scene_close(&third);
    struct scene fourth = {0};
    scene_open(&fourth, cut, COUNT(cut));
    assert_int_equal(confirm(&fourth), FP_OK);
    scene_close(&fourth);
}

static void test_what_cannot_be_read_back_is_a_warning(void **state)
{
    (void) state;
    static const char *const heads[] = {"HTTP/1.1 401 Unauthorized",
                                        "HTTP/1.1 403 Forbidden",
                                        "HTTP/1.1 429 Slow Down\r\nRetry-After: 3600",
                                        "HTTP/1.1 503 Busy\r\nRetry-After: 60",
                                        "HTTP/1.1 405 Not Allowed",
                                        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip",
                                        "HTTP/1.1 500 Oops"};
    for (size_t i = 0; i < COUNT(heads); i++) {
        const struct test_reply replies[] = {OPEN_REGISTRY, {.head = heads[i]}};
        struct scene scene = {0};
        scene_open(&scene, replies, COUNT(replies));
        assert_int_equal(confirm(&scene), FP_OK);
        assert_non_null(strstr(scene.events, "pushed, could not be read back"));
        assert_int_equal(test_server_count(scene.server), i == 6 ? 6 : 2);
        scene_close(&scene);
    }
}

#define BLOB "sha256:1111111111111111111111111111111111111111111111111111111111111111"

static enum fp_code put_again(struct scene *scene, bool *ret_taken)
{
    static const char text[] = "{\"layers\":[{\"digest\":\"" BLOB "\"}]}";
    const struct fp_descriptor descriptor = {.media_type = FP_MEDIA_OCI_MANIFEST,
                                             .digest = fp_digest_of(text, strlen(text)),
                                             .size = strlen(text)};
    return fp_registry_put_again(scene->registry, &descriptor, text, ret_taken, &scene->err);
}

static const struct test_reply lacks_blob = {.head = "HTTP/1.1 400 Bad Request",
                                             .body = ERROR("MANIFEST_BLOB_UNKNOWN", "")};

/* For a correct tag, there is always one request. Every refusal means "unknown", except for one
 * that reports missing blobs. */
static void test_manifest_put_again(void **state)
{
    (void) state;
    const struct test_reply answers[] = {
        CREATED,
        lacks_blob,
        {.head = "HTTP/1.1 202 Accepted"},
        {.head = "HTTP/1.1 201 Created\r\nDocker-Content-Digest: " BLOB},
        {.head = "HTTP/1.1 400 Bad Request", .body = "not allow updating assets"},
        {.head = "HTTP/1.1 400 Bad Request", .body = "what refers to " BLOB " already exists"},
        {.head = "HTTP/1.1 404 Not Found", .body = ERROR("MANIFEST_UNKNOWN", "no such manifest")},
        {.head = "HTTP/1.1 403 Forbidden"},
        {.head = "HTTP/1.1 405 Not Allowed"},
        {.head = "HTTP/1.1 412 Precondition Failed"},
        {.head = "HTTP/1.1 429 Slow Down\r\nRetry-After: 3600"},
        {.head = "HTTP/1.1 503 Busy"},
        {.head = "", .then = TEST_CLOSE},
    };
    static const char *const expected[] = {"GET /v2/", "PUT /v2/team/orders/manifests/sha256:*",
                                           NULL};
    for (size_t i = 0; i < COUNT(answers); i++) {
        const struct test_reply replies[] = {OPEN_REGISTRY, answers[i]};
        struct scene scene = {0};
        bool taken = true;
        scene_open(&scene, replies, COUNT(replies));
        assert_int_equal(put_again(&scene, &taken), i == 1 ? FP_E_INPUT : FP_OK);
        assert_int_equal(taken, i == 0);
        assert_int_equal(fp_registry_take_doubts(scene.registry), i == 1);
        scene_assert_requests(&scene, expected);
        scene_close(&scene);
    }
}

/* After blobs were sent again, the registry may need some time, but it has to find them. */
static void test_manifest_put_again_for_blobs_that_were_sent(void **state)
{
    (void) state;
    const struct test_reply late[] = {OPEN_REGISTRY, lacks_blob, lacks_blob, CREATED};
    const struct test_reply never[] = {OPEN_REGISTRY, lacks_blob};
    for (int i = 0; i < 2; i++) {
        struct scene scene = {0};
        bool taken = false;
        scene_open(&scene, i == 0 ? late : never, i == 0 ? COUNT(late) : COUNT(never));
        assert_int_equal(put_again(&scene, &taken), FP_E_INPUT);
        assert_true(fp_registry_take_doubts(scene.registry));
        assert_int_equal(put_again(&scene, &taken), i == 0 ? FP_OK : FP_E_INPUT);
        assert_int_equal(taken, i == 0);
        assert_false(fp_registry_take_doubts(scene.registry));
        assert_int_equal(test_server_count(scene.server), i == 0 ? 4 : 5);
        scene_close(&scene);
    }
}

/* Artifactory would store a manifest pushed by digest in a separate directory. */
static void test_manifest_not_put_again(void **state)
{
    (void) state;
    cleanup_free char *there = described(fp_digest_of(manifest, strlen(manifest)).text);
    cleanup_free char *head = fp_xasprintf("%s\r\nX-Artifactory-Id: 1234", there);
    const struct test_reply replies[] = {OPEN_REGISTRY, {.head = head}};
    const struct fp_descriptor descriptor = {.digest = fp_digest_of(manifest, strlen(manifest))};
    struct scene scene = {0};
    enum fp_tagged found = FP_TAGGED_NOTHING;
    bool taken = true;
    scene_open(&scene, replies, COUNT(replies));
    assert_int_equal(
        fp_registry_is_tagged(scene.registry, "v1", &descriptor.digest, &found, &scene.err), FP_OK);
    assert_int_equal(found, FP_TAGGED_THIS);
    assert_int_equal(
        fp_registry_put_again(scene.registry, &descriptor, manifest, &taken, &scene.err), FP_OK);
    assert_false(taken);
    assert_int_equal(test_server_count(scene.server), 2);
    scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_manifest_put),
        cmocka_unit_test(test_lost_answer_to_a_manifest),
        cmocka_unit_test(test_manifest_refused_for_the_rate_is_put_again),
        cmocka_unit_test(test_manifest_without_its_blobs),
        cmocka_unit_test(test_manifest_put_again),
        cmocka_unit_test(test_manifest_put_again_for_blobs_that_were_sent),
        cmocka_unit_test(test_manifest_not_put_again),
        cmocka_unit_test(test_tags_that_may_not_be_moved),
        cmocka_unit_test(test_tags_that_cannot_be_seen),
        cmocka_unit_test(test_what_a_tag_stands_for),
        cmocka_unit_test(test_refusals_are_shown_without_tokens),
        cmocka_unit_test(test_tags_that_are_right_already),
        cmocka_unit_test(test_what_was_put_is_served),
        cmocka_unit_test(test_what_cannot_be_read_back_is_a_warning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
