/** Files that are opened once and held to their bytes. */
#include "support.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define ABC     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define ABC_512 "ddaf35a193617abacc417349ae204131"

/* A file in the scratch folder. The caller owns the path. */
static char *write_file(const char *folder, const char *text)
{
    char *path = fp_path_join(folder, "file");
    struct fp_error err = {0};
    assert_ok(fp_file_write(path, text, strlen(text), 0600, &err), err);
    return path;
}

/* As somebody does who has the very file open; its times are as they were. */
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

static void test_one_reading_gives_both_digests(void **state)
{
    struct fp_error err = {0};
    char hex[FP_HASH_HEX_MAX] = "";
    cleanup_free char *path = write_file(*state, "abc");
    cleanup_input struct fp_input input = {0};
    assert_ok(fp_input_open(path, &input, &err), err);
    assert_int_equal(input.bytes, 3);
    assert_string_equal(input.sha256, "");
    assert_ok(fp_input_hash(&input, FP_SHA512, hex, &err), err);
    assert_memory_equal(hex, ABC_512, strlen(ABC_512));
    assert_string_equal(input.sha256, ABC);
}

static void test_a_name_that_moves_on_changes_nothing(void **state)
{
    struct fp_error err = {0};
    char hex[FP_HASH_HEX_MAX] = "";
    cleanup_free char *path = write_file(*state, "abc");
    cleanup_input struct fp_input input = {0};
    cleanup_input struct fp_input shared = {0};
    assert_ok(fp_input_open(path, &input, &err), err);
    assert_ok(fp_input_share(&input, &shared, &err), err);
    free(write_file(*state, "xyz"));
    assert_ok(fp_input_hash(&input, FP_SHA256, hex, &err), err);
    assert_string_equal(hex, ABC);
    assert_ok(fp_input_hash(&shared, FP_SHA256, hex, &err), err);
    assert_string_equal(hex, ABC);
    assert_ok(fp_input_check(&input, &err), err);
    assert_int_equal(unlink(path), 0);
    assert_ok(fp_input_hash(&input, FP_SHA256, hex, &err), err);
}

static void test_other_bytes_are_noticed(void **state)
{
    struct fp_error err = {0};
    char hex[FP_HASH_HEX_MAX] = "";
    cleanup_free char *path = write_file(*state, "abc");
    cleanup_input struct fp_input input = {0};
    assert_ok(fp_input_open(path, &input, &err), err);
    assert_ok(fp_input_hash(&input, FP_SHA512, hex, &err), err);
    write_into(path, "abd");
    assert_ok(fp_input_check(&input, &err), err); /* neither size nor time tell */
    assert_int_equal(fp_input_hash(&input, FP_SHA512, hex, &err), FP_E_INPUT);
    assert_non_null(strstr(err.text, "changed while it was read"));
    assert_non_null(strstr(err.text, path));
    input.is_pinned = true;
    assert_int_equal(fp_input_confirm(&input, hex, &err), FP_E_VERIFY);
    write_into(path, "abc");
    assert_ok(fp_input_hash(&input, FP_SHA512, hex, &err), err);
    assert_int_equal(truncate(path, 1), 0);
    assert_int_equal(fp_input_check(&input, &err), FP_E_VERIFY);
    assert_int_equal(fp_input_hash(&input, FP_SHA512, hex, &err), FP_E_IO);
}

static void test_what_is_no_file_is_refused(void **state)
{
    struct fp_error err = {0};
    cleanup_input struct fp_input input = {0};
    cleanup_free char *pipe = fp_path_join(*state, "pipe");
    assert_int_equal(mkfifo(pipe, 0600), 0);
    assert_int_equal(fp_input_open("/nonexistent/x.tgz", &input, &err), FP_E_NOT_FOUND);
    assert_int_equal(fp_input_open(pipe, &input, &err), FP_E_INPUT);
    assert_int_equal(fp_input_open(*state, &input, &err), FP_E_INPUT);
    assert_null(input.path);
    fp_input_clear(&input);
}

/* Reads in steps of `step`, and gives the digest of what came, which has to be that of all. */
static void read_beside(const char *data, size_t len, size_t step)
{
    struct fp_error err = {0};
    char seen[FP_HASH_HEX_MAX] = "";
    char beside[FP_HASH_HEX_MAX] = "";
    char expected[FP_HASH_HEX_MAX] = "";
    cleanup_hash struct fp_hash *hash = fp_hash_new(FP_SHA256);
    cleanup_hash struct fp_hash *own = fp_hash_new(FP_SHA256);
    cleanup_free char *buffer = fp_xmalloc(step);
    cleanup_source struct fp_source *source =
        fp_source_hashed_beside(fp_source_memory(data, len), hash);
    size_t got = 1;
    while (got > 0) {
        assert_ok(fp_source_read(source, buffer, step, &got, &err), err);
        fp_hash_update(own, buffer, got);
    }
    assert_ok(fp_source_read(source, buffer, step, &got, &err), err);
    assert_int_equal(got, 0);
    fp_hash_hex(own, seen);
    fp_hash_hex(hash, beside);
    fp_hash_bytes(FP_SHA256, data, len, expected);
    assert_string_equal(seen, expected);
    assert_string_equal(beside, expected);
}

static void test_hashed_beside_the_reader(void **state)
{
    static const size_t lengths[] = {0, 1, (512 << 10) - 1, 512 << 10, (1 << 20) + 7, 3 << 20};
    cleanup_free char *data = fp_xmalloc(3 << 20);
    (void) state;
    for (size_t i = 0; i < (3 << 20); i++)
        data[i] = (char) (i * 2654435761U >> 13);
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        read_beside(data, lengths[i], 100003);
        read_beside(data, lengths[i], 1 << 20);
    }
}

/* Left in the middle, or in an error of what is below. */
static void test_hashed_beside_and_given_up(void **state)
{
    struct fp_error err = {0};
    cleanup_free char *data = fp_xcalloc(1, 2 << 20);
    cleanup_hash struct fp_hash *hash = fp_hash_new(FP_SHA256);
    char byte = 0;
    size_t got = 0;
    (void) state;
    struct fp_source *left = fp_source_hashed_beside(fp_source_memory(data, 2 << 20), hash);
    assert_ok(fp_source_read(left, &byte, 1, &got, &err), err);
    fp_source_free(left);
    struct fp_source *failing = fp_source_hashed_beside(
        fp_source_limited(fp_source_memory(data, 2 << 20), 1 << 20, "what"), hash);
    cleanup_sink struct fp_sink *nowhere = fp_sink_null();
    assert_int_equal(fp_stream_copy(failing, nowhere, NULL, &err), FP_E_INPUT);
    fp_source_free(failing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(test_one_reading_gives_both_digests),
        scratch_test(test_a_name_that_moves_on_changes_nothing),
        scratch_test(test_other_bytes_are_noticed),
        scratch_test(test_what_is_no_file_is_refused),
        cmocka_unit_test(test_hashed_beside_the_reader),
        cmocka_unit_test(test_hashed_beside_and_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
