/* Manifests on their way to a registry. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "scene.h"

static const char manifest[] = "{\"schemaVersion\":2}";

static enum fp_code put(struct scene *scene)
{
    struct fp_descriptor descriptor = {.media_type = FP_MEDIA_OCI_MANIFEST,
                                       .digest = fp_digest_of(manifest, strlen(manifest)),
                                       .size = strlen(manifest)};
    return fp_registry_put_manifest(scene->registry, "v1", &descriptor, manifest, &scene->err);
}

/* The answer to HEAD for the manifest above, or for another one. */
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

/* A registry that has not caught up with blobs it took is given time, but not for ever. */
static void test_manifest_before_its_blobs_are_known(void **state)
{
    (void) state;
    static const struct test_reply unknown = {
        .head = "HTTP/1.1 400 Bad Request",
        .body = "{\"errors\":[{\"code\":\"MANIFEST_BLOB_UNKNOWN\"}]}"};
    const struct test_reply late[] = {OPEN_REGISTRY, unknown, MISSING, unknown, MISSING, CREATED};
    const struct test_reply never[] = {OPEN_REGISTRY, unknown, MISSING, unknown, MISSING, unknown,
                                       MISSING,       unknown, MISSING, unknown, MISSING, unknown};
    struct scene scene = {0};
    scene_open(&scene, late, COUNT(late));
    assert_int_equal(put(&scene), FP_OK);
    assert_int_equal(test_server_count(scene.server), COUNT(late));
    scene_close(&scene);
    struct scene second = {0};
    scene_open(&second, never, COUNT(never));
    assert_int_equal(put(&second), FP_E_INPUT);
    assert_non_null(strstr(second.err.text, "MANIFEST_BLOB_UNKNOWN"));
    scene_close(&second);
}

static void test_immutable_tags(void **state)
{
    (void) state;
    static const char refusal[] = "{\"errors\":[{\"code\":\"TAG_INVALID\",\"message\":\"no\"}]}";
    static const char zero[] =
        "sha256:0000000000000000000000000000000000000000000000000000000000000000";
    cleanup_free char *same = described(fp_digest_of(manifest, strlen(manifest)).text);
    cleanup_free char *another = described(zero);
    const struct test_reply agreeing[] = {
        OPEN_REGISTRY, {.head = "HTTP/1.1 400 Bad Request", .body = refusal}, {.head = same}};
    const struct test_reply differing[] = {
        OPEN_REGISTRY, {.head = "HTTP/1.1 409 Conflict", .body = ""}, {.head = another}};
    struct scene scene = {0};
    struct scene other = {0};
    scene_open(&scene, agreeing, COUNT(agreeing));
    assert_int_equal(put(&scene), FP_OK);
    scene_close(&scene);
    scene_open(&other, differing, COUNT(differing));
    assert_int_equal(put(&other), FP_E_CONFLICT);
    assert_non_null(strstr(other.err.text, zero));
    assert_non_null(strstr(other.err.text, fp_digest_of(manifest, strlen(manifest)).text));
    scene_close(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_manifest_put),
        cmocka_unit_test(test_lost_answer_to_a_manifest),
        cmocka_unit_test(test_manifest_refused_for_the_rate_is_put_again),
        cmocka_unit_test(test_manifest_before_its_blobs_are_known),
        cmocka_unit_test(test_immutable_tags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
