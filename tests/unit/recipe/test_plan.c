/* The options that are refused before fetching anything, and the destinations of images. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "plan.h"

static const struct fp_build_context context = {.places.store = "/tmp/flinkpack-no-store",
                                                .cache_folder = "/tmp/flinkpack-no-cache",
                                                .source_date_epoch = -1};

static enum fp_code plan_of(const struct fp_build_options *options, struct fp_plan *ret,
                            struct fp_error *err)
{
    memset(ret, 0, sizeof(*ret));
    memset(err, 0, sizeof(*err));
    return fp_plan_make(options, NULL, &context, ret, err);
}

static void refuse(const struct fp_build_options *options, enum fp_code code, const char *part)
{
    struct fp_error err;
    struct fp_plan plan;
    assert_int_equal(plan_of(options, &plan, &err), code);
    if (strstr(err.text, part) == NULL)
        fail_msg("'%s' does not say '%s'", err.text, part);
}

static void test_source(void **state)
{
    (void) state;
    refuse(&(struct fp_build_options){0}, FP_E_USAGE, "where Flink comes from");
    refuse(&(struct fp_build_options){.from_release = true}, FP_E_USAGE, "--flink-version");
    refuse(&(struct fp_build_options){.from_release = true,
                                      .flink_version = "1.6.0",
                                      .from_archive = "x.tgz"},
           FP_E_USAGE, "one place");
    refuse(&(struct fp_build_options){.from_archive = "x.tgz", .hadoop_version = "28"}, FP_E_USAGE,
           "--hadoop-version");
    refuse(&(struct fp_build_options){.from_image = "flink", .base = "debian:12"}, FP_E_USAGE,
           "--base");
    refuse(&(struct fp_build_options){.from_archive = "/tmp"}, FP_E_INPUT, "a folder");
    refuse(&(struct fp_build_options){.from_release = true, .flink_version = "1.x"}, FP_E_USAGE,
           "1.x");
}

static void test_job(void **state)
{
    struct fp_build_options options = {.from_release = true, .flink_version = "1.6.0"};
    (void) state;
    options.job_classname = "com.example.Job";
    refuse(&options, FP_E_USAGE, "--job-classname needs --job-jar");
    fp_strv_add(&options.job_jars, "");
    refuse(&options, FP_E_USAGE, "--job-jar");
    fp_strv_clear(&options.job_jars);
    fp_strv_add(&options.job_artifacts, ",,");
    refuse(&options, FP_E_USAGE, "--job-artifacts");
    fp_strv_clear(&options.job_artifacts);
    fp_strv_add(&options.job_jars, "/does/not/exist.jar");
    refuse(&options, FP_E_NOT_FOUND, "/does/not/exist.jar");
    fp_strv_clear(&options.job_jars);
}

static void test_passwords_of_refused_urls_are_not_shown(void **state)
{
    struct fp_build_options options = {.from_release = true,
                                       .flink_version = "1.6.0",
                                       .apk_mirror = "ftp://ci:hush@mirror/alpine"};
    struct fp_error err;
    struct fp_plan plan;
    (void) state;
    assert_int_equal(plan_of(&options, &plan, &err), FP_E_USAGE);
    assert_string_equal(err.text,
                        "--apk-mirror 'ftp://mirror/alpine': expected an http or https URL");
}

static void test_default_name(void **state)
{
    struct fp_build_options options = {.from_release = true, .flink_version = "1.6.0"};
    struct fp_error err;
    struct fp_plan plan;
    (void) state;
    assert_int_equal(plan_of(&options, &plan, &err), FP_OK);
    assert_string_equal(plan.title, "flink-job");
    assert_int_equal(plan.output_count, 1);
    assert_int_equal(plan.outputs[0].location.kind, FP_AT_STORE);
    assert_string_equal(plan.outputs[0].names.items[0], "flink-job:latest");
    assert_int_equal(plan.platform_count, 1);
    assert_string_equal(plan.platforms[0].architecture, "amd64");
    fp_plan_clear(&plan);
}

static void test_push(void **state)
{
    struct fp_build_options options = {
        .from_release = true, .flink_version = "1.6.0", .push = true, .image_name = "job"};
    struct fp_error err;
    struct fp_plan plan;
    (void) state;
    refuse(&options, FP_E_USAGE, "names no registry");
    options.image_name = "r.example.com/team/job:1";
    fp_strv_add(&options.tags, "2");
    fp_strv_add(&options.tags, "2");
    fp_strv_add(&options.tags, "r.example.com/other:3");
    assert_int_equal(plan_of(&options, &plan, &err), FP_OK);
    assert_string_equal(plan.title, "r.example.com/team/job");
    assert_int_equal(plan.output_count, 2);
    assert_int_equal(plan.outputs[0].names.len, 2);
    assert_string_equal(plan.outputs[0].names.items[1], "2");
    assert_string_equal(plan.outputs[1].location.reference.repository, "other");
    fp_plan_clear(&plan);
    fp_strv_add(&options.tags, "a b");
    refuse(&options, FP_E_USAGE, "--tag 'a b'");
    fp_strv_clear(&options.tags);
}

/* These errors are found early, not after minutes of fetching and packing. */
static void test_early(void **state)
{
    struct fp_build_options options = {.from_release = true, .flink_version = "1.6.0"};
    (void) state;
    options.base = "rootfs:/does/not/exist.tar";
    refuse(&options, FP_E_NOT_FOUND, "/does/not/exist.tar");
    options.base = "no-such-base";
    refuse(&options, FP_E_NOT_FOUND, "no-such-base");
    options.base = NULL;
    fp_strv_add(&options.libs, "/etc/hostname");
    fp_strv_add(&options.libs, "/does/not/exist.jar");
    refuse(&options, FP_E_NOT_FOUND, "--lib: '/does/not/exist.jar'");
    fp_strv_clear(&options.libs);
    fp_strv_add(&options.plugins, "s3=/does/not/exist.jar");
    refuse(&options, FP_E_NOT_FOUND, "--plugin: '/does/not/exist.jar'");
    fp_strv_clear(&options.plugins);
    fp_strv_add(&options.conf, "a b=c");
    refuse(&options, FP_E_USAGE, "'a b' is no key");
    fp_strv_clear(&options.conf);
    fp_strv_add(&options.platforms, "windows/amd64");
    refuse(&options, FP_E_USAGE, "made for linux");
    fp_strv_clear(&options.platforms);
}

static void test_outputs(void **state)
{
    struct fp_build_options options = {.from_release = true, .flink_version = "1.6.0"};
    struct fp_error err;
    struct fp_plan plan;
    (void) state;
    fp_strv_add(&options.outputs, "oci:/tmp/flinkpack-layout:v1");
    fp_strv_add(&options.outputs, "docker-archive:/tmp/flinkpack-x.tar");
    assert_int_equal(plan_of(&options, &plan, &err), FP_OK);
    assert_string_equal(plan.outputs[0].names.items[0], "v1");
    assert_string_equal(plan.outputs[1].names.items[0], "flink-job:latest");
    fp_plan_clear(&plan);
    fp_strv_add(&options.platforms, "linux/amd64,linux/arm64");
    refuse(&options, FP_E_USAGE, "docker-archive");
    fp_strv_clear(&options.outputs);
    fp_strv_add(&options.outputs, "rootfs:/tmp/x.tar");
    refuse(&options, FP_E_USAGE, "rootfs");
    fp_strv_clear(&options.outputs);
    fp_strv_add(&options.outputs, "oci-archive:/does/not/exist/x.tar");
    refuse(&options, FP_E_NOT_FOUND, "/does/not/exist");
    fp_strv_clear(&options.outputs);
    fp_strv_clear(&options.platforms);
}

/* Duplicate platforms are removed, but compatible ones with another variant are kept. */
static void test_platforms(void **state)
{
    struct fp_build_options options = {.from_release = true, .flink_version = "1.6.0"};
    struct fp_error err;
    struct fp_plan plan;
    (void) state;
    fp_strv_add(&options.platforms, "linux/arm/v7,linux/arm/v6,linux/amd64/v3,linux/amd64");
    fp_strv_add(&options.platforms, "linux/x86_64,linux/amd64/v1,linux/arm");
    assert_int_equal(plan_of(&options, &plan, &err), FP_OK);
    assert_int_equal(plan.platform_count, 4);
    assert_string_equal(plan.platforms[1].variant, "v6");
    assert_string_equal(plan.platforms[3].variant, "");
    fp_plan_clear(&plan);
    fp_strv_clear(&options.platforms);
}

static void test_compression(void **state)
{
    static const struct {
        const char *codec;
        int level;
        const char *fault; /* NULL: taken */
    } cases[] = {
        {NULL, 0, NULL},
        {"gzip", 9, NULL},
        {"zstd", 19, NULL},
        {"none", 0, NULL},
        {NULL, 10, "--compression-level 10: gzip has 1 to 9"},
        {"zstd", 20, "--compression-level 20: zstd has 1 to 19"},
        {"gzip", -1, "--compression-level -1: gzip has 1 to 9"},
        {"none", 1, "--compression-level 1: --compression none has none"},
        {"xz", 0, "--compression 'xz': gzip, zstd or none"},
    };
    (void) state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fp_build_options options = {.from_release = true,
                                           .flink_version = "1.6.0",
                                           .compression = cases[i].codec,
                                           .compression_level = cases[i].level};
        struct fp_error err;
        struct fp_plan plan;
        if (cases[i].fault != NULL) {
            refuse(&options, FP_E_USAGE, cases[i].fault);
            continue;
        }
        assert_int_equal(plan_of(&options, &plan, &err), FP_OK);
        assert_string_equal(fp_codec_name(plan.compression.codec),
                            cases[i].codec != NULL ? cases[i].codec : "gzip");
        assert_int_equal(plan.compression.level, cases[i].level);
        fp_plan_clear(&plan);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_source),
        cmocka_unit_test(test_job),
        cmocka_unit_test(test_default_name),
        cmocka_unit_test(test_push),
        cmocka_unit_test(test_outputs),
        cmocka_unit_test(test_early),
        cmocka_unit_test(test_platforms),
        cmocka_unit_test(test_compression),
        cmocka_unit_test(test_passwords_of_refused_urls_are_not_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
