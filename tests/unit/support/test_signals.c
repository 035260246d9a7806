/**
 * @file
 * Signals end the program or are ignored permanently, so each test runs in its own child process.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

/* Run `body` in a child. Returns its exit status, or 128 + signal. */
static int run_in_child(int (*body)(void))
{
    (void) fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        _exit(body());
    assert_true(pid > 0);
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* The token that the handler cancels and that each test uses. */
static struct fp_cancel root;

static void install(void)
{
    (void) fp_cancel_enter(&root);
    fp_signals_install(&root);
}

#define expect(condition)                                                                          \
    do {                                                                                           \
        if (!(condition))                                                                          \
            return __LINE__ % 100 + 1;                                                             \
    } while (0)

static int token_is_cancelled(void)
{
    struct fp_error err = {0};
    install();
    expect(fp_cancelled() == 0);
    expect(fp_cancel_check(&err) == FP_OK);
    (void) raise(SIGTERM);
    expect(fp_cancelled() == SIGTERM);
    expect(fp_cancel_check(&err) == FP_E_INTERRUPTED);
    expect(strcmp(err.text, "terminated") == 0);
    return 0;
}

static int interrupt_has_its_words(void)
{
    struct fp_error err = {0};
    install();
    (void) raise(SIGINT);
    expect(fp_cancel_check(&err) == FP_E_INTERRUPTED);
    expect(strcmp(err.text, "interrupted") == 0);
    return 0;
}

static int second_signal_ends(void)
{
    const struct timespec pause = {.tv_nsec = 300000000L};
    install();
    (void) raise(SIGINT);
    (void) nanosleep(&pause, NULL);
    (void) raise(SIGTERM);
    return 0;
}

/* timeout(1) sends a signal to the process and also to its group. */
static int the_same_signal_twice_is_one(void)
{
    install();
    (void) raise(SIGTERM);
    (void) raise(SIGTERM);
    (void) raise(SIGINT);
    expect(fp_cancelled() == SIGTERM);
    return 0;
}

static int nohup_is_respected(void)
{
    (void) signal(SIGHUP, SIG_IGN);
    install();
    (void) raise(SIGHUP);
    expect(fp_cancelled() == 0);
    return 0;
}

static int broken_pipe_is_an_error(void)
{
    int ends[2];
    struct fp_error err = {0};
    install();
    expect(pipe(ends) == 0);
    (void) close(ends[0]);
    struct fp_sink *sink = fp_sink_fd(ends[1], "stdout");
    expect(fp_sink_write(sink, "x", 1, &err) == FP_E_IO);
    expect(strcmp(err.text, "stdout: cannot be written: Broken pipe") == 0);
    fp_sink_free(sink);
    return 0;
}

static int streams_stop(void)
{
    struct fp_error err = {0};
    install();
    struct fp_source *source = fp_source_memory("abc", 3);
    struct fp_sink *sink = fp_sink_null();
    uint64_t bytes = 7;
    (void) raise(SIGINT);
    expect(fp_stream_copy(source, sink, &bytes, &err) == FP_E_INTERRUPTED);
    expect(bytes == 7);
    fp_source_free(source);
    fp_sink_free(sink);
    return 0;
}

/* A signal arrives during a read that would wait forever. */
static int blocked_reads_stop(void)
{
    int ends[2];
    struct fp_error err = {0};
    install();
    expect(pipe(ends) == 0);
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        (void) usleep(100000);
        _exit(kill(parent, SIGTERM));
    }
    struct fp_source *source = fp_source_fd(ends[0], "pipe", 0, UINT64_MAX);
    char byte = 0;
    size_t len = 0;
    expect(fp_source_read(source, &byte, 1, &len, &err) == FP_E_INTERRUPTED);
    fp_source_free(source);
    return 0;
}

static int children_are_stopped(void)
{
    struct fp_error err = {0};
    struct fp_buf out = FP_BUF_INIT(100);
    int status = -1;
    install();
    const char *const argv[] = {"sh", "-c", "kill -TERM $PPID; sleep 600", NULL};
    expect(fp_process_run(argv, "", 0, 60000, &out, &status, &err) == FP_E_INTERRUPTED);
    expect(waitpid(-1, NULL, WNOHANG) == -1);
    return 0;
}

/* The file grows beyond the limit of "ulimit -f". */
static int too_large_a_file_is_an_error(void)
{
    struct fp_error err = {0};
    const struct rlimit limit = {.rlim_cur = 1, .rlim_max = 1};
    char path[] = "/tmp/fp-limit-XXXXXX";
    int fd = mkstemp(path);
    expect(fd >= 0);
    expect(unlink(path) == 0);
    install();
    expect(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    struct fp_sink *sink = fp_sink_fd(fd, "file");
    expect(fp_sink_write(sink, "ab", 2, &err) == FP_E_IO);
    fp_sink_free(sink);
    return 0;
}

static int waiting_for_a_lock_stops(void)
{
    struct fp_error err = {0};
    char path[] = "/tmp/fp-lock-XXXXXX";
    int held = mkstemp(path);
    expect(held >= 0);
    expect(flock(held, LOCK_EX) == 0);
    install();
    (void) raise(SIGINT);
    int fd = -1;
    enum fp_code code = fp_file_lock(path, true, &fd, &err);
    (void) unlink(path);
    expect(code == FP_E_INTERRUPTED);
    expect(fd == -1);
    return 0;
}

static const struct {
    const char *name;
    int (*body)(void);
    int status;
} cases[] = {
    {"token_is_cancelled", token_is_cancelled, 0},
    {"interrupt_has_its_words", interrupt_has_its_words, 0},
    {"the_same_signal_twice_is_one", the_same_signal_twice_is_one, 0},
    {"second_signal_ends", second_signal_ends, 128 + SIGTERM},
    {"nohup_is_respected", nohup_is_respected, 0},
    {"broken_pipe_is_an_error", broken_pipe_is_an_error, 0},
    {"too_large_a_file_is_an_error", too_large_a_file_is_an_error, 0},
    {"streams_stop", streams_stop, 0},
    {"blocked_reads_stop", blocked_reads_stop, 0},
    {"children_are_stopped", children_are_stopped, 0},
    {"waiting_for_a_lock_stops", waiting_for_a_lock_stops, 0},
};

static void signals(void **state)
{
    (void) state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int status = run_in_child(cases[i].body);
        if (status != cases[i].status)
            fail_msg("%s: ended with %d instead of %d", cases[i].name, status, cases[i].status);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(signals)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
