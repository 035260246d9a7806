#include "deploy_test.h"

#include "text.h"

static char *write_yaml(const json_t *value)
{
    struct fp_error err = {0};
    struct fp_buf out = FP_BUF_INIT(FP_DEPLOY_FILE_MAX);
    assert_ok(fp_yaml_write(&out, value, &err), err);
    return fp_buf_take(&out);
}

/* A string is the same after writing and reading, in every position. */
static void check_round_trip(const char *text)
{
    struct fp_error err = {0};
    cleanup_json json_t *value =
        json_pack("{s:s, s:[s, [s, s], {s:s, s:{s:s}}], s:{s:s}}", "value", text, "list", text,
                  text, text, "first", text, "second", "third", text, "key", text, "v");
    cleanup_json json_t *plain = fp_deploy_without_comments(value);
    cleanup_free char *yaml = write_yaml(value);
    cleanup_json json_t *again = NULL;
    assert_ok(fp_yaml_parse(yaml, strlen(yaml), "written", &again, &err), err);
    if (!json_equal(plain, again))
        fail_msg("'%s' is read in another way from:\n%s", text, yaml);
}

/* Strings that mean something else in YAML, or cannot be written plainly. */
static const char *const awkward[] = {
    "",
    " ",
    "a ",
    " a",
    "yes",
    "No",
    "null",
    "~",
    "true",
    "1",
    "1.10",
    "0x1f",
    "1e3",
    "12:30:45",
    "2026-11-22",
    "-",
    "--",
    "---",
    "- a",
    "...",
    "a: b",
    "a:",
    ":",
    "a #b",
    "!t",
    "&a",
    "*a",
    "%d",
    "@a",
    "`a",
    "{}",
    "[]",
    "[a",
    "a]",
    "'",
    "\"",
    "\\",
    "\\n",
    "\n",
    "a\n",
    "a\nb\n",
    "a\nb",
    "\na\n",
    " a\nb\n",
    "a\n\nb\n",
    "a\n\n",
    "a\tb",
    "\t",
    "a\r\n",
    "?",
    "? a",
    "|",
    ">",
    "=",
    "<<",
    ".inf",
    ".5",
    "+1",
    "\x01",
    "\x1b[0m",
    "\x7f",
    "\xc2\x85",
    "\xc2\xa0",
    "\xe2\x80\xa8",
    "\xef\xbb\xbf",
    "\xc3\xa9",
    "\xf0\x9f\x98\x80",
    "a\xe2\x80\xa8\n",
    "1728Mi",
    "500m",
    "$(POD_IP)",
    "{{ .x }}",
    "-Dkey=value",
    "/tmp",
    "a,b",
    "key: |\n  b\n",
};

static void awkward_strings_survive(void **state)
{
    (void) state;
    for (size_t i = 0; i < sizeof(awkward) / sizeof(awkward[0]); i++)
        check_round_trip(awkward[i]);
}

/* A small random generator, which gives the same strings on every machine. */
static unsigned next_random(uint64_t *state, unsigned below)
{
    *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (unsigned) (*state >> 33) % below;
}

static void random_strings_survive(void **state)
{
    (void) state;
    static const char *const parts[] = {
        "a", "B",  "0",  "1", "9", ".",        "-",    "+", "_", ":", " ", "\n", "\t", "#",
        "'", "\"", "\\", "{", "}", "[",        "]",    ",", "&", "*", "!", "|",  ">",  "%",
        "@", "`",  "?",  "=", "~", "\xc3\xa9", "\x01", "$", "e", "x", "n", "y"};
    uint64_t seed = 20261122;
    for (int round = 0; round < 20000; round++) {
        cleanup_buf struct fp_buf text = FP_BUF_INIT(64);
        unsigned count = next_random(&seed, 8);
        for (unsigned i = 0; i < count; i++) {
            const char *part = parts[next_random(&seed, sizeof(parts) / sizeof(parts[0]))];
            fp_buf_puts(&text, part);
        }
        check_round_trip(fp_buf_text(&text));
    }
}

/* A string that YAML 1.1 or 1.2 would take for another type is always quoted. */
static void words_of_yaml_are_quoted(void **state)
{
    (void) state;
    static const char *const quoted[] = {
        "",     "y",     "Y",    "yes",  "YES",        "n",    "No",    "on",   "OFF",
        "true", "False", "null", "Null", "~",          "1",    "-1",    "1.5",  ".5",
        "0o7",  "0x1",   "1_0",  "1:30", "1e3",        ".inf", "-.inf", ".nan", "=",
        "<<",   "a: b",  "a:",   "a b",  "-",          "--",   "---",   "- a",  "#a",
        "a#b",  "*a",    "1Mi0", "1e3m", "2026-11-22", "-5",   "--5",
    };
    static const char *const plain[] = {
        "a",      "orders", "--input", "-Da=b", "-Da=$(POD_IP)", "/tmp",
        "1728Mi", "500m",   "v1",      "a:b",   "s3://b",
    };
    for (size_t i = 0; i < sizeof(quoted) / sizeof(quoted[0]); i++) {
        if (fp_yaml_is_plain(quoted[i]))
            fail_msg("'%s' would stand without quotes", quoted[i]);
    }
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        if (!fp_yaml_is_plain(plain[i]))
            fail_msg("'%s' would stand in quotes", plain[i]);
    }
}

static void comments_are_written_and_dropped(void **state)
{
    (void) state;
    cleanup_json json_t *value =
        json_pack("{s:s, s:s, s:s, s:[{s:s, s:s}], s:{s:s}}", "#", "top\nlines", "#a", "of a", "a",
                  "1", "list", "#", "of the item", "x", "y", "empty", "#gone", "x");
    cleanup_free char *yaml = write_yaml(value);
    assert_string_equal(yaml,
                        "# top\n# lines\n# of a\na: \"1\"\nlist:\n  # of the item\n  - x: \"y\"\n"
                        "empty: {}\n");
    cleanup_json json_t *plain = fp_deploy_without_comments(value);
    cleanup_free char *text = fp_json_canonical(plain);
    assert_string_equal(text, "{\"a\":\"1\",\"empty\":{},\"list\":[{\"x\":\"y\"}]}");
}

/* Verbatim text is only allowed in charts and templates. */
static void nothing_is_verbatim_in_plain_yaml(void **state)
{
    (void) state;
    cleanup_json json_t *value = json_pack("{s:{s:s}}", "a", "!raw", "{b: c}");
    cleanup_free char *yaml = write_yaml(value);
    assert_string_equal(yaml, "a:\n  \"!raw\": \"{b: c}\"\n");
}

static void the_ceiling_holds(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_json json_t *value = json_pack("{s:s}", "a", "0123456789");
    cleanup_buf struct fp_buf out = FP_BUF_INIT(8);
    assert_int_equal(fp_yaml_write(&out, value, &err), FP_E_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(awkward_strings_survive),
        cmocka_unit_test(random_strings_survive),
        cmocka_unit_test(words_of_yaml_are_quoted),
        cmocka_unit_test(comments_are_written_and_dropped),
        cmocka_unit_test(nothing_is_verbatim_in_plain_yaml),
        cmocka_unit_test(the_ceiling_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
