/* Copying: the order of puts, the skipped parts, and the reported progress. */
#include "recorder.h"

#include <stdlib.h>
#include <string.h>

static void names_come_last_and_equal_blobs_once(void **state)
{
    (void) state;
    static const char *const expected[] = {"layer",    "layer",    "layer",    "config",
                                           "config",   "manifest", "manifest", "index",
                                           "name a:1", "name b:1", "finish",   "confirm"};
    struct fp_error err = {0};
    struct fp_push_result result = {0};
    const struct copy_options options = {.threads = 3};
    struct fp_strv names = {0};
    struct recorder recorder = recorder_new();
    struct fp_repo *parts = fp_repo_new_parts();
    struct fp_descriptor index = make_two_platforms(parts);
    fp_strv_split(&names, "a:1,b:1", ',');
    assert_ok(copy_image(parts, &index, &recorder.base, &names, &options, &result, &err), &err);
    check_log(&recorder, expected, sizeof(expected) / sizeof(expected[0]));
    assert_int_equal(result.uploaded, 5);
    assert_int_equal(result.existing, 0);
    assert_true(result.moved_bytes > 0);
    fp_descriptor_clear(&result.root);
    fp_strv_clear(&names);
    fp_strv_clear(&recorder.log);
    fp_repo_free(parts);
}

/* Check the calls to a destination where some names are right. Blobs appear as dots. */
static void check_copy(struct recorder *recorder, const char *names_text, enum fp_code wanted,
                       const char *expected)
{
    struct fp_error err = {0};
    struct fp_push_result result = {0};
    const struct copy_options options = {.threads = 1};
    struct fp_strv names = {0};
    cleanup_buf struct fp_buf log = FP_BUF_INIT(4096);
    struct fp_repo *parts = fp_repo_new_parts();
    struct fp_descriptor index = make_two_platforms(parts);
    fp_strv_split(&names, names_text, ',');
    assert_int_equal(copy_image(parts, &index, &recorder->base, &names, &options, &result, &err),
                     wanted);
    /* Whether the image is there under its digest is asked beside its names. */
    bool is_root_asked = recorder->right == NULL;
    for (size_t i = 0; i < recorder->log.len; i++) {
        const char *line = recorder->log.items[i];
        const char *shown = strcmp(line, "layer") == 0 || strcmp(line, "config") == 0 ? "." : line;
        bool is_root = !is_root_asked && strcmp(line, "ask digest") == 0;
        is_root_asked = is_root_asked || is_root;
        if (!is_root)
            fp_buf_putf(&log, "%s%s", log.len > 0 ? " " : "", shown);
    }
    assert_string_equal(fp_buf_text(&log), expected);
    fp_descriptor_clear(&result.root);
    fp_strv_clear(&names);
    fp_strv_clear(&recorder->log);
    fp_repo_free(parts);
}

static void names_that_are_right_are_not_put_again(void **state)
{
    (void) state;
    struct recorder recorder = recorder_new();
    recorder.right = "a";
    check_copy(&recorder, "a,b", FP_OK,
               "ask a ask b . . . . . manifest manifest index name b finish confirm");
    check_copy(&recorder, "b,a", FP_OK,
               "ask b ask a . . . . . manifest manifest index name b finish confirm");
    /* After a name that is missing, no further names are checked. */
    check_copy(&recorder, "new,a", FP_OK,
               "ask new . . . . . manifest manifest index name new name a finish confirm");
    /* All names are right, but parts that may be lost are still checked. */
    check_copy(&recorder, "a", FP_OK,
               "ask a . . . . . ask digest manifest ask digest manifest ask digest index finish");
    recorder.right = "a digests";
    check_copy(&recorder, "a", FP_OK, "ask a . . . . . ask digest ask digest ask digest finish");
    recorder.keeps_blobs = true;
    check_copy(&recorder, "a", FP_OK, "ask a ask digest ask digest ask digest finish");
    /* Under another name, what is there under its digest is not looked for blob by blob. */
    check_copy(&recorder, "b", FP_OK, "ask b manifest manifest index name b finish confirm");
    /* Putting the manifests again replaces all other checks, unless a name has to be put. */
    recorder.takes_again = true;
    check_copy(&recorder, "a", FP_OK, "ask a again again finish");
    check_copy(&recorder, "b", FP_OK, "ask b manifest manifest index name b finish confirm");
    recorder.keeps_blobs = false;
    check_copy(&recorder, "a", FP_E_INPUT, "ask a again");
    recorder.doubts = 1;
    check_copy(&recorder, "a", FP_E_INPUT,
               "ask a again . . . . . ask digest ask digest ask digest again");
}

static void what_the_place_lacks_is_put_again(void **state)
{
    (void) state;
    struct recorder recorder = recorder_new();
    recorder.fail_at = "name";
    check_copy(&recorder, "a", FP_E_NETWORK, ". . . . . manifest manifest index name a");
    recorder.doubts = 1;
    check_copy(&recorder, "a", FP_E_NETWORK,
               ". . . . . manifest manifest index name a . . . . . manifest manifest index name a");
    /* In the third round, all doubted blobs have already been sent once. */
    recorder.has_doubted = false;
    recorder.doubts = 2;
    check_copy(&recorder, "a", FP_E_NETWORK,
               ". . . . . manifest manifest index name a . . . . . manifest manifest index name a "
               "manifest manifest index name a");
    /* Blobs that were sent and are not doubted are not sent again. */
    recorder.has_doubted = false;
    recorder.lacks_none = true;
    recorder.doubts = 1;
    check_copy(&recorder, "a", FP_E_NETWORK,
               ". . . . . manifest manifest index name a manifest manifest index name a");
    recorder.fail_at = "confirm";
    check_copy(&recorder, "a", FP_E_NETWORK,
               ". . . . . manifest manifest index name a finish confirm");
}

static void a_platform_makes_the_index_the_one_manifest(void **state)
{
    (void) state;
    static const char *const expected[] = {"layer",       "layer",  "config", "manifest",
                                           "name (none)", "finish", "confirm"};
    struct fp_error err = {0};
    struct fp_push_result result = {0};
    struct fp_platform platform = {0};
    assert_ok(fp_platform_parse("linux/arm64", &platform, &err), &err);
    struct copy_options options = {.platform = &platform};
    struct recorder recorder = recorder_new();
    recorder.has_all = true;
    struct fp_repo *parts = fp_repo_new_parts();
    struct fp_descriptor index = make_two_platforms(parts);
    assert_ok(copy_image(parts, &index, &recorder.base, NULL, &options, &result, &err), &err);
    check_log(&recorder, expected, sizeof(expected) / sizeof(expected[0]));
    assert_string_equal(result.root.media_type, FP_MEDIA_OCI_MANIFEST);
    assert_string_equal(result.root.platform.architecture, "arm64");
    assert_int_equal(result.existing, 3);
    assert_int_equal(result.moved_bytes, 0);
    fp_descriptor_clear(&result.root);
    fp_strv_clear(&recorder.log);

    assert_ok(fp_platform_parse("linux/s390x", &platform, &err), &err);
    assert_fails(copy_image(parts, &index, &recorder.base, NULL, &options, &result, &err),
                 FP_E_NOT_FOUND, &err, "s390x");
    assert_int_equal(recorder.log.len, 0);
    fp_repo_free(parts);
}

/* After any failure, no later step is executed. */
static void after_a_failure_nothing_is_named(void **state)
{
    (void) state;
    static const char *const points[] = {"layer", "config", "manifest", "index", "name a"};
    struct fp_repo *parts = fp_repo_new_parts();
    struct fp_descriptor index = make_two_platforms(parts);
    struct fp_strv names = {0};
    fp_strv_split(&names, "a,b", ',');
    for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
        struct fp_error err = {0};
        struct fp_push_result result = {0};
        const struct copy_options options = {.threads = 1};
        struct recorder recorder = recorder_new();
        recorder.fail_at = points[i];
        assert_fails(copy_image(parts, &index, &recorder.base, &names, &options, &result, &err),
                     FP_E_NETWORK, &err,
                     "copying from the new image to the recorder: told to fail");
        assert_string_equal(recorder.log.items[recorder.log.len - 1], points[i]);
        assert_false(fp_digest_is_set(&result.root.digest));
        fp_strv_clear(&recorder.log);
    }
    fp_strv_clear(&names);
    fp_repo_free(parts);
}

static void deep_indexes_are_refused(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_copy_plan plan = {0};
    struct fp_platform platform = {0};
    struct fp_repo *parts = fp_repo_new_parts();
    struct fp_descriptor at = make_two_platforms(parts);
    for (int i = 0; i < 5; i++)
        at = make_index(parts, &at, 1);
    assert_fails(fp_copy_plan_make(parts, &at, NULL, &plan, &err), FP_E_INPUT, &err, "nested");
    fp_copy_plan_clear(&plan);
    assert_ok(fp_platform_parse("linux/amd64", &platform, &err), &err);
    assert_int_equal(fp_copy_plan_make(parts, &at, &platform, &plan, &err), FP_E_INPUT);
    fp_copy_plan_clear(&plan);
    fp_repo_free(parts);
}

/* Add a manifest of the greatest allowed size that consists mostly of `letter`. */
static struct fp_descriptor add_largest_manifest(struct fp_repo *parts, char letter)
{
    static const char head[] =
        "{\"schemaVersion\":2,\"layers\":[],\"config\":{\"size\":2,"
        "\"mediaType\":\"" FP_MEDIA_OCI_CONFIG "\",\"digest\":\"sha256:"
        "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\"},"
        "\"annotations\":{\"a\":\"";
    static const char tail[] = "\"}}";
    const size_t pad = FP_MANIFEST_MAX_BYTES - strlen(head) - strlen(tail);
    cleanup_free char *padding = fp_xmalloc(pad + 1);
    memset(padding, letter, pad);
    padding[pad] = '\0';
    struct fp_blob *blob = fp_blob_memory(
        FP_MEDIA_OCI_MANIFEST, fp_xasprintf("%s%s%s", head, padding, tail), FP_MANIFEST_MAX_BYTES);
    struct fp_descriptor descriptor = *fp_blob_descriptor(blob);
    fp_parts_add_blob(parts, blob);
    fp_blob_unref(blob);
    return descriptor;
}

/* The index with the last manifests that fit exceeds the limit itself. The documents after it have
 * to be counted, too. */
static void documents_are_bounded_in_sum(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_copy_plan plan = {0};
    struct fp_descriptor manifests[9];
    struct fp_repo *parts = fp_repo_new_parts();
    for (int i = 0; i < 9; i++)
        manifests[i] = add_largest_manifest(parts, (char) ('a' + i));
    const struct fp_descriptor pair[] = {make_index(parts, manifests, 8), manifests[8]};
    struct fp_descriptor root = make_index(parts, pair, 2);
    assert_fails(fp_copy_plan_make(parts, &root, NULL, &plan, &err), FP_E_INPUT, &err,
                 "33554432 bytes");
    fp_copy_plan_clear(&plan);
    root = make_index(parts, manifests, 7);
    assert_ok(fp_copy_plan_make(parts, &root, NULL, &plan, &err), &err);
    assert_int_equal(plan.document_count, 8);
    fp_copy_plan_clear(&plan);
    fp_repo_free(parts);
}

static void a_repo_for_reading_cannot_be_written(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_repo *parts = fp_repo_new_parts();
    struct fp_descriptor index = make_two_platforms(parts);
    assert_int_equal(fp_repo_put_document(parts, &index, "{}", &err), FP_E_INTERNAL);
    assert_int_equal(fp_repo_name(parts, &index, "{}", "x", &err), FP_E_INTERNAL);
    fp_repo_free(parts);
}

/* Checks that stages begin and end in pairs. */
struct listener {
    struct fp_reporter base;
    pthread_mutex_t lock;
    struct fp_strv begun; /* "copy layer sha256:..." */
    struct fp_strv outcomes;
    struct fp_strv lines;
};

static void listen(struct fp_reporter *self, const struct fp_event *event)
{
    struct listener *listener = (struct listener *) self;
    (void) pthread_mutex_lock(&listener->lock);
    if (event->kind == FP_EVENT_BEGIN)
        fp_strv_addf(&listener->begun, "%s %s", event->stage, event->text);
    if (event->kind == FP_EVENT_END)
        fp_strv_add(&listener->outcomes, event->text);
    if (event->kind == FP_EVENT_INFO)
        fp_strv_add(&listener->lines, event->text);
    (void) pthread_mutex_unlock(&listener->lock);
}

static void every_blob_is_told_of(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct listener listener = {.base = {.event = listen}};
    (void) pthread_mutex_init(&listener.lock, NULL);
    struct fp_push_result result = {0};
    const struct copy_options options = {.reporter = &listener.base};
    struct fp_strv names = {0};
    fp_strv_split(&names, "v1,latest", ',');
    struct fp_repo *parts = fp_repo_new_parts();
    struct fp_repo *layout = NULL;
    struct fp_descriptor index = make_two_platforms(parts);
    assert_ok(fp_repo_open_layout(in_folder("out"), FP_LAYOUT_OUTPUT, &layout, &err), &err);
    for (int i = 0; i < 2; i++) {
        assert_ok(copy_image(parts, &index, layout, &names, &options, &result, &err), &err);
        fp_descriptor_clear(&result.root);
    }
    assert_int_equal(result.existing, 5);
    assert_int_equal(listener.begun.len, 10);
    assert_null(strstr(listener.begun.items[0], " to "));
    assert_int_equal(listener.outcomes.len, 10);
    assert_string_equal(listener.outcomes.items[0], "copied");
    assert_string_equal(listener.outcomes.items[9], "existing");
    assert_int_equal(listener.lines.len, 2);
    assert_non_null(strstr(listener.lines.items[0], "/out: 5 blobs, "));
    assert_non_null(strstr(listener.lines.items[0], "B written; named v1, latest"));
    assert_non_null(strstr(listener.lines.items[1], "/out: 5 blobs, 5 there already; named v1"));
    fp_strv_clear(&listener.begun);
    fp_strv_clear(&listener.outcomes);
    fp_strv_clear(&listener.lines);
    fp_strv_clear(&names);
    fp_repo_free(layout);
    fp_repo_free(parts);
}

static void of_several_places_each_line_names_its_own(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct listener listener = {.base = {.event = listen}};
    (void) pthread_mutex_init(&listener.lock, NULL);
    struct fp_push_result result = {0};
    const struct copy_options options = {.reporter = &listener.base, .one_of_several = true};
    struct fp_repo *parts = fp_repo_new_parts();
    struct fp_repo *layout = NULL;
    struct fp_descriptor index = make_two_platforms(parts);
    cleanup_free char *where = fp_xasprintf(" to oci:%s", in_folder("out"));
    assert_ok(fp_repo_open_layout(in_folder("out"), FP_LAYOUT_OUTPUT, &layout, &err), &err);
    assert_ok(copy_image(parts, &index, layout, NULL, &options, &result, &err), &err);
    assert_int_equal(listener.begun.len, 5);
    for (size_t i = 0; i < listener.begun.len; i++)
        assert_non_null(strstr(listener.begun.items[i], where));
    fp_descriptor_clear(&result.root);
    fp_strv_clear(&listener.begun);
    fp_strv_clear(&listener.outcomes);
    fp_strv_clear(&listener.lines);
    fp_repo_free(layout);
    fp_repo_free(parts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_come_last_and_equal_blobs_once),
        cmocka_unit_test(names_that_are_right_are_not_put_again),
        cmocka_unit_test(what_the_place_lacks_is_put_again),
        cmocka_unit_test(a_platform_makes_the_index_the_one_manifest),
        cmocka_unit_test(after_a_failure_nothing_is_named),
        cmocka_unit_test(deep_indexes_are_refused),
        cmocka_unit_test(documents_are_bounded_in_sum),
        cmocka_unit_test(a_repo_for_reading_cannot_be_written),
        cmocka_unit_test_setup_teardown(every_blob_is_told_of, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(of_several_places_each_line_names_its_own, fixture_setup,
                                        fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
