/** Input files, which are opened once and whose bytes must not change. */
#include "support.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define ABC     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define ABC_512 "ddaf35a193617abacc417349ae204131"

/* Write a file in the scratch directory. The caller owns the path. */
/* The SHA-256 of something else. */
#define ABC_OTHER "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static char *write_file(const char *folder, const char *text)
{
    char *path = fp_path_join(folder, "file");
    struct fp_error err = {0};
    assert_ok(fp_file_write(path, text, strlen(text), 0600, &err), err);
    return path;
}

/* Write into a file like a process that has it open, and restore the times of the file. */
static void write_into(const char *path, const char *text)
{
    struct stat st = {0};
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(pwrite(fd, text, strlen(text), 0), (ssize_t) strlen(text));
    assert_int_equal(futimens(fd, (struct timespec[]){st.st_atim, st.st_mtim}), 0);
    assert_int_equal(close(fd), 0);
}

static enum fp_code read_all(struct fp_input *input, struct fp_error *err)
{
    struct fp_source *opened = NULL;
    cleanup_sink struct fp_sink *nowhere = fp_sink_null();
    enum fp_code code = fp_input_source(input, &opened, err);
    cleanup_source struct fp_source *source = opened;
    return code == FP_OK ? fp_stream_copy(source, nowhere, NULL, err) : code;
}

static void has_sha256(struct fp_input *input, const char *expected)
{
    struct fp_error err = {0};
    char hex[FP_HASH_HEX_MAX] = "";
    assert_ok(fp_input_sha256(input, hex, &err), err);
    assert_string_equal(hex, expected);
}

static void test_one_reading_gives_both_digests(void **state)
{
    struct fp_error err = {0};
    char hex[FP_HASH_HEX_MAX] = "";
    cleanup_free char *path = write_file(*state, "abc");
    cleanup_input struct fp_input *input = NULL;
    assert_ok(fp_input_open(path, &input, &err), err);
    assert_int_equal(input->bytes, 3);
    assert_ok(fp_input_hash(input, FP_SHA512, hex, &err), err);
    assert_memory_equal(hex, ABC_512, strlen(ABC_512));
    assert_int_equal(truncate(path, 0), 0);
    has_sha256(input, ABC); /* without reading the file again */
}

/* The file has several parts of half a megabyte, and a shorter last part. */
static void test_digests_of_large_files(void **state)
{
    static const size_t lengths[] = {(512 << 10) - 1, 512 << 10, (1 << 20) + 7, 3 << 20};
    cleanup_free char *data = fp_xmalloc(3 << 20);
    cleanup_free char *path = fp_path_join(*state, "file");
    for (size_t i = 0; i < (3 << 20); i++)
        data[i] = (char) (i * 2654435761U >> 13);
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        struct fp_error err = {0};
        char expected[FP_HASH_HEX_MAX] = "";
        char hex[FP_HASH_HEX_MAX] = "";
        cleanup_input struct fp_input *input = NULL;
        cleanup_input struct fp_input *again = NULL;
        assert_ok(fp_file_write(path, data, lengths[i], 0600, &err), err);
        assert_ok(fp_input_open(path, &input, &err), err);
        fp_hash_bytes(FP_SHA1, data, lengths[i], expected);
        assert_ok(fp_input_hash(input, FP_SHA1, hex, &err), err);
        assert_string_equal(hex, expected);
        fp_hash_bytes(FP_SHA256, data, lengths[i], expected);
        has_sha256(input, expected);
        assert_ok(read_all(input, &err), err);
        assert_ok(fp_input_open(path, &again, &err), err);
        has_sha256(again, expected);
    }
}

static void test_a_name_that_moves_on_changes_nothing(void **state)
{
    struct fp_error err = {0};
    cleanup_free char *path = write_file(*state, "abc");
    cleanup_input struct fp_input *input = NULL;
    assert_ok(fp_input_open(path, &input, &err), err);
    free(write_file(*state, "xyz"));
    has_sha256(input, ABC);
    assert_int_equal(fp_input_blame(input, FP_E_INPUT, &err), FP_E_INPUT);
    assert_int_equal(unlink(path), 0);
    assert_ok(read_all(input, &err), err);
}

static void test_other_bytes_are_noticed(void **state)
{
    struct fp_error err = {0};
    char hex[FP_HASH_HEX_MAX] = "";
    cleanup_free char *path = write_file(*state, "abc");
    cleanup_input struct fp_input *input = NULL;
    assert_ok(fp_input_open(path, &input, &err), err);
    assert_ok(read_all(input, &err), err);
    write_into(path, "abd");
    assert_int_equal(fp_input_blame(input, FP_E_VERIFY, &err), FP_E_VERIFY);
    assert_string_equal(err.text, ""); /* size and time are unchanged */
    assert_int_equal(read_all(input, &err), FP_E_INPUT);
    assert_non_null(strstr(err.text, "changed while it was read"));
    assert_non_null(strstr(err.text, path));
    assert_int_equal(fp_input_hash(input, FP_SHA512, hex, &err), FP_E_INPUT);
    assert_int_equal(fp_input_sha256(input, hex, &err), FP_E_INPUT);
    input->is_pinned = true;
    assert_int_equal(fp_input_sha256(input, hex, &err), FP_E_VERIFY);
    write_into(path, "abc");
    has_sha256(input, ABC);
    assert_int_equal(truncate(path, 1), 0);
    assert_int_equal(fp_input_blame(input, FP_E_INPUT, &err), FP_E_VERIFY);
    assert_non_null(strstr(err.text, "changed while it was read"));
    assert_int_equal(fp_input_blame(input, FP_E_IO, &err), FP_E_IO);
    assert_int_equal(fp_input_blame(input, FP_OK, &err), FP_OK);
    assert_int_equal(read_all(input, &err), FP_E_IO);
}

/* The digests of a download are computed before it becomes a file, and are then checked. */
static void test_what_was_expected_is_held_to(void **state)
{
    struct fp_error err = {0};
    const char sha256[FP_HASH_HEX_MAX] = ABC;
    char fingerprint[FP_HASH_HEX_MAX] = "";
    cleanup_free char *path = write_file(*state, "abd");
    cleanup_input struct fp_input *input = NULL;
    assert_ok(fp_input_open(path, &input, &err), err);
    fp_hash_bytes(FP_FINGERPRINT, "abc", 3, fingerprint);
    fp_input_expect(input, sha256, fingerprint);
    has_sha256(input, ABC);
    assert_int_equal(read_all(input, &err), FP_E_INPUT);
    write_into(path, "abc");
    assert_ok(read_all(input, &err), err);
}

/* A digest that is remembered spares the reading for it, and readings for something else show
 * whether it is right. */
static void test_what_was_recalled_is_held_to(void **state)
{
    struct fp_error err = {0};
    const char sha256[FP_HASH_HEX_MAX] = ABC;
    const char other[FP_HASH_HEX_MAX] = ABC_OTHER;
    char hex[FP_HASH_HEX_MAX] = "";
    cleanup_free char *path = write_file(*state, "abd");
    cleanup_input struct fp_input *input = NULL;
    assert_ok(fp_input_open(path, &input, &err), err);
    fp_input_set_sha256(input, sha256);
    has_sha256(input, ABC);
    assert_int_equal(read_all(input, &err), FP_E_INPUT);
    assert_int_equal(read_all(input, &err), FP_E_INPUT);
    input->is_pinned = true;
    assert_int_equal(read_all(input, &err), FP_E_VERIFY);
    write_into(path, "abc");
    assert_ok(read_all(input, &err), err);
    assert_ok(read_all(input, &err), err);
    assert_false(input->is_recalled);
    fp_input_set_sha256(input, other); /* one is known */
    has_sha256(input, ABC);

    /* Computing digests replaces what was recalled. */
    fp_input_freep(&input);
    assert_ok(fp_input_open(path, &input, &err), err);
    fp_input_set_sha256(input, other);
    assert_ok(fp_input_hash(input, FP_SHA512, hex, &err), err);
    has_sha256(input, ABC);
    assert_ok(read_all(input, &err), err);
}

/* The file changes during two parallel readings. The reading that ends later fails. */
static void test_other_bytes_are_noticed_amid_two_readings(void **state)
{
    struct fp_error err = {0};
    char byte = 0;
    size_t got = 0;
    cleanup_free char *path = write_file(*state, "abc");
    cleanup_input struct fp_input *input = NULL;
    cleanup_source struct fp_source *slow = NULL;
    assert_ok(fp_input_open(path, &input, &err), err);
    assert_ok(fp_input_source(input, &slow, &err), err);
    assert_ok(fp_source_read(slow, &byte, 1, &got, &err), err);
    write_into(path, "xbc");
    assert_ok(read_all(input, &err), err);
    assert_ok(fp_source_read(slow, &byte, 1, &got, &err), err);
    assert_int_equal(fp_source_read(slow, &byte, 1, &got, &err), FP_E_INPUT);
    assert_int_equal(got, 0);
}

static void test_what_is_no_file_is_refused(void **state)
{
    struct fp_error err = {0};
    cleanup_input struct fp_input *input = NULL;
    cleanup_free char *pipe = fp_path_join(*state, "pipe");
    assert_int_equal(mkfifo(pipe, 0600), 0);
    assert_int_equal(fp_input_open("/nonexistent/x.tgz", &input, &err), FP_E_NOT_FOUND);
    assert_int_equal(fp_input_open(pipe, &input, &err), FP_E_INPUT);
    assert_int_equal(fp_input_open(*state, &input, &err), FP_E_INPUT);
    assert_null(input);
    fp_input_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(test_one_reading_gives_both_digests),
        scratch_test(test_digests_of_large_files),
        scratch_test(test_a_name_that_moves_on_changes_nothing),
        scratch_test(test_other_bytes_are_noticed),
        scratch_test(test_what_was_expected_is_held_to),
        scratch_test(test_what_was_recalled_is_held_to),
        scratch_test(test_other_bytes_are_noticed_amid_two_readings),
        scratch_test(test_what_is_no_file_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
