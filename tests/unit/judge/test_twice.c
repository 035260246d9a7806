/** Classes and libraries that two jars have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../layer/zip_maker.h"
#include "flinkpack/judge/judge.h"
#include "judge.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* Two jars, and what is found. */
struct trial {
    char *folder;
    char *paths[2];
    struct fp_judged_jar jars[2];
    struct fp_flink_version version;
    struct fp_findings findings;
};

static int setup(void **state)
{
    struct trial *trial = fp_xcalloc(1, sizeof(*trial));
    assert_int_equal(fp_temp_dir("/tmp", &trial->folder, NULL), FP_OK);
    trial->paths[0] = fp_path_join(trial->folder, "one.jar");
    trial->paths[1] = fp_path_join(trial->folder, "two.jar");
    for (size_t i = 0; i < 2; i++)
        trial->jars[i].path = trial->paths[i];
    *state = trial;
    return 0;
}

static int teardown(void **state)
{
    struct trial *trial = *state;
    for (size_t i = 0; i < 2; i++) {
        json_decref((json_t *) (uintptr_t) trial->jars[i].facts);
        free(trial->paths[i]);
    }
    fp_findings_clear(&trial->findings);
    fp_temp_remove(trial->folder);
    free(trial);
    return 0;
}

/* Make a jar, with a library of a version. */
static void make(struct trial *trial, size_t i, const struct jar_entry *entries, size_t count,
                 const char *version)
{
    cleanup_buf struct fp_buf jar = FP_BUF_INIT((size_t) 1 << 20);
    put_jar(&jar, entries, count);
    assert_int_equal(fp_file_write(trial->paths[i], jar.data, jar.len, 0644, NULL), FP_OK);
    json_decref((json_t *) (uintptr_t) trial->jars[i].facts);
    trial->jars[i].facts = json_pack("{s:[{s:s, s:s, s:s}]}", "poms", "group", "com.acme.lib",
                                     "artifact", "lib", "version", version);
}

static const struct fp_finding *judge(struct trial *trial, const char *flink,
                                      enum fp_jar_role first, enum fp_jar_role second)
{
    fp_findings_clear(&trial->findings);
    trial->jars[0].role = first;
    trial->jars[1].role = second;
    assert_int_equal(fp_flink_version_parse(flink, &trial->version, NULL), FP_OK);
    const struct fp_judge_input input = {.version = &trial->version,
                                         .traits = fp_flink_traits(&trial->version),
                                         .jars = trial->jars,
                                         .jar_count = 2};
    assert_int_equal(fp_judge_twice(&input, &trial->findings, NULL), FP_OK);
    assert_true(trial->findings.len <= 1);
    return trial->findings.len == 1 ? &trial->findings.items[0] : NULL;
}

static const struct jar_entry ONE[] = {{.name = "com/acme/lib/A.class", .data = "a"},
                                       {.name = "com/acme/lib/B.class", .data = "b"},
                                       {.name = "META-INF/versions/9/C.class", .data = "c"},
                                       {.name = "x.txt", .data = "x"}};
static const struct jar_entry TWO[] = {{.name = "com/acme/lib/B.class", .data = "other"},
                                       {.name = "com/acme/lib/A.class", .data = "other"},
                                       {.name = "META-INF/versions/9/C.class", .data = "other"},
                                       {.name = "x.txt", .data = "other"}};

static void test_same(void **state)
{
    struct trial *trial = *state;
    make(trial, 0, ONE, COUNT(ONE), "1.0");
    make(trial, 1, ONE, COUNT(ONE), "2.0");
    assert_null(judge(trial, "1.20.4", FP_JAR_JOB, FP_JAR_JOB));
}

static void test_class(void **state)
{
    struct trial *trial = *state;
    make(trial, 0, ONE, COUNT(ONE), "1.0");
    make(trial, 1, TWO, COUNT(TWO), "1.0");
    const struct fp_finding *finding = judge(trial, "1.20.4", FP_JAR_JOB, FP_JAR_JOB);
    assert_non_null(finding);
    assert_string_equal(finding->name, "class-twice");
    assert_int_equal(finding->severity, FP_SEVERITY_INFO);
    assert_non_null(strstr(finding->what, "com.acme.lib.A and 1 more"));
    assert_null(judge(trial, "1.20.4", FP_JAR_JOB, FP_JAR_PLUGIN));
}

static void expect_library(struct trial *trial, const char *flink, enum fp_jar_role role,
                           enum fp_severity severity)
{
    const struct fp_finding *finding = judge(trial, flink, FP_JAR_JOB, role);
    assert_non_null(finding);
    assert_string_equal(finding->name, "library-twice");
    assert_int_equal(finding->severity, severity);
    assert_non_null(strstr(finding->what, "com.acme.lib:lib 1.0 and "));
}

/* Two class loaders keep versions apart; in one, those that promise the same do no harm. */
static void test_library(void **state)
{
    struct trial *trial = *state;
    make(trial, 0, ONE, COUNT(ONE), "1.0");
    make(trial, 1, TWO, COUNT(TWO), "2.0");
    expect_library(trial, "1.20.4", FP_JAR_JOB, FP_SEVERITY_WARNING);
    expect_library(trial, "1.20.4", FP_JAR_LIB, FP_SEVERITY_INFO);
    expect_library(trial, "1.9.3", FP_JAR_LIB, FP_SEVERITY_WARNING);
    make(trial, 1, TWO, COUNT(TWO), "1.1");
    expect_library(trial, "1.20.4", FP_JAR_JOB, FP_SEVERITY_INFO);
}

/* Tools that merge jars without a look leave two lists of properties of one library. */
static void test_within(void **state)
{
    static const struct {
        const char *versions[2];
        const char *severity;
    } ROWS[] = {{{"1.0", "2.0"}, "warning"}, {{"1.0", "1.1"}, "info"}, {{"1.0", "1.0"}, NULL}};
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        struct trial *trial = *state;
        make(trial, 0, ONE, COUNT(ONE), ROWS[i].versions[0]);
        make(trial, 1, ONE, COUNT(ONE), "1.0");
        json_array_append_new(json_object_get(trial->jars[0].facts, "poms"),
                              json_pack("{s:s, s:s, s:s}", "group", "com.acme.lib", "artifact",
                                        "lib", "version", ROWS[i].versions[1]));
        const struct fp_finding *finding = judge(trial, "1.20.4", FP_JAR_JOB, FP_JAR_LIB);
        assert_int_equal(finding != NULL, ROWS[i].severity != NULL);
        if (finding == NULL)
            continue;
        assert_string_equal(finding->name, "library-twice");
        assert_string_equal(fp_severity_name(finding->severity), ROWS[i].severity);
    }
}

/* A library that was relocated has none of the differing classes. */
static void test_other_library(void **state)
{
    static const struct jar_entry OTHER[] = {{.name = "org/x/A.class", .data = "a"}};
    static const struct jar_entry ANOTHER[] = {{.name = "org/x/A.class", .data = "b"}};
    struct trial *trial = *state;
    make(trial, 0, OTHER, 1, "1.0");
    make(trial, 1, ANOTHER, 1, "2.0");
    const struct fp_finding *finding = judge(trial, "1.20.4", FP_JAR_JOB, FP_JAR_JOB);
    assert_non_null(finding);
    assert_string_equal(finding->name, "class-twice");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_same, setup, teardown),
        cmocka_unit_test_setup_teardown(test_class, setup, teardown),
        cmocka_unit_test_setup_teardown(test_library, setup, teardown),
        cmocka_unit_test_setup_teardown(test_within, setup, teardown),
        cmocka_unit_test_setup_teardown(test_other_library, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
