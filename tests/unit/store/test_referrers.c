/* What is attached to images in a layout. */
#include "fixture.h"

#include <string.h>

#define HEX  "1111111111111111111111111111111111111111111111111111111111111111"
#define TYPE "application/vnd.example.thing+json"

static struct fp_repo *open_layout(const char *name)
{
    struct fp_error err = {0};
    struct fp_repo *layout = NULL;
    assert_ok(fp_repo_open_layout(in_folder(name), FP_LAYOUT_OUTPUT, &layout, &err), &err);
    return layout;
}

static struct fp_descriptor put_image(struct fp_repo *layout, const char *name)
{
    static const char *const texts[] = {"hello"};
    struct fp_repo *parts = fp_repo_new_parts();
    struct fp_descriptor image = make_image(parts, "linux/amd64", texts, 1);
    (void) copy_ok(parts, &image, layout, name);
    fp_repo_free(parts);
    return image;
}

/* A manifest that refers to `subject`; `annotation` tells it from others. */
static struct fp_descriptor put_referrer(struct fp_repo *layout, const struct fp_digest *subject,
                                         const char *annotation)
{
    struct fp_error err = {0};
    cleanup_free char *text = fp_xasprintf(
        "{\"schemaVersion\":2,\"mediaType\":\"" FP_MEDIA_OCI_MANIFEST "\",\"artifactType\":\"" TYPE
        "\",\"config\":{\"mediaType\":\"" FP_MEDIA_OCI_EMPTY "\",\"digest\":\"%s\",\"size\":2},"
        "\"layers\":[],\"annotations\":{\"a\":\"%s\"},\"subject\":{\"mediaType\":"
        "\"" FP_MEDIA_OCI_MANIFEST "\",\"digest\":\"%s\",\"size\":1}}",
        fp_digest_of("{}", 2).text, annotation, subject->text);
    struct fp_descriptor found = {.media_type = FP_MEDIA_OCI_MANIFEST, .size = strlen(text)};
    found.digest = fp_digest_of(text, strlen(text));
    assert_ok(fp_repo_put_document(layout, &found, text, &err), &err);
    found.artifact_type = fp_json_text(TYPE);
    found.annotations = json_pack("{s:s}", "a", annotation);
    return found;
}

static void attach(struct fp_repo *layout, const struct fp_digest *subject, const char *annotation)
{
    struct fp_error err = {0};
    cleanup_index struct fp_index one = {0};
    cleanup_descriptor struct fp_descriptor referrer = put_referrer(layout, subject, annotation);
    fp_index_add(&one, &referrer);
    assert_ok(fp_repo_add_referrers(layout, subject, &one, &err), &err);
}

static void what_is_attached_is_listed(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_repo *layout = open_layout("out");
    struct fp_descriptor image = put_image(layout, "app:1");
    cleanup_index struct fp_index found = {0};
    cleanup_index struct fp_index others = {0};
    attach(layout, &image.digest, "one");
    attach(layout, &image.digest, "two");
    attach(layout, &image.digest, "two");
    assert_ok(fp_repo_list_referrers(layout, &image.digest, TYPE, &found, &err), &err);
    assert_int_equal(found.manifest_count, 2);
    assert_string_equal(json_string_value(found.manifests[1].artifact_type), TYPE);
    assert_string_equal(fp_json_string(found.manifests[1].annotations, "a"), "two");
    assert_ok(fp_repo_list_referrers(layout, &image.digest, "a/other", &others, &err), &err);
    assert_int_equal(others.manifest_count, 0);
    fp_repo_free(layout);
}

/* Other tools list such manifests in index.json itself. */
static void what_others_list_is_found_by_its_subject(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_repo *layout = open_layout("out");
    struct fp_descriptor image = put_image(layout, "app:1");
    cleanup_descriptor struct fp_descriptor referrer =
        put_referrer(layout, &image.digest, "theirs");
    cleanup_index struct fp_index found = {0};
    assert_ok(fp_repo_name(layout, &referrer, "", NULL, &err), &err);
    assert_ok(fp_repo_finish(layout, &err), &err);
    assert_ok(fp_repo_list_referrers(layout, &image.digest, NULL, &found, &err), &err);
    assert_int_equal(found.manifest_count, 1);
    assert_string_equal(found.manifests[0].digest.text, referrer.digest.text);
    assert_string_equal(fp_json_string(found.manifests[0].annotations, "a"), "theirs");
    fp_repo_free(layout);
}

static void an_image_with_attachments_is_the_only_one(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_repo *layout = open_layout("out");
    struct fp_descriptor image = put_image(layout, NULL);
    cleanup_layout_names struct fp_layout_names names = {0};
    attach(layout, &image.digest, "one");
    check_image(layout, NULL, &image);
    assert_ok(fp_layout_list(in_folder("out"), &names, &err), &err);
    assert_int_equal(names.len, 0);
    fp_repo_free(layout);
}

/* Entries of others, and members that are not known here, stay as they are. */
static void entries_of_others_stay(void **state)
{
    (void) state;
    static const char theirs[] =
        "{\"schemaVersion\":2,\"mediaType\":\"" FP_MEDIA_OCI_INDEX "\",\"x\":1,\"manifests\":["
        "{\"mediaType\":\"" FP_MEDIA_OCI_MANIFEST "\",\"digest\":\"sha256:" HEX
        "\",\"size\":7,\"urls\":[\"http://x\"],\"y\":2},{\"odd\":true}]}";
    struct fp_error err = {0};
    struct fp_repo *layout = open_layout("out");
    struct fp_descriptor image = put_image(layout, "app:1");
    struct fp_descriptor index = {.media_type = FP_MEDIA_OCI_INDEX, .size = strlen(theirs)};
    cleanup_free char *tag = fp_referrers_tag(&image.digest, "");
    cleanup_descriptor struct fp_descriptor now = {0};
    cleanup_buf struct fp_buf text = FP_BUF_INIT(65536);
    cleanup_index struct fp_index found = {0};
    index.digest = fp_digest_of(theirs, strlen(theirs));
    assert_ok(fp_repo_put_document(layout, &index, theirs, &err), &err);
    assert_ok(fp_repo_name(layout, &index, theirs, tag, &err), &err);
    assert_ok(fp_repo_finish(layout, &err), &err);
    attach(layout, &image.digest, "ours");
    assert_ok(fp_repo_resolve(layout, tag, &now, &err), &err);
    assert_ok(fp_repo_get_document(layout, &now, &text, &err), &err);
    assert_non_null(strstr(fp_buf_text(&text), "\"urls\":[\"http://x\"]"));
    assert_non_null(strstr(fp_buf_text(&text), "\"y\":2"));
    assert_non_null(strstr(fp_buf_text(&text), "\"x\":1"));
    assert_non_null(strstr(fp_buf_text(&text), "{\"odd\":true}"));
    /* What is no descriptor that may be fetched is not listed. */
    assert_ok(fp_repo_list_referrers(layout, &image.digest, NULL, &found, &err), &err);
    assert_int_equal(found.manifest_count, 1);
    fp_repo_free(layout);
}

static void a_tag_that_is_used_otherwise_is_left_alone(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_repo *layout = open_layout("out");
    struct fp_descriptor image = put_image(layout, "app:1");
    cleanup_free char *tag = fp_referrers_tag(&image.digest, "");
    cleanup_index struct fp_index one = {0};
    cleanup_descriptor struct fp_descriptor referrer = put_referrer(layout, &image.digest, "x");
    fp_index_add(&one, &referrer);
    assert_ok(fp_repo_name(layout, &image, "", tag, &err), &err);
    assert_ok(fp_repo_finish(layout, &err), &err);
    assert_fails(fp_repo_add_referrers(layout, &image.digest, &one, &err), FP_E_CONFLICT, &err,
                 "used for something else");
    fp_repo_free(layout);
}

static void nothing_is_attached_in_archives(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_repo *archive = NULL;
    cleanup_index struct fp_index found = {0};
    struct fp_name_change change = {0};
    const struct fp_digest digest = {.text = "sha256:" HEX};
    assert_ok(fp_repo_create_archive(in_folder("a.tar"), FP_ARCHIVE_OCI, &archive, &err), &err);
    assert_false(fp_repo_can_attach(archive));
    assert_int_equal(fp_repo_change_name(archive, "x", &change, &err), FP_E_USAGE);
    assert_ok(fp_repo_list_referrers(archive, &digest, NULL, &found, &err), &err);
    assert_int_equal(found.manifest_count, 0);
    fp_repo_free(archive);
}

static void names_of_attachments(void **state)
{
    (void) state;
    assert_true(fp_is_attachment_name("sha256-" HEX));
    assert_true(fp_is_attachment_name("sha256-" HEX ".sig"));
    assert_false(fp_is_attachment_name("sha256-" HEX "0"));
    assert_false(fp_is_attachment_name("sha256-1.sig"));
    assert_false(fp_is_attachment_name("app:1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_attached_is_listed, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(what_others_list_is_found_by_its_subject, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(an_image_with_attachments_is_the_only_one, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(entries_of_others_stay, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(a_tag_that_is_used_otherwise_is_left_alone, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(nothing_is_attached_in_archives, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test(names_of_attachments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
