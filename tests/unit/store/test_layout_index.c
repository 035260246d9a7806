#include "fixture.h"

#include <stdlib.h>
#include <string.h>

#define A "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define ENTRY(digest, annotations)                                                                 \
    "{\"mediaType\":\"" FP_MEDIA_OCI_MANIFEST "\",\"digest\":\"" digest                            \
    "\",\"size\":7,\"annotations\":{" annotations "}}"
#define REF(name)      "\"org.opencontainers.image.ref.name\":\"" name "\""
#define FULL(name)     "\"io.containerd.image.name\":\"" name "\""
#define INDEX(entries) "{\"schemaVersion\":2,\"manifests\":[" entries "]}"

static struct fp_layout_index parse(const char *text)
{
    struct fp_error err = {0};
    struct fp_layout_index index = {0};
    assert_ok(fp_layout_index_parse(text, strlen(text), "index.json", &index, &err), &err);
    return index;
}

static void check_found(const char *text, const char *name, const char *digest)
{
    struct fp_error err = {0};
    struct fp_descriptor found = {0};
    struct fp_layout_index index = parse(text);
    enum fp_code code = fp_layout_index_find(&index, name, "oci:x", &found, &err);
    if (digest == NULL) {
        assert_int_equal(code, FP_E_NOT_FOUND);
    } else {
        assert_ok(code, &err);
        assert_string_equal(found.digest.text, digest);
    }
    fp_descriptor_clear(&found);
    fp_layout_index_clear(&index);
}

static void images_are_found_by_name_and_digest(void **state)
{
    (void) state;
    const char *two = INDEX(
        ENTRY(A, REF("app:latest")) "," ENTRY(B, REF("1.0") "," FULL("docker.io/library/app:1.0")));
    check_found(two, "app:latest", A);
    check_found(two, "app", A);
    check_found(two, "1.0", B);
    check_found(two, "docker.io/library/app:1.0", B);
    check_found(two, B, B);
    check_found(two, "whatever@" B, B);
    check_found(two, "app:2", NULL);
    check_found(two, "app:latest:latest", NULL);
    check_found(two, NULL, NULL);
}

static void the_only_image_needs_no_name(void **state)
{
    (void) state;
    check_found(INDEX(ENTRY(A, "")), NULL, A);
    check_found(INDEX(ENTRY(A, REF("x")) "," ENTRY(A, REF("y"))), NULL, A);
    check_found(INDEX(""), NULL, NULL);
}

static void what_is_not_found_is_told_with_the_names_there_are(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_descriptor found = {0};
    struct fp_layout_index index = parse(INDEX(ENTRY(A, REF("b:1")) "," ENTRY(B, REF("a:1"))));
    assert_fails(fp_layout_index_find(&index, "c", "oci:x", &found, &err), FP_E_NOT_FOUND, &err,
                 "oci:x: no image 'c'");
    assert_string_equal(err.hint, "there are: a:1, b:1");
    assert_fails(fp_layout_index_find(&index, NULL, "oci:x", &found, &err), FP_E_NOT_FOUND, &err,
                 "several images");
    fp_layout_index_clear(&index);
}

static void long_lists_of_names_are_cut(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_strv names = {0};
    for (int i = 0; i < 12; i++)
        fp_strv_addf(&names, "n%d", i);
    assert_int_equal(fp_fail_no_image("x", "y", &names, &err), FP_E_NOT_FOUND);
    assert_string_equal(err.hint, "there are: n0, n1, n2, n3, n4, n5, n6, n7 and 4 more");
    fp_strv_clear(&names);
}

static void bad_indexes_are_refused(void **state)
{
    (void) state;
    static const char *const texts[] = {
        "",
        "[]",
        "{}",
        "{\"schemaVersion\":1,\"manifests\":[]}",
        "{\"schemaVersion\":2}",
        "{\"schemaVersion\":\"2\",\"manifests\":[]}",
        "{\"schemaVersion\":2,\"manifests\":{}}",
        INDEX("1"),
        INDEX("{}"),
        INDEX("{\"digest\":5}"),
        "{\"schemaVersion\":2,\"manifests\":[],\"manifests\":[]}",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct fp_error err = {0};
        struct fp_layout_index index = {0};
        enum fp_code code =
            fp_layout_index_parse(texts[i], strlen(texts[i]), "index.json", &index, &err);
        assert_fails(code, FP_E_INPUT, &err, "index.json");
    }
}

static void a_bad_descriptor_is_refused_when_it_is_asked_for(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_descriptor found = {0};
    struct fp_layout_index index = parse(INDEX(
        "{\"mediaType\":\"a/b\",\"digest\":\"sha256:../../x\",\"size\":1,\"annotations\":{" REF(
            "x") "}}"));
    assert_int_equal(fp_layout_index_find(&index, "x", "oci:x", &found, &err), FP_E_INPUT);
    fp_layout_index_clear(&index);
}

static struct fp_descriptor descriptor(const char *digest)
{
    struct fp_error err = {0};
    struct fp_descriptor value = {.media_type = FP_MEDIA_OCI_MANIFEST, .size = 7};
    assert_ok(fp_digest_parse(digest, "", &value.digest, &err), &err);
    return value;
}

static void a_name_moves_and_everything_else_stays(void **state)
{
    (void) state;
    struct fp_layout_index index = parse(
        "{\"schemaVersion\":2,\"x-unknown\":[1],\"manifests\":["
        "{\"mediaType\":\"application/x\",\"digest\":\"md5:1\",\"size\":1,\"extra\":true}," ENTRY(
            A, REF("app:1") ",\"k\":\"v\"") "]}");
    struct fp_descriptor moved = descriptor(B);
    fp_layout_index_set(&index, &moved, "app:1");
    fp_layout_index_set(&index, &moved, "app:2");
    char *bytes = fp_layout_index_bytes(&index);
    assert_non_null(strstr(bytes, "\"x-unknown\":[1]"));
    assert_non_null(strstr(bytes, "\"extra\":true"));
    assert_null(strstr(bytes, A));
    free(bytes);
    struct fp_strv names = {0};
    fp_layout_index_names(&index, &names);
    assert_int_equal(names.len, 2);
    assert_string_equal(names.items[0], "app:1");
    assert_string_equal(names.items[1], "app:2");
    fp_strv_clear(&names);
    fp_layout_index_clear(&index);
}

static void names_from_elsewhere_do_not_come_along(void **state)
{
    (void) state;
    struct fp_layout_index index = fp_layout_index_new();
    struct fp_descriptor named = descriptor(A);
    named.annotations =
        json_pack("{s:s,s:s,s:s}", FP_ANNOTATION_REF_NAME, "old", FP_ANNOTATION_CONTAINERD_NAME,
                  "docker.io/library/old:1", "keep", "me");
    fp_layout_index_set(&index, &named, "new");
    char *bytes = fp_layout_index_bytes(&index);
    assert_null(strstr(bytes, "old"));
    assert_non_null(strstr(bytes, "\"keep\":\"me\""));
    assert_int_equal(json_object_size(named.annotations), 3);
    free(bytes);
    fp_descriptor_clear(&named);
    fp_layout_index_clear(&index);
}

static void an_image_without_a_name_is_listed_once(void **state)
{
    (void) state;
    struct fp_layout_index index = fp_layout_index_new();
    struct fp_descriptor image = descriptor(A);
    fp_layout_index_set(&index, &image, NULL);
    fp_layout_index_set(&index, &image, NULL);
    assert_int_equal(json_array_size(json_object_get(index.document, "manifests")), 1);
    assert_true(fp_layout_index_forget(&index, A));
    assert_int_equal(json_array_size(json_object_get(index.document, "manifests")), 0);
    assert_false(fp_layout_index_forget(&index, A));
    fp_layout_index_clear(&index);
}

static void forgetting_takes_only_the_name_asked_for(void **state)
{
    (void) state;
    struct fp_layout_index index =
        parse(INDEX(ENTRY(A, REF("app:latest")) "," ENTRY(A, REF("app:1")) "," ENTRY(B, REF("b"))));
    assert_false(fp_layout_index_forget(&index, "nothing"));
    assert_true(fp_layout_index_forget(&index, "app"));
    struct fp_strv names = {0};
    fp_layout_index_names(&index, &names);
    assert_int_equal(names.len, 2);
    assert_string_equal(names.items[0], "app:1");
    fp_strv_clear(&names);
    fp_layout_index_clear(&index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(images_are_found_by_name_and_digest),
        cmocka_unit_test(the_only_image_needs_no_name),
        cmocka_unit_test(what_is_not_found_is_told_with_the_names_there_are),
        cmocka_unit_test(long_lists_of_names_are_cut),
        cmocka_unit_test(bad_indexes_are_refused),
        cmocka_unit_test(a_bad_descriptor_is_refused_when_it_is_asked_for),
        cmocka_unit_test(a_name_moves_and_everything_else_stays),
        cmocka_unit_test(names_from_elsewhere_do_not_come_along),
        cmocka_unit_test(an_image_without_a_name_is_listed_once),
        cmocka_unit_test(forgetting_takes_only_the_name_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
