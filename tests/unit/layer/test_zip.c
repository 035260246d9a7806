/** The entries of zip files, whole and their beginnings. */
#include "zip_maker.h"

#include <stdio.h>

#include "flinkpack/layer/zip.h"

#define LONG_LEN ((size_t) 300000)

/* What a test has of a zip: its file, and a text of what was read. */
struct fixture {
    char *folder;
    char *path;
    size_t cap; /* the most bytes of an entry to read */
    struct fp_buf seen;
};

static int setup(void **state)
{
    struct fixture *fixture = fp_xcalloc(1, sizeof(*fixture));
    struct fp_error err = {0};
    fixture->seen = (struct fp_buf) FP_BUF_INIT((size_t) 1 << 20);
    if (fp_temp_dir("/tmp", &fixture->folder, &err) != FP_OK)
        return -1;
    fixture->path = fp_path_join(fixture->folder, "a.jar");
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    fp_temp_remove(fixture->folder);
    free(fixture->path);
    fp_buf_clear(&fixture->seen);
    free(fixture);
    return 0;
}

/* Append "NAME LENGTH FIRST LAST;". */
static enum fp_code see(void *context, struct fp_zip *zip, const struct fp_zip_entry *entry,
                        struct fp_error *err)
{
    struct fixture *fixture = context;
    cleanup_free char *data = fp_xmalloc(fixture->cap);
    size_t len = 0;
    FP_TRY(fp_zip_read(zip, entry, data, fixture->cap, &len, err));
    cleanup_free char *line = fp_xasprintf("%s %zu %c%c;", entry->name, len,
                                           len > 0 ? data[0] : '-', len > 0 ? data[len - 1] : '-');
    put_bytes(&fixture->seen, line, strlen(line));
    return FP_OK;
}

static enum fp_code read_all(struct fixture *fixture, const struct fp_buf *bytes, size_t cap,
                             struct fp_error *err)
{
    cleanup_zip struct fp_zip *zip = NULL;
    fixture->seen.len = 0;
    fixture->cap = cap;
    assert_int_equal(fp_file_write(fixture->path, bytes->data, bytes->len, 0644, err), FP_OK);
    FP_TRY(fp_zip_open(fixture->path, &zip, err));
    return fp_zip_each(zip, see, fixture, err);
}

static void sees(struct fixture *fixture, const struct fp_buf *bytes, size_t cap, const char *text)
{
    struct fp_error err = {0};
    if (read_all(fixture, bytes, cap, &err) != FP_OK)
        fail_msg("%s", err.text);
    assert_string_equal(fp_buf_text(&fixture->seen), text);
}

static struct fp_buf make(const struct jar_entry *entries, size_t count)
{
    struct fp_buf bytes = FP_BUF_INIT((size_t) 1 << 20);
    put_jar(&bytes, entries, count);
    return bytes;
}

/* Whole entries are found wherever they lie, and so are beginnings. */
static void test_read(void **state)
{
    cleanup_free char *text = fp_xmalloc(LONG_LEN);
    memset(text, 'x', LONG_LEN);
    text[0] = 'a';
    text[LONG_LEN - 1] = 'z';
    const struct jar_entry entries[] = {{"a", "first", 0, false, 0},
                                        {"b", "packed", 0, true, 0},
                                        {"c", text, LONG_LEN, true, 0},
                                        {"d", text, LONG_LEN, false, 0},
                                        {"e", "last", 0, true, 0}};
    cleanup_buf struct fp_buf bytes = make(entries, 5);
    sees(*state, &bytes, LONG_LEN, "a 5 ft;b 6 pd;c 300000 az;d 300000 az;e 4 lt;");
    sees(*state, &bytes, 3, "a 3 fr;b 3 pc;c 3 ax;d 3 ax;e 3 ls;");
}

/* Sizes that are not true are no reason to read less: Java goes on to the end of the stream. */
static void test_sizes_that_are_not_true(void **state)
{
    const struct jar_entry entry = {"b", "packed", 0, true, 0};
    cleanup_buf struct fp_buf bytes = make(&entry, 1);
    size_t record = bytes.len - 22 - 46 - 1;
    bytes.data[record + 20] = 1;
    sees(*state, &bytes, 100, "b 6 pd;");
    bytes.data[record + 20] = 100;
    sees(*state, &bytes, 100, "b 6 pd;");
    bytes.data[record + 24] = 60;
    sees(*state, &bytes, 100, "b 6 pd;");
}

static void test_damaged(void **state)
{
    const struct jar_entry entry = {"b", "packed", 0, true, 0};
    struct fp_error err = {0};
    cleanup_buf struct fp_buf bytes = make(&entry, 1);
    bytes.data[31] = '\xff';
    assert_int_equal(read_all(*state, &bytes, 100, &err), FP_E_INPUT);
    assert_non_null(strstr(err.text, "b is damaged"));
    bytes.data[0] = 'x';
    assert_int_equal(read_all(*state, &bytes, 100, &err), FP_E_INPUT);
    assert_non_null(strstr(err.text, "an entry is not where it should be"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_read, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sizes_that_are_not_true, setup, teardown),
        cmocka_unit_test_setup_teardown(test_damaged, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
