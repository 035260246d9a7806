#include "image_test.h"

#define HEAD        "\"os\":\"linux\",\"architecture\":\"amd64\""
#define ROOTFS(ids) ",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[" ids "]}"
#define ID(c)       "\"" DIGEST(c) "\""

static enum fp_code parse(const char *text, size_t layers, struct fp_config *ret,
                          struct fp_error *err)
{
    return fp_config_parse(text, strlen(text), layers, "NAME", ret, err);
}

static void test_reads(void **state)
{
    (void) state;
    static const char text[] =
        "{\"architecture\":\"aarch64\",\"os\":\"Linux\",\"variant\":\"v8\","
        "\"created\":\"2015-10-31T22:22:56.015925234Z\"" ROOTFS(
            ID("a") "," ID("b")) ",\"config\":{\"Env\":[\"PATH=/"
                                 "bin\",\"A=1\",\"AB=2\",\"A=3\",\"EMPTY=\",\"BARE\"],"
                                 "\"Labels\":{\"l\":\"v\"}}}";
    cleanup_config struct fp_config config = {0};
    struct fp_error err = {0};
    if (parse(text, 2, &config, &err) != FP_OK)
        fail_msg("%s", err.text);
    cleanup_free char *platform = fp_platform_text(&config.platform);
    assert_string_equal(platform, "linux/arm64");
    cleanup_json json_t *stated = fp_config_stated_platform(&config);
    cleanup_free char *written = fp_json_canonical(stated);
    assert_string_equal(written,
                        "{\"architecture\":\"arm64\",\"os\":\"linux\",\"variant\":\"v8\"}");
    assert_string_equal(config.created, "2015-10-31T22:22:56.015925234Z");
    assert_int_equal(config.diff_id_count, 2);
    assert_string_equal(config.diff_ids[1].text, DIGEST("b"));
}

static void test_env(void **state)
{
    (void) state;
    static const char text[] = "{" HEAD ROOTFS("") ",\"config\":{\"Env\":[\"A=1\",\"AB=2\","
                                                   "\"A=3=4\",\"EMPTY=\",\"BARE\"]}}";
    static const struct {
        const char *name;
        const char *value;
    } expected[] = {{"A", "3=4"}, {"AB", "2"}, {"EMPTY", ""}, {"BARE", NULL}, {"B", NULL}};
    cleanup_config struct fp_config config = {0};
    assert_int_equal(parse(text, 0, &config, NULL), FP_OK);
    for (size_t i = 0; i < COUNT(expected); i++) {
        cleanup_free char *value = fp_config_env(&config, expected[i].name);
        if (expected[i].value == NULL)
            assert_null(value);
        else
            assert_string_equal(value, expected[i].value);
    }
}

static void test_nulls_as_go_writes_them(void **state)
{
    (void) state;
    static const char text[] =
        "{" HEAD ",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":null},\"history\":null,"
        "\"config\":{\"Env\":null,\"Cmd\":null,\"Labels\":null,\"Volumes\":null,\"User\":\"\"}}";
    cleanup_config struct fp_config config = {0};
    assert_int_equal(parse(text, 0, &config, NULL), FP_OK);
    cleanup_config struct fp_config bare = {0};
    assert_int_equal(parse("{" HEAD ROOTFS("") ",\"config\":null}", 0, &bare, NULL), FP_OK);
    assert_null(bare.created);
    cleanup_config struct fp_config least = {0};
    assert_int_equal(
        parse("{\"config\":{\"Labels\":{\"a\":null}},\"created\":\"\"}", 0, &least, NULL), FP_OK);
    assert_null(least.created);
}

/* `crane append` without a base writes no platform, and other tools omit a part of it. */
static void test_platform_is_completed(void **state)
{
    (void) state;
    static const struct {
        const char *text;
        const char *platform;
        bool is_missing;
    } cases[] = {
        {"{\"os\":\"\",\"architecture\":\"\"}", "linux/arm/v6", true},
        {"{\"os\":null}", "linux/arm/v6", true},
        {"{\"architecture\":\"amd64\"}", "linux/amd64", true},
        {"{\"os\":\"windows\"}", "windows/arm/v6", true},
        {"{" HEAD "}", "linux/amd64", false},
    };
    const struct fp_platform asked = {.os = "linux", .architecture = "arm", .variant = "v6"};
    for (size_t i = 0; i < COUNT(cases); i++) {
        cleanup_config struct fp_config config = {0};
        assert_int_equal(parse(cases[i].text, 0, &config, NULL), FP_OK);
        assert_int_equal(fp_config_complete(&config, &asked), cases[i].is_missing);
        cleanup_free char *have = fp_platform_text(&config.platform);
        assert_string_equal(have, cases[i].platform);
        struct fp_config_change change = {.created = "2020-01-01T00:00:00Z"};
        cleanup_free char *bytes = fp_config_bytes(&config, &change);
        cleanup_config struct fp_config again = {0};
        assert_int_equal(parse(bytes, 0, &again, NULL), FP_OK);
        assert_memory_equal(&again.platform, &config.platform, sizeof(config.platform));
    }
}

static void test_refuses(void **state)
{
    (void) state;
    static const struct {
        const char *text;
        size_t layers;
        const char *words;
    } bad[] = {
        {"[]", 0, "not an object"},
        {"{}", 1, "rootfs.diff_ids"},
        {"{" HEAD ",\"rootfs\":[]}", 0, "rootfs.diff_ids"},
        {"{" HEAD ",\"rootfs\":{\"diff_ids\":null}}", 1, "rootfs.diff_ids"},
        {"{" HEAD ROOTFS(ID("a")) "}", 2, "1 diff_ids, and the manifest has 2 layers"},
        {"{" HEAD ROOTFS("7") "}", 1, "rootfs.diff_ids[0]"},
        {"{" HEAD ROOTFS(ID("a") ",\"sha256:x\"") "}", 2, "rootfs.diff_ids[1]"},
        {"{" HEAD ROOTFS("") ",\"history\":{}}", 0, "'history' is not an array"},
        {"{" HEAD ROOTFS("") ",\"history\":[1]}", 0, "history[0] is not an object"},
        {"{" HEAD ROOTFS("") ",\"config\":[]}", 0, "'config' is not an object"},
        {"{" HEAD ROOTFS("") ",\"config\":{\"Env\":{}}}", 0, "config.Env is not an array of"},
        {"{" HEAD ROOTFS("") ",\"config\":{\"Env\":[1]}}", 0, "config.Env is not an array of"},
        {"{" HEAD ROOTFS("") ",\"config\":{\"Cmd\":\"sh\"}}", 0, "config.Cmd is not an array of"},
        {"{" HEAD ROOTFS("") ",\"config\":{\"Labels\":{\"a\":1}}}", 0,
         "config.Labels is not an object of strings"},
        {"{" HEAD ROOTFS("") ",\"config\":{\"User\":7}}", 0, "config.User is not a string"},
        {"{" HEAD ROOTFS("") ",\"created\":7}", 0, "'created' is not a time"},
        {"{" HEAD ROOTFS("") ",\"created\":\"" HEX64("2") "2\"}", 0, "'created' is not a time"},
        {"{" HEAD ROOTFS("") ",\"os\":\"windows\"}", 0, "NAME"},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        cleanup_config struct fp_config config = {0};
        struct fp_error err = {0};
        if (parse(bad[i].text, bad[i].layers, &config, &err) != FP_E_INPUT)
            fail_msg("%s was accepted", bad[i].text);
        assert_says(&err, bad[i].words);
        assert_null(config.document);
        assert_null(config.diff_ids);
    }
}

static void test_empty(void **state)
{
    (void) state;
    struct fp_platform platform = {.os = "linux", .architecture = "aarch64"};
    cleanup_config struct fp_config config = fp_config_empty(&platform);
    cleanup_free char *text = fp_json_canonical(config.document);
    assert_string_equal(text, "{\"architecture\":\"arm64\",\"os\":\"linux\","
                              "\"rootfs\":{\"diff_ids\":[],\"type\":\"layers\"}}");
    cleanup_config struct fp_config again = {0};
    assert_int_equal(parse(text, 0, &again, NULL), FP_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads),
        cmocka_unit_test(test_env),
        cmocka_unit_test(test_nulls_as_go_writes_them),
        cmocka_unit_test(test_platform_is_completed),
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
