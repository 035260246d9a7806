#include "support.h"

static enum fp_code parse(const char *text, size_t len, json_t **ret, struct fp_error *err)
{
    /* An exact-size copy lets AddressSanitizer see a read past the end. */
    char *exact = fp_xmalloc(len);
    memcpy(exact, text, len);
    enum fp_code code = fp_json_parse(exact, len, "config.json", ret, err);
    free(exact);
    return code;
}

static void any_value_is_parsed(void **state)
{
    (void) state;
    static const struct {
        const char *text, *canonical;
    } cases[] = {
        {" 1 ", "1"},
        {"\"x\"", "\"x\""},
        {"null", "null"},
        {"[]", "[]"},
        {"{\"b\": [1, true], \"a\": {\"z\": 0, \"y\": \"\\u00e4\"}}",
         "{\"a\":{\"y\":\"\xc3\xa4\",\"z\":0},\"b\":[1,true]}"},
        {"{\"[\\\"{\": \"]\"}", "{\"[\\\"{\":\"]\"}"},
        {"9223372036854775807", "9223372036854775807"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fp_error err = {0};
        cleanup_json json_t *value = NULL;
        assert_ok(parse(cases[i].text, strlen(cases[i].text), &value, &err), err);
        cleanup_free char *canonical = fp_json_canonical(value);
        assert_string_equal(canonical, cases[i].canonical);
    }
}

static void pretty_is_indented_and_sorted(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_json json_t *value = NULL;
    assert_ok(parse("{\"b\":[1],\"a\":{}}", 16, &value, &err), err);
    cleanup_free char *text = fp_json_pretty(value);
    assert_string_equal(text, "{\n  \"a\": {},\n  \"b\": [\n    1\n  ]\n}");
}

/* The text after the position comes from jansson and differs between its versions. */
static void bad_texts_are_refused(void **state)
{
    (void) state;
    static const struct {
        const char *text, *problem;
    } cases[] = {
        {"", "it is empty"},
        {" \n", "it is empty"},
        {"{", "line 1, column 1: "},
        {"[1] 2", "line 1, column 5: "},
        {"{\"a\":1,\n\"a\":2}", "line 2, column 3: duplicate object key"},
        {"[\"\\u0000\"]", "line 1, column 9: "},
        {"[\"\xff\"]", "line 1, column 2: "},
        {"[1e999]", "line 1, column 6: "},
        {"[9223372036854775808]", "line 1, column 20: "},
        {"\xef\xbb\xbf{}", "line 1, column 1: "},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fp_error err = {0};
        json_t *value = NULL;
        cleanup_free char *expected =
            fp_xasprintf("config.json: not valid JSON: %s", cases[i].problem);
        assert_int_equal(parse(cases[i].text, strlen(cases[i].text), &value, &err), FP_E_INPUT);
        assert_memory_equal(err.text, expected, strlen(expected));
        assert_null(value);
    }
}

static void nul_bytes_are_refused(void **state)
{
    (void) state;
    struct fp_error err = {0};
    json_t *value = NULL;
    assert_fails(parse("[\"a\0b\"]", 7, &value, &err), err, FP_E_INPUT,
                 "config.json: not valid JSON: it contains a NUL byte");
}

static void errors_quote_nothing(void **state)
{
    (void) state;
    struct fp_error err = {0};
    json_t *value = NULL;
    const char text[] = "{\"auths\": {\"host\": {\"auth\": \"c2VjcmV0\" \"c2VjcmV1\"}}}";
    assert_int_equal(parse(text, sizeof(text) - 1, &value, &err), FP_E_INPUT);
    assert_null(strstr(err.text, "c2Vj"));
    assert_non_null(strstr(err.text, "config.json: not valid JSON: line 1, column 49: "));
}

static char *repeat(const char *start, const char *text, size_t count, const char *end)
{
    struct fp_buf buf = FP_BUF_INIT(16 << 20);
    fp_buf_puts(&buf, start);
    for (size_t i = 0; i < count; i++)
        fp_buf_puts(&buf, text);
    fp_buf_puts(&buf, end);
    return fp_buf_take(&buf);
}

static void depth_is_bounded(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_json json_t *value = NULL;
    cleanup_free char *end = repeat("", "]", FP_JSON_MAX_DEPTH, "");
    cleanup_free char *fits = repeat("", "[", FP_JSON_MAX_DEPTH, end);
    assert_ok(parse(fits, strlen(fits), &value, &err), err);
    cleanup_free char *deep = repeat("", "[", FP_JSON_MAX_DEPTH + 1, "");
    json_t *none = NULL;
    assert_fails(parse(deep, strlen(deep), &none, &err), err, FP_E_INPUT,
                 "config.json: JSON nested deeper than 32 levels");
}

static void tokens_are_bounded(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_json json_t *value = NULL;
    cleanup_free char *fits = repeat("[0", ",1", FP_JSON_MAX_TOKENS - 2, "]");
    assert_ok(parse(fits, strlen(fits), &value, &err), err);
    static const char *const bombs[] = {"0,", "\"\",", "[],", "{}\n"};
    for (size_t i = 0; i < sizeof(bombs) / sizeof(bombs[0]); i++) {
        json_t *none = NULL;
        cleanup_free char *bomb = repeat("[", bombs[i], FP_JSON_MAX_TOKENS, "");
        assert_fails(parse(bomb, strlen(bomb), &none, &err), err, FP_E_INPUT,
                     "config.json: JSON with more than 100000 values");
    }
}

static void brackets_in_strings_do_not_count(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_json json_t *value = NULL;
    cleanup_free char *text = repeat("[\"\\\"", "[{", 1000, "\"]");
    assert_ok(parse(text, strlen(text), &value, &err), err);
}

static void members_are_needed(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_json json_t *value = NULL;
    const char *text = "{\"s\": \"x\", \"n\": 5, \"neg\": -1, \"real\": 1.5}";
    assert_ok(parse(text, strlen(text), &value, &err), err);
    const char *string = NULL;
    uint64_t size = 0;
    assert_ok(fp_json_need_string(value, "s", "m", &string, &err), err);
    assert_string_equal(string, "x");
    assert_string_equal(fp_json_string(value, "s"), "x");
    assert_null(fp_json_string(value, "n"));
    assert_null(fp_json_string(value, "missing"));
    assert_null(fp_json_string(NULL, "s"));
    assert_ok(fp_json_need_size(value, "n", "m", &size, &err), err);
    assert_int_equal(size, 5);
    assert_fails(fp_json_need_string(value, "x", "m", &string, &err), err, FP_E_INPUT,
                 "m: \"x\" is missing, a string was expected");
    assert_fails(fp_json_need_string(value, "n", "m", &string, &err), err, FP_E_INPUT,
                 "m: \"n\" is not a string");
    assert_fails(fp_json_need_size(value, "neg", "m", &size, &err), err, FP_E_INPUT,
                 "m: \"neg\" is not an integer of 0 or more");
    assert_int_equal(fp_json_need_size(value, "real", "m", &size, &err), FP_E_INPUT);
    assert_int_equal(fp_json_need_size(value, "s", "m", &size, &err), FP_E_INPUT);
    assert_fails(fp_json_need_size(value, "x", "m", &size, &err), err, FP_E_INPUT,
                 "m: \"x\" is missing, an integer of 0 or more was expected");
}

static void any_bytes_become_a_string(void **state)
{
    static const struct {
        const char *text;
        const char *expected;
    } cases[] = {
        {"plain", "plain"},
        {"\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\xbf", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\xbf"},
        {"a\xff"
         "b\xc3",
         "a\xef\xbf\xbd"
         "b\xef\xbf\xbd"},
        {"\xe2\x82"
         "x\xc3\xa4",
         "\xef\xbf\xbd\xef\xbf\xbdx\xc3\xa4"},
        {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        {"", ""},
    };
    (void) state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cleanup_json json_t *value = fp_json_text(cases[i].text);
        assert_string_equal(json_string_value(value), cases[i].expected);
    }
    cleanup_json json_t *nothing = fp_json_text(NULL);
    assert_true(json_is_null(nothing));
}

static void members_are_set(void **state)
{
    (void) state;
    char words[][4] = {"b", "a\xff"};
    char *items[] = {words[0], words[1]};
    const struct fp_strv list = {.items = items, .len = 2};
    cleanup_json json_t *object = json_object();
    assert_true(fp_json_set(object, "number", json_integer(1)));
    assert_true(fp_json_set(object, "nothing", NULL));
    assert_false(fp_json_set(object, "no\xff", json_true()));
    fp_json_set_text(object, "text", "\xff!");
    fp_json_set_text(object, "no text", NULL);
    assert_true(fp_json_set(object, "list", fp_json_texts(&list)));
    fp_json_append(json_object_get(object, "list"), NULL);
    fp_json_append(json_object_get(object, "list"), json_null());
    cleanup_free char *text = fp_json_canonical(object);
    assert_string_equal(text, "{\"list\":[\"b\",\"a\xef\xbf\xbd\",null],\"number\":1,"
                              "\"text\":\"\xef\xbf\xbd!\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_value_is_parsed),   cmocka_unit_test(pretty_is_indented_and_sorted),
        cmocka_unit_test(bad_texts_are_refused), cmocka_unit_test(nul_bytes_are_refused),
        cmocka_unit_test(errors_quote_nothing),  cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(tokens_are_bounded),    cmocka_unit_test(brackets_in_strings_do_not_count),
        cmocka_unit_test(members_are_needed),    cmocka_unit_test(any_bytes_become_a_string),
        cmocka_unit_test(members_are_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
