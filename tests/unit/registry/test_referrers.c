/* What a registry says of what refers to a manifest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "scene.h"

#define HEX  "1111111111111111111111111111111111111111111111111111111111111111"
#define PATH "GET /v2/team/orders/referrers/sha256:" HEX
#define PAGE(entries)                                                                              \
    "{\"schemaVersion\":2,\"mediaType\":\"" FP_MEDIA_OCI_INDEX "\",\"manifests\":[" entries "]}"

static const struct fp_digest subject = {.text = "sha256:" HEX};

static size_t list(struct scene *scene, const char *type, enum fp_code expected, bool *ret_known)
{
    json_t *entries = NULL;
    enum fp_code code =
        fp_registry_list_referrers(scene->registry, &subject, type, &entries, &scene->err);
    assert_int_equal(code, expected);
    *ret_known = entries != NULL;
    size_t count = json_array_size(entries);
    json_decref(entries);
    return count;
}

static void test_pages(void **state)
{
    (void) state;
    static const struct test_reply replies[] = {
        OPEN_REGISTRY,
        {.head = "HTTP/1.1 200 OK\r\nLink: </v2/team/orders/referrers/sha256:" HEX
                 "?n=2&last=b>; rel=\"next\"",
         .body = PAGE("{\"digest\":\"a\"},{\"digest\":\"b\"}")},
        {.body = PAGE("{\"digest\":\"c\"}")}};
    static const char *const expected[] = {"GET /v2/", PATH "?artifactType=a%2Fb%2Bc",
                                           PATH "?n=2&last=b", NULL};
    struct scene scene = {0};
    bool is_known = false;
    scene_open(&scene, replies, COUNT(replies));
    assert_int_equal(list(&scene, "a/b+c", FP_OK, &is_known), 3);
    assert_true(is_known);
    scene_assert_requests(&scene, expected);
    scene_close(&scene);
}

/* A page that leads back to itself, and one that leads to another server. */
static void test_pages_end(void **state)
{
    (void) state;
    static const struct test_reply endless[] = {
        OPEN_REGISTRY,
        {.head =
             "HTTP/1.1 200 OK\r\nLink: </v2/team/orders/referrers/sha256:" HEX ">; rel=\"next\"",
         .body = PAGE("{}")}};
    static const struct test_reply away[] = {
        OPEN_REGISTRY,
        {.head = "HTTP/1.1 200 OK\r\nLink: <http://127.0.0.2:1/x>; rel=\"next\"",
         .body = PAGE("{}")}};
    static const char *const expected[] = {"GET /v2/", PATH, NULL};
    struct scene scene = {0};
    struct scene other = {0};
    bool is_known = false;
    scene_open(&scene, endless, COUNT(endless));
    assert_int_equal(list(&scene, NULL, FP_OK, &is_known), 32);
    scene_close(&scene);
    scene_open(&other, away, COUNT(away));
    assert_int_equal(list(&other, NULL, FP_OK, &is_known), 1);
    scene_assert_requests(&other, expected);
    scene_close(&other);
}

static void test_registries_without_the_api(void **state)
{
    (void) state;
    static const struct test_reply answers[] = {
        MISSING,
        {.head = "HTTP/1.1 405 Method Not Allowed"},
        {.head = "HTTP/1.1 400 Bad Request", .body = "{\"errors\":[]}"},
        {.head = "HTTP/1.1 403 Forbidden"},
        {.head = "HTTP/1.1 200 OK\r\nContent-Type: text/html", .body = "<html>hello</html>"},
        {.body = "{\"hello\":\"world\"}"},
        {.body = "[]"},
    };
    for (size_t i = 0; i < COUNT(answers); i++) {
        const struct test_reply replies[] = {OPEN_REGISTRY, answers[i]};
        struct scene scene = {0};
        bool is_known = true;
        scene_open(&scene, replies, COUNT(replies));
        assert_int_equal(list(&scene, NULL, FP_OK, &is_known), 0);
        assert_false(is_known);
        scene_close(&scene);
    }
}

/* What cannot be told is not "nothing". */
static void test_failures(void **state)
{
    (void) state;
    static const struct test_reply down[] = {OPEN_REGISTRY, {.head = "HTTP/1.1 503 Busy"}};
    static const struct test_reply torn[] = {
        OPEN_REGISTRY,
        {.head = "HTTP/1.1 200 OK\r\nLink: <?last=1>; rel=\"next\"", .body = PAGE("{}")},
        MISSING};
    struct scene scene = {0};
    struct scene other = {0};
    bool is_known = false;
    scene_open(&scene, down, COUNT(down));
    (void) list(&scene, NULL, FP_E_NETWORK, &is_known);
    scene_close(&scene);
    scene_open(&other, torn, COUNT(torn));
    (void) list(&other, NULL, FP_E_NOT_FOUND, &is_known);
    scene_close(&other);
}

static void test_registry_says_that_it_lists(void **state)
{
    (void) state;
    static const char text[] = "{\"schemaVersion\":2}";
    static const struct test_reply replies[] = {
        OPEN_REGISTRY, CREATED, {.head = "HTTP/1.1 201 Created\r\nOCI-Subject: sha256:" HEX}};
    const struct fp_descriptor descriptor = {.media_type = FP_MEDIA_OCI_MANIFEST,
                                             .digest = fp_digest_of(text, strlen(text)),
                                             .size = strlen(text)};
    struct scene scene = {0};
    scene_open(&scene, replies, COUNT(replies));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(
            fp_registry_put_manifest(scene.registry, "v1", &descriptor, text, &scene.err), FP_OK);
        assert_int_equal(fp_registry_keeps_referrers(scene.registry), i == 1);
    }
    scene_close(&scene);
}

static void test_tags(void **state)
{
    (void) state;
    cleanup_free char *plain = fp_referrers_tag(&subject, "");
    cleanup_free char *sig = fp_referrers_tag(&subject, ".sig");
    struct fp_digest long_digest = {0};
    (void) snprintf(long_digest.text, sizeof(long_digest.text), "sha512:" HEX HEX);
    cleanup_free char *cut = fp_referrers_tag(&long_digest, "");
    assert_string_equal(plain, "sha256-" HEX);
    assert_string_equal(sig, "sha256-" HEX ".sig");
    assert_string_equal(cut, "sha512-" HEX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_pages_end),
        cmocka_unit_test(test_registries_without_the_api),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_registry_says_that_it_lists),
        cmocka_unit_test(test_tags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
