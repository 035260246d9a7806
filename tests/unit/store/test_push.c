/* Pushes: the order of blobs and names, and several pushes in parallel. */
#include "recorder.h"

#include <stdlib.h>
#include <string.h>

/* The blobs of an image with one layer, as the builder passes them to a push. */
struct made {
    struct fp_blob *layer;
    struct fp_blob *config;
    struct fp_descriptor manifest;
};

static struct made make(const char *text)
{
    struct made made = {.layer = fp_blob_memory(FP_MEDIA_OCI_LAYER, fp_xstrdup(text), strlen(text)),
                        .config = fp_blob_memory(FP_MEDIA_OCI_CONFIG, fp_xstrdup("{}"), 2),
                        .manifest = {.media_type = FP_MEDIA_OCI_MANIFEST, .size = 2}};
    made.manifest.digest = fp_digest_of("{}", 2);
    return made;
}

static void made_clear(struct made *made)
{
    fp_blob_unref(made->layer);
    fp_blob_unref(made->config);
}

static struct fp_push *open_push(struct recorder *to, struct fp_push *before)
{
    struct fp_strv names = {0};
    fp_strv_add(&names, "v1");
    const struct fp_push_options options = {.names = &names, .before = before, .threads = 2};
    struct fp_push *push = fp_push_new(&to->base, &options);
    fp_strv_clear(&names);
    return push;
}

static void add_manifest(struct fp_push *push, const struct made *made)
{
    fp_push_document(push, &made->manifest, fp_xstrdup("{}"));
}

#define CHECK_LOG(recorder, ...)                                                                   \
    do {                                                                                           \
        static const char *const expected[] = {__VA_ARGS__};                                       \
        check_log((recorder), expected, sizeof(expected) / sizeof(expected[0]));                   \
    } while (0)

static void a_layer_travels_before_the_image_is_whole(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_push_result result = {0};
    struct recorder to = recorder_new();
    struct made made = make("a");
    struct fp_push *push = open_push(&to, NULL);
    fp_push_blob(push, FP_PUSH_LAYER, made.layer);
    assert_ok(fp_push_wait(push, &err), &err);
    CHECK_LOG(&to, "layer");
    /* A repeated layer is put once, and the configuration comes after it. */
    fp_push_blob(push, FP_PUSH_CONFIG, made.config);
    fp_push_blob(push, FP_PUSH_LAYER, made.layer);
    assert_ok(fp_push_wait(push, &err), &err);
    CHECK_LOG(&to, "layer");
    add_manifest(push, &made);
    add_manifest(push, &made);
    assert_ok(fp_push_finish(push, &result, &err), &err);
    CHECK_LOG(&to, "layer", "config", "manifest", "name v1", "finish", "confirm");
    assert_int_equal(result.uploaded, 2);
    assert_int_equal(result.moved_bytes, 3);
    assert_string_equal(result.root.digest.text, made.manifest.digest.text);
    fp_descriptor_clear(&result.root);
    fp_push_free(push);
    fp_strv_clear(&to.log);
    made_clear(&made);
}

static void what_is_given_up_leaves_no_name(void **state)
{
    (void) state;
    struct recorder to = recorder_new();
    struct made made = make("a");
    struct gate gate = GATE_INIT;
    to.gate = &gate;
    struct fp_push *push = open_push(&to, NULL);
    fp_push_blob(push, FP_PUSH_LAYER, made.layer);
    fp_push_blob(push, FP_PUSH_CONFIG, made.config);
    add_manifest(push, &made);
    gate_open(&gate);
    fp_push_free(push);
    assert_true(to.log.len <= 1);
    fp_strv_clear(&to.log);
    made_clear(&made);
}

static void a_failure_on_the_way_is_kept_for_the_end(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct recorder to = recorder_new();
    struct made made = make("a");
    to.fail_at = "layer";
    struct fp_push *push = open_push(&to, NULL);
    fp_push_blob(push, FP_PUSH_LAYER, made.layer);
    assert_int_equal(fp_push_wait(push, &err), FP_E_NETWORK);
    fp_push_blob(push, FP_PUSH_CONFIG, made.config);
    add_manifest(push, &made);
    for (int i = 0; i < 2; i++)
        assert_fails(fp_push_finish(push, NULL, &err), FP_E_NETWORK, &err, "told to fail");
    CHECK_LOG(&to, "layer");
    fp_push_free(push);
    fp_strv_clear(&to.log);
    made_clear(&made);
}

/* A push, and the layer that is added while the push checks names. */
struct late {
    struct fp_push *push;
    struct fp_blob *layer;
};

static void feed_late(void *context)
{
    const struct late *late = context;
    struct fp_error err = {0};
    fp_push_blob(late->push, FP_PUSH_LAYER, late->layer);
    assert_ok(fp_push_wait(late->push, &err), &err);
}

/* No blob counts as present before all names have been checked. */
static void what_travels_while_names_are_asked_for_is_put(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_push_result result = {0};
    struct recorder to = recorder_new();
    struct made made = make("a");
    struct late late = {.push = open_push(&to, NULL), .layer = made.layer};
    to.keeps_blobs = true;
    to.when_asked = feed_late;
    to.context = &late;
    add_manifest(late.push, &made);
    assert_ok(fp_push_finish(late.push, &result, &err), &err);
    CHECK_LOG(&to, "layer", "manifest", "name v1", "finish", "confirm");
    assert_int_equal(result.uploaded, 1);
    fp_descriptor_clear(&result.root);
    fp_push_free(late.push);
    fp_strv_clear(&to.log);
    made_clear(&made);
}

static void pushes_run_side_by_side(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct recorder slow = recorder_new();
    struct recorder fast = recorder_new();
    struct made made = make("a");
    struct gate gate = GATE_INIT;
    slow.gate = &gate;
    struct fp_push *first = open_push(&slow, NULL);
    struct fp_push *second = open_push(&fast, first);
    fp_push_blob(first, FP_PUSH_LAYER, made.layer);
    fp_push_blob(second, FP_PUSH_LAYER, made.layer);
    add_manifest(first, &made);
    add_manifest(second, &made);
    assert_ok(fp_push_finish(second, NULL, &err), &err);
    assert_int_equal(slow.log.len, 0);
    gate_open(&gate);
    assert_ok(fp_push_finish(first, NULL, &err), &err);
    CHECK_LOG(&slow, "layer", "manifest", "name v1", "finish", "confirm");
    CHECK_LOG(&fast, "layer", "manifest", "name v1", "finish", "confirm");
    fp_push_free(second);
    fp_push_free(first);
    fp_strv_clear(&slow.log);
    fp_strv_clear(&fast.log);
    made_clear(&made);
}

/* A push waits until an earlier push to the same registry has the blob, and then mounts it. */
static void blobs_are_mounted_once_they_have_arrived(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct recorder to[3] = {recorder_new(), recorder_new(), recorder_new()};
    struct made made = make("a");
    struct made other = make("b");
    to[0].mounts = to[2].mounts = true;
    for (int round = 0; round < 2; round++) {
        struct gate gate = GATE_INIT;
        struct fp_push *pushes[3] = {NULL};
        to[0].gate = &gate;
        to[0].fail_at = round == 1 ? "layer" : NULL;
        for (int i = 0; i < 3; i++)
            pushes[i] = open_push(&to[i], i > 0 ? pushes[i - 1] : NULL);
        for (int i = 0; i < 3; i++)
            fp_push_blob(pushes[i], FP_PUSH_LAYER, made.layer);
        assert_ok(fp_push_wait(pushes[1], &err), &err);
        assert_int_equal(to[2].log.len, 0);
        gate_open(&gate);
        assert_ok(fp_push_wait(pushes[2], &err), &err);
        /* A blob that the first push did not get cannot be mounted. */
        fp_push_blob(pushes[2], FP_PUSH_LAYER, other.layer);
        assert_ok(fp_push_wait(pushes[2], &err), &err);
        assert_int_equal(fp_push_wait(pushes[0], &err), round == 1 ? FP_E_NETWORK : FP_OK);
        CHECK_LOG(&to[1], "layer");
        if (round == 0)
            CHECK_LOG(&to[2], "layer mounted", "layer");
        else
            CHECK_LOG(&to[2], "layer", "layer");
        for (int i = 3; i > 0; i--) {
            fp_push_free(pushes[i - 1]);
            fp_strv_clear(&to[i - 1].log);
        }
    }
    made_clear(&made);
    made_clear(&other);
}

static void what_another_repo_has_is_fetched_from_there(void **state)
{
    (void) state;
    static const char *const texts[] = {"one", "two"};
    struct fp_error err = {0};
    struct recorder to = recorder_new();
    struct fp_repo *base = fp_repo_new_parts();
    struct fp_descriptor image = make_image(base, "linux/amd64", texts, 2);
    struct fp_copy_plan plan = {0};
    struct made made = make("a");
    assert_ok(fp_copy_plan_make(base, &image, NULL, &plan, &err), &err);
    struct fp_push *push = open_push(&to, NULL);
    for (size_t i = 0; i < plan.layer_count; i++)
        fp_push_remote(push, FP_PUSH_LAYER, &plan.layers[i], base, NULL);
    assert_ok(fp_push_wait(push, &err), &err);
    CHECK_LOG(&to, "layer", "layer");
    /* The base does not have this blob. */
    fp_push_remote(push, FP_PUSH_LAYER, fp_blob_descriptor(made.layer), base, NULL);
    assert_fails(fp_push_wait(push, &err), FP_E_NOT_FOUND, &err, "is missing");
    fp_push_free(push);
    fp_copy_plan_clear(&plan);
    fp_descriptor_clear(&image);
    fp_repo_free(base);
    fp_strv_clear(&to.log);
    made_clear(&made);
}

/* A push of an image whose layer the target itself is the source of. */
static struct fp_push *open_reusing(struct recorder *to, struct fp_repo *from,
                                    const struct made *made)
{
    struct fp_push *push = open_push(to, NULL);
    to->same = from;
    fp_push_remote(push, FP_PUSH_LAYER, fp_blob_descriptor(made->layer), from, NULL);
    fp_push_blob(push, FP_PUSH_CONFIG, made->config);
    add_manifest(push, made);
    return push;
}

static void what_the_target_has_is_not_asked_for(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_push_result result = {0};
    struct recorder to = recorder_new();
    struct recorder from = recorder_new();
    struct made made = make("a");
    struct fp_push *push = open_reusing(&to, &from.base, &made);
    assert_ok(fp_push_finish(push, &result, &err), &err);
    CHECK_LOG(&to, "config", "manifest", "name v1", "finish", "confirm");
    assert_int_equal(result.existing, 1);
    assert_int_equal(result.uploaded, 1);
    assert_null(fp_push_lost(push, 0));
    fp_descriptor_clear(&result.root);
    fp_push_free(push);
    fp_strv_clear(&to.log);
    made_clear(&made);
}

/* What is lost is named, no sibling fails for it, and once its bytes are here the push goes on. */
static void what_the_target_lost_is_named_and_sent(void **state)
{
    (void) state;
    static const char *const right[] = {NULL, "v1"};
    for (size_t i = 0; i < 2; i++) {
        struct fp_error err = {0};
        struct fp_push_result result = {0};
        struct recorder to = recorder_new();
        struct recorder from = recorder_new();
        struct made made = make("a");
        const struct fp_digest *layer = &fp_blob_descriptor(made.layer)->digest;
        struct fp_push *push = open_reusing(&to, &from.base, &made);
        to.fail_at = right[i] != NULL ? NULL : "manifest";
        to.doubts = right[i] != NULL ? 0 : 1;
        to.right = right[i];
        assert_fails(fp_push_finish(push, NULL, &err), FP_E_NOT_FOUND, &err, layer->text);
        assert_string_equal(fp_push_lost(push, 0)->text, layer->text);
        assert_null(fp_push_lost(push, 1));
        to.fail_at = NULL;
        fp_push_blob(push, FP_PUSH_LAYER, made.layer);
        assert_ok(fp_push_finish(push, &result, &err), &err);
        assert_null(fp_push_lost(push, 0));
        assert_int_equal(result.existing, 0);
        assert_int_equal(result.uploaded, 2);
        if (right[i] == NULL)
            CHECK_LOG(&to, "config", "manifest", "layer", "manifest", "name v1", "finish",
                      "confirm");
        fp_descriptor_clear(&result.root);
        fp_push_free(push);
        fp_strv_clear(&to.log);
        made_clear(&made);
    }
}

static void what_the_caller_knows_is_not_asked_for(void **state)
{
    (void) state;
    struct made made = make("a");
    struct made other = make("b");
    const struct fp_digest *const is[] = {&made.manifest.digest,
                                          &fp_blob_descriptor(other.layer)->digest, NULL};
    for (size_t i = 0; i < 3; i++) {
        struct fp_error err = {0};
        struct recorder to = recorder_new();
        struct fp_push *push = open_push(&to, NULL);
        to.right = "nothing";
        to.keeps_blobs = to.takes_again = true;
        add_manifest(push, &made);
        fp_push_expect(push, "v1", is[i]);
        fp_push_expect(push, "another", is[0]);
        fp_push_ask(push);
        fp_push_blob(push, FP_PUSH_LAYER, made.layer);
        assert_ok(fp_push_finish(push, NULL, &err), &err);
        if (i == 0)
            CHECK_LOG(&to, "again", "finish");
        else
            CHECK_LOG(&to, "layer", "manifest", "name v1", "finish", "confirm");
        fp_push_free(push);
        fp_strv_clear(&to.log);
    }
    made_clear(&other);
    made_clear(&made);
}

/* A small blob is not asked for, so it waits for the answer that may make it needless. */
static void small_blobs_wait_for_the_names(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct recorder to = recorder_new();
    struct made small = make("a");
    struct made large = make("large");
    struct fp_repo_ops ops = *to.base.ops;
    ops.unasked_bytes = 2;
    to.base.ops = &ops;
    for (int i = 0; i < 2; i++) {
        struct fp_push *push = open_push(&to, NULL);
        to.right = i == 0 ? "nothing" : "v1";
        to.keeps_blobs = to.takes_again = true;
        fp_push_blob(push, FP_PUSH_LAYER, small.layer);
        fp_push_blob(push, FP_PUSH_LAYER, large.layer);
        assert_ok(fp_push_wait(push, &err), &err);
        CHECK_LOG(&to, "layer");
        add_manifest(push, &small);
        fp_push_ask(push);
        assert_ok(fp_push_finish(push, NULL, &err), &err);
        if (i == 0)
            CHECK_LOG(&to, "layer", "ask v1", "layer", "manifest", "name v1", "finish", "confirm");
        else
            CHECK_LOG(&to, "layer", "ask v1", "again", "finish");
        fp_push_free(push);
        fp_strv_clear(&to.log);
    }
    made_clear(&large);
    made_clear(&small);
}

/* Sessions are opened for what is sent, and not for what is mounted. */
static void sessions_are_reserved(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct recorder first = recorder_new();
    struct recorder second = recorder_new();
    first.mounts = second.mounts = true;
    struct fp_push *push = open_push(&first, NULL);
    struct fp_push *mounting = open_push(&second, push);
    fp_push_reserve(push, 2);
    fp_push_reserve(mounting, 2);
    assert_ok(fp_push_wait(push, &err), &err);
    assert_ok(fp_push_wait(mounting, &err), &err);
    assert_int_equal(first.may_puts, 2);
    assert_int_equal(second.may_puts, 0);
    fp_push_free(mounting);
    fp_push_free(push);
}

/* Nothing is said of sending again where nothing is sent any more. */
static void what_failed_is_not_begun_again(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct recorder to = recorder_new();
    struct made made = make("a");
    struct fp_push *push = open_push(&to, NULL);
    to.fail_at = "layer";
    to.doubts = 1;
    fp_push_blob(push, FP_PUSH_LAYER, made.layer);
    add_manifest(push, &made);
    assert_fails(fp_push_finish(push, NULL, &err), FP_E_NETWORK, &err, "told to fail");
    assert_int_equal(to.doubts, 1);
    CHECK_LOG(&to, "layer");
    fp_push_free(push);
    fp_strv_clear(&to.log);
    made_clear(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_layer_travels_before_the_image_is_whole),
        cmocka_unit_test(what_is_given_up_leaves_no_name),
        cmocka_unit_test(a_failure_on_the_way_is_kept_for_the_end),
        cmocka_unit_test(what_travels_while_names_are_asked_for_is_put),
        cmocka_unit_test(pushes_run_side_by_side),
        cmocka_unit_test(blobs_are_mounted_once_they_have_arrived),
        cmocka_unit_test(what_another_repo_has_is_fetched_from_there),
        cmocka_unit_test(what_the_target_has_is_not_asked_for),
        cmocka_unit_test(what_the_target_lost_is_named_and_sent),
        cmocka_unit_test(what_the_caller_knows_is_not_asked_for),
        cmocka_unit_test(small_blobs_wait_for_the_names),
        cmocka_unit_test(sessions_are_reserved),
        cmocka_unit_test(what_failed_is_not_begun_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
