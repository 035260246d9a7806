#include "base_test.h"

#define FILES 8

/* The places of Java in real images, and the expected results. */
static const struct java_case {
    const char *title;
    struct tar_entry entries[FILES];
    const char *env;
    const char *home;
    unsigned major;
    const char *version;
} cases[] = {
    {"temurin",
     {{'0', "opt/java/openjdk/bin/java", "elf", 0},
      {'0', "opt/java/openjdk/release", "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"17.0.15\"\n", 0644}},
     "\"JAVA_HOME=/opt/java/openjdk\",\"PATH=/opt/java/openjdk/bin:/bin\","
     "\"JAVA_VERSION=jdk-17.0.1+12\"",
     "/opt/java/openjdk",
     17,
     "17.0.15"},
    {"temurin without a release file",
     {{'0', "opt/java/openjdk/bin/java", "elf", 0}},
     "\"JAVA_HOME=/opt/java/openjdk\",\"JAVA_VERSION=jdk-17.0.15+6\"",
     "/opt/java/openjdk",
     17,
     "17.0.15"},
    {"temurin 8",
     {{'0', "opt/java/openjdk/bin/java", "elf", 0},
      {'0', "opt/java/openjdk/release", "JAVA_VERSION=\"1.8.0_412\"\r\n", 0644}},
     "\"JAVA_HOME=/opt/java/openjdk\"",
     "/opt/java/openjdk",
     8,
     "1.8.0_412"},
    {"Debian's alternatives",
     {{'2', "usr/bin/java", "/etc/alternatives/java", 0},
      {'2', "etc/alternatives/java", "/usr/lib/jvm/java-17-openjdk-amd64/bin/java", 0},
      {'0', "usr/lib/jvm/java-17-openjdk-amd64/bin/java", "elf", 0}},
     "",
     "/usr/lib/jvm/java-17-openjdk-amd64",
     17,
     NULL},
    {"Debian's Java 8, below its jre folder",
     {{'2', "usr/bin/java", "../lib/jvm/java-8-openjdk-amd64/jre/bin/java", 0},
      {'0', "usr/lib/jvm/java-8-openjdk-amd64/jre/bin/java", "elf", 0},
      {'0', "usr/lib/jvm/java-8-openjdk-amd64/release", "JAVA_VERSION=\"1.8.0_232\"\n", 0644}},
     "",
     "/usr/lib/jvm/java-8-openjdk-amd64/jre",
     8,
     "1.8.0_232"},
    {"a release file behind a link",
     {{'0', "usr/lib/jvm/java-21-openjdk/bin/java", "elf", 0},
      {'2', "usr/lib/jvm/java-21-openjdk/release", "../../../../etc/java-21/release", 0},
      {'0', "etc/java-21/release", "JAVA_VERSION=\"21.0.4\"\n", 0644}},
     "\"PATH=/usr/lib/jvm/java-21-openjdk/bin\"",
     "/usr/lib/jvm/java-21-openjdk",
     21,
     "21.0.4"},
    {"Alpine's openjdk8",
     {{'0', "usr/lib/jvm/java-1.8-openjdk/jre/bin/java", "elf", 0}},
     "\"JAVA_HOME=/usr/lib/jvm/java-1.8-openjdk/jre\",\"JAVA_VERSION=8u212\"",
     "/usr/lib/jvm/java-1.8-openjdk/jre",
     8,
     "8u212"},
    {"a folder that names its version",
     {{'0', "opt/jdk-11.0.2/bin/java", "elf", 0}},
     "\"PATH=/opt/jdk-11.0.2/bin\"",
     "/opt/jdk-11.0.2",
     11,
     NULL},
    {"JAVA_HOME is a link that names no version",
     {{'0', "usr/lib/jvm/temurin-21-jre-amd64/bin/java", "elf", 0},
      {'2', "opt/java", "/usr/lib/jvm/temurin-21-jre-amd64", 0}},
     "\"JAVA_HOME=/opt/java\"",
     "/opt/java",
     21,
     NULL},
    {"a stale JAVA_HOME",
     {{'0', "usr/local/openjdk-11/bin/java", "elf", 0}},
     "\"JAVA_HOME=/gone\",\"PATH=/usr/local/openjdk-11/bin\"",
     "/usr/local/openjdk-11",
     11,
     NULL},
    {"a release file that is not Java's",
     {{'0', "opt/java/bin/java", "elf", 0}, {'0', "opt/java/release", "12.5\n", 0644}},
     "\"PATH=/opt/java/bin\"",
     "/opt/java",
     0,
     NULL},
    {"a later release file that is not Java's",
     {{'0', "opt/java/bin/java", "elf", 0},
      {'0', "opt/java/release", "JAVA_VERSION=\"17\"\n", 0644},
      {'0', "opt/java/release", "no version in it", 0644}},
     "\"PATH=/opt/java/bin\"",
     "/opt/java",
     0,
     NULL},
    {"a version that is none",
     {{'0', "opt/java/bin/java", "elf", 0},
      {'0', "opt/java/release", "JAVA_VERSION=\"99999999999999999999\"\n", 0644}},
     "\"PATH=/opt/java/bin\"",
     "/opt/java",
     0,
     "99999999999999999999"},
    {"neither on PATH nor in JAVA_HOME",
     {{'0', "opt/jdk-17/bin/java", "elf", 0},
      {'0', "opt/jdk-17/release", "JAVA_VERSION=\"17.0.2\"\n", 0644}},
     "",
     "/opt/jdk-17",
     17,
     "17.0.2"},
    {"a JDK 8 and its own jre, nowhere told",
     {{'0', "opt/jdk1.8/jre/bin/java", "elf", 0}, {'0', "opt/jdk1.8/bin/java", "elf", 0}},
     "",
     "/opt/jdk1.8",
     8,
     NULL},
    {"two, nowhere told",
     {{'0', "opt/jdk-17/bin/java", "elf", 0}, {'0', "opt/jdk-21/bin/java", "elf", 0}},
     "",
     NULL,
     0,
     NULL},
    {"java in the root's bin", {{'0', "bin/java", "elf", 0}}, "\"PATH=/bin\"", "/", 0, NULL},
    {"java outside of a bin", {{'0', "opt/java", "#!/bin/sh", 0}}, "\"PATH=/opt\"", NULL, 0, NULL},
    {"java that may not be run", {{'0', "usr/bin/java", "elf", 0644}}, "", NULL, 0, NULL},
    {"no java", {{'0', "usr/bin/javac", "elf", 0}}, "", NULL, 0, NULL},
};

static void assert_same(const char *title, const char *actual, const char *expected)
{
    if (actual == NULL || expected == NULL ? actual != expected : strcmp(actual, expected) != 0)
        fail_msg("%s: '%s', not '%s'", title, actual != NULL ? actual : "(nothing)",
                 expected != NULL ? expected : "(nothing)");
}

static void check(const struct java_case *expected)
{
    struct fp_base_facts facts = {.tree = NULL};
    struct fp_error err = {0};
    cleanup_config struct fp_config config = {0};
    cleanup_blob struct fp_blob *blob = tar_blob(expected->entries, FP_MEDIA_OCI_LAYER);
    cleanup_free char *text =
        fp_xasprintf("{\"os\":\"linux\",\"architecture\":\"amd64\",\"config\":{\"Env\":[%s]},"
                     "\"rootfs\":{\"diff_ids\":[\"%s\"]}}",
                     expected->env, fp_blob_descriptor(blob)->digest.text);
    assert_int_equal(fp_config_parse(text, strlen(text), 1, "config", &config, NULL), FP_OK);
    if (fp_base_inspect(&blob, 1, &config, NULL, 1 << 20, NULL, &facts, &err) != FP_OK)
        fail_msg("%s: %s", expected->title, err.text);
    assert_same(expected->title, facts.java_home, expected->home);
    assert_same(expected->title, facts.java_version, expected->version);
    if (facts.java != expected->major)
        fail_msg("%s: Java %u, not %u", expected->title, facts.java, expected->major);
    fp_base_facts_clear(&facts);
}

/* The environment of the new image decides where Java is. */
static void test_hears_what_is_set(void **state)
{
    (void) state;
    static const struct {
        const char *env;
        const char *home;
    } said[] = {
        {"{\"JAVA_HOME\":\"/opt/a\"}", "/opt/a"},
        {"{\"PATH\":\"/bin:/opt/a/bin\"}", "/opt/a"},
        {"{\"JAVA_HOME\":\"\",\"PATH\":\"/opt/b/bin\"}", "/opt/b"},
        {"{\"JAVA_HOME\":\"/opt/c\"}", NULL},
        {"{}", "/opt/b"},
    };
    const struct tar_entry entries[] = {
        {'0', "opt/a/bin/java", "elf", 0}, {'0', "opt/b/bin/java", "elf", 0}, {0}};
    cleanup_blob struct fp_blob *blob = tar_blob(entries, FP_MEDIA_OCI_LAYER);
    cleanup_free char *text = fp_xasprintf(
        "{\"config\":{\"Env\":[\"PATH=/opt/b/bin\"]},\"rootfs\":{\"diff_ids\":[\"%s\"]}}",
        fp_blob_descriptor(blob)->digest.text);
    cleanup_config struct fp_config config = {0};
    assert_int_equal(fp_config_parse(text, strlen(text), 1, "config", &config, NULL), FP_OK);
    for (size_t i = 0; i < COUNT(said); i++) {
        struct fp_base_facts facts = {.tree = NULL};
        cleanup_json json_t *env = json_loads(said[i].env, 0, NULL);
        assert_int_equal(fp_base_inspect(&blob, 1, &config, env, 1 << 20, NULL, &facts, NULL),
                         FP_OK);
        assert_same(said[i].env, facts.java_home, said[i].home);
        assert_int_equal(facts.java_homes.len, 2);
        fp_base_facts_clear(&facts);
    }
}

static void test_finds_java(void **state)
{
    (void) state;
    for (size_t i = 0; i < COUNT(cases); i++)
        check(&cases[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_finds_java),
        cmocka_unit_test(test_hears_what_is_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
