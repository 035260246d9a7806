/** The part of a jar's facts that other entries than classes tell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../layer/zip_maker.h"
#include "markers.h"
#include "scan_resources.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static enum fp_code visit(void *context, struct fp_zip *zip, const struct fp_zip_entry *entry,
                          struct fp_error *err)
{
    return fp_resources_entry(context, zip, entry, err);
}

static bool has_class(const void *context, const char *name)
{
    (void) context;
    return strncmp(name, "a/", 2) == 0;
}

/* The facts of a jar with these entries. */
static json_t *facts_of(const struct jar_entry *entries, size_t count)
{
    cleanup_buf struct fp_buf jar = FP_BUF_INIT((size_t) 1 << 20);
    cleanup_resources struct fp_resources *resources = fp_resources_new();
    cleanup_zip struct fp_zip *zip = NULL;
    char *folder = NULL;
    json_t *facts = json_object();
    struct fp_error err = {0};
    put_jar(&jar, entries, count);
    assert_int_equal(fp_temp_dir("/tmp", &folder, &err), FP_OK);
    cleanup_free char *path = fp_path_join(folder, "job.jar");
    assert_int_equal(fp_file_write(path, jar.data, jar.len, 0644, &err), FP_OK);
    assert_int_equal(fp_zip_open(path, &zip, &err), FP_OK);
    if (fp_zip_each(zip, visit, resources, &err) != FP_OK)
        fail_msg("%s", err.text);
    fp_resources_finish(resources, fp_resources_entry_class(resources), has_class, NULL, facts);
    fp_temp_remove(folder);
    return facts;
}

static const json_t *at(const json_t *facts, const char *member, size_t i)
{
    return json_array_get(json_object_get(facts, member), i);
}

static void test_all_members(void **state)
{
    static const struct jar_entry ENTRIES[] = {
        {.name = "META-INF/manifest.mf",
         .data = "Main-Class: a.Job\r\nprogram-class: a.Other\r\nMulti-Release: true\r\n\r\n"},
        {.name = "META-INF/A.SF", .data = "Signature-Version: 1.0\n\nName: b\nSHA-256-Digest: x\n"},
        {.name = "META-INF/A.RSA", .data = "\x30\x82\0\1x", .len = 5},
        {.name = "META-INF/B.RSA", .data = "no block", .len = 8},
        {.name = "META-INF/B.SF", .data = "Signature-Version: 1.0\n\nName: b\nSHA-256-Digest: x\n"},
        {.name = "META-INF/maven/g/x/pom.properties", .data = "version=1.2\r\nartifactId=y"},
        {.name = "META-INF/services/", .data = ""},
        {.name = "META-INF/services/java.sql.Driver", .data = "a.Driver"},
        {.name = "META-INF/services/org.other.Whole", .data = "a.Whole"},
        {.name = "META-INF/services/org.other.Half", .data = "a.Half\nb.Half\n"},
        {.name = "lib/x.jar", .data = "x"},
        {.name = "library.properties", .data = "version.number=2.13.5\ncopyright=2002, EPFL\n"},
        {.name = "a/MyTableFactory.class", .data = "x"},
        {.name = "a/MyTableFactory$1.class", .data = "x"},
        {.name = "scala/Predef.class", .data = "x"},
        {.name = "scala/collection/immutable/LazyList.class", .data = "x"},
        {.name = "org/apache/flink/runtime/jobgraph/JobGraph.class", .data = "x", .deflated = true},
    };
    (void) state;
    cleanup_json json_t *facts = facts_of(ENTRIES, COUNT(ENTRIES));
    const json_t *markers = json_object_get(facts, "markers");
    const json_t *services = json_object_get(facts, "services");
    const json_t *absent = json_object_get(facts, "servicesAbsent");
    assert_string_equal(fp_json_string(json_object_get(facts, "manifest"), "Multi-Release"),
                        "true");
    assert_int_equal(json_array_size(json_object_get(facts, "manifestFaults")), 0);
    assert_string_equal(fp_json_string(at(facts, "poms", 0), "group"), "g");
    assert_string_equal(fp_json_string(at(facts, "poms", 0), "artifact"), "y");
    assert_string_equal(fp_json_string(at(facts, "poms", 0), "version"), "1.2");
    assert_int_equal(json_object_size(services), 2);
    assert_non_null(json_object_get(services, "java.sql.Driver"));
    assert_int_equal(json_array_size(json_object_get(services, "org.other.Half")), 2);
    assert_int_equal(json_object_size(absent), 1);
    assert_string_equal(
        json_string_value(json_array_get(json_object_get(absent, "org.other.Half"), 0)), "b.Half");
    assert_int_equal(json_array_size(json_object_get(facts, "signatures")), 1);
    assert_string_equal(fp_json_string(at(facts, "signatures", 0), "entry"), "META-INF/A.SF");
    assert_string_equal(fp_json_string(at(facts, "signatures", 0), "state"), "broken");
    assert_string_equal(json_string_value(at(facts, "nested", 0)), "lib/x.jar");
    assert_int_equal(json_array_size(json_object_get(facts, "factories")), 1);
    assert_string_equal(json_string_value(at(facts, "factories", 0)), "a.MyTableFactory");
    assert_string_equal(fp_json_string(markers, "scala"), "2.13.5");
    assert_string_equal(fp_json_string(markers, "scala-entry"), "a.Other$");
    assert_non_null(json_object_get(markers, "flink-runtime"));
}

/* library.properties is also what others call theirs. */
static void test_scala_by_classes(void **state)
{
    static const struct jar_entry ENTRIES[] = {
        {.name = "library.properties", .data = "version.number=2.13.5\ncopyright=EPFL\n"},
        {.name = "scala/Predef.class", .data = "x"},
        {.name = "scala/Product$class.class", .data = "x"},
    };
    (void) state;
    cleanup_json json_t *facts = facts_of(ENTRIES, COUNT(ENTRIES));
    assert_string_equal(fp_json_string(json_object_get(facts, "markers"), "scala"), "2.11");
    assert_null(json_object_get(facts, "manifest"));
}

/* The table is searched by halves, so each of its rows has to be in its place. */
static void test_markers(void **state)
{
    (void) state;
    assert_string_equal(fp_marker_of("ch/qos/logback/classic/Logger.class"), "logback");
    assert_string_equal(fp_marker_of("org/apache/commons/cli/Option$Builder.class"),
                        "commons-cli-1.3");
    assert_string_equal(fp_marker_of("org/apache/commons/cli/Option.class"), "commons-cli");
    assert_string_equal(fp_marker_of("scala/collection/immutable/LazyList.class"), "scala-2.13");
    assert_null(fp_marker_of("shaded/scala/Predef.class"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_members),
        cmocka_unit_test(test_scala_by_classes),
        cmocka_unit_test(test_markers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
