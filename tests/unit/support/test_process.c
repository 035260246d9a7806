#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

#define MINUTE_MS 60000

static enum fp_code run_shell(const char *script, const char *input, int timeout_ms,
                              struct fp_buf *output, int *ret_status, struct fp_error *err)
{
    const char *const argv[] = {"sh", "-c", script, NULL};
    return fp_process_run(argv, input, strlen(input), timeout_ms, output, ret_status, err);
}

static void input_becomes_output(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_buf struct fp_buf out = FP_BUF_INIT(100);
    int status = -1;
    assert_ok(run_shell("read x; printf '<%s>' \"$x\"; exit 3", "hello\n", MINUTE_MS, &out, &status,
                        &err),
              err);
    assert_string_equal(fp_buf_text(&out), "<hello>");
    assert_int_equal(status, 3);
}

/* Both directions carry more bytes than a pipe can hold. */
static void large_input_and_output(void **state)
{
    (void) state;
    struct fp_error err = {0};
    size_t len = (size_t) 3 << 20;
    cleanup_free char *input = fp_xmalloc(len);
    memset(input, 'x', len);
    const char *const argv[] = {"cat", NULL};
    cleanup_buf struct fp_buf out = FP_BUF_INIT(len);
    int status = -1;
    assert_ok(fp_process_run(argv, input, len, MINUTE_MS, &out, &status, &err), err);
    assert_int_equal(status, 0);
    assert_int_equal(out.len, len);
    assert_memory_equal(out.data, input, len);
}

static void arguments_are_not_for_a_shell(void **state)
{
    (void) state;
    struct fp_error err = {0};
    const char *const argv[] = {"printf", "%s|", "a b", "$(id)", ";", NULL};
    cleanup_buf struct fp_buf out = FP_BUF_INIT(100);
    int status = -1;
    assert_ok(fp_process_run(argv, NULL, 0, MINUTE_MS, &out, &status, &err), err);
    assert_string_equal(fp_buf_text(&out), "a b|$(id)|;|");
}

static void missing_programs_are_named(void **state)
{
    struct fp_error err = {0};
    const char *const argv[] = {"docker-credential-none-such", "get", NULL};
    cleanup_buf struct fp_buf out = FP_BUF_INIT(100);
    int status = -1;
    assert_fails(fp_process_run(argv, NULL, 0, MINUTE_MS, &out, &status, &err), err, FP_E_NOT_FOUND,
                 "docker-credential-none-such: there is no such program");
    assert_string_equal(err.hint, "install it, or add its folder to PATH");
    cleanup_free char *path = fp_path_join(*state, "helper");
    cleanup_free char *expected = fp_xasprintf("%s: cannot be started: Permission denied", path);
    assert_ok(fp_file_write(path, "#!/bin/sh\n", 10, 0600, &err), err);
    const char *const denied[] = {path, NULL};
    assert_fails(fp_process_run(denied, NULL, 0, MINUTE_MS, &out, &status, &err), err, FP_E_IO,
                 expected);
}

/* A program that is not executable gives another error than a missing one. */
static void programs_on_path(void **state)
{
    struct fp_error err = {0};
    cleanup_free char *helper = fp_path_join(*state, "unusable");
    assert_ok(fp_file_write(helper, "#!/bin/sh\n", 10, 0600, &err), err);
    cleanup_free char *before = fp_xstrdup(getenv("PATH"));
    cleanup_buf struct fp_buf out = FP_BUF_INIT(100);
    int status = -1;
    assert_int_equal(setenv("PATH", *state, 1), 0);
    const char *const missing[] = {"missing", NULL};
    const char *const unusable[] = {"unusable", NULL};
    enum fp_code first = fp_process_run(missing, NULL, 0, MINUTE_MS, &out, &status, &err);
    enum fp_code second = fp_process_run(unusable, NULL, 0, MINUTE_MS, &out, &status, &err);
    assert_int_equal(setenv("PATH", before, 1), 0);
    assert_int_equal(first, FP_E_NOT_FOUND);
    assert_int_equal(second, FP_E_IO);
    assert_string_equal(err.text, "unusable: cannot be started: Permission denied");
}

/* An empty entry of PATH means the working directory, which may be a foreign checkout. */
static void programs_of_the_working_folder_are_not_run(void **state)
{
    static const char *const paths[] = {"", ":", ".", "/nonexistent:", "sub/..", NULL};
    struct fp_error err = {0};
    cleanup_free char *helper = fp_path_join(*state, "planted");
    cleanup_free char *before = fp_xstrdup(getenv("PATH"));
    cleanup_free char *here = getcwd(NULL, 0);
    cleanup_buf struct fp_buf out = FP_BUF_INIT(100);
    const char *const argv[] = {"planted", NULL};
    enum fp_code codes[5] = {FP_OK};
    int status = -1;
    assert_ok(fp_file_write(helper, "#!/bin/sh\n", 10, 0700, &err), err);
    assert_int_equal(chdir(*state), 0);
    assert_int_equal(mkdir("sub", 0700), 0);
    for (size_t i = 0; paths[i] != NULL; i++) {
        assert_int_equal(setenv("PATH", paths[i], 1), 0);
        codes[i] = fp_process_run(argv, NULL, 0, MINUTE_MS, &out, &status, &err);
    }
    assert_int_equal(setenv("PATH", before, 1), 0);
    assert_int_equal(chdir(here), 0);
    for (size_t i = 0; paths[i] != NULL; i++)
        assert_int_equal(codes[i], FP_E_NOT_FOUND);
}

static void unread_input_is_no_failure(void **state)
{
    (void) state;
    struct fp_error err = {0};
    size_t len = (size_t) 1 << 20;
    cleanup_free char *input = fp_xcalloc(1, len);
    const char *const argv[] = {"sh", "-c", "exec 0<&-; echo no; exit 1", NULL};
    cleanup_buf struct fp_buf out = FP_BUF_INIT(100);
    int status = -1;
    assert_ok(fp_process_run(argv, input, len, MINUTE_MS, &out, &status, &err), err);
    assert_string_equal(fp_buf_text(&out), "no\n");
    assert_int_equal(status, 1);
}

static void death_by_signal(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_buf struct fp_buf out = FP_BUF_INIT(100);
    int status = -1;
    assert_ok(run_shell("kill -TERM $$", "", MINUTE_MS, &out, &status, &err), err);
    assert_int_equal(status, 128 + SIGTERM);
    /* Signals ignored here are not ignored in the child. */
    assert_ok(run_shell("kill -PIPE $$", "", MINUTE_MS, &out, &status, &err), err);
    assert_int_equal(status, 128 + SIGPIPE);
    assert_ok(run_shell("kill -XFSZ $$", "", MINUTE_MS, &out, &status, &err), err);
    assert_int_equal(status, 128 + SIGXFSZ);
}

static void output_is_bounded(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_buf struct fp_buf out = FP_BUF_INIT(10000);
    int status = -1;
    assert_fails(
        run_shell("while :; do echo xxxxxxxxxxxxxxxx; done", "", MINUTE_MS, &out, &status, &err),
        err, FP_E_INPUT, "sh: too much output: more than the limit of 10000 bytes");
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* the child has been reaped */
}

/* The grandchild holds this pipe, which closes only after child and grandchild are dead. */
static void timeout_kills_the_group(void **state)
{
    (void) state;
    struct fp_error err = {0};
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    cleanup_buf struct fp_buf out = FP_BUF_INIT(100);
    int status = -1;
    cleanup_free char *script = fp_xasprintf("sleep 600 >&%d & wait", ends[1]);
    assert_fails(run_shell(script, "", 200, &out, &status, &err), err, FP_E_NETWORK,
                 "sh: did not end within 200 ms and was stopped");
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    (void) close(ends[1]);
    char byte = 0;
    assert_int_equal(read(ends[0], &byte, 1), 0);
    (void) close(ends[0]);
}

static void left_behind_processes_are_not_awaited(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_buf struct fp_buf out = FP_BUF_INIT(100);
    int status = -1;
    assert_ok(run_shell("sleep 600 & echo $!", "", MINUTE_MS, &out, &status, &err), err);
    char *end = NULL;
    long pid = strtol(fp_buf_text(&out), &end, 10);
    assert_string_equal(end, "\n");
    assert_true(pid > 1);
    assert_int_equal(kill((pid_t) pid, SIGKILL), 0);
}

static void closed_standard_input(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_buf struct fp_buf out = FP_BUF_INIT(100);
    int status = -1;
    int saved = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    (void) close(STDIN_FILENO);
    enum fp_code code = run_shell("cat", "hello", MINUTE_MS, &out, &status, &err);
    if (saved >= 0)
        assert_int_equal(dup2(saved, STDIN_FILENO), STDIN_FILENO);
    (void) close(saved);
    assert_ok(code, err);
    assert_string_equal(fp_buf_text(&out), "hello");
}

int main(void)
{
    /* As fp_signals_install() does. */
    (void) signal(SIGPIPE, SIG_IGN);
    (void) signal(SIGXFSZ, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(input_becomes_output),
        cmocka_unit_test(large_input_and_output),
        cmocka_unit_test(arguments_are_not_for_a_shell),
        scratch_test(missing_programs_are_named),
        scratch_test(programs_on_path),
        scratch_test(programs_of_the_working_folder_are_not_run),
        cmocka_unit_test(unread_input_is_no_failure),
        cmocka_unit_test(death_by_signal),
        cmocka_unit_test(output_is_bounded),
        cmocka_unit_test(timeout_kills_the_group),
        cmocka_unit_test(left_behind_processes_are_not_awaited),
        cmocka_unit_test(closed_standard_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
