#include "flinkpack/layer/blob.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char hello_digest[] =
    "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

static struct fp_descriptor hello_descriptor(void)
{
    struct fp_descriptor descriptor = {.size = 5, .digest = fp_digest_of("hello", 5)};
    (void) snprintf(descriptor.media_type, sizeof(descriptor.media_type), "text/plain");
    return descriptor;
}

static void assert_reads(const struct fp_blob *blob, uint64_t offset, const char *expected)
{
    struct fp_error err = {0};
    struct fp_source *opened = NULL;
    assert_int_equal(fp_blob_open(blob, offset, &opened, &err), FP_OK);
    cleanup_source struct fp_source *source = opened;
    cleanup_buf struct fp_buf buf = FP_BUF_INIT(100);
    assert_int_equal(fp_source_read_all(source, &buf, &err), FP_OK);
    assert_string_equal(fp_buf_text(&buf), expected);
}

static void memory_blob_has_digest_and_bytes(void **state)
{
    (void) state;
    cleanup_blob struct fp_blob *blob = fp_blob_memory("text/plain", fp_xstrdup("hello"), 5);
    assert_string_equal(fp_blob_descriptor(blob)->digest.text, hello_digest);
    assert_string_equal(fp_blob_descriptor(blob)->media_type, "text/plain");
    assert_reads(blob, 0, "hello");
    assert_reads(blob, 3, "lo");
    assert_reads(blob, 5, "");
    assert_null(fp_blob_path(blob));
    assert_int_equal(fp_blob_fd(blob), -1);
    struct fp_error err = {0};
    struct fp_source *source = NULL;
    assert_int_equal(fp_blob_open(blob, 6, &source, &err), FP_E_INTERNAL);
}

static void source_outlives_memory_blob(void **state)
{
    (void) state;
    struct fp_blob *blob = fp_blob_memory("text/plain", fp_xstrdup("hello"), 5);
    struct fp_error err = {0};
    struct fp_source *opened = NULL;
    assert_int_equal(fp_blob_open(blob, 0, &opened, &err), FP_OK);
    cleanup_source struct fp_source *source = opened;
    fp_blob_unref(blob);
    char data[8] = "";
    size_t len = 0;
    assert_int_equal(fp_source_read_full(source, data, sizeof(data), &len, &err), FP_OK);
    assert_int_equal(len, 5);
}

static void file_blob_knows_whether_it_is_the_whole_file(void **state)
{
    (void) state;
    char path[] = "test_blob.XXXXXX";
    cleanup_fd int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "hello", 5), 5);
    struct fp_descriptor descriptor = hello_descriptor();
    cleanup_blob struct fp_blob *named = fp_blob_file(&descriptor, path, -1, 0);
    cleanup_blob struct fp_blob *open = fp_blob_file(&descriptor, NULL, fd, 0);
    descriptor.size = 3;
    cleanup_blob struct fp_blob *part = fp_blob_file(&descriptor, path, fd, 1);
    assert_string_equal(fp_blob_path(named), path);
    assert_int_equal(fp_blob_fd(named), -1);
    assert_null(fp_blob_path(open));
    assert_true(fp_blob_fd(open) >= 0 && fp_blob_fd(open) != fd);
    assert_null(fp_blob_path(part));
    assert_int_equal(fp_blob_fd(part), -1);
    assert_reads(named, 0, "hello");
    assert_reads(part, 0, "ell");
    assert_int_equal(unlink(path), 0);
    assert_null(fp_blob_path(named));
    assert_reads(open, 1, "ello");
    struct fp_error err = {0};
    struct fp_source *source = NULL;
    assert_int_equal(fp_blob_open(named, 0, &source, &err), FP_E_NOT_FOUND);
    assert_non_null(strstr(err.text, path));
}

static enum fp_code read_verified(const char *bytes, const struct fp_descriptor *descriptor,
                                  struct fp_error *err)
{
    cleanup_source struct fp_source *source =
        fp_source_verified(fp_source_memory(bytes, strlen(bytes)), descriptor, "base layer");
    cleanup_buf struct fp_buf buf = FP_BUF_INIT(100);
    return fp_source_read_all(source, &buf, err);
}

static void verified_source_accepts_and_refuses(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_descriptor descriptor = hello_descriptor();
    assert_int_equal(read_verified("hello", &descriptor, &err), FP_OK);
    assert_int_equal(read_verified("hell", &descriptor, &err), FP_E_VERIFY);
    assert_string_equal(err.text, "base layer: expected 5 bytes, got 4");
    assert_int_equal(read_verified("hello!", &descriptor, &err), FP_E_VERIFY);
    assert_string_equal(err.text, "base layer: expected 5 bytes, got more");
    assert_int_equal(read_verified("jello", &descriptor, &err), FP_E_VERIFY);
    assert_non_null(strstr(err.text, hello_digest));
    assert_non_null(strstr(err.text, fp_digest_of("jello", 5).text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_blob_has_digest_and_bytes),
        cmocka_unit_test(source_outlives_memory_blob),
        cmocka_unit_test(file_blob_knows_whether_it_is_the_whole_file),
        cmocka_unit_test(verified_source_accepts_and_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
