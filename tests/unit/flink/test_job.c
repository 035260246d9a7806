/** Job jars, which the tests build byte by byte. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../layer/zip_maker.h"
#include "flinkpack/flink/job.h"

#define CLASS(major) "\xca\xfe\xba\xbe\0\0\0" major "rest of the class"
#define CLASS_LEN    (8 + 17)

/* The file that holds the jar of a test. */
struct fixture {
    char *folder;
    char *path;
};

static int setup(void **state)
{
    struct fixture *fixture = fp_xcalloc(1, sizeof(*fixture));
    struct fp_error err = {0};
    if (fp_temp_dir("/tmp", &fixture->folder, &err) != FP_OK)
        return -1;
    fixture->path = fp_path_join(fixture->folder, "job.jar");
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    fp_temp_remove(fixture->folder);
    free(fixture->path);
    free(fixture);
    return 0;
}

static void write_jar(const struct fixture *fixture, const void *data, size_t len)
{
    struct fp_error err = {0};
    assert_int_equal(fp_file_write(fixture->path, data, len, 0644, &err), FP_OK);
}

static struct fp_jar inspect(const struct fixture *fixture)
{
    struct fp_jar jar = {0};
    struct fp_error err = {0};
    if (fp_jar_inspect(NULL, fixture->path, &jar, &err) != FP_OK)
        fail_msg("%s", err.text);
    return jar;
}

static void refused(const struct fixture *fixture, const char *words)
{
    struct fp_jar jar = {0};
    struct fp_error err = {0};
    enum fp_code code = fp_jar_inspect(NULL, fixture->path, &jar, &err);
    if (code != FP_E_INPUT || strstr(err.text, words) == NULL)
        fail_msg("code %d: %s", code, err.text);
    assert_non_null(strstr(err.text, fixture->path));
}

static void test_all_that_a_jar_says(void **state)
{
    const struct jar_entry entries[] = {
        {"META-INF/MANIFEST.MF",
         "Manifest-Version: 1.0\r\nMain-Class: com.example.Other\r\nprogram-class: com.example.\r\n"
         " Job \r\n\r\nName: x\r\nMain-Class: not.This\r\n",
         0, true, 0x5021},
        {"com/example/Job.class", CLASS("\x34"), CLASS_LEN, true, 0x5862},
        {"com/example/New.class", CLASS("\x37"), CLASS_LEN, false, 0x0021},
        {"META-INF/versions/21/com/example/New.class", CLASS("\x41"), CLASS_LEN, true, 0},
        {"module-info.class", CLASS("\x41"), CLASS_LEN, true, 0},
        {"META-INF/KEY.RSA", "x", 0, false, 0},
        {"org/apache/flink/runtime/X.class", "no class", 0, false, 0},
    };
    cleanup_buf struct fp_buf bytes = FP_BUF_INIT((size_t) 1 << 20);
    char hex[FP_HASH_HEX_MAX] = "";
    put_bytes(&bytes, "#!/bin/sh\n", 10);
    put_jar(&bytes, entries, sizeof(entries) / sizeof(entries[0]));
    write_jar(*state, bytes.data, bytes.len);
    struct fp_jar jar = inspect(*state);
    assert_string_equal(jar.main_class, "com.example.Job");
    assert_int_equal(jar.class_major, 55);
    assert_string_equal(jar.class_major_of, "com/example/New.class");
    assert_true(jar.has_flink_runtime);
    assert_true(jar.is_signed);
    assert_int_equal(jar.newest_entry_s, 1709337600); /* 2024-03-02 */
    assert_int_equal(jar.size, bytes.len);
    fp_hash_bytes(FP_SHA256, bytes.data, bytes.len, hex);
    assert_string_equal(jar.sha256, hex);
    fp_jar_clear(&jar);
}

static bool has_flink(void **state, const char *name)
{
    const struct jar_entry entry = {name, "x", 0, false, 0};
    cleanup_buf struct fp_buf bytes = FP_BUF_INIT((size_t) 1 << 20);
    put_jar(&bytes, &entry, 1);
    write_jar(*state, bytes.data, bytes.len);
    struct fp_jar jar = inspect(*state);
    bool found = jar.has_flink_runtime;
    fp_jar_clear(&jar);
    return found;
}

static void test_what_is_flink_itself(void **state)
{
    static const char *const OWN[] = {"org/apache/flink/core/fs/FileSystem.class",
                                      "org/apache/flink/runtime/jobmaster/JobMaster.class",
                                      "org/apache/flink/streaming/runtime/tasks/StreamTask.class"};
    static const char *const OTHERS[] = {
        "org/apache/flink/streaming/connectors/kafka/FlinkKafkaConsumer.class",
        "org/apache/flink/connector/base/source/X.class",
        "org/apache/flink/runtime/fs/hdfs/HadoopFileSystem.class",
        "org/apache/flink/runtime/util/HadoopUtils.class",
        "org/apache/flink/runtime/types/FlinkScalaKryoInstantiator.class",
        "org/apache/flink/streaming/runtime/translators/python/X.class",
        "org/apache/flink/core/testutils/X.class",
        "org/apache/flink/core/notes.txt",
        "org/apache/flink/core/",
        "my/shaded/org/apache/flink/core/fs/FileSystem.class"};
    for (size_t i = 0; i < sizeof(OWN) / sizeof(OWN[0]); i++)
        assert_true(has_flink(state, OWN[i]));
    for (size_t i = 0; i < sizeof(OTHERS) / sizeof(OTHERS[0]); i++)
        assert_false(has_flink(state, OTHERS[i]));
}

static void test_a_jar_that_says_nothing(void **state)
{
    cleanup_buf struct fp_buf bytes = FP_BUF_INIT((size_t) 1 << 20);
    put_jar(&bytes, NULL, 0);
    write_jar(*state, bytes.data, bytes.len);
    struct fp_jar jar = inspect(*state);
    assert_null(jar.main_class);
    assert_int_equal(jar.class_major, 0);
    assert_int_equal(jar.newest_entry_s, -1);
    assert_false(jar.has_flink_runtime || jar.is_signed);
    fp_jar_clear(&jar);
}

static void test_no_jar(void **state)
{
    static const struct {
        const char *data;
        size_t len;
        const char *words;
    } CASES[] = {
        {"", 0, "not a jar (it is empty)"},
        {"\n<html>", 7, "HTML"},
        {"\x1f\x8b\x08", 3, "gzip"},
        {CLASS("\x34"), CLASS_LEN, "a single class file"},
        {"\x7f"
         "ELF",
         4, "a program"},
        {"PK\3\4 and so on", 14, "cut off"},
        {"hello", 5, "it has no zip directory"},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        write_jar(*state, CASES[i].data, CASES[i].len);
        refused(*state, CASES[i].words);
    }
    struct fp_jar jar = {0};
    struct fp_error err = {0};
    assert_int_equal(fp_jar_inspect(NULL, "/no/such.jar", &jar, &err), FP_E_NOT_FOUND);
}

/* Append a jar in which `count` records of the directory share the bytes of one entry. */
static void put_shared(struct fp_buf *jar, const struct jar_entry *entry, size_t count)
{
    put_jar(jar, entry, 1);
    size_t record_len = 46 + strlen(entry->name);
    size_t at = jar->len - 22 - record_len;
    cleanup_free char *record = fp_xmalloc(record_len);
    memcpy(record, jar->data + at, record_len);
    jar->len = at;
    for (size_t i = 0; i < count; i++)
        put_bytes(jar, record, record_len);
    put_bytes(jar, "PK\5\6\0\0\0\0", 8);
    put(jar, count, 2);
    put(jar, count, 2);
    put(jar, count * record_len, 4);
    put(jar, at, 4);
    put(jar, 0, 2);
}

/* As in Java, the end record is the one whose comment ends with the file, even if the comment holds
 * other records, or one whose entries are where it says. */
static void test_ends_that_are_none(void **state)
{
    const struct jar_entry entry = {"META-INF/MANIFEST.MF", "Main-Class: a.B\r\n", 0, true, 0};
    cleanup_buf struct fp_buf bytes = FP_BUF_INIT((size_t) 1 << 20);
    put_jar(&bytes, &entry, 1);
    size_t comment = bytes.len - 2;
    static const char fake[22] = "PK\5\6";
    for (int i = 0; i < 1000; i++)
        put_bytes(&bytes, fake, sizeof(fake));
    put_bytes(&bytes, "so.", 3);
    bytes.data[comment] = (char) (22003 & 0xff);
    bytes.data[comment + 1] = (char) (22003 >> 8);
    for (int behind = 0; behind < 2; behind++) {
        write_jar(*state, bytes.data, bytes.len);
        struct fp_jar jar = inspect(*state);
        assert_string_equal(jar.main_class, "a.B");
        fp_jar_clear(&jar);
        bytes.data[comment] = bytes.data[comment + 1] = 0;
    }
}

/* 65535 can mean that there is a zip64 record, but so many entries do not need one. */
static void test_a_jar_of_65535_entries(void **state)
{
    cleanup_buf struct fp_buf bytes = FP_BUF_INIT((size_t) 8 << 20);
    const struct jar_entry entry = {"META-INF/MANIFEST.MF", "Main-Class: a.B\r\n", 0, true, 0};
    put_shared(&bytes, &entry, 65535);
    write_jar(*state, bytes.data, bytes.len);
    struct fp_jar jar = inspect(*state);
    assert_string_equal(jar.main_class, "a.B");
    fp_jar_clear(&jar);
}

/* The manifest of a signed jar has a section for each entry. Only the main section is read. */
static void test_a_long_manifest(void **state)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT((size_t) 8 << 20);
    cleanup_buf struct fp_buf bytes = FP_BUF_INIT((size_t) 8 << 20);
    put_bytes(&text, "Main-Class: a.B\r\n\r\n", 19);
    while (text.len < (size_t) 2 << 20)
        put_bytes(&text, "Name: x\r\n\r\n", 11);
    struct jar_entry entry = {"META-INF/MANIFEST.MF", text.data, text.len, false, 0};
    put_jar(&bytes, &entry, 1);
    write_jar(*state, bytes.data, bytes.len);
    struct fp_jar jar = inspect(*state);
    assert_string_equal(jar.main_class, "a.B");
    fp_jar_clear(&jar);
    memset(text.data, 'x', text.len);
    bytes.len = 0;
    put_jar(&bytes, &entry, 1);
    write_jar(*state, bytes.data, bytes.len);
    refused(*state, "the manifest's main section is larger than 1 MiB");
}

static void test_damaged(void **state)
{
    const struct jar_entry entry = {"a/B.class", CLASS("\x34"), CLASS_LEN, true, 0};
    cleanup_buf struct fp_buf bytes = FP_BUF_INIT((size_t) 1 << 20);
    put_jar(&bytes, &entry, 1);
    size_t directory = bytes.len - 22 - 46 - strlen(entry.name);
    char *where = bytes.data + directory;
    *where = 'X';
    write_jar(*state, bytes.data, bytes.len);
    refused(*state, "an entry is not where it should be");
    *where = 'P';
    where[42] = 0x70; /* the offset of its content */
    write_jar(*state, bytes.data, bytes.len);
    refused(*state, "not a jar");
    where[42] = 0;
    where[28] = 0x7f; /* the length of its name */
    write_jar(*state, bytes.data, bytes.len);
    refused(*state, "an entry is cut off");
    where[28] = (char) strlen(entry.name);
    memset(bytes.data + 30 + strlen(entry.name), 0xff, 8);
    write_jar(*state, bytes.data, bytes.len);
    refused(*state, "a/B.class is damaged");
    memset(bytes.data + bytes.len - 6, 0x7f, 4); /* the offset of the directory */
    write_jar(*state, bytes.data, bytes.len);
    refused(*state, "beyond the end");
}

/* A directory can name a manifest repeatedly, and an entry can begin with many empty blocks. Only
 * the first manifest and a limited part of the blocks are read. */
static void test_little_that_costs_much(void **state)
{
    const struct jar_entry twice[] = {
        {"META-INF/MANIFEST.MF", "Main-Class: a.First\r\n", 0, true, 0},
        {"META-INF/MANIFEST.MF", "Main-Class: a.Second\r\n", 0, true, 0},
    };
    cleanup_buf struct fp_buf bytes = FP_BUF_INIT((size_t) 1 << 20);
    put_jar(&bytes, twice, 2);
    write_jar(*state, bytes.data, bytes.len);
    struct fp_jar jar = inspect(*state);
    assert_string_equal(jar.main_class, "a.First");
    fp_jar_clear(&jar);

    static const char empty_block[] = {0, 0, 0, (char) 0xff, (char) 0xff};
    static const char last_block[] = {1, CLASS_LEN, 0, (char) ~CLASS_LEN, (char) 0xff};
    cleanup_buf struct fp_buf blocks = FP_BUF_INIT((size_t) 1 << 20);
    for (int i = 0; i < 2000; i++)
        put_bytes(&blocks, empty_block, sizeof(empty_block));
    put_bytes(&blocks, last_block, sizeof(last_block));
    put_bytes(&blocks, CLASS("\x34"), CLASS_LEN);
    const struct jar_entry entry = {"a/B.class", blocks.data, blocks.len, false, 0};
    fp_buf_clear(&bytes);
    bytes.max = (size_t) 1 << 20;
    put_jar(&bytes, &entry, 1);
    bytes.data[8] = 8; /* the method: deflated */
    bytes.data[bytes.len - 22 - 46 - strlen(entry.name) + 10] = 8;
    write_jar(*state, bytes.data, bytes.len);
    refused(*state, "a/B.class is damaged");
}

static void test_many_that_cost_much_together(void **state)
{
    static const size_t BYTES = (size_t) 2 << 20;
    const struct fixture *fixture = *state;
    cleanup_buf struct fp_buf jar = FP_BUF_INIT((size_t) 8 << 20);
    cleanup_free char *elf = fp_xcalloc(BYTES, 1);
    memcpy(elf, "\177ELF\2\1\1", 7);
    struct jar_entry entry = {.name = "x.so", .data = elf, .len = BYTES, .deflated = true};
    put_shared(&jar, &entry, 40);
    write_jar(fixture, jar.data, jar.len);
    refused(fixture, "its entries are too large together: more than 67");
    jar.len = 0;
    put_shared(&jar, &entry, 30);
    write_jar(fixture, jar.data, jar.len);
    struct fp_jar few = inspect(fixture);
    fp_jar_clear(&few);
    /* The greatest number of entries is fine, because nested jars are not read. */
    entry = (struct jar_entry){.name = "a.jar",
                               .data = "PK\3\4 and so on, for long enough to be "
                                       "something else: "
                                       "....................................."
                                       "....................................."
                                       ".....................................",
                               .deflated = true};
    jar.len = 0;
    put_shared(&jar, &entry, 65534);
    write_jar(fixture, jar.data, jar.len);
    struct fp_jar many = inspect(fixture);
    assert_int_equal(many.native_count, 0);
    fp_jar_clear(&many);
}

static void test_java(void **state)
{
    (void) state;
    assert_int_equal(fp_java_of_class_major(52), 8);
    assert_int_equal(fp_java_of_class_major(55), 11);
    assert_int_equal(fp_java_of_class_major(65), 21);
    assert_int_equal(fp_java_of_class_major(0), 0);
}

static void test_an_interrupt(void **state)
{
    const struct fixture *fixture = *state;
    const struct jar_entry entry = {.name = "a/B.class", .data = CLASS("\x34"), .len = CLASS_LEN};
    cleanup_buf struct fp_buf jar = FP_BUF_INIT((size_t) 1 << 20);
    struct fp_error err = {0};
    bool found = false;
    put_jar(&jar, &entry, 1);
    write_jar(fixture, jar.data, jar.len);
    struct fp_cancel cancel = {0};
    cleanup_cancel struct fp_cancel *before = fp_cancel_enter(&cancel);
    assert_true(fp_cancel(&cancel, SIGTERM));
    assert_int_equal(fp_jar_has_class(NULL, fixture->path, "a.B", &found, &err), FP_E_INTERRUPTED);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_all_that_a_jar_says),
        TEST(test_what_is_flink_itself),
        TEST(test_a_jar_that_says_nothing),
        TEST(test_no_jar),
        TEST(test_ends_that_are_none),
        TEST(test_a_jar_of_65535_entries),
        TEST(test_a_long_manifest),
        TEST(test_damaged),
        TEST(test_little_that_costs_much),
        TEST(test_many_that_cost_much_together),
        TEST(test_java),
        TEST(test_an_interrupt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
