#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

static void reading_is_bounded(void **state)
{
    struct fp_error err = {0};
    cleanup_free char *path = fp_path_join(*state, "file");
    assert_ok(fp_file_write(path, "abcd", 4, 0644, &err), err);
    cleanup_buf struct fp_buf fits = FP_BUF_INIT(4);
    assert_ok(fp_file_read(path, &fits, &err), err);
    assert_string_equal(fp_buf_text(&fits), "abcd");
    cleanup_buf struct fp_buf small = FP_BUF_INIT(3);
    cleanup_free char *expected = fp_xasprintf("%s: more than the limit of 3 bytes", path);
    assert_fails(fp_file_read(path, &small, &err), err, FP_E_INPUT, expected);
}

static void opening_tells_the_size(void **state)
{
    struct fp_error err = {0};
    cleanup_free char *path = fp_path_join(*state, "file");
    assert_ok(fp_file_write(path, "abcd", 4, 0644, &err), err);
    cleanup_fd int fd = -1;
    uint64_t size = 0;
    assert_ok(fp_file_open(path, &fd, &size, &err), err);
    assert_int_equal(size, 4);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    cleanup_free char *folder =
        fp_xasprintf("%s: is a folder, a file was expected", (const char *) *state);
    int none = -1;
    assert_fails(fp_file_open(*state, &none, NULL, &err), err, FP_E_INPUT, folder);
    assert_int_equal(none, -1);
}

/* A pipe is refused without waiting for a writer. */
static void what_has_a_size_is_no_pipe(void **state)
{
    struct fp_error err = {0};
    cleanup_free char *pipe_path = fp_path_join(*state, "pipe");
    assert_int_equal(mkfifo(pipe_path, 0600), 0);
    const char *const paths[] = {pipe_path, "/dev/zero"};
    for (size_t i = 0; i < 2; i++) {
        cleanup_free char *text =
            fp_xasprintf("%s: is a pipe or device, a file was expected", paths[i]);
        uint64_t size = 0;
        int none = -1;
        assert_fails(fp_file_open(paths[i], &none, &size, &err), err, FP_E_INPUT, text);
        assert_int_equal(none, -1);
        err = (struct fp_error){0};
    }
    cleanup_fd int fd = -1;
    assert_ok(fp_file_open("/dev/zero", &fd, NULL, &err), err);
}

static void names_in_a_directory_are_sorted(void **state)
{
    const char *const made[] = {"b.conf", "a.conf", ".hidden", "other"};
    cleanup_free char *directory = fp_xasprintf("%s/names", (const char *) *state);
    assert_int_equal(mkdir(directory, 0700), 0);
    cleanup_fd int fd = open(directory, O_RDONLY | O_DIRECTORY);
    for (size_t i = 0; i < 4; i++) {
        cleanup_free char *path = fp_path_join(directory, made[i]);
        assert_int_equal(fp_file_write(path, "", 0, 0644, NULL), FP_OK);
    }
    static const struct {
        const char *pattern;
        const char *expected;
    } cases[] = {{"*", ".hidden a.conf b.conf other"},
                 {"*.conf", "a.conf b.conf"},
                 {"x*", ""},
                 {"[!.]*", "a.conf b.conf other"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cleanup_strv struct fp_strv names = {0};
        assert_true(fp_dir_names(directory, cases[i].pattern, 100, &names));
        cleanup_free char *text = fp_strv_join(&names, " ", 100);
        assert_string_equal(text, cases[i].expected);
    }
    cleanup_strv struct fp_strv some = {0};
    assert_true(fp_dir_names_fd(fd, "*", 3, &some));
    assert_int_equal(some.len, 3);
    assert_true(fcntl(fd, F_GETFD) >= 0);
    assert_false(fp_dir_names("/dev/null", "*", 1, &some));
    assert_int_equal(errno, ENOTDIR);
}

static void paths_join_with_one_slash(void **state)
{
    (void) state;
    static const struct {
        const char *folder, *name, *joined, *base;
    } cases[] = {
        {"a", "b", "a/b", "b"},       {"a/", "/b", "a/b", "b"}, {"/", "b", "/b", "b"},
        {"a//", "b/c", "a/b/c", "c"}, {"", "b", "b", "b"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cleanup_free char *joined = fp_path_join(cases[i].folder, cases[i].name);
        assert_string_equal(joined, cases[i].joined);
        assert_string_equal(fp_path_base(joined), cases[i].base);
    }
    assert_string_equal(fp_path_base("a/"), "");
}

static void folders_are_made_with_parents(void **state)
{
    struct fp_error err = {0};
    cleanup_free char *deep = fp_path_join(*state, "a/b//c/");
    mode_t before = umask(022);
    assert_ok(fp_mkdir_p(deep, 0755, &err), err);
    (void) umask(before);
    assert_true(fp_path_is_dir(deep));
    assert_ok(fp_mkdir_p(deep, 0755, &err), err);
    assert_ok(fp_mkdir_p("/", 0755, &err), err);
    struct stat st;
    assert_int_equal(stat(deep, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0755);
    assert_fails(fp_mkdir_p("", 0755, &err), err, FP_E_IO,
                 ": the folder cannot be made: No such file or directory");
}

static void file_in_the_way_of_a_folder(void **state)
{
    struct fp_error err = {0};
    cleanup_free char *path = fp_path_join(*state, "file");
    cleanup_free char *below = fp_path_join(path, "below");
    cleanup_free char *expected = fp_xasprintf("%s: is there and is not a folder", path);
    assert_ok(fp_file_write(path, "", 0, 0644, &err), err);
    assert_fails(fp_mkdir_p(path, 0755, &err), err, FP_E_IO, expected);
    assert_fails(fp_mkdir_p(below, 0755, &err), err, FP_E_IO, expected);
    assert_true(fp_path_exists(path));
    assert_false(fp_path_is_dir(path));
    assert_false(fp_path_exists(below));
}

static void removing_does_not_follow_links(void **state)
{
    struct fp_error err = {0};
    cleanup_free char *kept = fp_path_join(*state, "kept");
    cleanup_free char *kept_file = fp_path_join(kept, "file");
    cleanup_free char *tree = fp_path_join(*state, "tree");
    cleanup_free char *locked = fp_path_join(tree, "locked");
    cleanup_free char *file = fp_path_join(locked, "file");
    cleanup_free char *link = fp_path_join(tree, "link");
    assert_ok(fp_mkdir_p(kept, 0755, &err), err);
    assert_ok(fp_mkdir_p(locked, 0755, &err), err);
    assert_ok(fp_file_write(kept_file, "x", 1, 0600, &err), err);
    assert_ok(fp_file_write(file, "x", 1, 0600, &err), err);
    assert_int_equal(symlink("../kept", link), 0);
    assert_int_equal(chmod(locked, 0), 0);
    assert_ok(fp_remove_tree(tree, &err), err);
    assert_false(fp_path_exists(tree));
    assert_true(fp_path_exists(kept_file));
    assert_ok(fp_remove_tree(tree, &err), err);
}

static void removing_is_bounded_in_depth(void **state)
{
    struct fp_error err = {0};
    cleanup_buf struct fp_buf path = FP_BUF_INIT(4096);
    fp_buf_puts(&path, *state);
    for (int i = 0; i < 210; i++)
        fp_buf_puts(&path, "/d");
    assert_ok(fp_mkdir_p(fp_buf_text(&path), 0755, &err), err);
    assert_int_equal(fp_remove_tree(*state, &err), FP_E_IO);
    assert_non_null(strstr(err.text, "cannot be removed: more than 200 levels"));
    /* Remove the inner levels first, so that the tear-down can remove the rest. */
    path.data[strlen(*state) + (size_t) (2 * 20)] = '\0';
    assert_ok(fp_remove_tree(path.data, &err), err);
}

static void locks_exclude(void **state)
{
    struct fp_error err = {0};
    cleanup_free char *path = fp_path_join(*state, "lock");
    cleanup_fd int first = -1;
    cleanup_fd int second = -1;
    assert_ok(fp_file_lock(path, false, &first, &err), err);
    assert_ok(fp_file_lock(path, false, &second, &err), err);
    cleanup_fd int other = open(path, O_RDWR | O_CLOEXEC);
    assert_int_equal(flock(other, LOCK_EX | LOCK_NB), -1);
    assert_int_equal(close(steal_fd(&first)), 0);
    assert_int_equal(close(steal_fd(&second)), 0);
    cleanup_fd int exclusive = -1;
    assert_ok(fp_file_lock(path, true, &exclusive, &err), err);
    assert_int_equal(flock(other, LOCK_SH | LOCK_NB), -1);
    cleanup_free char *missing = fp_path_join(*state, "missing/lock");
    assert_int_equal(fp_file_lock(missing, true, &first, &err), FP_E_NOT_FOUND);
}

/* If the holder of a lock renames the file, a waiter gets a new file with the old name. */
struct awaited_file {
    const char *path;
    int fd;
};

static enum fp_code wait_for_lock(void *context, struct fp_error *err)
{
    struct awaited_file *awaited = context;
    return fp_file_open_locked(awaited->path, &awaited->fd, err);
}

static void a_locked_file_is_the_one_under_its_name(void **state)
{
    struct fp_error err = {0};
    cleanup_free char *path = fp_path_join(*state, "part");
    cleanup_free char *final = fp_path_join(*state, "final");
    cleanup_fd int first = -1;
    assert_ok(fp_file_open_locked(path, &first, &err), err);
    assert_int_equal(write(first, "all", 3), 3);
    struct awaited_file awaited = {.path = path, .fd = -1};
    cleanup_group struct fp_group *group = fp_group_new(NULL, 1);
    fp_group_go(group, wait_for_lock, &awaited);
    assert_int_equal(rename(path, final), 0);
    assert_int_equal(close(steal_fd(&first)), 0);
    assert_ok(fp_group_wait(group, &err), err);
    cleanup_fd int second = awaited.fd;
    struct stat st = {0};
    struct stat named = {0};
    assert_int_equal(fstat(second, &st), 0);
    assert_int_equal(stat(path, &named), 0);
    assert_int_equal(st.st_size, 0);
    assert_int_equal(st.st_ino, named.st_ino);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(reading_is_bounded),
        scratch_test(opening_tells_the_size),
        scratch_test(what_has_a_size_is_no_pipe),
        scratch_test(names_in_a_directory_are_sorted),
        cmocka_unit_test(paths_join_with_one_slash),
        scratch_test(folders_are_made_with_parents),
        scratch_test(file_in_the_way_of_a_folder),
        scratch_test(removing_does_not_follow_links),
        scratch_test(removing_is_bounded_in_depth),
        scratch_test(locks_exclude),
        scratch_test(a_locked_file_is_the_one_under_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
