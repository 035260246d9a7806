/* Child processes: their input, output and end. */
#include "flinkpack/support/system.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "flinkpack/support/cancel.h"
#include "flinkpack/support/file.h"
#include "flinkpack/support/mem.h"

/* The interval of checks of the clock, the child and the token. */
#define TICK_MS 20

extern char **environ;

struct child {
    const char *name;
    pid_t pid;  /* 0: none, or reaped */
    int in_fd;  /* writes to its standard input; -1: closed */
    int out_fd; /* reads its standard output; -1: at its end */
    const char *input;
    size_t input_len;
    struct fp_buf *output;
    int wait_status;
};

/* The child leads a group of its own, so that processes that it started are killed with it. */
static void child_clear(struct child *child)
{
    fp_cleanup_fdp(&child->in_fd);
    fp_cleanup_fdp(&child->out_fd);
    if (child->pid <= 0)
        return;
    (void) kill(-child->pid, SIGKILL);
    while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR) {
    }
}

/* Make a pipe whose ends are no standard descriptors, even if one of those is closed. */
static int make_pipe(int ends[2])
{
    int low[2] = {-1, -1};
    if (pipe2(low, O_CLOEXEC) != 0)
        return -1;
    ends[0] = fcntl(low[0], F_DUPFD_CLOEXEC, 3);
    ends[1] = fcntl(low[1], F_DUPFD_CLOEXEC, 3);
    (void) close(low[0]);
    (void) close(low[1]);
    return ends[0] >= 0 && ends[1] >= 0 ? 0 : -1;
}

static int set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none;
    sigset_t ours;
    (void) sigemptyset(&none);
    (void) sigemptyset(&ours);
    /* They are ignored here, and the child would inherit that. */
    (void) sigaddset(&ours, SIGPIPE);
    (void) sigaddset(&ours, SIGXFSZ);
    int failed = posix_spawnattr_setflags(
        attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    if (failed == 0)
        failed = posix_spawnattr_setpgroup(attributes, 0);
    if (failed == 0)
        failed = posix_spawnattr_setsigmask(attributes, &none);
    return failed != 0 ? failed : posix_spawnattr_setsigdefault(attributes, &ours);
}

/* The path of a program, or NULL. Unlike posix_spawnp(), it searches only absolute directories of
 * PATH: others depend on the working directory, which may be an untrusted checkout. As a last
 * choice, a file that cannot be executed is returned, for a clearer error. The caller owns it. */
static char *find_program(const char *name)
{
    const char *path = getenv("PATH");
    cleanup_strv struct fp_strv folders = {0};
    cleanup_free char *unusable = NULL;
    if (strchr(name, '/') != NULL)
        return fp_xstrdup(name);
    fp_strv_split(&folders, path != NULL ? path : "/usr/local/bin:/usr/bin:/bin", ':');
    for (size_t i = 0; i < folders.len; i++) {
        cleanup_free char *candidate = fp_path_join(folders.items[i], name);
        if (candidate[0] != '/' || !fp_path_exists(candidate) || fp_path_is_dir(candidate))
            continue;
        if (access(candidate, X_OK) == 0)
            return steal_pointer(&candidate);
        if (unusable == NULL)
            unusable = steal_pointer(&candidate);
    }
    return steal_pointer(&unusable);
}

/* Returns an errno, or 0 if the child runs. */
static int spawn(const char *const *argv, int in_fd, int out_fd, pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    cleanup_free char *program = find_program(argv[0]);
    if (program == NULL)
        return ENOENT;
    int failed = posix_spawn_file_actions_init(&actions);
    if (failed != 0)
        return failed;
    failed = posix_spawnattr_init(&attributes);
    if (failed != 0) {
        (void) posix_spawn_file_actions_destroy(&actions);
        return failed;
    }
    failed = set_attributes(&attributes);
    if (failed == 0)
        failed = posix_spawn_file_actions_adddup2(&actions, in_fd, STDIN_FILENO);
    if (failed == 0)
        failed = posix_spawn_file_actions_adddup2(&actions, out_fd, STDOUT_FILENO);
    if (failed == 0)
        failed =
            posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (failed == 0) {
        /* The strings are not changed; the parameter is older than const. */
        char *const *args = (char *const *) (uintptr_t) argv;
        failed = posix_spawn(ret_pid, program, &actions, &attributes, args, environ);
    }
    (void) posix_spawnattr_destroy(&attributes);
    (void) posix_spawn_file_actions_destroy(&actions);
    return failed;
}

static enum fp_code start_failure(const char *name, int number, struct fp_error *err)
{
    if (number != ENOENT) {
        errno = number;
        return fp_fail_errno(err, FP_E_IO, "%s: cannot be started", name);
    }
    return fp_hinted(fp_fail(err, FP_E_NOT_FOUND, "%s: there is no such program", name), err,
                     "install it, or add its folder to PATH");
}

static enum fp_code child_start(struct child *child, const char *const *argv, struct fp_error *err)
{
    int in[2] = {-1, -1};
    int out[2] = {-1, -1};
    int failed =
        make_pipe(in) != 0 || make_pipe(out) != 0 ? errno : spawn(argv, in[0], out[1], &child->pid);
    fp_cleanup_fdp(&in[0]);
    fp_cleanup_fdp(&out[1]);
    child->in_fd = in[1];
    child->out_fd = out[0];
    if (failed != 0) {
        child->pid = 0;
        return start_failure(argv[0], failed, err);
    }
    (void) fcntl(child->in_fd, F_SETFL, O_NONBLOCK);
    (void) fcntl(child->out_fd, F_SETFL, O_NONBLOCK);
    return FP_OK;
}

static void close_input(struct child *child)
{
    fp_cleanup_fdp(&child->in_fd);
    child->in_fd = -1;
}

/* A child that does not read its input has not failed; its exit status says more. */
static void feed(struct child *child)
{
    while (child->in_fd >= 0 && child->input_len > 0) {
        ssize_t put = write(child->in_fd, child->input, child->input_len);
        if (put < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (put < 0)
            break;
        child->input += put;
        child->input_len -= (size_t) put;
    }
    close_input(child);
}

static enum fp_code collect(struct child *child, struct fp_error *err)
{
    char data[4096];
    while (child->out_fd >= 0) {
        ssize_t got = read(child->out_fd, data, sizeof(data));
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return FP_OK;
        if (got < 0)
            return fp_fail_errno(err, FP_E_IO, "%s: its output cannot be read", child->name);
        if (got == 0) {
            fp_cleanup_fdp(&child->out_fd);
            child->out_fd = -1;
            return FP_OK;
        }
        fp_buf_put(child->output, data, (size_t) got);
        FP_TRY(
            fp_context(fp_buf_check(child->output, err), err, "%s: too much output", child->name));
    }
    return FP_OK;
}

/* Wait for something to do, at most a tick; a descriptor of -1 is left out by poll(). */
static void wait_a_tick(const struct child *child)
{
    struct pollfd fds[2] = {
        {.fd = child->in_fd, .events = POLLOUT},
        {.fd = child->out_fd, .events = POLLIN},
    };
    /* After the end of the output only the exit is awaited, which usually follows at once. */
    (void) poll(fds, 2, child->out_fd >= 0 ? TICK_MS : 1);
}

static bool has_ended(struct child *child)
{
    if (waitpid(child->pid, &child->wait_status, WNOHANG) != child->pid)
        return false;
    child->pid = 0;
    return true;
}

static enum fp_code attend(struct child *child, int timeout_ms, struct fp_error *err)
{
    int64_t deadline_ms = fp_now_ms() + timeout_ms;
    for (bool ended = false; !ended;) {
        FP_TRY(fp_cancel_check(err));
        feed(child);
        wait_a_tick(child);
        /* This is checked before the last bytes are read, so that all its output is in the pipe. A
         * process that it left behind may keep the pipe open; that end is not waited for. */
        ended = has_ended(child);
        FP_TRY(collect(child, err));
        if (!ended && fp_now_ms() >= deadline_ms)
            return fp_fail(err, FP_E_NETWORK, "%s: did not end within %d ms and was stopped",
                           child->name, timeout_ms);
    }
    return FP_OK;
}

enum fp_code fp_process_run(const char *const *argv, const char *input, size_t input_len,
                            int timeout_ms, struct fp_buf *output, int *ret_exit_status,
                            struct fp_error *err)
{
    __attribute__((cleanup(child_clear))) struct child child = {
        .name = argv[0],
        .in_fd = -1,
        .out_fd = -1,
        .input = input,
        .input_len = input_len,
        .output = output,
    };
    FP_TRY(child_start(&child, argv, err));
    FP_TRY(attend(&child, timeout_ms, err));
    *ret_exit_status = WIFSIGNALED(child.wait_status) ? 128 + WTERMSIG(child.wait_status)
                                                      : WEXITSTATUS(child.wait_status);
    return FP_OK;
}
