/* Digests of local files, remembered by their state. */
#include "fixture.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static struct fp_cache *open_cache(void)
{
    struct fp_error err = {0};
    struct fp_cache *cache = NULL;
    assert_ok(fp_cache_open(in_folder("cache"), FP_CACHE_MAX_BYTES, &cache, &err), &err);
    return cache;
}

/* Open a file as if that much later, so that the tests need not wait. */
static struct fp_input *open_later(const char *path, time_t seconds)
{
    struct fp_error err = {0};
    struct fp_input *input = NULL;
    assert_ok(fp_input_open(path, &input, &err), &err);
    input->opened_at.tv_sec += seconds;
    return input;
}

static void assert_known(struct fp_cache *cache, const char *path, const char *text)
{
    char hex[FP_HASH_HEX_MAX] = "";
    cleanup_input struct fp_input *input = open_later(path, 0);
    assert_int_equal(fp_cache_knows_input(cache, input, hex), text != NULL);
    if (text != NULL)
        assert_string_equal(hex, fp_digest_of(text, strlen(text)).text + strlen("sha256:"));
}

static void learn(struct fp_cache *cache, const char *path, const char *text, time_t seconds_later)
{
    struct fp_error err = {0};
    char hex[FP_HASH_HEX_MAX] = "";
    cleanup_input struct fp_input *input = open_later(path, seconds_later);
    assert_ok(fp_cache_input_sha256(cache, input, hex, &err), &err);
    assert_string_equal(hex, fp_digest_of(text, strlen(text)).text + strlen("sha256:"));
}

static void set_mtime(const char *path, const struct stat *st)
{
    const struct timespec times[2] = {st->st_atim, st->st_mtim};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void write_over(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, text, strlen(text), 0), strlen(text));
    assert_int_equal(close(fd), 0);
}

static void a_file_is_remembered(void **state)
{
    (void) state;
    cleanup_cache struct fp_cache *cache = open_cache();
    const char *path = put_file("job.jar", "abc", 3);
    assert_known(cache, path, NULL);
    learn(cache, path, "abc", 100);
    assert_known(cache, path, "abc");
    assert_known(NULL, path, NULL);
    /* It is the state that counts, not the name. */
    assert_int_equal(rename(path, in_folder("renamed.jar")), 0);
    assert_known(cache, put_file("job.jar", "abd", 3), NULL);
}

/* The look at a file that has just been written is not worth remembering. */
static void a_young_file_is_not_remembered(void **state)
{
    (void) state;
    struct stat st = {0};
    cleanup_cache struct fp_cache *cache = open_cache();
    const char *path = put_file("job.jar", "abc", 3);
    learn(cache, path, "abc", -1);
    learn(cache, path, "abc", 0);
    assert_known(cache, path, NULL);
    /* An old mtime does not make it older, and one in the future makes it younger. */
    assert_int_equal(stat(path, &st), 0);
    st.st_mtim.tv_sec -= 1000;
    set_mtime(path, &st);
    learn(cache, path, "abc", 0);
    assert_known(cache, path, NULL);
    st.st_mtim.tv_sec += 2000;
    set_mtime(path, &st);
    learn(cache, path, "abc", 100);
    assert_known(cache, path, NULL);
    learn(cache, path, "abc", 3000);
    assert_known(cache, path, "abc");
}

/* Same size, same mtime: the ctime tells. */
static void a_change_that_hides_is_seen(void **state)
{
    (void) state;
    struct stat before = {0};
    struct stat after = {0};
    cleanup_cache struct fp_cache *cache = open_cache();
    const char *path = put_file("job.jar", "abc", 3);
    assert_int_equal(stat(path, &before), 0);
    learn(cache, path, "abc", 100);
    do {
        write_over(path, "abd");
        set_mtime(path, &before);
        assert_int_equal(stat(path, &after), 0);
    } while (after.st_ctim.tv_sec == before.st_ctim.tv_sec &&
             after.st_ctim.tv_nsec == before.st_ctim.tv_nsec);
    assert_int_equal(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
    assert_int_equal(after.st_size, before.st_size);
    assert_known(cache, path, NULL);
    learn(cache, path, "abd", 100);
    assert_known(cache, path, "abd");
}

/* A change between the opening and the end of the reading. */
static void a_file_that_changes_is_not_remembered(void **state)
{
    (void) state;
    struct stat before = {0};
    struct stat after = {0};
    struct fp_error err = {0};
    char hex[FP_HASH_HEX_MAX] = "";
    cleanup_cache struct fp_cache *cache = open_cache();
    const char *path = put_file("job.jar", "abc", 3);
    learn(cache, path, "abc", 100);
    cleanup_input struct fp_input *input = open_later(path, 100);
    assert_int_equal(stat(path, &before), 0);
    do {
        write_over(path, "abd");
        assert_int_equal(stat(path, &after), 0);
    } while (after.st_ctim.tv_sec == before.st_ctim.tv_sec &&
             after.st_ctim.tv_nsec == before.st_ctim.tv_nsec);
    assert_false(fp_cache_knows_input(cache, input, hex));
    assert_ok(fp_cache_input_sha256(cache, input, hex, &err), &err);
    assert_string_equal(hex, fp_digest_of("abd", 3).text + strlen("sha256:"));
    assert_known(cache, path, NULL);
}

/* The bytes of a remembered file are still those of its first reading in this process. */
static void a_remembered_file_can_be_read(void **state)
{
    (void) state;
    struct fp_error err = {0};
    uint64_t bytes = 0;
    char hex[FP_HASH_HEX_MAX] = "";
    cleanup_buf struct fp_buf text = FP_BUF_INIT(16);
    cleanup_source struct fp_source *source = NULL;
    cleanup_cache struct fp_cache *cache = open_cache();
    const char *path = put_file("job.jar", "abc", 3);
    learn(cache, path, "abc", 100);
    cleanup_input struct fp_input *input = open_later(path, 0);
    assert_ok(fp_cache_input_sha256(cache, input, hex, &err), &err);
    assert_ok(fp_input_sha256(input, hex, &err), &err);
    assert_string_equal(hex, fp_digest_of("abc", 3).text + strlen("sha256:"));
    assert_ok(fp_input_source(input, &source, &err), &err);
    assert_ok(fp_source_read_all(source, &text, &err), &err);
    assert_string_equal(fp_buf_text(&text), "abc");
    assert_ok(fp_cache_file_sha256(cache, path, hex, &bytes, &err), &err);
    assert_int_equal(bytes, 3);
    assert_fails(fp_cache_file_sha256(cache, in_folder("none"), hex, NULL, &err), FP_E_NOT_FOUND,
                 &err, "none");
    assert_fails(fp_cache_file_sha256(cache, in_folder(""), hex, NULL, &err), FP_E_INPUT, &err, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_is_remembered, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(a_young_file_is_not_remembered, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(a_change_that_hides_is_seen, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(a_file_that_changes_is_not_remembered, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(a_remembered_file_can_be_read, fixture_setup,
                                        fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
