/* Parsing the values of single options, and times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "layers.h"
#include "plan_parts.h"

static const struct fp_build_context context = {.source_date_epoch = -1};

static enum fp_code user_of(const char *text, struct fp_plan *plan, struct fp_error *err)
{
    fp_plan_clear(plan);
    return fp_plan_user(plan, &(struct fp_build_options){.user = text}, err);
}

static void test_user(void **state)
{
    struct fp_error err = {0};
    cleanup_plan struct fp_plan plan = {0};
    (void) state;
    assert_int_equal(user_of(NULL, &plan, &err), FP_OK);
    assert_int_equal(plan.uid, FP_FLINK_UID);
    assert_int_equal(plan.gid, FP_FLINK_GID);
    assert_null(plan.user);
    assert_int_equal(user_of("1000", &plan, &err), FP_OK);
    assert_int_equal(plan.uid, 1000);
    assert_int_equal(plan.gid, 0);
    assert_int_equal(user_of("9999:9998", &plan, &err), FP_OK);
    assert_int_equal(plan.uid, 9999);
    assert_int_equal(plan.gid, 9998);
    assert_string_equal(plan.user, "9999:9998");
    static const char *const bad[] = {"",      "flink",       "-1", "1:", ":1",
                                      "1:2:3", "99999999999", "1 ", "0x1"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(user_of(bad[i], &plan, &err), FP_E_USAGE);
        assert_non_null(strstr(err.text, "--user"));
    }
}

static enum fp_code plugin_of(const char *text, struct fp_plan *plan, struct fp_error *err)
{
    struct fp_build_options options = {0};
    fp_plan_clear(plan);
    fp_strv_add(&options.plugins, text);
    enum fp_code code = fp_plan_libs(plan, &options, err);
    fp_strv_clear(&options.plugins);
    return code;
}

static void test_plugin(void **state)
{
    struct fp_error err = {0};
    cleanup_plan struct fp_plan plan = {.context = &context};
    (void) state;
    assert_int_equal(plugin_of("s3-fs-hadoop", &plan, &err), FP_OK);
    assert_string_equal(plan.plugins[0].name, "s3-fs-hadoop");
    assert_int_equal(plan.plugins[0].files.len, 0);
    plan.context = &context;
    assert_int_equal(plugin_of("mine=a.jar,b.jar", &plan, &err), FP_E_NOT_FOUND);
    assert_string_equal(plan.plugins[0].name, "mine");
    assert_int_equal(plan.plugins[0].files.len, 2);
    assert_string_equal(plan.plugins[0].files.items[1], "b.jar");
    assert_int_equal(plugin_of("", &plan, &err), FP_E_USAGE);
    assert_int_equal(plugin_of("=a.jar", &plan, &err), FP_E_USAGE);
    assert_int_equal(plugin_of("a=", &plan, &err), FP_E_USAGE);
    assert_int_equal(plugin_of("../a", &plan, &err), FP_E_USAGE);
    assert_int_equal(plugin_of("..", &plan, &err), FP_E_USAGE);
}

static const struct fp_platform amd64 = {.os = "linux", .architecture = "amd64"};
static const struct fp_platform armv7 = {.os = "linux", .architecture = "arm", .variant = "v7"};

/* Plan one --add for one platform. The result is stored in `plan`. */
static enum fp_code add_of(const char *text, const struct fp_platform *platform,
                           struct fp_plan *plan, struct fp_error *err)
{
    struct fp_build_options options = {0};
    fp_plan_clear(plan);
    plan->platforms = fp_xcalloc(1, sizeof(*plan->platforms));
    plan->platforms[0] = *platform;
    plan->platform_count = 1;
    fp_strv_add(&options.add, text);
    enum fp_code code = fp_plan_adds(plan, &options, err);
    fp_strv_clear(&options.add);
    return code;
}

static void check_add(const char *text, const char *dest, int mode)
{
    struct fp_error err = {0};
    cleanup_plan struct fp_plan plan = {0};
    assert_int_equal(add_of(text, &amd64, &plan, &err), FP_OK);
    assert_int_equal(plan.add_count, 1);
    assert_string_equal(plan.adds[0].source, "/dev/null");
    assert_string_equal(plan.adds[0].dest, dest);
    assert_int_equal(plan.adds[0].mode, mode);
    assert_null(plan.adds[0].platform);
}

static void test_add(void **state)
{
    struct fp_error err = {0};
    cleanup_plan struct fp_plan plan = {0};
    (void) state;
    check_add("/dev/null:/opt/x", "opt/x", -1);
    check_add("/dev/null:/opt//./x:0600", "opt/x", 0600);
    check_add("/dev/null:/opt/", "opt/null", -1);
    assert_int_equal(add_of("/dev/null", &amd64, &plan, &err), FP_E_USAGE);
    assert_int_equal(add_of("/dev/null:opt", &amd64, &plan, &err), FP_E_USAGE);
    assert_int_equal(add_of("/dev/null:/opt/../../x", &amd64, &plan, &err), FP_E_USAGE);
    assert_int_equal(add_of("/dev/null:/x:99", &amd64, &plan, &err), FP_E_USAGE);
    assert_int_equal(add_of("/dev/null:/x:0689", &amd64, &plan, &err), FP_E_USAGE);
    assert_int_equal(add_of("/does/not/exist:/x", &amd64, &plan, &err), FP_E_NOT_FOUND);
    assert_non_null(strstr(err.text, "/does/not/exist"));
}

static void check_expanded(const char *text, const struct fp_platform *platform,
                           const char *expected)
{
    char *path = fp_plan_for_platform(text, platform);
    assert_string_equal(path, expected);
    free(path);
}

static void test_platform_in_path(void **state)
{
    struct fp_error err = {0};
    cleanup_plan struct fp_plan plan = {0};
    char folder[] = "/tmp/flinkpack-XXXXXX";
    (void) state;
    check_expanded("a/{os}-{arch}{variant}/b", &amd64, "a/linux-amd64/b");
    check_expanded("a/{os}-{arch}{variant}/b", &armv7, "a/linux-armv7/b");
    check_expanded("{ARCH}{{arch}}{}{arch", &armv7, "{ARCH}{arm}{}{arch");
    check_expanded("{not/{arch}", &amd64, "{not/amd64");
    check_expanded("\xc3\xa9{arch}\xff", &amd64,
                   "\xc3\xa9"
                   "amd64\xff");
    /* DEST gets the name of the file. Only a source with placeholders has a platform. */
    assert_int_equal(add_of("/dev/nul{variant}l:/opt/", &amd64, &plan, &err), FP_OK);
    assert_string_equal(plan.adds[0].source, "/dev/null");
    assert_string_equal(plan.adds[0].dest, "opt/null");
    assert_ptr_equal(plan.adds[0].platform, &plan.platforms[0]);
    assert_int_equal(add_of("/no/{arch}:/x", &armv7, &plan, &err), FP_E_NOT_FOUND);
    assert_non_null(strstr(err.text, "'/no/arm'"));
    /* If a file has this literal name, the braces are no placeholder. */
    assert_non_null(mkdtemp(folder));
    char *literal = fp_path_join(folder, "{arch}");
    assert_int_equal(mkdir(literal, 0700), 0);
    check_expanded(literal, &amd64, literal);
    assert_int_equal(rmdir(literal), 0);
    assert_int_equal(rmdir(folder), 0);
    free(literal);
}

static enum fp_code conf_of(struct fp_plan *plan, const char *text, struct fp_error *err)
{
    struct fp_build_options options = {0};
    fp_strv_add(&options.conf, text);
    enum fp_code code = fp_plan_conf(plan, &options, err);
    fp_strv_clear(&options.conf);
    return code;
}

static void test_conf(void **state)
{
    struct fp_error err = {0};
    struct fp_plan plan = {0};
    char path[] = "/tmp/flinkpack-conf-XXXXXX";
    int fd = mkstemp(path);
    (void) state;
    assert_true(fd >= 0);
    static const char text[] = "# comment\na.b: 1 2 \n\nc.d: x: y\n";
    assert_int_equal(write(fd, text, sizeof(text) - 1), (ssize_t) sizeof(text) - 1);
    (void) close(fd);
    assert_int_equal(conf_of(&plan, "k=v=w", &err), FP_OK);
    assert_int_equal(conf_of(&plan, path, &err), FP_OK);
    assert_int_equal(plan.conf_keys.len, 3);
    assert_string_equal(plan.conf_values.items[0], "v=w");
    assert_string_equal(plan.conf_keys.items[1], "a.b");
    assert_string_equal(plan.conf_values.items[1], "1 2");
    assert_string_equal(plan.conf_values.items[2], "x: y");
    assert_int_equal(conf_of(&plan, "no-such-file", &err), FP_E_USAGE);
    assert_int_equal(conf_of(&plan, "a=b\nc: d", &err), FP_E_USAGE);
    assert_null(strstr(err.text, "c: d"));
    fp_plan_clear(&plan);
    (void) unlink(path);
}

/* A faulty line may contain a password, so errors show its number instead of its text. */
static void test_faulty_line_of_conf(void **state)
{
    struct fp_error err = {0};
    struct fp_plan plan = {0};
    char path[] = "/tmp/flinkpack-conf-XXXXXX";
    int fd = mkstemp(path);
    (void) state;
    assert_true(fd >= 0);
    static const char text[] = "a: b\n\n# comment\npassword=hunter2\n";
    assert_int_equal(write(fd, text, sizeof(text) - 1), (ssize_t) sizeof(text) - 1);
    (void) close(fd);
    assert_int_equal(conf_of(&plan, path, &err), FP_E_INPUT);
    assert_non_null(strstr(err.text, "line 4 is not 'KEY: VALUE'"));
    assert_null(strstr(err.text, "hunter2"));
    fp_plan_clear(&plan);
    (void) unlink(path);
}

static void test_nested_conf(void **state)
{
    struct fp_error err = {0};
    struct fp_plan plan = {0};
    char path[] = "/tmp/flinkpack-conf-XXXXXX";
    int fd = mkstemp(path);
    (void) state;
    assert_true(fd >= 0);
    static const char text[] = "env:\n  java:\n    opts:\n      all: -Da=b -Dc=d\n"
                               "taskmanager.numberOfTaskSlots: 2\nx:\n  list: [a, b]\n  on: true\n";
    assert_int_equal(write(fd, text, sizeof(text) - 1), (ssize_t) sizeof(text) - 1);
    (void) close(fd);
    assert_int_equal(conf_of(&plan, path, &err), FP_OK);
    assert_int_equal(plan.conf_keys.len, 4);
    assert_string_equal(plan.conf_keys.items[0], "env.java.opts.all");
    assert_string_equal(plan.conf_values.items[0], "-Da=b -Dc=d");
    assert_string_equal(plan.conf_values.items[1], "2");
    assert_string_equal(plan.conf_keys.items[2], "x.list");
    assert_string_equal(plan.conf_values.items[2], "a;b");
    assert_string_equal(plan.conf_values.items[3], "true");
    fp_plan_clear(&plan);
    (void) unlink(path);
}

static void test_pairs(void **state)
{
    struct fp_error err = {0};
    struct fp_build_options options = {0};
    cleanup_plan struct fp_plan plan = {.context = &context};
    (void) state;
    fp_strv_add(&options.labels, "a=b");
    fp_strv_add(&options.labels, "c=");
    fp_strv_add(&options.labels, "a=d=e");
    assert_int_equal(fp_plan_look(&plan, &options, &err), FP_OK);
    assert_string_equal(fp_json_string(plan.labels, "a"), "d=e");
    assert_string_equal(fp_json_string(plan.labels, "c"), "");
    fp_plan_clear(&plan);
    fp_strv_add(&options.labels, "=x");
    assert_int_equal(fp_plan_look(&plan, &options, &err), FP_E_USAGE);
    assert_non_null(strstr(err.text, "--label '=x'"));
    fp_strv_clear(&options.labels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_user),        cmocka_unit_test(test_plugin),
        cmocka_unit_test(test_add),         cmocka_unit_test(test_platform_in_path),
        cmocka_unit_test(test_conf),        cmocka_unit_test(test_faulty_line_of_conf),
        cmocka_unit_test(test_nested_conf), cmocka_unit_test(test_pairs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
