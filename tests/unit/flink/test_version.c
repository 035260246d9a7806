/** Versions, and the features that each version has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "flinkpack/flink/version.h"

static struct fp_flink_version parse(const char *text)
{
    struct fp_flink_version version = {0};
    struct fp_error err = {0};
    if (fp_flink_version_parse(text, &version, &err) != FP_OK)
        fail_msg("%s: %s", text, err.text);
    return version;
}

static void refuses(const char *text, const char *words)
{
    struct fp_flink_version version = {0};
    struct fp_error err = {0};
    assert_int_equal(fp_flink_version_parse(text, &version, &err), FP_E_USAGE);
    if (strstr(err.text, words) == NULL && strstr(err.hint, words) == NULL)
        fail_msg("'%s': neither '%s' nor '%s' says '%s'", text, err.text, err.hint, words);
}

static void test_numbers(void **state)
{
    (void) state;
    struct fp_flink_version v = parse("1.20.4");
    assert_int_equal(v.major, 1);
    assert_int_equal(v.minor, 20);
    assert_int_equal(v.patch, 4);
    v = parse("2.4-SNAPSHOT");
    assert_int_equal(v.minor, 4);
    assert_int_equal(v.patch, 0);
    assert_string_equal(v.text, "2.4-SNAPSHOT");
    assert_string_equal(parse("1.14.0-rc2.1").text, "1.14.0-rc2.1");
}

static void test_compared_as_numbers(void **state)
{
    (void) state;
    struct fp_flink_version ten = parse("1.10.0");
    struct fp_flink_version nine = parse("1.9.3");
    assert_true(fp_flink_at_least(&ten, 1, 9, 3));
    assert_false(fp_flink_at_least(&nine, 1, 10, 0));
    assert_false(fp_flink_at_least(&nine, 1, 9, 4));
    struct fp_flink_version two = parse("2.0.0");
    assert_true(fp_flink_at_least(&two, 1, 20, 9));
}

static void test_refusals(void **state)
{
    (void) state;
    refuses("1.6", "for example 1.6.4");
    refuses("2.9", "for example 2.9.0");
    refuses("1.4.2", "1.5.0 is the oldest");
    refuses("1.4", "1.5.0 is the oldest");
    static const char *const BAD[] = {"",      "1",       "v1.6.0",  "1.6.0 ",   "1.06.0",
                                      "1..6",  "1.6.",    "1.6.0-",  "1.6.0/..", "1.99999.0",
                                      "a.b.c", "1.6.0.1", "1.6.0-\n"};
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
        refuses(BAD[i], "is not a version of Flink");
    char longest[80] = "1.6.0-";
    memset(longest + 6, 'x', 60);
    refuses(longest, "is not a version of Flink");
}

static const struct fp_flink_traits *traits_of(const char *text)
{
    struct fp_flink_version version = parse(text);
    return fp_flink_traits(&version);
}

static void test_traits(void **state)
{
    (void) state;
    assert_false(traits_of("1.5.6")->has_standalone_job);
    assert_true(traits_of("1.6.0")->needs_job_classname);
    assert_string_equal(traits_of("1.6.4")->scala_versions, "2.11");
    assert_string_equal(traits_of("1.7.2")->scala_versions, "2.11 2.12");
    assert_string_equal(traits_of("1.7.2")->hadoop_variants, "24 26 27 28");
    assert_false(traits_of("1.8.0")->needs_job_classname);
    assert_string_equal(traits_of("1.8.0")->hadoop_variants, "");
    assert_false(traits_of("1.8.3")->has_plugins);
    assert_false(traits_of("1.9.3")->has_usrlib);
    assert_true(traits_of("1.9.3")->has_plugins);
    assert_true(traits_of("1.10.0")->has_usrlib);
    assert_false(traits_of("1.13.6")->musl_rocksdb);
    assert_true(traits_of("1.14.0")->musl_rocksdb);
    assert_false(traits_of("1.14.6")->binds_localhost);
    assert_true(traits_of("1.15.0")->binds_localhost);
    assert_string_equal(traits_of("1.18.1")->config_file, "flink-conf.yaml");
    assert_string_equal(traits_of("1.19.0")->config_file, "config.yaml");
    assert_string_equal(traits_of("3.1.0")->config_file, "config.yaml");
}

static void test_java(void **state)
{
    (void) state;
    struct fp_flink_version old = parse("1.6.0");
    assert_true(fp_flink_supports_java(&old, 8));
    assert_false(fp_flink_supports_java(&old, 11));
    assert_false(fp_flink_supports_java(&old, 1));
    struct fp_flink_version two = parse("2.1.0");
    assert_false(fp_flink_supports_java(&two, 8));
    assert_true(fp_flink_supports_java(&two, 21));
    assert_int_equal(traits_of("2.1.0")->default_java, 17);
}

static void test_plugins(void **state)
{
    (void) state;
    const struct fp_flink_version old = parse("1.14.6");
    const struct fp_flink_version new = parse("2.2.0");
    const struct fp_flink_version later = parse("2.9.0");
    static const char *const good[] = {"s3-fs-hadoop", "flink-s3-fs-presto", "metrics-prometheus",
                                       "table-planner_2.12", "python"};
    static const char *const bad[] = {"s3-fs-hadop",           "s3", "hadoop", "",
                                      "fs-hadoop metrics-jmx", "_"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_true(fp_flink_may_have_plugin(&new, good[i]));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(fp_flink_may_have_plugin(&new, bad[i]));
        assert_true(fp_flink_may_have_plugin(&later, bad[i]));
    }
    assert_false(fp_flink_may_have_plugin(&old, "gs-fs-hadoop"));
    assert_true(fp_flink_may_have_plugin(&new, "gs-fs-hadoop"));
}

/* Each known release can be asked for. */
static void test_known_releases(void **state)
{
    (void) state;
    cleanup_strv struct fp_strv known = {0};
    fp_strv_split(&known, fp_flink_known_releases(), ' ');
    assert_true(known.len > 80);
    struct fp_flink_version before = parse("1.5.0");
    for (size_t i = 1; i < known.len; i++) {
        struct fp_flink_version v = parse(known.items[i]);
        assert_true(fp_flink_at_least(&v, before.major, before.minor, before.patch + 1));
        assert_true(fp_flink_supports_java(&v, fp_flink_traits(&v)->default_java));
        before = v;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),  cmocka_unit_test(test_compared_as_numbers),
        cmocka_unit_test(test_refusals), cmocka_unit_test(test_traits),
        cmocka_unit_test(test_java),     cmocka_unit_test(test_known_releases),
        cmocka_unit_test(test_plugins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
