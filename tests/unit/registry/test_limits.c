/* Limits on the size of requests, which several parallel uploads find. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "registry/connection.h"
#include "scene.h"

/* Another upload to the same registry. It finds a limit while the tested upload sends. */
struct neighbour {
    struct fp_reporter reporter;
    struct fp_registry *registry;
};

static void find_limit(struct fp_reporter *self, const struct fp_event *event)
{
    struct neighbour *neighbour = (struct neighbour *) self;
    if (event->kind != FP_EVENT_ADVANCE || neighbour->registry->upload_mode == FP_UPLOAD_CHUNKS)
        return;
    neighbour->registry->upload_mode = FP_UPLOAD_CHUNKS;
    neighbour->registry->chunk_bytes = 1000000;
}

static void test_a_limit_that_another_found_is_not_raised(void **state)
{
    (void) state;
    enum { SIZE = 4500000 }; /* after its own refusal, pieces have 4 MiB */
    static const struct test_reply replies[] = {
        OPEN_REGISTRY,
        MISSING,
        SESSION("/upload/1"),
        {.head = "HTTP/1.1 413 Too Large", .is_early = true, .then = TEST_CLOSE},
        SESSION("/upload/2"),
        SESSION("/upload/3"),
        SESSION("/upload/4"),
        SESSION("/upload/5"),
        SESSION("/upload/6"),
        SESSION("/upload/7"),
        CREATED};
    struct scene scene = {0};
    struct fp_stage stage;
    enum fp_push_outcome outcome = FP_PUSH_EXISTING;
    cleanup_blob struct fp_blob *blob =
        fp_blob_memory(FP_MEDIA_OCI_LAYER, fp_xcalloc(1, SIZE), SIZE);
    scene_open(&scene, replies, COUNT(replies));
    struct neighbour neighbour = {.reporter.event = find_limit, .registry = scene.registry};
    fp_stage_begin(&stage, &neighbour.reporter, "push", "blob", SIZE);
    assert_int_equal(fp_registry_push_blob(scene.registry, fp_blob_descriptor(blob), blob, NULL,
                                           &stage, &outcome, &scene.err),
                     FP_OK);
    assert_true(test_server_has_header(scene.server, 5, "Content-Range: 0-999999"));
    assert_int_equal(scene.registry->chunk_bytes, 1000000);
    scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_limit_that_another_found_is_not_raised),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
