#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "scene.h"

#define OCI     "HTTP/1.1 200 OK\r\nContent-Type: " FP_MEDIA_OCI_MANIFEST "; charset=utf-8"
#define MEMBERS "\"config\":{},\"layers\":[]"
#define BODY    "{\"schemaVersion\":2,\"mediaType\":\"" FP_MEDIA_OCI_MANIFEST "\"," MEMBERS "}"
#define ZERO    "sha256:0000000000000000000000000000000000000000000000000000000000000000"

static enum fp_code get(struct scene *scene, const char *reference, struct fp_descriptor *found)
{
    cleanup_buf struct fp_buf body = FP_BUF_INIT(FP_JSON_MAX_TOKENS);
    enum fp_code code =
        fp_registry_get_manifest(scene->registry, reference, &body, found, &scene->err);
    if (code == FP_OK)
        assert_string_equal(fp_buf_text(&body), BODY);
    return code;
}

static void test_manifest_by_tag(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {OPEN_REGISTRY, {.head = OCI, .body = BODY}};
    struct scene scene = {0};
    struct fp_descriptor found = {0};
    scene_open(&scene, replies, COUNT(replies));
    assert_int_equal(get(&scene, "v1", &found), FP_OK);
    struct fp_digest digest = fp_digest_of(BODY, strlen(BODY));
    assert_string_equal(found.digest.text, digest.text);
    assert_string_equal(found.media_type, FP_MEDIA_OCI_MANIFEST);
    assert_int_equal(found.size, strlen(BODY));
    assert_int_equal(get(&scene, digest.text, &found), FP_OK);
    const char *const expected[] = {"GET /v2/", "GET /v2/team/orders/manifests/v1",
                                    "GET /v2/team/orders/manifests/sha256*", NULL};
    scene_assert_requests(&scene, expected);
    assert_true(test_server_has_header(scene.server, 1,
                                       "Accept: " FP_MEDIA_OCI_INDEX ", " FP_MEDIA_OCI_MANIFEST
                                       ", " FP_MEDIA_DOCKER_LIST));
    scene_close(&scene);
}

static void test_manifests_that_are_refused(void **state)
{
    (void) state;
    static const struct {
        const char *reference;
        struct test_reply reply;
        enum fp_code code;
        const char *words;
    } cases[] = {
        {ZERO, {.head = OCI, .body = BODY}, FP_E_VERIFY, "have the digest sha256:"},
        {"v1",
         {.head = "HTTP/1.1 200 OK\r\nContent-Type: " FP_MEDIA_OCI_INDEX, .body = BODY},
         FP_E_INPUT,
         "CVE-2021-41190"},
        {"v1", {.head = OCI, .body = "{\"schemaVersion\":1}"}, FP_E_INPUT, "schema 1"},
        {"v1", {.head = OCI, .body = "<html>"}, FP_E_INPUT, ":v1"},
        {"v1", {.head = OCI, .body = "{\"a\":1,\"a\":2}"}, FP_E_INPUT, ":v1"},
        {"v1", {.body = "{\"schemaVersion\":2}"}, FP_E_INPUT, "no array 'layers'"},
        {"v1",
         {.body = "{\"schemaVersion\":2,\"manifests\":[]," MEMBERS "}"},
         FP_E_INPUT,
         "both a manifest and an index"},
        {"v1",
         {.head = "HTTP/1.1 200 OK\r\nContent-Type: text/html",
          .body = "{\"schemaVersion\":2," MEMBERS "}"},
         FP_E_INPUT,
         "announced as 'text/html'"},
        {"v1", {.body = "{\"fsLayers\":[]}"}, FP_E_INPUT, "schema 1"},
        {"v1",
         {.head = "HTTP/1.1 200 OK\r\nContent-Length: 5000000", .then = TEST_CLOSE},
         FP_E_INPUT,
         "more than the limit"},
        {"v1",
         {.head = "HTTP/1.1 404 Not Found",
          .body =
              "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"unknown \\u001b[31m\"}]}"},
         FP_E_NOT_FOUND,
         "404 MANIFEST_UNKNOWN: unknown [31m"},
        {"../x", OPEN_REGISTRY, FP_E_USAGE, "neither tag nor digest"},
        {"sha256:..", OPEN_REGISTRY, FP_E_USAGE, "neither tag nor digest"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct test_reply replies[] = {OPEN_REGISTRY, cases[i].reply};
        struct scene scene = {0};
        struct fp_descriptor found = {0};
        scene_open(&scene, replies, 2);
        assert_int_equal(get(&scene, cases[i].reference, &found), cases[i].code);
        assert_non_null(strstr(scene.err.text, cases[i].words));
        scene_close(&scene);
    }
}

/* Plain file servers send vague content types, and old clients left mediaType out. */
static void test_manifests_of_vague_types(void **state)
{
    (void) state;
    static const char *const types[] = {"", "\r\nContent-Type: application/json; charset=utf-8",
                                        "\r\nContent-Type: text/plain",
                                        "\r\nContent-Type: application/octet-stream"};
    static const struct {
        const char *body, *type;
    } cases[] = {
        {"{\"schemaVersion\":2," MEMBERS "}", FP_MEDIA_OCI_MANIFEST},
        {"{\"schemaVersion\":2,\"manifests\":[]}", FP_MEDIA_OCI_INDEX},
        {"{\"schemaVersion\":2,\"mediaType\":\"" FP_MEDIA_DOCKER_LIST "\",\"manifests\":[]}",
         FP_MEDIA_DOCKER_LIST},
    };
    for (size_t i = 0; i < COUNT(types) * COUNT(cases); i++) {
        const char *body = cases[i % COUNT(cases)].body;
        cleanup_free char *head = fp_xasprintf("HTTP/1.1 200 OK%s", types[i / COUNT(cases)]);
        const struct test_reply replies[] = {OPEN_REGISTRY, {.head = head, .body = body}};
        struct scene scene = {0};
        struct fp_descriptor found = {0};
        cleanup_buf struct fp_buf bytes = FP_BUF_INIT(4096);
        scene_open(&scene, replies, 2);
        assert_int_equal(fp_registry_get_manifest(scene.registry, "v1", &bytes, &found, &scene.err),
                         FP_OK);
        assert_string_equal(found.media_type, cases[i % COUNT(cases)].type);
        scene_close(&scene);
    }
}

/* Key files are passwords of several lines. None of these lines is shown. */
static void test_passwords_of_several_lines(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {
        {.head = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"",
         .body = "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"what is  "
                 "\\\"private_key\\\": \\\"abcdefghij\\\" to me\"}]}"}};
    struct scene scene = {
        .options.credentials = {.username = "_json_key",
                                .password = "{\n \"private_key\": \"abcdefghij\"\n}"}};
    scene_open(&scene, replies, COUNT(replies));
    cleanup_buf struct fp_buf body = FP_BUF_INIT(4096);
    struct fp_descriptor found = {0};
    assert_int_equal(fp_registry_get_manifest(scene.registry, "v1", &body, &found, &scene.err),
                     FP_E_AUTH);
    assert_true(test_server_has_header(
        scene.server, 1,
        "Authorization: Basic X2pzb25fa2V5OnsKICJwcml2YXRlX2tleSI6ICJhYmNkZWZnaGlqIgp9"));
    assert_non_null(strstr(scene.err.text, "DENIED"));
    assert_null(strstr(scene.err.text, "abcdefghij"));
    scene_close(&scene);
}

static void test_head_manifest(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {
        OPEN_REGISTRY,
        {.head = OCI "\r\nDocker-Content-Digest: " ZERO, .body = BODY},
        {.head = "HTTP/1.1 404 Not Found"},
        {.head = "HTTP/1.1 405 Not Allowed"},
    };
    struct scene scene = {0};
    struct fp_descriptor found = {0};
    bool exists = false;
    scene_open(&scene, replies, COUNT(replies));
    assert_int_equal(fp_registry_head_manifest(scene.registry, "v1", &exists, &found, &scene.err),
                     FP_OK);
    assert_true(exists);
    assert_string_equal(found.digest.text, ZERO);
    assert_int_equal(found.size, strlen(BODY));
    assert_int_equal(fp_registry_head_manifest(scene.registry, "v1", &exists, &found, &scene.err),
                     FP_OK);
    assert_false(exists);
    assert_int_equal(fp_registry_head_manifest(scene.registry, "v1", &exists, &found, &scene.err),
                     FP_OK);
    assert_true(exists);
    assert_false(fp_digest_is_set(&found.digest));
    /* The registry remembers that HEAD is refused. */
    assert_int_equal(fp_registry_head_manifest(scene.registry, "v2", &exists, &found, &scene.err),
                     FP_OK);
    assert_true(exists && !fp_digest_is_set(&found.digest));
    assert_int_equal(test_server_count(scene.server), 4);
    scene_close(&scene);
}

static void test_no_registry_there(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {{.head = "HTTP/1.1 404 Not Found"}};
    struct scene scene = {0};
    struct fp_descriptor found = {0};
    scene_open(&scene, replies, 1);
    assert_int_equal(get(&scene, "v1", &found), FP_E_NOT_FOUND);
    assert_non_null(strstr(scene.err.hint, "a container registry?"));
    scene_close(&scene);
}

static enum fp_code fetch(struct scene *scene, const char *content, int fd)
{
    struct fp_descriptor wanted = {.digest = fp_digest_of(content, strlen(content)),
                                   .size = strlen(content)};
    return fp_registry_fetch_blob(scene->registry, &wanted, fd, NULL, &scene->err);
}

static void assert_content(int fd, const char *expected)
{
    char content[64] = "";
    assert_true(pread(fd, content, sizeof(content) - 1, 0) >= 0);
    assert_string_equal(content, expected);
}

static void test_blob_from_a_store_elsewhere(void **state)
{
    (void) state;
    static const struct test_reply store_replies[] = {
        {.body = "0123456789", .is_cut = true, .cut_at = 4, .then = TEST_RESET},
        {.head = "HTTP/1.1 206 Partial\r\nContent-Range: bytes 4-9/10", .body = "456789"}};
    static const struct test_reply replies[] = {
        OPEN_REGISTRY, {.head = "HTTP/1.1 307 Temporary\r\nLocation: $PEER/blob?signature=secret"}};
    struct test_server *store = test_server_start(store_replies, 2);
    struct scene scene = {0};
    int fd = memfd_create("blob", MFD_CLOEXEC);
    scene_open(&scene, replies, COUNT(replies));
    test_server_set_peer(scene.server, store);
    assert_int_equal(fetch(&scene, "0123456789", fd), FP_OK);
    assert_content(fd, "0123456789");
    assert_int_equal(test_server_count(scene.server), 3); /* signed URLs expire */
    assert_true(test_server_has_header(store, 1, "Range: bytes=4-"));
    assert_null(strstr(scene.events, "secret"));
    (void) close(fd);
    scene_close(&scene);
    test_server_stop(store);
}

static void test_flipped_blob_is_fetched_once_more(void **state)
{
    (void) state;
    static const struct test_reply mended[] = {
        OPEN_REGISTRY, {.body = "0123X56789"}, {.body = "0123456789"}};
    static const struct test_reply broken[] = {OPEN_REGISTRY, {.body = "0123X56789"}};
    struct scene scene = {0};
    int fd = memfd_create("blob", MFD_CLOEXEC);
    scene_open(&scene, mended, COUNT(mended));
    assert_int_equal(fetch(&scene, "0123456789", fd), FP_OK);
    assert_content(fd, "0123456789");
    scene_close(&scene);
    struct scene other = {0};
    assert_int_equal(ftruncate(fd, 0), 0);
    scene_open(&other, broken, COUNT(broken));
    assert_int_equal(fetch(&other, "0123456789", fd), FP_E_VERIFY);
    assert_int_equal(test_server_count(other.server), 3);
    (void) close(fd);
    scene_close(&other);
}

static void test_wrong_size_is_refused(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {OPEN_REGISTRY, {.body = "0123456789 and more"}};
    struct scene scene = {0};
    int fd = memfd_create("blob", MFD_CLOEXEC);
    scene_open(&scene, replies, COUNT(replies));
    assert_true(fetch(&scene, "0123456789", fd) != FP_OK);
    assert_int_equal(lseek(fd, 0, SEEK_END), 0);
    (void) close(fd);
    scene_close(&scene);
}

static void test_warnings_are_passed_on_once(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {
        OPEN_REGISTRY,
        {.head = OCI "\r\nWarning: 299 - \"this registry \x1b[5m moves\"", .body = BODY}};
    struct scene scene = {0};
    struct fp_descriptor found = {0};
    scene_open(&scene, replies, COUNT(replies));
    assert_int_equal(get(&scene, "v1", &found), FP_OK);
    assert_int_equal(get(&scene, "v1", &found), FP_OK);
    const char *first = strstr(scene.events, "this registry");
    assert_non_null(first);
    assert_null(strstr(first + 1, "this registry"));
    scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_manifest_by_tag),
        cmocka_unit_test(test_manifests_that_are_refused),
        cmocka_unit_test(test_manifests_of_vague_types),
        cmocka_unit_test(test_passwords_of_several_lines),
        cmocka_unit_test(test_head_manifest),
        cmocka_unit_test(test_no_registry_there),
        cmocka_unit_test(test_blob_from_a_store_elsewhere),
        cmocka_unit_test(test_flipped_blob_is_fetched_once_more),
        cmocka_unit_test(test_wrong_size_is_refused),
        cmocka_unit_test(test_warnings_are_passed_on_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
