/* The words of single options, and times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image.h"
#include "plan_parse.h"

static void test_user(void **state)
{
    struct fp_error err = {0};
    unsigned uid = 1;
    unsigned gid = 1;
    (void) state;
    assert_int_equal(fp_plan_user("1000", &uid, &gid, &err), FP_OK);
    assert_int_equal(uid, 1000);
    assert_int_equal(gid, 0);
    assert_int_equal(fp_plan_user("9999:9998", &uid, &gid, &err), FP_OK);
    assert_int_equal(uid, 9999);
    assert_int_equal(gid, 9998);
    static const char *const bad[] = {"",      "flink",       "-1", "1:", ":1",
                                      "1:2:3", "99999999999", "1 ", "0x1"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(fp_plan_user(bad[i], &uid, &gid, &err), FP_E_USAGE);
        assert_non_null(strstr(err.text, "--user"));
    }
}

static void test_plugin(void **state)
{
    struct fp_error err = {0};
    struct fp_plan_plugin plugin = {0};
    (void) state;
    assert_int_equal(fp_plan_plugin_parse("s3-fs-hadoop", &plugin, &err), FP_OK);
    assert_string_equal(plugin.name, "s3-fs-hadoop");
    assert_int_equal(plugin.files.len, 0);
    free(plugin.name);
    assert_int_equal(fp_plan_plugin_parse("mine=a.jar,b.jar", &plugin, &err), FP_OK);
    assert_string_equal(plugin.name, "mine");
    assert_int_equal(plugin.files.len, 2);
    assert_string_equal(plugin.files.items[1], "b.jar");
    free(plugin.name);
    fp_strv_clear(&plugin.files);
    assert_int_equal(fp_plan_plugin_parse("", &plugin, &err), FP_E_USAGE);
    assert_int_equal(fp_plan_plugin_parse("=a.jar", &plugin, &err), FP_E_USAGE);
    assert_int_equal(fp_plan_plugin_parse("a=", &plugin, &err), FP_E_USAGE);
    assert_int_equal(fp_plan_plugin_parse("../a", &plugin, &err), FP_E_USAGE);
    assert_int_equal(fp_plan_plugin_parse("..", &plugin, &err), FP_E_USAGE);
}

static const struct fp_platform amd64 = {.os = "linux", .architecture = "amd64"};
static const struct fp_platform armv7 = {.os = "linux", .architecture = "arm", .variant = "v7"};

static void check_add(const char *text, const char *dest, int mode)
{
    struct fp_error err = {0};
    struct fp_plan_add add = {0};
    assert_int_equal(fp_plan_add_parse(text, &amd64, &add, &err), FP_OK);
    assert_string_equal(add.source, "/dev/null");
    assert_string_equal(add.dest, dest);
    assert_int_equal(add.mode, mode);
    free(add.source);
    free(add.dest);
}

static void test_add(void **state)
{
    struct fp_error err = {0};
    struct fp_plan_add add = {0};
    (void) state;
    check_add("/dev/null:/opt/x", "opt/x", -1);
    check_add("/dev/null:/opt//./x:0600", "opt/x", 0600);
    check_add("/dev/null:/opt/", "opt/null", -1);
    assert_int_equal(fp_plan_add_parse("/dev/null", &amd64, &add, &err), FP_E_USAGE);
    assert_int_equal(fp_plan_add_parse("/dev/null:opt", &amd64, &add, &err), FP_E_USAGE);
    assert_int_equal(fp_plan_add_parse("/dev/null:/opt/../../x", &amd64, &add, &err), FP_E_USAGE);
    assert_int_equal(fp_plan_add_parse("/dev/null:/x:99", &amd64, &add, &err), FP_E_USAGE);
    assert_int_equal(fp_plan_add_parse("/does/not/exist:/x", &amd64, &add, &err), FP_E_NOT_FOUND);
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
    struct fp_plan_add add = {0};
    char folder[] = "/tmp/flinkpack-XXXXXX";
    (void) state;
    check_expanded("a/{os}-{arch}{variant}/b", &amd64, "a/linux-amd64/b");
    check_expanded("a/{os}-{arch}{variant}/b", &armv7, "a/linux-armv7/b");
    check_expanded("{ARCH}{{arch}}{}{arch", &armv7, "{ARCH}{arm}{}{arch");
    check_expanded("{not/{arch}", &amd64, "{not/amd64");
    check_expanded("\xc3\xa9{arch}\xff", &amd64,
                   "\xc3\xa9"
                   "amd64\xff");
    /* DEST takes the name that the file has; what is for all platforms says so. */
    assert_int_equal(fp_plan_add_parse("/dev/nul{variant}l:/opt/", &amd64, &add, &err), FP_OK);
    assert_string_equal(add.source, "/dev/null");
    assert_string_equal(add.dest, "opt/null");
    assert_ptr_equal(add.platform, &amd64);
    free(add.source);
    free(add.dest);
    assert_int_equal(fp_plan_add_parse("/no/{arch}:/x", &armv7, &add, &err), FP_E_NOT_FOUND);
    assert_non_null(strstr(err.text, "'/no/arm'"));
    /* What is called so means itself, as it did before. */
    assert_non_null(mkdtemp(folder));
    char *literal = fp_path_join(folder, "{arch}");
    assert_int_equal(mkdir(literal, 0700), 0);
    check_expanded(literal, &amd64, literal);
    assert_int_equal(rmdir(literal), 0);
    assert_int_equal(rmdir(folder), 0);
    free(literal);
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
    assert_int_equal(fp_plan_conf(&plan, "k=v=w", &err), FP_OK);
    assert_int_equal(fp_plan_conf(&plan, path, &err), FP_OK);
    assert_int_equal(plan.conf_keys.len, 3);
    assert_string_equal(plan.conf_values.items[0], "v=w");
    assert_string_equal(plan.conf_keys.items[1], "a.b");
    assert_string_equal(plan.conf_values.items[1], "1 2");
    assert_string_equal(plan.conf_values.items[2], "x: y");
    assert_int_equal(fp_plan_conf(&plan, "no-such-file", &err), FP_E_USAGE);
    assert_int_equal(fp_plan_conf(&plan, "a=b\nc: d", &err), FP_E_USAGE);
    assert_null(strstr(err.text, "c: d"));
    fp_plan_clear(&plan);
    (void) unlink(path);
}

/* What is wrong may be a password: the place is told, not the text. */
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
    assert_int_equal(fp_plan_conf(&plan, path, &err), FP_E_INPUT);
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
    assert_int_equal(fp_plan_conf(&plan, path, &err), FP_OK);
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
    cleanup_strv struct fp_strv list = {0};
    cleanup_json json_t *object = NULL;
    (void) state;
    fp_strv_add(&list, "a=b");
    fp_strv_add(&list, "c=");
    fp_strv_add(&list, "a=d=e");
    assert_int_equal(fp_plan_pairs(&list, "--label", &object, &err), FP_OK);
    assert_string_equal(fp_json_string(object, "a"), "d=e");
    assert_string_equal(fp_json_string(object, "c"), "");
    fp_strv_add(&list, "=x");
    json_t *other = NULL;
    assert_int_equal(fp_plan_pairs(&list, "--label", &other, &err), FP_E_USAGE);
    assert_non_null(strstr(err.text, "--label '=x'"));
}

static void test_time(void **state)
{
    char text[32];
    (void) state;
    fp_time_text(0, text);
    assert_string_equal(text, "1970-01-01T00:00:00Z");
    fp_time_text(FP_EARLIEST_TIME, text);
    assert_string_equal(text, "1980-01-01T00:00:00Z");
    assert_int_equal(fp_time_parse("1980-01-01T00:00:00Z"), FP_EARLIEST_TIME);
    assert_int_equal(fp_time_parse("2024-05-01T12:30:05.123456789Z"), 1714566605);
    assert_int_equal(fp_time_parse("2024-05-01T14:30:05+02:00"), 1714566605);
    assert_int_equal(fp_time_parse("2024-05-01T12:30:05"), -1);
    assert_int_equal(fp_time_parse("2024-13-01T12:30:05Z"), -1);
    assert_int_equal(fp_time_parse("yesterday"), -1);
    assert_int_equal(fp_time_parse(""), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_user),        cmocka_unit_test(test_plugin),
        cmocka_unit_test(test_add),         cmocka_unit_test(test_platform_in_path),
        cmocka_unit_test(test_conf),        cmocka_unit_test(test_faulty_line_of_conf),
        cmocka_unit_test(test_nested_conf), cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
