#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "support.h"

#define ABC_SHA256 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

/* A source that yields one byte at a time and can fail at its end. */
struct slow_source {
    struct fp_source base;
    const char *text;
    bool fails;
    int *freed;
};

static enum fp_code slow_read(struct fp_source *self, void *data, size_t cap, size_t *ret_len,
                              struct fp_error *err)
{
    struct slow_source *slow = (struct slow_source *) self;
    assert_true(cap > 0);
    if (*slow->text == '\0' && slow->fails)
        return fp_fail(err, FP_E_NETWORK, "cut off");
    *ret_len = *slow->text != '\0';
    memcpy(data, slow->text, *ret_len);
    slow->text += *ret_len;
    return FP_OK;
}

static void slow_free(struct fp_source *self)
{
    struct slow_source *slow = (struct slow_source *) self;
    ++*slow->freed;
    free(slow);
}

static struct fp_source *slow_source(const char *text, bool fails, int *freed)
{
    static const struct fp_source_ops ops = {.read = slow_read, .free = slow_free};
    struct slow_source *slow = fp_xcalloc(1, sizeof(*slow));
    *slow =
        (struct slow_source){.base = {.ops = &ops}, .text = text, .fails = fails, .freed = freed};
    return &slow->base;
}

static void one_pass_yields_all(void **state)
{
    (void) state;
    struct fp_error err = {0};
    int freed = 0;
    uint64_t in = 0;
    uint64_t out = 0;
    uint64_t bytes = 0;
    char hex[FP_HASH_HEX_MAX];
    cleanup_hash struct fp_hash *in_hash = fp_hash_new(FP_SHA256);
    cleanup_hash struct fp_hash *out_hash = fp_hash_new(FP_SHA256);
    cleanup_buf struct fp_buf copy = FP_BUF_INIT(10);
    cleanup_buf struct fp_buf first = FP_BUF_INIT(10);
    cleanup_sink struct fp_sink *copy_sink = fp_sink_buf(&copy);
    struct fp_source *source = slow_source("abc", false, &freed);
    source = fp_source_counted(fp_source_hashed(source, in_hash), &in);
    source = fp_source_limited(fp_source_teed(source, copy_sink), 3, "input");
    struct fp_sink *sink = fp_sink_buf(&first);
    sink = fp_sink_limited(fp_sink_counted(fp_sink_hashed(sink, out_hash), &out), 3, "output");
    assert_ok(fp_stream_copy(source, sink, &bytes, &err), err);
    assert_ok(fp_sink_finish(sink, &err), err);
    fp_source_free(source);
    fp_sink_free(sink);
    assert_int_equal(freed, 1);
    assert_int_equal(in, 3);
    assert_int_equal(out, 3);
    assert_int_equal(bytes, 3);
    fp_hash_hex(in_hash, hex);
    assert_string_equal(hex, ABC_SHA256);
    fp_hash_hex(out_hash, hex);
    assert_string_equal(hex, ABC_SHA256);
    assert_string_equal(fp_buf_text(&copy), "abc");
    assert_string_equal(fp_buf_text(&first), "abc");
}

static void errors_pass_through_decorators(void **state)
{
    (void) state;
    struct fp_error err = {0};
    int freed = 0;
    uint64_t count = 0;
    cleanup_hash struct fp_hash *hash = fp_hash_new(FP_SHA1);
    cleanup_sink struct fp_sink *null = fp_sink_null();
    cleanup_source struct fp_source *source = slow_source("ab", true, &freed);
    source = fp_source_counted(fp_source_hashed(source, hash), &count);
    source = fp_source_limited(fp_source_teed(source, null), 100, "input");
    assert_fails(fp_stream_copy(source, null, NULL, &err), err, FP_E_NETWORK, "cut off");
    assert_int_equal(count, 2);
}

static void read_full_joins_short_reads(void **state)
{
    (void) state;
    struct fp_error err = {0};
    int freed = 0;
    char data[8];
    size_t len = 0;
    cleanup_source struct fp_source *source = slow_source("abcde", false, &freed);
    assert_ok(fp_source_read_full(source, data, 3, &len, &err), err);
    assert_int_equal(len, 3);
    assert_memory_equal(data, "abc", 3);
    assert_ok(fp_source_read_full(source, data, 3, &len, &err), err);
    assert_int_equal(len, 2);
    assert_memory_equal(data, "de", 2);
}

static void limits_are_exact(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_sink struct fp_sink *null = fp_sink_null();
    cleanup_source struct fp_source *fits =
        fp_source_limited(fp_source_memory("abcd", 4), 4, "page");
    assert_ok(fp_stream_copy(fits, null, NULL, &err), err);
    cleanup_source struct fp_source *long_one =
        fp_source_limited(fp_source_memory("abcde", 5), 4, "page");
    assert_fails(fp_stream_copy(long_one, null, NULL, &err), err, FP_E_INPUT,
                 "page: more than the limit of 4 bytes");
    cleanup_sink struct fp_sink *sink = fp_sink_limited(fp_sink_null(), 4, "blob");
    assert_ok(fp_sink_write(sink, "abc", 3, &err), err);
    assert_fails(fp_sink_write(sink, "de", 2, &err), err, FP_E_INPUT,
                 "blob: more than the limit of 4 bytes");
}

static void read_all_is_bounded(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_buf struct fp_buf buf = FP_BUF_INIT(4);
    cleanup_source struct fp_source *fits = fp_source_memory("abcd", 4);
    assert_ok(fp_source_read_all(fits, &buf, &err), err);
    assert_string_equal(fp_buf_text(&buf), "abcd");
    cleanup_source struct fp_source *more = fp_source_memory("e", 1);
    assert_fails(fp_source_read_all(more, &buf, &err), err, FP_E_INPUT,
                 "more than the limit of 4 bytes");
    cleanup_source struct fp_source *empty = fp_source_memory(NULL, 0);
    assert_ok(fp_source_read_all(empty, &buf, &err), err);
}

static void make_file(const char *folder, const char *text, char **ret_path)
{
    struct fp_error err = {0};
    *ret_path = fp_path_join(folder, "file");
    assert_ok(fp_file_write(*ret_path, text, strlen(text), 0644, &err), err);
}

static void parts_of_a_file(void **state)
{
    struct fp_error err = {0};
    cleanup_free char *path = NULL;
    make_file(*state, "0123456789", &path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    cleanup_buf struct fp_buf buf = FP_BUF_INIT(100);
    cleanup_source struct fp_source *low = fp_source_fd(dup(fd), path, 2, 3);
    cleanup_source struct fp_source *high = fp_source_fd(fd, path, 8, UINT64_MAX);
    char byte = 0;
    size_t len = 0;
    /* The sources share a file offset, but must not depend on it. */
    assert_ok(fp_source_read(high, &byte, 1, &len, &err), err);
    assert_int_equal(byte, '8');
    assert_ok(fp_source_read_all(low, &buf, &err), err);
    assert_ok(fp_source_read_all(high, &buf, &err), err);
    assert_string_equal(fp_buf_text(&buf), "2349");
}

static void short_file_is_an_error(void **state)
{
    struct fp_error err = {0};
    cleanup_free char *path = NULL;
    make_file(*state, "0123", &path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    cleanup_sink struct fp_sink *null = fp_sink_null();
    cleanup_source struct fp_source *source = fp_source_fd(fd, "blob", 1, 5);
    assert_fails(fp_stream_copy(source, null, NULL, &err), err, FP_E_IO,
                 "blob: ends at byte 4, 2 bytes too early");
}

static void pipes_can_be_read(void **state)
{
    (void) state;
    struct fp_error err = {0};
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "abc", 3), 3);
    (void) close(ends[1]);
    cleanup_buf struct fp_buf buf = FP_BUF_INIT(100);
    cleanup_source struct fp_source *source = fp_source_fd(ends[0], "pipe", 0, UINT64_MAX);
    assert_ok(fp_source_read_all(source, &buf, &err), err);
    assert_string_equal(fp_buf_text(&buf), "abc");
}

static void bad_files_are_named(void **state)
{
    struct fp_error err = {0};
    struct fp_source *source = NULL;
    assert_fails(fp_source_open("/nowhere/at/all", &source, &err), err, FP_E_NOT_FOUND,
                 "/nowhere/at/all: cannot be opened: No such file or directory");
    cleanup_free char *expected =
        fp_xasprintf("%s: is a folder, a file was expected", (const char *) *state);
    assert_fails(fp_source_open(*state, &source, &err), err, FP_E_INPUT, expected);
    assert_null(source);
    cleanup_source struct fp_source *closed = fp_source_fd(-1, "gone", 0, UINT64_MAX);
    char byte = 0;
    size_t len = 0;
    assert_fails(fp_source_read(closed, &byte, 1, &len, &err), err, FP_E_IO,
                 "gone: cannot be read: Bad file descriptor");
}

static void full_disk_is_reported(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_fd int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        skip();
    cleanup_sink struct fp_sink *sink = fp_sink_fd(fd, "blob");
    assert_fails(fp_sink_write(sink, "x", 1, &err), err, FP_E_IO,
                 "blob: cannot be written: No space left on device");
    assert_string_equal(err.hint, "free some space there, or choose another folder");
}

/* The system accepts only 1000 bytes, so there is a short write and then an error. */
static void short_writes_go_on(void **state)
{
    struct fp_error err = {0};
    cleanup_free char *path = fp_path_join(*state, "limited");
    cleanup_fd int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    cleanup_free char *data = fp_xcalloc(1, 3000);
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    const struct rlimit limit = {.rlim_cur = 1000, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    cleanup_sink struct fp_sink *sink = fp_sink_fd(fd, "limited");
    enum fp_code code = fp_sink_write(sink, data, 3000, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    (void) signal(SIGXFSZ, handler);
    assert_int_equal(code, FP_E_IO);
    assert_string_equal(err.text, "limited: cannot be written: File too large");
    assert_int_equal(lseek(fd, 0, SEEK_END), 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_pass_yields_all),
        cmocka_unit_test(errors_pass_through_decorators),
        cmocka_unit_test(read_full_joins_short_reads),
        cmocka_unit_test(limits_are_exact),
        cmocka_unit_test(read_all_is_bounded),
        scratch_test(parts_of_a_file),
        scratch_test(short_file_is_an_error),
        cmocka_unit_test(pipes_can_be_read),
        scratch_test(bad_files_are_named),
        cmocka_unit_test(full_disk_is_reported),
        scratch_test(short_writes_go_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
