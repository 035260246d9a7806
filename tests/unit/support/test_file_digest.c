#include "support.h"

#include <unistd.h>

#define THREADS 4
#define ABC     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

/* A file in the scratch folder. The caller owns the path. */
static char *write_file(const char *folder, const char *text)
{
    char *path = fp_path_join(folder, "file");
    struct fp_error err = {0};
    assert_ok(fp_file_write(path, text, strlen(text), 0600, &err), err);
    return path;
}

/* One that asks. */
struct question {
    struct fp_file_digest *digest;
    char hex[FP_HASH_HEX_MAX];
    uint64_t bytes;
};

static enum fp_code ask(void *context, struct fp_error *err)
{
    struct question *question = context;
    return fp_file_digest_get(question->digest, question->hex, &question->bytes, err);
}

static void test_all_who_ask_are_answered_by_one_reading(void **state)
{
    struct fp_error err = {0};
    struct question questions[THREADS] = {{0}};
    cleanup_free char *path = write_file(*state, "abc");
    cleanup_file_digest struct fp_file_digest *digest = NULL;
    assert_int_equal(fp_file_digest_new(path, &digest, &err), FP_OK);
    struct fp_pool *pool = fp_pool_new(THREADS);
    for (size_t i = 0; i < THREADS; i++) {
        questions[i].digest = digest;
        fp_pool_add(pool, ask, &questions[i]);
    }
    assert_int_equal(fp_pool_wait(pool, &err), FP_OK);
    fp_pool_free(pool);
    for (size_t i = 0; i < THREADS; i++) {
        assert_string_equal(questions[i].hex, ABC);
        assert_int_equal(questions[i].bytes, 3);
    }
    /* It is not read again: it could not be. */
    assert_int_equal(unlink(path), 0);
    struct question late = {.digest = digest};
    assert_int_equal(ask(&late, &err), FP_OK);
    assert_string_equal(late.hex, ABC);
}

static void test_files_that_are_not_there_are_named(void **state)
{
    struct fp_error err = {0};
    struct question question = {0};
    cleanup_free char *path = write_file(*state, "abc");
    cleanup_file_digest struct fp_file_digest *digest = NULL;
    assert_int_equal(fp_file_digest_new("/nonexistent/x.tgz", &digest, &err), FP_E_NOT_FOUND);
    assert_non_null(strstr(err.text, "/nonexistent/x.tgz"));
    assert_null(digest);
    assert_int_equal(fp_file_digest_new(path, &digest, &err), FP_OK);
    assert_int_equal(unlink(path), 0);
    question.digest = digest;
    assert_int_equal(ask(&question, &err), FP_E_NOT_FOUND);
    assert_string_equal(question.hex, "");
    assert_int_equal(ask(&question, &err), FP_E_NOT_FOUND);
    assert_int_equal(fp_file_digest_check(digest, &err), FP_E_NOT_FOUND);
    fp_file_digest_free(NULL);
}

static void test_change_is_seen(void **state)
{
    struct fp_error err = {0};
    cleanup_free char *path = write_file(*state, "abc");
    cleanup_file_digest struct fp_file_digest *digest = NULL;
    assert_int_equal(fp_file_digest_new(path, &digest, &err), FP_OK);
    assert_int_equal(fp_file_digest_check(digest, &err), FP_OK);
    free(write_file(*state, "abcd"));
    assert_int_equal(fp_file_digest_check(digest, &err), FP_E_INPUT);
    assert_non_null(strstr(err.text, "changed while it was read"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(test_all_who_ask_are_answered_by_one_reading),
        scratch_test(test_files_that_are_not_there_are_named),
        scratch_test(test_change_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
