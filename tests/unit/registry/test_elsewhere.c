#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "scene.h"

#define TYPE     "\"mediaType\":\"" FP_MEDIA_OCI_MANIFEST "\""
#define MANIFEST "{\"schemaVersion\":2," TYPE ",\"config\":{},\"layers\":[]}"
#define LEADS_TO(path)                                                                             \
    {                                                                                              \
        .head = "HTTP/1.1 307 Temporary Redirect\r\nLocation: $PEER" path                          \
    }
#define ASKS(challenge)                                                                            \
    {                                                                                              \
        .head = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: " challenge                        \
    }

static const struct test_reply with_tokens[] = {ASKS("Bearer realm=\"/token\",service=\"there\""),
                                                {.body = "{\"token\":\"tok1\"}"},
                                                {.body = MANIFEST},
                                                ASKS("Bearer realm=\"/token\""),
                                                {.body = MANIFEST}};

/* Write a file with credentials for both registries; "me:secret" belongs to the first one. */
static char *put_file(const struct test_server *here, const struct test_server *there)
{
    struct fp_error err = {0};
    char *path = fp_xasprintf("/tmp/flinkpack-elsewhere-%d.json", (int) getpid());
    cleanup_free char *text = fp_xasprintf("{\"auths\":{\"%s\":{\"auth\":\"bWU6c2VjcmV0\"},"
                                           "\"%s\":{\"auth\":\"eW91Om90aGVy\"}}}",
                                           test_server_url(here) + strlen("http://"),
                                           test_server_url(there) + strlen("http://"));
    assert_int_equal(fp_file_write(path, text, strlen(text), 0600, &err), FP_OK);
    return path;
}

static enum fp_code get(struct scene *scene)
{
    struct fp_descriptor found = {0};
    cleanup_buf struct fp_buf body = FP_BUF_INIT(4096);
    return fp_registry_get_manifest(scene->registry, "v1", &body, &found, &scene->err);
}

static void assert_lines(struct test_server *server, const char *const *expected)
{
    size_t n = 0;
    for (; expected[n] != NULL; n++)
        assert_ptr_equal(strstr(test_server_request(server, n)->line, expected[n]),
                         test_server_request(server, n)->line);
    assert_int_equal(test_server_count(server), n);
}

/* registry.k8s.io redirects to registries that give tokens to anybody. */
static void test_token_for_anybody(void **state)
{
    (void) state;
    static const struct test_reply here[] = {OPEN_REGISTRY, LEADS_TO("/v2/a/b/manifests/v1")};
    static const char *const expected[] = {
        "GET /v2/a/b/manifests/v1 ", "GET /token?service=there&scope=repository%3Aa%2Fb%3Apull ",
        "GET /v2/a/b/manifests/v1 ", "GET /v2/a/b/manifests/v1 ",
        "GET /v2/a/b/manifests/v1 ", NULL};
    struct test_server *peer = test_server_start(with_tokens, COUNT(with_tokens));
    struct scene scene = {.options.credentials = {.username = "me", .password = "secret"}};
    scene_open(&scene, here, COUNT(here));
    test_server_set_peer(scene.server, peer);
    assert_int_equal(get(&scene), FP_OK);
    assert_int_equal(get(&scene), FP_OK); /* this uses the token from before */
    assert_lines(peer, expected);
    assert_false(test_server_has_header(peer, 0, "Authorization"));
    assert_false(test_server_has_header(peer, 1, "Authorization"));
    assert_true(test_server_has_header(peer, 2, "Authorization: Bearer tok1"));
    assert_false(test_server_has_header(peer, 3, "Authorization"));
    scene_close(&scene);
    test_server_stop(peer);
}

/* A registry reached by a redirect gets its own credentials, never those of the first one. */
static void test_own_credentials(void **state)
{
    (void) state;
    static const struct test_reply here[] = {
        ASKS("Basic realm=\"here\""), {.body = "{}"}, LEADS_TO("/v2/a/b/manifests/v1")};
    static const struct test_reply with_passwords[] = {ASKS("Basic realm=\"there\""),
                                                       {.body = MANIFEST}};
    for (int by_token = 0; by_token < 2; by_token++) {
        struct test_server *peer =
            test_server_start(by_token ? with_tokens : with_passwords, by_token ? 3 : 2);
        struct scene scene = {0};
        scene_open(&scene, here, COUNT(here));
        test_server_set_peer(scene.server, peer);
        cleanup_free char *path = put_file(scene.server, peer);
        scene.options.credentials.authfile = path;
        fp_registry_close(scene.registry);
        cleanup_reference struct fp_reference reference = {0};
        cleanup_free char *name =
            fp_xasprintf("%s/team/orders", test_server_url(scene.server) + strlen("http://"));
        assert_int_equal(fp_reference_parse(name, &reference, &scene.err), FP_OK);
        assert_int_equal(fp_registry_open(&scene.options, &reference, &scene.registry, &scene.err),
                         FP_OK);
        (void) get(&scene);
        assert_int_equal(get(&scene), FP_OK);
        assert_true(test_server_has_header(scene.server, 1, "Authorization: Basic bWU6c2VjcmV0"));
        assert_true(test_server_has_header(peer, 1, "Authorization: Basic eW91Om90aGVy"));
        for (size_t n = 0; n < test_server_count(peer); n++)
            assert_false(test_server_has_header(peer, n, "Authorization: Basic bWU6"));
        (void) unlink(path);
        scene_close(&scene);
        test_server_stop(peer);
    }
}

static void test_blobs(void **state)
{
    (void) state;
    static const struct test_reply here[] = {OPEN_REGISTRY, LEADS_TO("/v2/a/b/blobs/sha256:1")};
    static const struct test_reply there[] = {
        ASKS("Bearer realm=\"/token\""), {.body = "{\"token\":\"tok1\"}"}, {.body = "0123456789"}};
    struct test_server *peer = test_server_start(there, COUNT(there));
    struct scene scene = {.options.credentials = {.username = "me", .password = "secret"}};
    struct fp_descriptor descriptor = {.digest = fp_digest_of("0123456789", 10), .size = 10};
    int fd = memfd_create("blob", MFD_CLOEXEC);
    scene_open(&scene, here, COUNT(here));
    test_server_set_peer(scene.server, peer);
    assert_int_equal(fp_registry_fetch_blob(scene.registry, &descriptor, fd, NULL, &scene.err),
                     FP_OK);
    assert_int_equal(lseek(fd, 0, SEEK_END), 10);
    assert_true(test_server_has_header(peer, 2, "Authorization: Bearer tok1"));
    (void) close(fd);
    scene_close(&scene);
    test_server_stop(peer);
}

/* A blob store is not a registry and gets no credentials. Errors name a refusing registry. */
static void test_refusals_elsewhere(void **state)
{
    (void) state;
    static const struct test_reply to_store[] = {OPEN_REGISTRY, LEADS_TO("/store/1?manifests/v1")};
    static const struct test_reply to_registry[] = {OPEN_REGISTRY,
                                                    LEADS_TO("/v2/a/b/manifests/v1")};
    static const struct test_reply refuses[] = {ASKS("Basic realm=\"there\"")};
    for (int i = 0; i < 2; i++) {
        struct test_server *peer = test_server_start(refuses, 1);
        struct scene scene = {.options.credentials = {.username = "me", .password = "secret"}};
        scene_open(&scene, i == 0 ? to_store : to_registry, 2);
        test_server_set_peer(scene.server, peer);
        assert_int_equal(get(&scene), FP_E_AUTH);
        assert_int_equal(test_server_count(peer), i == 0 ? 1 : 3);
        for (size_t n = 0; n < test_server_count(peer); n++)
            assert_false(test_server_has_header(peer, n, "Authorization"));
        const char *named = test_server_url(i == 0 ? scene.server : peer) + strlen("http://");
        assert_non_null(strstr(scene.err.hint, named));
        scene_close(&scene);
        test_server_stop(peer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_token_for_anybody),
        cmocka_unit_test(test_own_credentials),
        cmocka_unit_test(test_blobs),
        cmocka_unit_test(test_refusals_elsewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
