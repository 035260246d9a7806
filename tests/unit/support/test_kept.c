/**
 * @file
 * Files in directories that others can write to, places of outputs, and waiting for locks. The
 * linker replaces functions of the C library by the __wrap_ functions, which simulate file systems
 * without locks.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

/* The errno that flock() fails with, and the number of times that it fails. */
static struct {
    int number;
    int times;
} flock_fails;

int __real_flock(int fd, int operation);
int __wrap_flock(int fd, int operation);
int __wrap_nanosleep(const struct timespec *pause, struct timespec *left);

int __wrap_flock(int fd, int operation)
{
    if (flock_fails.times <= 0)
        return __real_flock(fd, operation);
    flock_fails.times--;
    errno = flock_fails.number;
    return -1;
}

int __wrap_nanosleep(const struct timespec *pause, struct timespec *left)
{
    (void) pause;
    (void) left;
    return 0;
}

/* The reported lines. */
static struct fp_strv told;

static void take(struct fp_reporter *self, const struct fp_event *event)
{
    (void) self;
    assert_int_equal(event->kind, FP_EVENT_WARNING);
    fp_strv_add(&told, event->text);
}

static struct fp_reporter listener = {.event = take};

static int setup(void **state)
{
    flock_fails.times = 0;
    fp_lock_tell(&listener);
    return scratch_setup(state);
}

static int teardown(void **state)
{
    fp_lock_tell(NULL);
    fp_strv_clear(&told);
    return scratch_teardown(state);
}

#define kept_test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

static void make_file(const char *path, const char *text)
{
    struct fp_error err = {0};
    assert_ok(fp_file_write(path, text, strlen(text), 0600, &err), err);
}

static void assert_holds(const char *path, const char *text)
{
    struct fp_error err = {0};
    cleanup_buf struct fp_buf buf = FP_BUF_INIT(1000);
    assert_ok(fp_kept_read(path, &buf, &err), err);
    assert_string_equal(fp_buf_text(&buf), text);
}

/* Create a file that an attacker may plant: a symbolic or hard link, a pipe or a socket. */
static void plant(int kind, const char *path, const char *victim)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void) unlink(path);
    if (kind == 0)
        assert_int_equal(symlink(victim, path), 0);
    if (kind == 1)
        assert_int_equal(symlink("nowhere", path), 0);
    if (kind == 2)
        assert_int_equal(mkfifo(path, 0666), 0);
    if (kind == 3) {
        cleanup_fd int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        (void) snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
        assert_int_equal(bind(fd, (struct sockaddr *) &address, sizeof(address)), 0);
    }
    if (kind == 4)
        assert_int_equal(link(victim, path), 0);
}

static void what_others_planted_is_left_alone(void **state)
{
    struct fp_error err = {0};
    uint64_t size = 0;
    cleanup_free char *path = fp_path_join(*state, "f");
    cleanup_free char *victim = fp_path_join(*state, "victim");
    cleanup_free char *nowhere = fp_path_join(*state, "nowhere");
    make_file(victim, "precious");
    for (int kind = 0; kind < 4; kind++) {
        cleanup_buf struct fp_buf buf = FP_BUF_INIT(1000);
        cleanup_fd int fd = -1;
        plant(kind, path, victim);
        assert_int_equal(fp_kept_open(path, &fd, &size, &err), FP_E_INPUT);
        assert_int_equal(fp_kept_read(path, &buf, &err), FP_E_INPUT);
        assert_ok(fp_kept_write(path, "new", 3, &err), err);
        assert_holds(path, "new");
        assert_holds(victim, "precious");
        assert_false(fp_path_exists(nowhere));
    }
    for (int kind = 0; kind < 5; kind++) {
        cleanup_fd int fd = -1;
        plant(kind, path, victim);
        assert_ok(fp_file_open_locked(path, &fd, &err), err);
        assert_int_equal(write(fd, "new", 3), 3);
        assert_holds(victim, "precious");
        assert_false(fp_path_exists(nowhere));
    }
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    cleanup_fd int fd = -1;
    assert_int_equal(fp_kept_open(path, &fd, &size, &err), FP_E_INPUT);
    assert_int_equal(fp_kept_write(path, "new", 3, &err), FP_E_IO);
    assert_int_equal(fp_file_open_locked(path, &fd, &err), FP_E_IO);
    cleanup_buf struct fp_buf buf = FP_BUF_INIT(10);
    assert_int_equal(fp_kept_read(nowhere, &buf, &err), FP_E_NOT_FOUND);
}

static void a_use_is_noted_now_and_then(void **state)
{
    struct stat st = {0};
    const struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    cleanup_free char *path = fp_path_join(*state, "f");
    cleanup_free char *link = fp_path_join(*state, "link");
    make_file(path, "text");
    assert_int_equal(symlink(path, link), 0);
    assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
    fp_kept_touch(link);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mtim.tv_sec, 1000);
    fp_kept_touch(path);
    assert_int_equal(stat(path, &st), 0);
    assert_true(st.st_mtim.tv_sec > 1000);
    const struct timespec recent[2] = {st.st_mtim, {.tv_sec = st.st_mtim.tv_sec - 60}};
    assert_int_equal(utimensat(AT_FDCWD, path, recent, 0), 0);
    fp_kept_touch(path);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mtim.tv_sec, recent[1].tv_sec);
    assert_int_equal(unlink(path), 0);
    fp_kept_touch(path);
    assert_false(fp_path_exists(path));
}

static void directories_are_ours_alone_whatever_the_umask(void **state)
{
    static const mode_t masks[] = {0, 022, 077, 0777};
    for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
        struct fp_error err = {0};
        struct stat st = {0};
        cleanup_free char *folder = fp_xasprintf("%s/%zu/b", (char *) *state, i);
        cleanup_free char *file = fp_path_join(folder, "f");
        cleanup_free char *part = fp_path_join(folder, "p");
        cleanup_fd int fd = -1;
        mode_t before = umask(masks[i]);
        enum fp_code code = fp_mkdir_p(folder, FP_KEPT_DIR_MODE, &err);
        if (code == FP_OK)
            code = fp_kept_dir_make(folder, &err);
        if (code == FP_OK)
            code = fp_kept_write(file, "new", 3, &err);
        if (code == FP_OK)
            code = fp_file_open_locked(part, &fd, &err);
        (void) umask(before);
        assert_ok(code, err);
        assert_int_equal(stat(folder, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0700);
        assert_int_equal(stat(file, &st), 0);
        assert_int_equal(st.st_mode & 0600, 0600);
        assert_int_equal(fstat(fd, &st), 0);
        assert_int_equal(st.st_mode & 0600, 0600);
        assert_null(fp_kept_dir_flaw(folder));
    }
}

static void no_directory_is_entered_over_a_link(void **state)
{
    struct fp_error err = {0};
    const char *root = *state;
    cleanup_free char *real = fp_path_join(root, "real/sha256");
    cleanup_free char *linked = fp_path_join(root, "linked");
    cleanup_free char *inner = fp_path_join(root, "inner");
    cleanup_free char *inner_link = fp_path_join(inner, "sha256");
    int fd = -1;
    assert_ok(fp_mkdir_p(real, 0700, &err), err);
    assert_ok(fp_mkdir_p(inner, 0700, &err), err);
    assert_int_equal(symlink("real", linked), 0);
    assert_int_equal(symlink("../real/sha256", inner_link), 0);
    assert_ok(fp_kept_dir_open(root, "real/sha256", &fd, &err), err);
    assert_true(fd >= 0);
    fp_cleanup_fdp(&fd);
    assert_int_equal(fp_kept_dir_open(root, "linked/sha256", &fd, &err), FP_E_IO);
    assert_int_equal(fp_kept_dir_open(root, "inner/sha256", &fd, &err), FP_E_IO);
    assert_ok(fp_kept_dir_open(root, "none/sha256", &fd, &err), err);
    assert_int_equal(fd, -1);
    /* The user names the root, so it can be a link. */
    assert_ok(fp_kept_dir_open(linked, "sha256", &fd, &err), err);
    assert_true(fd >= 0);
    fp_cleanup_fdp(&fd);
    assert_int_equal(fp_kept_dir_make(linked, &err), FP_E_IO);
}

static void assert_flaw(const char *path, const char *words)
{
    const char *flaw = fp_kept_dir_flaw(path);
    if (words == NULL)
        assert_null(flaw);
    else
        assert_string_equal(flaw, words);
}

static void a_directory_of_others_has_a_flaw(void **state)
{
    cleanup_free char *path = fp_path_join(*state, "d");
    cleanup_free char *link = fp_path_join(*state, "link");
    assert_flaw(path, NULL);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(symlink("d", link), 0);
    assert_flaw(path, NULL);
    assert_flaw(link, NULL);
    /* fsGroup of Kubernetes sets such a mode, and the group is one of ours. */
    assert_int_equal(chmod(path, 02770), 0);
    assert_flaw(path, NULL);
    assert_int_equal(chmod(path, 0757), 0);
    assert_flaw(path, "can be written to by anybody");
    assert_flaw(link, "can be written to by anybody");
    assert_int_equal(chmod(path, 01777), 0);
    assert_flaw(path, "can be written to by anybody");
    assert_int_equal(rmdir(path), 0);
    assert_flaw(link, "is no directory");
    make_file(path, "");
    assert_flaw(path, "is no directory");
    if (geteuid() != 0)
        return; /* the rest needs files of other users */
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0770), 0);
    assert_int_equal(chmod(path, 0770), 0);
    assert_int_equal(chown(path, 0, 12345), 0);
    assert_flaw(path, "can be written to by a group of others");
    assert_int_equal(chmod(path, 0750), 0);
    assert_flaw(path, NULL);
    assert_int_equal(chown(path, 12345, 0), 0);
    assert_flaw(path, "belongs to another user");
    assert_int_equal(chown(path, 0, 0), 0);
    assert_int_equal(lchown(link, 12345, 0), 0);
    assert_flaw(link, "is a link of another user");
}

static void assert_leads(const char *path, const char *expected)
{
    struct fp_error err = {0};
    cleanup_free char *found = NULL;
    if (expected == NULL) {
        assert_int_equal(fp_output_path(path, &found, &err), FP_E_IO);
        return;
    }
    assert_ok(fp_output_path(path, &found, &err), err);
    assert_string_equal(found, expected);
}

static void outputs_follow_links_of_our_own(void **state)
{
    struct fp_error err = {0};
    cleanup_free char *real = realpath(*state, NULL);
    assert_int_equal(chdir(real), 0);
    assert_ok(fp_mkdir_p("a/b", 0700, &err), err);
    assert_int_equal(symlink("a/b", "rel"), 0);
    cleanup_free char *absolute = fp_path_join(real, "a");
    assert_int_equal(symlink(absolute, "abs"), 0);
    assert_int_equal(symlink("loop", "loop"), 0);
    assert_int_equal(symlink("not/there", "dangling"), 0);
    assert_int_equal(symlink("..", "a/b/up"), 0);
    assert_leads("out", "out");
    assert_leads("./a//b/", "./a//b/");
    assert_leads("/no/such/place", "/no/such/place");
    assert_leads("rel/x", "a/b/x");
    assert_leads("rel/../x", "a/x");
    assert_leads("rel/../../../x", "../x");
    assert_leads("rel/up/up/x", "a/up/x");
    assert_leads("dangling", "not/there");
    assert_leads("loop/x", NULL);
    cleanup_free char *inside = fp_path_join(real, "a/b/y");
    assert_leads("abs/b/y", inside);
    if (geteuid() == 0) {
        assert_int_equal(lchown("rel", 12345, 12345), 0);
        assert_leads("rel/x", NULL);
        assert_leads("rel", NULL);
        assert_leads("./a/../rel/x", NULL);
        assert_int_equal(fp_file_write("rel", "x", 1, 0644, &err), FP_E_IO);
        cleanup_newfile struct fp_newfile *file = NULL;
        assert_int_equal(fp_newfile_open("rel/x", 0644, &file, &err), FP_E_IO);
        assert_non_null(strstr(err.text, "rel: is a link of another user"));
        assert_int_equal(mkfifo("pipe", 0666), 0);
        assert_int_equal(chown("pipe", 12345, 12345), 0);
        assert_int_equal(fp_file_write("pipe", "x", 1, 0644, &err), FP_E_IO);
    }
    assert_int_equal(chdir("/"), 0);
}

static void file_systems_without_locks_do(void **state)
{
    static const int numbers[] = {ENOLCK, EOPNOTSUPP, ENOSYS, EINVAL};
    cleanup_free char *path = fp_path_join(*state, "lock");
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        struct fp_error err = {0};
        cleanup_fd int fd = -1;
        cleanup_fd int part = -1;
        flock_fails.number = numbers[i];
        flock_fails.times = 3;
        fp_lock_tell(&listener);
        assert_ok(fp_file_lock(path, true, &fd, &err), err);
        assert_ok(fp_file_open_locked(path, &part, &err), err);
        assert_true(fp_flock_now(part, path));
        assert_int_equal(told.len, i + 1);
        assert_non_null(strstr(told.items[i], path));
        assert_non_null(strstr(told.items[i], "cannot lock files"));
    }
    struct fp_error err = {0};
    int fd = -1;
    flock_fails.number = EBADF; /* a directory on NFS */
    flock_fails.times = 1;
    assert_int_equal(fp_file_lock(path, true, &fd, &err), FP_E_IO);
}

static void a_lock_that_is_waited_for_is_told_once(void **state)
{
    struct fp_error err = {0};
    cleanup_free char *path = fp_path_join(*state, "lock");
    cleanup_fd int fd = -1;
    flock_fails.number = EWOULDBLOCK;
    flock_fails.times = 200;
    assert_ok(fp_file_lock(path, true, &fd, &err), err);
    assert_int_equal(told.len, 1);
    assert_non_null(strstr(told.items[0], "waiting for "));
    assert_non_null(strstr(told.items[0], path));
    assert_non_null(strstr(told.items[0], "another flinkpack"));
    fp_cleanup_fdp(&fd);
    flock_fails.times = 3;
    assert_ok(fp_file_lock(path, true, &fd, &err), err);
    assert_int_equal(told.len, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        kept_test(what_others_planted_is_left_alone),
        kept_test(a_use_is_noted_now_and_then),
        kept_test(directories_are_ours_alone_whatever_the_umask),
        kept_test(no_directory_is_entered_over_a_link),
        kept_test(a_directory_of_others_has_a_flaw),
        kept_test(outputs_follow_links_of_our_own),
        kept_test(file_systems_without_locks_do),
        kept_test(a_lock_that_is_waited_for_is_told_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
