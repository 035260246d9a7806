/** Patching flink-conf.yaml and config.yaml. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "flinkpack/flink/setup.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void patched(const char *version_text, const char *text, const struct fp_conf_entry *entries,
                    size_t count, const char *expected)
{
    struct fp_flink_version version = {0};
    struct fp_error err = {0};
    cleanup_free char *result = NULL;
    assert_int_equal(fp_flink_version_parse(version_text, &version, &err), FP_OK);
    bool yaml = strcmp(fp_flink_traits(&version)->config_file, "config.yaml") == 0;
    if (fp_conf_patch(&version, yaml, text, entries, count, &result, &err) != FP_OK)
        fail_msg("%s", err.text);
    assert_string_equal(result, expected);
}

static void refused(bool yaml, const char *text, const char *key, const char *value,
                    enum fp_code code, const char *words)
{
    struct fp_flink_version version = {0};
    struct fp_error err = {0};
    cleanup_free char *result = NULL;
    const struct fp_conf_entry entry = {key, value, false};
    assert_int_equal(fp_flink_version_parse("1.20.0", &version, &err), FP_OK);
    assert_int_equal(fp_conf_patch(&version, yaml, text, &entry, 1, &result, &err), code);
    if (strstr(err.text, words) == NULL)
        fail_msg("'%s' does not say '%s'", err.text, words);
}

static void test_flat(void **state)
{
    (void) state;
    const struct fp_conf_entry entries[] = {{"jobmanager.heap.size", "2g", false},
                                            {"env.java.opts", "-Da=\"b c\" -XX:+UseG1GC", false}};
    patched("1.6.0",
            "# a comment\n\njobmanager.rpc.address: localhost\njobmanager.heap.size: 1024m # old\n"
            "#env.java.opts: x\n",
            entries, COUNT(entries),
            "# a comment\n\njobmanager.rpc.address: localhost\njobmanager.heap.size: 2g # old\n"
            "#env.java.opts: x\nenv.java.opts: -Da=\"b c\" -XX:+UseG1GC\n");
}

static void test_flat_unbinds_localhost(void **state)
{
    (void) state;
    const char *text = "jobmanager.rpc.address: localhost\njobmanager.bind-host: localhost\n"
                       "taskmanager.bind-host: localhost\ntaskmanager.host: localhost\n"
                       "rest.address: localhost\nrest.bind-address: localhost\n";
    patched("1.15.4", text, NULL, 0,
            "jobmanager.rpc.address: localhost\njobmanager.bind-host: 0.0.0.0\n"
            "taskmanager.bind-host: 0.0.0.0\n# taskmanager.host: localhost\n"
            "rest.address: 0.0.0.0\nrest.bind-address: 0.0.0.0\n");
    patched("1.14.6", text, NULL, 0, text);
}

static const char NESTED[] = "# top\n"
                             "env:\n"
                             "  java:\n"
                             "    opts:\n"
                             "      all: --add-opens=a=b\n"
                             "jobmanager:\n"
                             "  # The host\n"
                             "  bind-host: localhost\n"
                             "  rpc:\n"
                             "    address: localhost # me\n"
                             "taskmanager:\n"
                             "  host: localhost\n"
                             "  numberOfTaskSlots: 1\n"
                             "pipeline.jars:\n"
                             "- a.jar\n"
                             "- b.jar\n"
                             "rest.port: 8081\n";

static void test_nested(void **state)
{
    (void) state;
    const struct fp_conf_entry entries[] = {
        {"jobmanager.rpc.address", "first", false}, {"taskmanager.numberOfTaskSlots", "4", false},
        {"jobmanager.rpc.address", "jm", false},    {"env.java.opts", "-Dx='y' -Dz: 1", false},
        {"pipeline.jars", "[c.jar]", false},        {"rest.port", "8082", false}};
    patched("2.2.0", NESTED, entries, COUNT(entries),
            "# top\n"
            "env:\n"
            "  java:\n"
            "    opts:\n"
            "      all: --add-opens=a=b\n"
            "jobmanager:\n"
            "  # The host\n"
            "  bind-host: 0.0.0.0\n"
            "  rpc:\n"
            "    address: jm # me\n"
            "taskmanager:\n"
            "  # host: localhost\n"
            "  numberOfTaskSlots: 4\n"
            "pipeline.jars: [c.jar]\n"
            "rest.port: 8082\n"
            "env.java.opts: '-Dx=''y'' -Dz: 1'\n");
}

static void test_no_empty_parent_is_left(void **state)
{
    (void) state;
    patched("2.2.0", "taskmanager:\n  host: localhost\na: 1\n", NULL, 0,
            "# taskmanager:\n  # host: localhost\na: 1\n");
}

static void test_values_in_yaml(void **state)
{
    (void) state;
    const struct fp_conf_entry entries[] = {
        {"a", "1600m", false},  {"b", "1.10", false},
        {"c", "0.1", false},    {"d", "007", false},
        {"e", "true", false},   {"f", "no", false},
        {"g", "", false},       {"h", "hdfs://nn:8020/x", false},
        {"i", "{k: v}", false}, {"j", "\"q # r\"", false},
        {"k", "x # y", false},  {"l", "1e3", false},
        {"m", "10 s", false},   {"n", "*:9249", false}};
    patched("1.20.0", "", entries, COUNT(entries),
            "a: 1600m\nb: '1.10'\nc: 0.1\nd: '007'\ne: true\nf: 'no'\ng: ''\n"
            "h: hdfs://nn:8020/x\ni: {k: v}\nj: \"q # r\"\nk: 'x # y'\nl: '1e3'\nm: 10 s\n"
            "n: '*:9249'\n");
}

static void test_values_that_only_look_like_yaml(void **state)
{
    (void) state;
    const struct fp_conf_entry entries[] = {{"a", "\"-Da=b c\" \"-Dd\"", false},
                                            {"b", "'x' 'y'", false},
                                            {"c", "[x] [y]", false},
                                            {"d", "{host}.{tm}", false},
                                            {"e", "{host}", false},
                                            {"f", "\"C:\\path\"", false},
                                            {"g", "[*.a]", false},
                                            {"h", "'it''s'", false},
                                            {"i", "{}", false},
                                            {"j", "True", false},
                                            {"k", "{a: {b: }}", false},
                                            {"l", "\"", false},
                                            {"m", "[a]: b", false}};
    patched("1.20.0", "", entries, COUNT(entries),
            "a: '\"-Da=b c\" \"-Dd\"'\nb: '''x'' ''y'''\nc: '[x] [y]'\nd: '{host}.{tm}'\n"
            "e: '{host}'\nf: '\"C:\\path\"'\ng: '[*.a]'\nh: 'it''s'\ni: {}\nj: 'True'\n"
            "k: '{a: {b: }}'\nl: '\"'\nm: '[a]: b'\n");
}

/* A quoted value ends after its closing quote, so that all of it is replaced. */
static void test_quotes_and_comments(void **state)
{
    (void) state;
    const struct fp_conf_entry entries[] = {
        {"a", "1", false}, {"b", "2", false}, {"c", "3", false}};
    patched("1.20.0", "a: 'it''s # x' # one\nb: \"say \\\" # x\" # two\nc: x#y # three\n", entries,
            COUNT(entries), "a: 1 # one\nb: 2 # two\nc: 3 # three\n");
}

static void test_values_that_go_on(void **state)
{
    (void) state;
    const struct fp_conf_entry entries[] = {{"a.text", "x", false}, {"b", "z", false}};
    patched("1.20.0",
            "a:\n  text: |\n    one: 1\n    # two\n  more: \"p\n    q: r\"\nb: [1,\n  2]\nc: 3\n",
            entries, COUNT(entries), "a:\n  text: x\n  more: \"p\n    q: r\"\nb: z\nc: 3\n");
}

/* YAML in other forms is rewritten with a key on each line. Values keep spelling and type. */
static void test_yaml_of_any_form(void **state)
{
    (void) state;
    const struct fp_conf_entry entries[] = {{"z", "1", false}};
    patched("2.2.0", "{a: 1, b: {c: 2.50, d: [x, 3]},\n rest: {address: localhost}, z: 0}\n",
            entries, 1,
            "\"a\": 1\n\"b.c\": \"2.50\"\n\"b.d\": [\"x\", 3]\n\"rest.address\": 0.0.0.0\n"
            "\"z\": 1\n");
    patched("2.2.0", "? taskmanager\n: host: localhost\n...\n", entries, 1,
            "# \"taskmanager.host\": \"localhost\"\nz: 1\n");
    patched("2.2.0", "pipeline.jars: [\n  a.jar,\n  b.jar\n]\nd: 3\n", entries, 1,
            "\"pipeline.jars\": [\"a.jar\", \"b.jar\"]\n\"d\": 3\nz: 1\n");
    patched("2.2.0", "--- # x\na: 'it''s\n\n  b'\n", entries, 1,
            "--- # x\na: 'it''s\n\n  b'\nz: 1\n");
    patched("2.2.0", "%YAML 1.2\n---\na: |\n  x\n...\n", entries, 1, "\"a\": \"x\\n\"\nz: 1\n");
}

static void test_defaults(void **state)
{
    (void) state;
    const struct fp_conf_entry entries[] = {
        {"p.a", "1", true}, {"p.b", "2", true}, {"p.c", "3", true}, {"p.b", "9", false}};
    patched("2.2.0", "p:\n  a: 7\n", entries, COUNT(entries), "p:\n  a: 7\np.c: 3\np.b: 9\n");
    patched("1.14.6", "p.a: 7\n", entries, COUNT(entries), "p.a: 7\np.c: 3\np.b: 9\n");
}

static void test_refusals(void **state)
{
    (void) state;
    refused(true, "a: 1\nwhat\n", "b", "1", FP_E_INPUT, "line 2");
    refused(true, "a:\n\tb: 1\n", "b", "1", FP_E_INPUT, "line 2: indented by a tab");
    refused(true, "a: 1\na: 2\n", "b", "1", FP_E_INPUT, "config.yaml");
    refused(false, "a: 1\n\nwhat\n", "b", "1", FP_E_INPUT, "flink-conf.yaml: line 3");
    refused(false, "", "b", "x#y", FP_E_USAGE, "'#'");
    refused(true, "", "b", "x\ny", FP_E_USAGE, "line break");
    refused(true, "", "b c", "x", FP_E_USAGE, "'b c' is not a key");
    static const char *const KEYS[] = {"", "-a", "a:", "?", ".a", "a#b", "a\nb"};
    for (size_t i = 0; i < COUNT(KEYS); i++)
        refused(true, "", KEYS[i], "x", FP_E_USAGE, "is not a key");
}

static void test_entrypoint_is_built_in(void **state)
{
    (void) state;
    assert_memory_equal(fp_flink_entrypoint(), "#!/bin/sh\n", 10);
    assert_non_null(strstr(fp_flink_entrypoint(), "exec \"$@\"\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flat),
        cmocka_unit_test(test_flat_unbinds_localhost),
        cmocka_unit_test(test_nested),
        cmocka_unit_test(test_no_empty_parent_is_left),
        cmocka_unit_test(test_values_in_yaml),
        cmocka_unit_test(test_values_that_only_look_like_yaml),
        cmocka_unit_test(test_quotes_and_comments),
        cmocka_unit_test(test_values_that_go_on),
        cmocka_unit_test(test_yaml_of_any_form),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_entrypoint_is_built_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
