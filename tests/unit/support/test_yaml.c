#include "support.h"

static enum fp_code parse(const char *text, size_t len, json_t **ret, struct fp_error *err)
{
    char *exact = fp_xmalloc(len);
    memcpy(exact, text, len);
    enum fp_code code = fp_yaml_parse(exact, len, "flinkpack.yaml", ret, err);
    free(exact);
    return code;
}

static void values_keep_their_spelling(void **state)
{
    (void) state;
    static const struct {
        const char *text, *canonical;
    } cases[] = {
        {"", "{}"},
        {"# nothing\n", "{}"},
        {"---\n...\n", "{}"},
        {"a: 1.10\nb: 1.6.0\nc: 1e3\nd: .5\ne: .inf", "{\"a\":\"1.10\",\"b\":\"1.6.0\",\"c\":"
                                                      "\"1e3\",\"d\":\".5\",\"e\":\".inf\"}"},
        {"[0, 7, -7, 9223372036854775807, -9223372036854775808]",
         "[0,7,-7,9223372036854775807,-9223372036854775808]"},
        {"[007, +7, -0, 0x1f, 0o17, 9223372036854775808, 1_000, -, '7']",
         "[\"007\",\"+7\",\"-0\",\"0x1f\",\"0o17\",\"9223372036854775808\",\"1_000\",\"-\",\"7\"]"},
        {"[true, True, FALSE, yes, no, on, tRUE, 'true']",
         "[true,true,false,\"yes\",\"no\",\"on\",\"tRUE\",\"true\"]"},
        {"a: ~\nb: null\nc:\nd: ''\ne: 'null'\n",
         "{\"a\":null,\"b\":null,\"c\":null,\"d\":\"\",\"e\":\"null\"}"},
        {"1: x\ntrue: y\n", "{\"1\":\"x\",\"true\":\"y\"}"},
        {"- !!str 7\n- !!int 7\n- !!bool true\n- !!null ~\n- ! 7\n- !!float 1.0\n",
         "[\"7\",7,true,null,\"7\",\"1.0\"]"},
        {"a: !!map {b: !!seq [1]}\n", "{\"a\":{\"b\":[1]}}"},
        {"- |\n  x\n  y\n- >-\n  x\n  y\n", "[\"x\\ny\\n\",\"x y\"]"},
        {"a: &anchor 1\n", "{\"a\":1}"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fp_error err = {0};
        cleanup_json json_t *value = NULL;
        assert_ok(parse(cases[i].text, strlen(cases[i].text), &value, &err), err);
        cleanup_free char *canonical = fp_json_canonical(value);
        assert_string_equal(canonical, cases[i].canonical);
    }
}

static void bad_texts_are_refused(void **state)
{
    (void) state;
    static const struct {
        const char *text, *problem;
    } cases[] = {
        {"a: 1\nb: 2\na: 3\n", "line 3, column 1: the key \"a\" is there twice"},
        {"a: &x 1\nb: *x\n", "line 2, column 4: aliases (*NAME) are not supported"},
        {"a: !java x\n", "line 1, column 4: the tag !java is not supported"},
        {"a: !set {b}\n", "line 1, column 4: the tag !set is not supported"},
        {"!!set {b}\n", "line 1, column 1: the tag tag:yaml.org,2002:set is not supported"},
        {"a: !!int x\n", "line 1, column 4: the value does not fit its tag tag:yaml.org,2002:int"},
        {"a: !!bool 1\n",
         "line 1, column 4: the value does not fit its tag tag:yaml.org,2002:bool"},
        {"? [a]\n: 1\n", "line 1, column 3: a key has to be a single text"},
        {"a: 1\n---\nb: 2\n", "line 2, column 1: a second document; one was expected"},
        {"a: \"x\\0y\"\n", "line 1, column 4: a NUL character is not allowed"},
        {"a: [1\n", "line 2, column 1: not valid YAML: did not find expected ',' or ']'"},
        {"\ta: 1\n",
         "line 1, column 1: not valid YAML: found character that cannot start any token"},
        {"a: \xff\n", "line 1, column 1: not valid YAML: invalid leading UTF-8 octet"},
        {"a: b: c\n",
         "line 1, column 5: not valid YAML: mapping values are not allowed in this context"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fp_error err = {0};
        json_t *value = NULL;
        cleanup_free char *expected = fp_xasprintf("flinkpack.yaml: %s", cases[i].problem);
        assert_int_equal(parse(cases[i].text, strlen(cases[i].text), &value, &err), FP_E_INPUT);
        assert_string_equal(err.text, expected);
        assert_null(value);
    }
}

static void sizes_are_bounded(void **state)
{
    (void) state;
    struct fp_error err = {0};
    json_t *value = NULL;
    char deep[FP_JSON_MAX_DEPTH + 1];
    memset(deep, '[', sizeof(deep));
    assert_fails(parse(deep, sizeof(deep), &value, &err), err, FP_E_INPUT,
                 "flinkpack.yaml: line 1, column 33: nested deeper than 32 levels");
    cleanup_buf struct fp_buf wide = FP_BUF_INIT(4 << 20);
    for (int i = 0; i <= FP_JSON_MAX_TOKENS; i++)
        fp_buf_puts(&wide, "- 1\n");
    assert_int_equal(parse(wide.data, wide.len, &value, &err), FP_E_INPUT);
    assert_non_null(strstr(err.text, ": more than 100000 values"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_keep_their_spelling),
        cmocka_unit_test(bad_texts_are_refused),
        cmocka_unit_test(sizes_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
