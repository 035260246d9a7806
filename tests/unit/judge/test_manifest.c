/** Manifests: what Java 17 says of the same bytes, and signature files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "manifest_facts.h"
#include "signatures.h"
#include "text_lists.h"

#define V "Manifest-Version: 1.0\n"

/* The main class, and the fault that ends the reading, as java.util.jar.Manifest tells them. */
struct row {
    const char *text;
    const char *main_class;
    const char *fault;
    json_int_t line;
};

static const struct row ROWS[] = {
    {V "Main-Class: a.B\n", "a.B", NULL, 0},
    {V "Main-Class: a.B  \n", "a.B  ", NULL, 0},
    {V "Main-Class:   a.B\n", "  a.B", NULL, 0},
    {V "Main-Class: a.B\n   \nX: y\n", "a.B  ", NULL, 0},
    {V "MAIN-class: a.B\n", "a.B", NULL, 0},
    {V "Main-Class: \n", "", NULL, 0},
    {"Manifest-Version: 1.0\rMain-Class: a.B\r\r", "a.B", NULL, 0},
    {"Manifest-Version: 1.0\r\nMain-Class: a\r\n .B\r\n  C\r\n\r\nName: x\r\nSHA: 1\r\n", "a.B C",
     NULL, 0},
    {V "\nName: x\nMain-Class: a.B\n", NULL, NULL, 0},
    {"", NULL, NULL, 0},
    {V "Main-Class:a.B\n", NULL, "invalid header field", 2},
    {V "Main-Class:\n", NULL, "invalid header field", 2},
    {V "Main-Class:\ta.B\n", NULL, "invalid header field", 2},
    {V "\n\nMain-Class: a.B\n", NULL, "invalid manifest format", 4},
    {"\n" V "Main-Class: a.B\n", NULL, "invalid manifest format", 2},
    {"\xef\xbb\xbf" V "Main-Class: a.B\n", NULL, "invalid header field name", 1},
    {V "fo.o: x\nMain-Class: a.B\n", NULL, "invalid header field name", 2},
    {" x\n" V, NULL, "misplaced continuation line", 1},
    {V "Main-Class: a.B\n\nName: a\nfoo\n", "a.B", "invalid header field", 5},
    {V "Main-Class: a.B\n\n x\n", "a.B", "invalid manifest format", 4},
};

static void test_as_java_reads(void **state)
{
    (void) state;
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        cleanup_json json_t *attributes = json_object();
        cleanup_json json_t *faults = json_array();
        fp_manifest_facts(ROWS[i].text, strlen(ROWS[i].text), attributes, faults);
        const char *main_class = fp_json_string(attributes, "Main-Class");
        const json_t *fault = json_array_get(faults, 0);
        if ((main_class == NULL) != (ROWS[i].main_class == NULL) ||
            (main_class != NULL && strcmp(main_class, ROWS[i].main_class) != 0))
            fail_msg("%s: %s", ROWS[i].text, main_class);
        assert_int_equal(json_array_size(faults), ROWS[i].fault != NULL);
        if (ROWS[i].fault == NULL)
            continue;
        assert_string_equal(fp_json_string(fault, "what"), ROWS[i].fault);
        assert_int_equal(json_integer_value(json_object_get(fault, "line")), ROWS[i].line);
        assert_true(json_is_true(json_object_get(fault, "fatal")));
    }
}

static const char *fault_of(const char *text, json_t *attributes, json_t *faults)
{
    fp_manifest_facts(text, strlen(text), attributes, faults);
    assert_int_equal(json_array_size(faults), 1);
    return fp_json_string(json_array_get(faults, 0), "what");
}

static void test_the_last_counts(void **state)
{
    cleanup_json json_t *attributes = json_object();
    cleanup_json json_t *faults = json_array();
    (void) state;
    assert_non_null(
        strstr(fault_of(V "Main-Class: a.B\nmain-class: a.C\n", attributes, faults), "\"a.C\""));
    assert_string_equal(fp_json_string(attributes, "Main-Class"), "a.C");
    assert_true(json_is_false(json_object_get(json_array_get(faults, 0), "fatal")));
}

static void test_a_line_without_end(void **state)
{
    cleanup_json json_t *attributes = json_object();
    cleanup_json json_t *faults = json_array();
    (void) state;
    assert_non_null(strstr(fault_of(V "Main-Class: a.B", attributes, faults), "Main-Class out"));
    assert_null(fp_json_string(attributes, "Main-Class"));
}

/* Java's buffer holds 512 bytes, with the line's end. */
static void test_long_lines(void **state)
{
    (void) state;
    for (int len = 508; len <= 509; len++) {
        cleanup_json json_t *attributes = json_object();
        cleanup_json json_t *faults = json_array();
        cleanup_free char *text = fp_xasprintf("X: %0*d\nMain-Class: a.B\n", len, 0);
        fp_manifest_facts(text, strlen(text), attributes, faults);
        assert_int_equal(json_array_size(faults), len > 508);
    }
}

#define SIGNED "Manifest-Version: 1.0\r\n\r\nName: a/A.class\r\nSHA-256-Digest: x\r\n\r\n"

static enum fp_signature judge(const char *signature, const char *manifest)
{
    return fp_signature_judge(signature, strlen(signature), manifest, strlen(manifest));
}

static void test_signatures(void **state)
{
    static const char FITS[] =
        "Signature-Version: 1.0\nSHA-256-Digest-Manifest: "
        "CrugjMBbQ7w6wvtiycemerxHjRMYzBdwr/BC3imxzcU=\n\nName: a/B.class\nSHA-256-Digest: x\n";
    (void) state;
    assert_int_equal(judge(FITS, SIGNED), FP_SIGNATURE_FITS);
    assert_int_equal(judge(FITS, V), FP_SIGNATURE_BROKEN);
    assert_int_equal(
        judge("Signature-Version: 1.0\n\nName: a/B.class\nSHA-256-Digest: x\n", SIGNED),
        FP_SIGNATURE_BROKEN);
    assert_int_equal(
        judge("Signature-Version: 1.0\n\nName: a/A.class\nSHA-256-Digest: x\n", SIGNED),
        FP_SIGNATURE_FITS);
    assert_int_equal(judge("Signature-Version: 1.0\n\nName: a/B.class\nSHA1-Digest: x\n", SIGNED),
                     FP_SIGNATURE_OLD);
    assert_int_equal(judge("", SIGNED), FP_SIGNATURE_FITS);
}

static void test_services(void **state)
{
    cleanup_strv struct fp_strv found = {0};
    (void) state;
    fp_services_read("# a list\r\n\r\n a.B \t# said\r\na.C\n\xef\xbb\xbf"
                     "a.D\rlast",
                     5, &found);
    assert_int_equal(found.len, 4);
    assert_string_equal(found.items[0], "a.B");
    assert_string_equal(found.items[1], "a.C");
    assert_string_equal(found.items[2], "\xef\xbb\xbf"
                                        "a.D");
    assert_string_equal(found.items[3], "last");
    fp_services_read("a\nb\n", 1, &found);
    assert_int_equal(found.len, 4);
}

static void property(const char *text, const char *want)
{
    cleanup_free char *value = fp_properties_get(text, "version");
    if (want == NULL ? value != NULL : value == NULL || strcmp(value, want) != 0)
        fail_msg("%s: %s", text, value);
}

static void test_properties(void **state)
{
    (void) state;
    property("#version=0\r\nversionless=1\r\nversion=1.2\r\n", "1.2");
    property("  version : 1\\:2", "1:2");
    property("version 1.2\nversion=1.3", "1.3");
    property("version", "");
    property("versions=1", NULL);
    property("", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_java_reads),      cmocka_unit_test(test_the_last_counts),
        cmocka_unit_test(test_a_line_without_end), cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_signatures),         cmocka_unit_test(test_services),
        cmocka_unit_test(test_properties),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
