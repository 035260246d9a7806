#include "base_test.h"

#define PLENTY ((uint64_t) 1 << 20)
#define ENTRY(t, p, x)                                                                             \
    {                                                                                              \
        .type = (t), .path = (p), .text = (x)                                                      \
    }
#define DIFF_ID "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* An Alpine with a Java, apk, a Flink, and links where outlines have to follow. */
static const struct tar_entry alpine[] = {
    ENTRY('5', "usr/lib", NULL),
    ENTRY('2', "lib", "usr/lib"),
    ENTRY('0', "lib/ld-musl-x86_64.so.1", "elf"),
    ENTRY('2', "lib/ld-linux-x86-64.so.2", "../../compat/ld.so"),
    ENTRY('0', "compat/ld.so", "elf"),
    ENTRY('0', "lib/libgcompat.so.0", "elf"),
    ENTRY('0', "bin/bash", "elf"),
    {'0', "etc/os-release", "ID=alpine\nVERSION_ID=3.20\nPRETTY_NAME='Alpine \xe9'\n", 0644},
    {'0', "etc/passwd", "root:x:0:0:root:/root:/bin/sh\n", 0644},
    {'0', "etc/group", "root:x:0:\xff\n", 0644},
    {'0', "lib/apk/db/installed", "P:musl\nV:1\n", 0644},
    {'0', "etc/apk/world", "musl\n", 0644},
    {'0', "etc/apk/keys/a.pub", "KEY", 0644},
    {'0', "etc/ssl/openssl.cnf", "conf", 0644},
    {'0', "srv/notes", "not kept", 0644},
    ENTRY('0', "opt/java/bin/java", "elf"),
    ENTRY('0', "opt/java/release", "JAVA_VERSION=\"17.0.1\"\n"),
    ENTRY('2', "opt/flink", "/flink-1.20.4"),
    ENTRY('0', "flink-1.20.4/lib/flink-dist-1.20.4.jar", "x"),
    ENTRY('0', "flink-1.20.4/usrlib/job.jar", "x"),
    ENTRY('0', "flink-1.20.4/plugins/s3/s3.jar", "x"),
    ENTRY('0', "flink-1.20.4/conf/config.yaml", "a: b\n"),
    {0},
};

static struct fp_config config_of(struct fp_blob *const *blobs, size_t count, const char *env)
{
    struct fp_config config = {0};
    cleanup_free char *text = fp_xasprintf(
        "{\"os\":\"linux\",\"architecture\":\"amd64\",\"config\":{\"Env\":[%s]},"
        "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"%s\"%s%s%s]}}",
        env, count > 0 ? fp_blob_descriptor(blobs[0])->digest.text : DIFF_ID,
        count > 1 ? ",\"" : "", count > 1 ? fp_blob_descriptor(blobs[1])->digest.text : "",
        count > 1 ? "\"" : "");
    assert_int_equal(
        fp_config_parse(text, strlen(text), count > 1 ? 2 : 1, "config", &config, NULL), FP_OK);
    return config;
}

static struct fp_base_facts facts_of(const struct tar_entry *lower, const struct tar_entry *upper,
                                     const char *env)
{
    size_t count = upper != NULL ? 2 : 1;
    struct fp_blob *blobs[2] = {tar_blob(lower, FP_MEDIA_OCI_LAYER),
                                upper != NULL ? tar_blob(upper, FP_MEDIA_OCI_LAYER) : NULL};
    cleanup_config struct fp_config config = config_of(blobs, count, env);
    struct fp_base_facts facts = {0};
    struct fp_error err = {0};
    if (fp_base_inspect(blobs, count, &config, NULL, PLENTY, NULL, &facts, &err) != FP_OK)
        fail_msg("%s", err.text);
    fp_blob_unref(blobs[0]);
    fp_blob_unref(blobs[1]);
    return facts;
}

static char *text_of(const struct fp_base_facts *facts)
{
    cleanup_json json_t *json = fp_base_facts_json(facts);
    assert_non_null(json);
    return fp_json_canonical(json);
}

static struct fp_base_facts read_again(const struct fp_base_facts *facts)
{
    struct fp_base_facts again = {0};
    struct fp_error err = {0};
    cleanup_json json_t *parsed = NULL;
    cleanup_free char *text = text_of(facts);
    assert_int_equal(fp_json_parse(text, strlen(text), "facts", &parsed, NULL), FP_OK);
    if (fp_base_facts_parse(parsed, "facts", &again, &err) != FP_OK)
        fail_msg("%s", err.text);
    cleanup_free char *same = text_of(&again);
    assert_string_equal(text, same);
    return again;
}

static void assert_content(const struct fp_base_facts *facts, const char *path, const char *wanted)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(4096);
    assert_int_equal(fp_base_text(facts, path, &text), wanted != NULL);
    assert_string_equal(fp_buf_text(&text), wanted != NULL ? wanted : "");
}

static void test_whole_facts_are_read_again(void **state)
{
    (void) state;
    cleanup_base_facts struct fp_base_facts facts =
        facts_of(alpine, NULL, "\"JAVA_HOME=/opt/java\"");
    cleanup_base_facts struct fp_base_facts again = read_again(&facts);
    assert_false(again.is_outline);
    assert_string_equal(again.passwd, facts.passwd);
    assert_string_equal(again.group, "root:x:0:\xff\n");
    assert_null(again.shadow);
    assert_string_equal(again.os_id, "alpine");
    assert_string_equal(again.os_name, "Alpine \xe9");
    assert_true(again.has_bash && again.musl);
    assert_string_equal(again.java_home, "/opt/java");
    assert_string_equal(again.java_version, "17.0.1");
    assert_int_equal(again.java, 17);
    assert_int_equal(fp_tree_count(again.tree), fp_tree_count(facts.tree));
    assert_content(&again, "usr/lib/apk/db/installed", "P:musl\nV:1\n");
    assert_content(&again, "etc/apk/world", "musl\n");
    assert_content(&again, "etc/apk/keys/a.pub", "KEY");
    assert_content(&again, "etc/ssl/openssl.cnf", "conf");
    assert_content(&again, "flink-1.20.4/conf/config.yaml", "a: b\n");
    assert_content(&again, "srv/notes", NULL);
}

/* What an upper layer replaces or removes is not told of, wherever links lead. */
static void test_texts_are_of_the_upper_layer(void **state)
{
    (void) state;
    static const struct tar_entry upper[] = {
        {'0', "usr/lib/apk/db/installed", "P:musl\nV:2\n", 0644},
        {'0', "etc/apk/.wh.world", NULL, 0644},
        ENTRY('2', "etc/apk/keys/a.pub", "/srv/notes"),
        {'0', "elsewhere/passwd", "x", 0644},
        {0},
    };
    cleanup_base_facts struct fp_base_facts facts = facts_of(alpine, upper, "");
    assert_content(&facts, "usr/lib/apk/db/installed", "P:musl\nV:2\n");
    assert_content(&facts, "etc/apk/world", NULL);
    assert_content(&facts, "etc/apk/keys/a.pub", NULL);
    static const struct tar_entry back[] = {
        ENTRY('5', "usr/lib/apk", NULL),
        {'0', "lib/apk/db/installed", "P:musl\nV:3\n", 0644},
        {0},
    };
    cleanup_base_facts struct fp_base_facts other = facts_of(alpine, back, "");
    assert_content(&other, "usr/lib/apk/db/installed", "P:musl\nV:3\n");
}

/* Settings are of use to apk only. */
static void test_settings_of_a_base_without_apk(void **state)
{
    (void) state;
    static const struct tar_entry debian[] = {
        {'0', "etc/passwd", "root:x:0:0::/root:/bin/sh\n", 0644},
        {'0', "etc/ssl/openssl.cnf", "conf", 0644},
        {'0', "var/lib/dpkg/status", "Package: bash\n", 0644},
        {0},
    };
    cleanup_base_facts struct fp_base_facts facts = facts_of(debian, NULL, "");
    assert_content(&facts, "etc/ssl/openssl.cnf", NULL);
    assert_content(&facts, "var/lib/dpkg/status", "Package: bash\n");
}

static void test_other_variables(void **state)
{
    (void) state;
    cleanup_config struct fp_config config = config_of(NULL, 0, "\"PATH=/bin\"");
    cleanup_base_facts struct fp_base_facts read = facts_of(alpine, NULL, "\"PATH=/nowhere\"");
    cleanup_base_facts struct fp_base_facts facts = read_again(&read);
    assert_false(facts.has_bash);
    cleanup_json json_t *env = json_pack("{s:s}", "JAVA_HOME", "/opt/other");
    fp_base_facts_adapt(&facts, &config, env);
    assert_true(facts.has_bash);
    assert_null(facts.java_home);
    assert_int_equal(facts.java, 0);
    fp_base_facts_adapt(&facts, &config, NULL);
    assert_string_equal(facts.java_home, "/opt/java");
    assert_string_equal(facts.java_version, "17.0.1");
}

/* Each entry of an outline is one of the tree, and what is watched is found as in the tree. */
static void test_outline(void **state)
{
    (void) state;
    static const char *const found[] = {
        "lib/ld-linux-x86-64.so.2", "lib/libgcompat.so.0",
        "lib/apk/db/installed",     "opt/flink/lib/flink-dist-1.20.4.jar",
        "opt/flink/usrlib/job.jar", "opt/flink/plugins/s3/s3.jar",
        "opt/flink/conf",           "flink-1.20.4"};
    cleanup_base_facts struct fp_base_facts facts = facts_of(alpine, NULL, "");
    cleanup_base_facts struct fp_base_facts outline = {0};
    fp_base_facts_outline(&facts, facts.tree, "/opt/flink", &outline);
    cleanup_base_facts struct fp_base_facts again = read_again(&outline);
    assert_true(again.is_outline);
    assert_null(again.passwd);
    assert_null(again.texts);
    assert_string_equal(again.os_id, "alpine");
    assert_string_equal(again.java_home, "/opt/java");
    for (size_t i = 0; i < COUNT(found); i++) {
        const struct fp_entry *wanted = fp_tree_resolve(facts.tree, found[i]);
        const struct fp_entry *there = fp_tree_resolve(again.tree, found[i]);
        assert_non_null(wanted);
        assert_non_null(there);
        assert_string_equal(wanted->path, there->path);
        assert_int_equal(wanted->mode, there->mode);
        assert_int_equal(wanted->size, there->size);
    }
    assert_null(fp_tree_resolve(again.tree, "bin/bash"));
    assert_true(fp_base_has_library(&again, "ld-linux-x86-64.so.2"));
    assert_false(fp_base_has_library(&again, "libstdc++.so.6"));
    assert_string_equal(fp_base_apk_directory(again.tree), "lib/apk/db");
    assert_false(fp_base_has_jemalloc(&again, "x86_64"));
}

/* An outline tells of each place where the entrypoint finds jemalloc. */
static void test_jemalloc_in_an_outline(void **state)
{
    (void) state;
    static const char *const places[] = {"usr/lib/x86_64-linux-gnu/libjemalloc.so",
                                         "usr/lib/x86_64-linux-gnu/libjemalloc.so.2",
                                         "usr/lib64/libjemalloc.so.2", "usr/lib/libjemalloc.so.2"};
    for (size_t i = 0; i < COUNT(places); i++) {
        const struct tar_entry layer[] = {ENTRY('0', places[i], "elf"), {0}};
        cleanup_base_facts struct fp_base_facts facts = facts_of(layer, NULL, "");
        cleanup_base_facts struct fp_base_facts outline = {0};
        fp_base_facts_outline(&facts, facts.tree, "/opt/flink", &outline);
        assert_true(fp_base_has_jemalloc(&facts, "x86_64"));
        assert_true(fp_base_has_jemalloc(&outline, "x86_64"));
        assert_int_equal(fp_base_has_jemalloc(&outline, "aarch64"), i >= 2);
    }
}

/* An entry with packed facts is believed only of the layers that they are of. */
static void test_facts_of_an_entry(void **state)
{
    (void) state;
    cleanup_base_facts struct fp_base_facts facts = facts_of(alpine, NULL, "\"PATH=/bin\"");
    cleanup_config struct fp_config config = config_of(NULL, 0, "\"PATH=/bin\"");
    cleanup_config struct fp_config other = config_of(NULL, 0, "\"PATH=/bin\"");
    cleanup_free char *packed = fp_base_facts_pack(&facts, &config);
    assert_non_null(packed);
    struct fp_base_entry entry = {.name = fp_xstrdup("mine"),
                                  .facts = json_pack("{s:s}", "linux/amd64", packed)};
    cleanup_json json_t *env = json_pack("{s:s}", "PATH", "/nowhere");
    struct fp_error err = {0};
    bool found = false;
    cleanup_base_facts struct fp_base_facts again = {0};
    assert_int_equal(
        fp_base_entry_facts(&entry, "linux/amd64", &config, NULL, &again, &found, &err), FP_OK);
    assert_true(found && again.has_bash && !again.is_outline);
    cleanup_free char *one = text_of(&facts);
    cleanup_free char *same = text_of(&again);
    assert_string_equal(one, same);
    cleanup_base_facts struct fp_base_facts moved = {0};
    assert_int_equal(fp_base_entry_facts(&entry, "linux/amd64", &config, env, &moved, &found, &err),
                     FP_OK);
    assert_true(found && !moved.has_bash);
    struct fp_base_facts none = {0};
    other.diff_ids[0] = fp_digest_of("x", 1);
    assert_int_equal(fp_base_entry_facts(&entry, "linux/amd64", &other, NULL, &none, &found, &err),
                     FP_OK);
    assert_false(found);
    assert_int_equal(fp_base_entry_facts(&entry, "linux/arm64", &config, NULL, &none, &found, &err),
                     FP_OK);
    assert_false(found);
    assert_null(none.tree);
    fp_base_entry_clear(&entry);
}

static void test_damaged_facts_of_an_entry(void **state)
{
    (void) state;
    cleanup_base_facts struct fp_base_facts facts = facts_of(alpine, NULL, "");
    cleanup_config struct fp_config config = config_of(NULL, 0, "");
    cleanup_free char *packed = fp_base_facts_pack(&facts, &config);
    cleanup_free char *cut = fp_xstrndup(packed, strlen(packed) / 8 * 4);
    static const char no_facts[] = "{\"diffIds\":[\"" DIFF_ID "\"]}";
    cleanup_free char *plain = fp_base64_encode(no_facts, strlen(no_facts));
    const char *const bad[] = {"*", "", cut, "AAAA", plain};
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct fp_base_entry entry = {.name = fp_xstrdup("mine"),
                                      .facts = json_pack("{s:s}", "linux/amd64", bad[i])};
        struct fp_base_facts none = {0};
        struct fp_error err = {0};
        bool found = true;
        assert_int_equal(
            fp_base_entry_facts(&entry, "linux/amd64", &config, NULL, &none, &found, &err),
            FP_E_INPUT);
        assert_says(&err, "mine: facts['linux/amd64']");
        assert_false(found);
        assert_null(none.tree);
        fp_base_entry_clear(&entry);
    }
}

static void test_keys(void **state)
{
    (void) state;
    struct fp_platform amd64 = {.os = "linux", .architecture = "amd64"};
    struct fp_platform arm64 = {.os = "linux", .architecture = "arm64"};
    cleanup_config struct fp_config plain = config_of(NULL, 0, "\"OTHER=x\"");
    cleanup_config struct fp_config same = config_of(NULL, 0, "\"OTHER=y\"");
    cleanup_config struct fp_config stated = config_of(NULL, 0, "\"JAVA_HOME=/j\"");
    cleanup_config struct fp_config version = config_of(NULL, 0, "\"JAVA_VERSION=17\"");
    cleanup_config struct fp_config path = config_of(NULL, 0, "\"PATH=/bin\"");
    cleanup_config struct fp_config layers = config_of(NULL, 0, "");
    cleanup_json json_t *env = json_pack("{s:s}", "JAVA_HOME", "/j");
    cleanup_json json_t *other = json_pack("{s:s}", "OTHER", "/j");
    layers.diff_ids[0] = fp_digest_of("x", 1);
    const struct {
        const struct fp_platform *platform;
        const struct fp_config *config;
        const json_t *env;
    } cases[] = {{&amd64, &plain, NULL}, {&arm64, &plain, NULL},   {&amd64, &stated, NULL},
                 {&amd64, &plain, env},  {&amd64, &version, NULL}, {&amd64, &path, NULL},
                 {&amd64, &layers, NULL}};
    char keys[COUNT(cases)][FP_HASH_HEX_MAX];
    char again[FP_HASH_HEX_MAX];
    for (size_t i = 0; i < COUNT(cases); i++) {
        fp_base_facts_key(cases[i].platform, cases[i].config, cases[i].env, keys[i]);
        assert_int_equal(strlen(keys[i]), 64);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(keys[i], keys[k]);
    }
    fp_base_facts_key(&amd64, &same, other, again);
    assert_string_equal(again, keys[0]);
}

static void test_damage_is_refused(void **state)
{
    (void) state;
    static const char *const bad[][2] = {
        {"layout", "2"},
        {"layout", "\"1\""},
        {"outline", "0"},
        {"outline", "true"},
        {"musl", "null"},
        {"bash", "1"},
        {"java", "100"},
        {"java", "-1"},
        {"javaHome", "\"opt\""},
        {"javaHomes", "[5]"},
        {"javaHomes", "[\"x\"]"},
        {"javaHomes", "{}"},
        {"osId", "5"},
        {"osId", "[\"*\"]"},
        {"architecture", "\"x\""},
        {"tree", "[]"},
        {"tree", "\"\""},
        {"texts", "[]"},
        {"texts", "{\"a\": 5}"},
        {"texts", "{\"a\": []}"},
        {"texts", "{}"},
        {"texts", "{\"etc/passwd\": [\"AAAA\"]}"},
    };
    cleanup_base_facts struct fp_base_facts facts = facts_of(alpine, NULL, "");
    for (size_t i = 0; i < COUNT(bad); i++) {
        cleanup_json json_t *json = fp_base_facts_json(&facts);
        struct fp_base_facts again = {0};
        struct fp_error err = {0};
        json_t *value = json_loads(bad[i][1], JSON_DECODE_ANY, NULL);
        assert_non_null(value);
        fp_json_set(json, bad[i][0], value);
        if (fp_base_facts_parse(json, "some facts", &again, &err) != FP_E_INPUT)
            fail_msg("taken: %s %s", bad[i][0], bad[i][1]);
        assert_says(&err, "some facts: ");
        assert_null(again.tree);
    }
    struct fp_base_facts again = {0};
    cleanup_json json_t *empty = json_object();
    assert_int_equal(fp_base_facts_parse(empty, "x", &again, NULL), FP_E_INPUT);
    assert_int_equal(fp_base_facts_parse(NULL, "x", &again, NULL), FP_E_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_facts_are_read_again),
        cmocka_unit_test(test_texts_are_of_the_upper_layer),
        cmocka_unit_test(test_settings_of_a_base_without_apk),
        cmocka_unit_test(test_other_variables),
        cmocka_unit_test(test_outline),
        cmocka_unit_test(test_jemalloc_in_an_outline),
        cmocka_unit_test(test_facts_of_an_entry),
        cmocka_unit_test(test_damaged_facts_of_an_entry),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_damage_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
