/* The label of options, and telling them from an image without it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "asked.h"

/* A configuration that has only these members of "config". */
static struct fp_config config_of(json_t *take_config)
{
    return (struct fp_config){.document = json_pack("{s:o}", "config", take_config)};
}

static void same(json_t *value, const char *expected)
{
    char *text = json_dumps(value, JSON_COMPACT);
    assert_string_equal(text, expected);
    free(text);
}

static json_t *image(const char *options)
{
    json_t *labels =
        json_pack("{s:s, s:s, s:s, s:s, s:s}", "flinkpack.type", "job", "team", "data", "vendor",
                  "base", "org.opencontainers.image.title", "mine", "stage", "test");
    if (options != NULL)
        json_object_set_new(labels, FP_LABEL_OPTIONS, json_string(options));
    return json_pack("{s:[s,s,s,s,s,s], s:o, s:s}", "Env", "PATH=/opt/flink/bin:/usr/bin", "LANG=C",
                     "FLINK_HOME=/opt/flink", "JAVA_HOME=/opt/java", "FLINK_JOB_CLASSNAME=a.B",
                     "B=1", "Labels", labels, "User", "9999:9999");
}

static void test_label_says_what_was_asked(void **state)
{
    struct fp_plan plan = {.env = json_pack("{s:s, s:s}", "B", "1", "A", "2"),
                           .labels = json_pack("{s:s}", "team", "data"),
                           .annotations = json_object(),
                           .compression = {.codec = FP_CODEC_ZSTD, .level = 19},
                           .with_python3 = true};
    char passwd[] = "etc/passwd";
    char other[] = "srv/etc/passwd";
    struct fp_plan_add adds[] = {{.dest = passwd}, {.dest = other}};
    (void) state;
    fp_strv_add(&plan.packages.names, "tini>=0.19");
    plan.adds = adds;
    plan.add_count = 2;
    char *text = fp_asked_text(&plan, NULL);
    assert_string_equal(text,
                        "{\"accounts\":[\"etc/"
                        "passwd\"],\"compression\":[\"zstd\",19],\"env\":[\"A\",\"B\"],\"labels\":"
                        "[\"team\"],\"packages\":[\"tini>=0.19\"],\"python3\":true}");
    free(text);
    fp_strv_clear(&plan.packages.names);
    json_decref(plan.env);
    json_decref(plan.labels);
    json_decref(plan.annotations);
}

/* An image with a second build on top was asked for what both were. */
static void test_label_adds_up(void **state)
{
    char user[] = "1:0";
    struct fp_plan plan = {.env = json_pack("{s:s, s:s}", "B", "1", "C", "2"),
                           .labels = json_object(),
                           .annotations = json_object(),
                           .compression = {.codec = FP_CODEC_GZIP},
                           .user = user};
    struct fp_config below = config_of(image("{\"env\":[\"A\",\"B\"],\"python3\":true}"));
    struct fp_config untold = config_of(image(NULL));
    (void) state;
    char *text = fp_asked_text(&plan, &below);
    assert_string_equal(text, "{\"env\":[\"A\",\"B\",\"C\"],\"python3\":true,\"user\":true}");
    free(text);
    assert_null(fp_asked_text(&plan, &untold));
    fp_config_clear(&below);
    fp_config_clear(&untold);
    json_decref(plan.env);
    json_decref(plan.labels);
    json_decref(plan.annotations);
}

/* A value that was asked for is kept although the base has the same. */
static void test_told(void **state)
{
    struct fp_config config = config_of(
        image("{\"env\":[\"LANG\",\"B\",\"GONE\"],\"labels\":[\"vendor\"],\"annotations\":[\"x\"],"
              "\"packages\":[\"tini\"],\"compression\":[\"zstd\",3],\"user\":true}"));
    json_t *annotations = json_pack("{s:s, s:s}", "x", "1", "y", "2");
    cleanup_asked struct fp_asked asked = {0};
    (void) state;
    assert_true(fp_asked_is_told(&config));
    fp_asked_read(&config, annotations, NULL, &asked);
    same(asked.env, "{\"LANG\":\"C\",\"B\":\"1\"}");
    same(asked.labels, "{\"vendor\":\"base\"}");
    same(asked.annotations, "{\"x\":\"1\"}");
    assert_int_equal(asked.packages.len, 1);
    assert_string_equal(asked.compression, "zstd");
    assert_int_equal(asked.compression_level, 3);
    assert_true(asked.user);
    assert_false(asked.is_guessed);
    json_decref(annotations);
    fp_config_clear(&config);
}

static void test_told_by_the_old_base(void **state)
{
    struct fp_config config = config_of(image(NULL));
    struct fp_config base = config_of(json_pack(
        "{s:[s,s,s], s:{s:s, s:s, s:s}}", "Env", "PATH=/usr/bin", "LANG=C", "JAVA_HOME=/opt/java",
        "Labels", "vendor", "base", "org.opencontainers.image.title", "mine", "stage", "base"));
    json_t *annotations = json_pack("{s:s, s:s, s:s}", "org.opencontainers.image.base.name", "b",
                                    "org.opencontainers.image.created", "t", "x", "1");
    cleanup_asked struct fp_asked asked = {0};
    (void) state;
    config.created = fp_xstrdup("t");
    fp_asked_read(&config, annotations, &base, &asked);
    same(asked.env, "{\"B\":\"1\"}");
    same(asked.labels,
         "{\"team\":\"data\",\"org.opencontainers.image.title\":\"mine\",\"stage\":\"test\"}");
    same(asked.annotations, "{\"x\":\"1\"}");
    assert_false(asked.user);
    assert_true(asked.is_guessed);
    json_decref(annotations);
    fp_config_clear(&config);
    fp_config_clear(&base);
}

/* Without the old base everything counts as asked for that a build does not compute. */
static void test_told_by_the_image_alone(void **state)
{
    struct fp_config config = config_of(image(NULL));
    cleanup_asked struct fp_asked asked = {0};
    (void) state;
    fp_asked_read(&config, NULL, NULL, &asked);
    same(asked.env, "{\"LANG\":\"C\",\"B\":\"1\"}");
    assert_int_equal(json_object_size(asked.labels), 4);
    fp_config_clear(&config);
}

static void test_path_of_the_user(void **state)
{
    struct fp_config config = config_of(json_pack("{s:[s,s], s:s}", "Env", "PATH=/opt/flink/bin:/x",
                                                  "JAVA_HOME=/mine", "User", "1000:0"));
    struct fp_config base =
        config_of(json_pack("{s:[s,s]}", "Env", "PATH=/usr/bin", "JAVA_HOME=/opt/java"));
    cleanup_asked struct fp_asked asked = {0};
    (void) state;
    fp_asked_read(&config, NULL, &base, &asked);
    same(asked.env, "{\"PATH\":\"/opt/flink/bin:/x\",\"JAVA_HOME\":\"/mine\"}");
    assert_true(asked.user);
    fp_config_clear(&config);
    fp_config_clear(&base);
}

/* Labels are written by anybody: what is not of the right type counts as not there. */
static void test_hostile_labels(void **state)
{
    static const char *const texts[] = {"",
                                        "[]",
                                        "{",
                                        "1",
                                        "{\"env\":{\"a\":1},\"packages\":[1,null]}",
                                        "{\"env\":[1,[\"B\"]],\"labels\":\"x\",\"user\":\"yes\"}"};
    (void) state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct fp_config config = config_of(image(texts[i]));
        cleanup_asked struct fp_asked asked = {0};
        fp_asked_read(&config, NULL, NULL, &asked);
        assert_int_equal(asked.packages.len, 0);
        assert_int_equal(fp_asked_is_told(&config), i >= 4);
        assert_int_equal(json_object_size(asked.env), i >= 4 ? 0 : 2);
        assert_false(asked.user);
        fp_config_clear(&config);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_label_says_what_was_asked),
        cmocka_unit_test(test_label_adds_up),
        cmocka_unit_test(test_told),
        cmocka_unit_test(test_told_by_the_old_base),
        cmocka_unit_test(test_told_by_the_image_alone),
        cmocka_unit_test(test_path_of_the_user),
        cmocka_unit_test(test_hostile_labels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
