/* What the cache remembers of jars. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>
#include <cmocka.h>

#include "flinkpack/flink/job.h"

#define MANIFEST   "META-INF/MANIFEST.MF"
#define PATIENCE_S 10

static char *folder;
static char *path;
static struct fp_cache *cache;

static int setup(void **state)
{
    (void) state;
    struct fp_error err = {0};
    if (fp_temp_dir("/tmp", &folder, &err) != FP_OK)
        return -1;
    path = fp_path_join(folder, "job.jar");
    cleanup_free char *directory = fp_path_join(folder, "cache");
    return fp_cache_open(directory, FP_CACHE_MAX_BYTES, &cache, &err) == FP_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void) state;
    fp_cache_free(cache);
    fp_temp_remove(folder);
    free(path);
    return 0;
}

static void add(struct archive *jar, const char *name, const void *data, size_t len)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_size(entry, (la_int64_t) len);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_mtime(entry, 1700000000, 0);
    assert_int_equal(archive_write_header(jar, entry), ARCHIVE_OK);
    assert_int_equal(archive_write_data(jar, data, len), len);
    archive_entry_free(entry);
}

/* A jar with a main class, and with native code: that of this test. */
static void write_jar(const char *main_class)
{
    static const char class_file[] = "\xca\xfe\xba\xbe\0\0\0\x37";
    struct fp_error err = {0};
    cleanup_buf struct fp_buf self = FP_BUF_INIT((size_t) 64 << 20);
    cleanup_free char *manifest = fp_xasprintf("Main-Class: %s\n\n", main_class);
    struct archive *jar = archive_write_new();
    assert_int_equal(fp_file_read("/proc/self/exe", &self, &err), FP_OK);
    assert_int_equal(archive_write_set_format_zip(jar), ARCHIVE_OK);
    assert_int_equal(archive_write_zip_set_compression_store(jar), ARCHIVE_OK);
    assert_int_equal(archive_write_open_filename(jar, path), ARCHIVE_OK);
    add(jar, MANIFEST, manifest, strlen(manifest));
    add(jar, "com/example/Job.class", class_file, sizeof(class_file) - 1);
    add(jar, "linux/native.so", fp_buf_text(&self), self.len);
    assert_int_equal(archive_write_close(jar), ARCHIVE_OK);
    archive_write_free(jar);
}

/* The names of the records of jars. */
static size_t count_records(struct fp_strv *ret)
{
    cleanup_free char *records = fp_path_join(folder, "cache/records/jar");
    return fp_dir_names(records, "*", SIZE_MAX, ret) ? ret->len : 0;
}

static struct fp_jar inspect(void)
{
    struct fp_jar jar = {0};
    struct fp_error err = {0};
    if (fp_jar_inspect(cache, path, &jar, &err) != FP_OK)
        fail_msg("%s", err.text);
    return jar;
}

/* Inspect until the file is old enough to be remembered, which takes some ticks of its clock. */
static struct fp_jar inspect_and_remember(size_t records)
{
    time_t end = time(NULL) + PATIENCE_S;
    for (;;) {
        cleanup_strv struct fp_strv names = {0};
        struct fp_jar jar = inspect();
        if (count_records(&names) > records)
            return jar;
        fp_jar_clear(&jar);
        if (time(NULL) > end)
            skip(); /* the file system's clock is too coarse, or a server's */
    }
}

static void assert_same(const struct fp_jar *a, const struct fp_jar *b)
{
    cleanup_json json_t *one = fp_jar_json(a);
    cleanup_json json_t *other = fp_jar_json(b);
    cleanup_free char *expected = fp_json_canonical(one);
    cleanup_free char *actual = fp_json_canonical(other);
    assert_string_equal(actual, expected);
    assert_string_equal(a->sha256, b->sha256);
    assert_int_equal(a->size, b->size);
}

static void a_jar_is_read_once(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_jar unknown = {0};
    cleanup_strv struct fp_strv names = {0};
    write_jar("com.example.Job");
    struct fp_jar first = inspect_and_remember(0);
    assert_int_equal(fp_jar_inspect(NULL, path, &unknown, &err), FP_OK);
    assert_same(&first, &unknown);
    struct fp_jar second = inspect();
    assert_same(&first, &second);
    assert_string_equal(second.main_class, "com.example.Job");
    assert_int_equal(second.class_major, 55);
    assert_int_equal(second.native_count, 1);
    assert_true(second.natives[0].elf.needed.len > 0);
    fp_jar_clear(&first);
    fp_jar_clear(&second);
    fp_jar_clear(&unknown);
    /* It is the record that tells. */
    assert_int_equal(count_records(&names), 1);
    cleanup_json json_t *record = fp_cache_get(cache, "jar", names.items[0]);
    fp_json_set_text(record, "mainClass", "com.example.Other");
    fp_cache_put(cache, "jar", names.items[0], record);
    struct fp_jar third = inspect();
    assert_string_equal(third.main_class, "com.example.Other");
    fp_jar_clear(&third);
    /* One that cannot be right is made again. */
    fp_json_set(record, "natives", json_true());
    fp_cache_put(cache, "jar", names.items[0], record);
    struct fp_jar fourth = inspect();
    assert_string_equal(fourth.main_class, "com.example.Job");
    fp_jar_clear(&fourth);
    cleanup_json json_t *again = fp_cache_get(cache, "jar", names.items[0]);
    assert_string_equal(fp_json_string(again, "mainClass"), "com.example.Job");
}

static void a_jar_that_changes_is_read_again(void **state)
{
    (void) state;
    write_jar("com.example.Job");
    struct fp_jar first = inspect_and_remember(0);
    write_jar("com.example.Bob");
    struct fp_jar second = inspect();
    assert_string_equal(second.main_class, "com.example.Bob");
    assert_string_not_equal(second.sha256, first.sha256);
    assert_int_equal(second.size, first.size);
    fp_jar_clear(&first);
    fp_jar_clear(&second);
}

static void questions_are_told_apart(void **state)
{
    (void) state;
    bool found = false;
    struct fp_error err = {0};
    write_jar("com.example.Job");
    struct fp_jar jar = inspect_and_remember(0);
    fp_jar_clear(&jar);
    for (int round = 0; round < 2; round++) {
        cleanup_strv struct fp_strv names = {0};
        assert_int_equal(fp_jar_has_class(cache, path, "com.example.Job", &found, &err), FP_OK);
        assert_true(found);
        assert_int_equal(fp_jar_has_class(cache, path, "com.example.Bob", &found, &err), FP_OK);
        assert_false(found);
        assert_int_equal(count_records(&names), 3);
    }
}

static void what_is_no_jar_is_told_as_ever(void **state)
{
    (void) state;
    struct fp_jar jar = {0};
    struct fp_error err = {0};
    assert_int_equal(fp_jar_inspect(cache, "/no/such.jar", &jar, &err), FP_E_NOT_FOUND);
    assert_int_equal(fp_file_write(path, "text", 4, 0644, &err), FP_OK);
    assert_int_equal(fp_jar_inspect(cache, path, &jar, &err), FP_E_INPUT);
    assert_non_null(strstr(err.text, "not a jar"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_jar_is_read_once, setup, teardown),
        cmocka_unit_test_setup_teardown(a_jar_that_changes_is_read_again, setup, teardown),
        cmocka_unit_test_setup_teardown(questions_are_told_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_jar_is_told_as_ever, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
