/**
 * @file
 * Files that are published completely or not at all. The linker replaces functions of the C library
 * by the __wrap_ functions, which simulate each failure of a file system or kernel.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

/* The errno that a function fails with; 0: the real one is called. */
static struct {
    int faccessat;
    int linkat;
    int renameat2;
    int rename;
    int link;
    int fsync;
} refuse;

int __real_faccessat(int dir, const char *path, int mode, int flags);
int __wrap_faccessat(int dir, const char *path, int mode, int flags);
int __real_linkat(int from_dir, const char *from, int to_dir, const char *to, int flags);
int __wrap_linkat(int from_dir, const char *from, int to_dir, const char *to, int flags);
int __real_renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags);
int __wrap_renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags);
int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __real_link(const char *from, const char *to);
int __wrap_link(const char *from, const char *to);
int __real_fsync(int fd);
int __wrap_fsync(int fd);

static int refused(int number)
{
    errno = number;
    return -1;
}

int __wrap_faccessat(int dir, const char *path, int mode, int flags)
{
    return refuse.faccessat != 0 ? refused(refuse.faccessat)
                                 : __real_faccessat(dir, path, mode, flags);
}

int __wrap_linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
    return refuse.linkat != 0 ? refused(refuse.linkat)
                              : __real_linkat(from_dir, from, to_dir, to, flags);
}

int __wrap_renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
    return refuse.renameat2 != 0 ? refused(refuse.renameat2)
                                 : __real_renameat2(from_dir, from, to_dir, to, flags);
}

/* Fail once, like a rename to another file system, which works after the bytes are copied. */
int __wrap_rename(const char *from, const char *to)
{
    if (refuse.rename == 0)
        return __real_rename(from, to);
    errno = refuse.rename;
    refuse.rename = 0;
    return -1;
}

int __wrap_link(const char *from, const char *to)
{
    return refuse.link != 0 ? refused(refuse.link) : __real_link(from, to);
}

int __wrap_fsync(int fd)
{
    return refuse.fsync != 0 ? refused(refuse.fsync) : __real_fsync(fd);
}

static int setup(void **state)
{
    memset(&refuse, 0, sizeof(refuse));
    return scratch_setup(state);
}

static size_t count_entries(const char *folder)
{
    size_t count = 0;
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    while (readdir(dir) != NULL)
        count++;
    (void) closedir(dir);
    return count - 2; /* . and .. */
}

static void assert_content(const char *path, const char *expected)
{
    struct fp_error err = {0};
    cleanup_buf struct fp_buf buf = FP_BUF_INIT(1000);
    assert_ok(fp_file_read(path, &buf, &err), err);
    assert_string_equal(fp_buf_text(&buf), expected);
}

/* Build "new" in `folder` and publish it as `path`, which holds `expected` afterwards. */
static void build(const char *folder, const char *path, bool replace, const char *expected)
{
    struct fp_error err = {0};
    cleanup_newfile struct fp_newfile *file = NULL;
    assert_ok(fp_newfile_open_in(folder, 0640, &file, &err), err);
    assert_int_equal(write(fp_newfile_fd(file), "new", 3), 3);
    assert_ok(fp_newfile_publish(file, path, replace, &err), err);
    assert_content(path, expected);
}

/* Check all four cases of publishing, which must leave no other files behind. */
static void check_publishing(const char *folder)
{
    struct fp_error err = {0};
    cleanup_free char *path = fp_path_join(folder, "file");
    mode_t before = umask(022);
    build(folder, path, false, "new");
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0640);
    assert_int_equal(unlink(path), 0);
    build(folder, path, true, "new");
    assert_ok(fp_file_write(path, "old", 3, 0644, &err), err);
    build(folder, path, false, "old");
    build(folder, path, true, "new");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0640);
    assert_int_equal(count_entries(folder), 1);
    (void) umask(before);
}

static void without_a_name_first(void **state)
{
    check_publishing(*state);
}

static void named_where_proc_is_missing(void **state)
{
    refuse.faccessat = ENOENT;
    struct fp_error err = {0};
    struct fp_newfile *file = NULL;
    assert_ok(fp_newfile_open_in(*state, 0600, &file, &err), err);
    assert_int_equal(count_entries(*state), 1);
    fp_newfile_free(file);
    assert_int_equal(count_entries(*state), 0);
    check_publishing(*state);
}

static void renamed_without_the_flag(void **state)
{
    refuse.faccessat = ENOENT;
    refuse.renameat2 = EINVAL;
    check_publishing(*state);
}

static void renamed_without_links(void **state)
{
    refuse.faccessat = ENOENT;
    refuse.renameat2 = EINVAL;
    refuse.link = EPERM;
    check_publishing(*state);
}

static void copied_where_links_are_refused(void **state)
{
    refuse.linkat = EPERM;
    check_publishing(*state);
}

static void copied_to_another_file_system(void **state)
{
    cleanup_free char *path = fp_path_join(*state, "file");
    refuse.linkat = EXDEV;
    build(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : *state, path, false, "new");
    refuse.faccessat = ENOENT;
    refuse.rename = EXDEV;
    build(*state, path, true, "new");
    assert_int_equal(count_entries(*state), 1);
}

static void nothing_stays_of_what_is_abandoned(void **state)
{
    struct fp_error err = {0};
    cleanup_free char *path = fp_path_join(*state, "file");
    struct fp_newfile *file = NULL;
    assert_ok(fp_newfile_open(path, 0600, &file, &err), err);
    assert_int_equal(write(fp_newfile_fd(file), "x", 1), 1);
    assert_int_equal(count_entries(*state), 0);
    fp_newfile_free(file);
    fp_newfile_free(NULL);
    assert_int_equal(count_entries(*state), 0);
}

static void failed_sync_is_an_error(void **state)
{
    struct fp_error err = {0};
    cleanup_free char *path = fp_path_join(*state, "file");
    cleanup_free char *expected = fp_xasprintf("%s: cannot be written: Input/output error", path);
    refuse.fsync = EIO;
    assert_fails(fp_file_write(path, "x", 1, 0600, &err), err, FP_E_IO, expected);
    refuse.fsync = ENOSPC;
    assert_int_equal(fp_file_write(path, "x", 1, 0600, &err), FP_E_IO);
    assert_string_equal(err.hint, "free some space there, or choose another folder");
    assert_int_equal(count_entries(*state), 0);
}

static void full_disk_leaves_the_old_file(void **state)
{
    struct fp_error err = {0};
    cleanup_free char *path = fp_path_join(*state, "file");
    cleanup_free char *data = fp_xcalloc(1, 3000);
    assert_ok(fp_file_write(path, "old", 3, 0600, &err), err);
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    const struct rlimit limit = {.rlim_cur = 1000, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    enum fp_code code = fp_file_write(path, data, 3000, 0600, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    (void) signal(SIGXFSZ, handler);
    assert_int_equal(code, FP_E_IO);
    assert_content(path, "old");
    assert_int_equal(count_entries(*state), 1);
}

static void missing_folder_has_a_hint(void **state)
{
    struct fp_error err = {0};
    cleanup_free char *folder = fp_path_join(*state, "missing");
    cleanup_free char *path = fp_path_join(folder, "file");
    cleanup_free char *expected =
        fp_xasprintf("%s: no file can be made in this folder: No such file or directory", folder);
    assert_fails(fp_file_write(path, "x", 1, 0600, &err), err, FP_E_NOT_FOUND, expected);
    assert_string_equal(err.hint, "make the folder first");
}

static void failures_to_publish_leave_nothing(void **state)
{
    struct fp_error err = {0};
    cleanup_free char *missing = fp_path_join(*state, "missing");
    cleanup_free char *below = fp_path_join(missing, "file");
    cleanup_free char *path = fp_path_join(*state, "file");
    cleanup_free char *denied = fp_xasprintf("%s: cannot be put in place: Permission denied", path);
    cleanup_free char *nameless =
        fp_xasprintf("a new file in %s has no name", (const char *) *state);
    for (int i = 0; i < 2; i++) {
        struct fp_newfile *file = NULL;
        assert_ok(fp_newfile_open_in(*state, 0600, &file, &err), err);
        assert_fails(fp_newfile_publish(file, NULL, true, &err), err, FP_E_INTERNAL, nameless);
        assert_int_equal(fp_newfile_publish(file, below, true, &err), FP_E_NOT_FOUND);
        fp_newfile_free(file);
        assert_int_equal(count_entries(*state), 0);
        refuse.faccessat = ENOENT; /* and again with a temporary name */
    }
    refuse.rename = EACCES;
    assert_fails(fp_file_write(path, "x", 1, 0600, &err), err, FP_E_IO, denied);
    assert_int_equal(count_entries(*state), 0);
}

/* The bytes have to be copied to another file system, whose disk is full. */
static void failed_copies_leave_nothing(void **state)
{
    struct fp_error err = {0};
    cleanup_free char *path = fp_path_join(*state, "file");
    cleanup_newfile struct fp_newfile *file = NULL;
    assert_ok(fp_newfile_open(path, 0600, &file, &err), err);
    assert_int_equal(ftruncate(fp_newfile_fd(file), 3000), 0);
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    const struct rlimit limit = {.rlim_cur = 1000, .rlim_max = before.rlim_max};
    refuse.linkat = EXDEV;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    enum fp_code code = fp_newfile_publish(file, NULL, true, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    (void) signal(SIGXFSZ, handler);
    assert_int_equal(code, FP_E_IO);
    assert_int_equal(count_entries(*state), 0);
}

static void relative_paths(void **state)
{
    struct fp_error err = {0};
    cleanup_free char *before = getcwd(NULL, 0);
    assert_int_equal(chdir(*state), 0);
    enum fp_code code = fp_file_write("file", "x", 1, 0600, &err);
    assert_int_equal(chdir(before), 0);
    assert_ok(code, err);
    cleanup_free char *path = fp_path_join(*state, "file");
    assert_content(path, "x");
}

static void folders_and_devices_are_not_replaced(void **state)
{
    struct fp_error err = {0};
    const char *folder = *state;
    cleanup_free char *is_folder = fp_xasprintf("%s: is a folder, a file was expected", folder);
    assert_fails(fp_file_write(folder, "x", 1, 0600, &err), err, FP_E_IO, is_folder);
    cleanup_free char *fifo = fp_path_join(folder, "fifo");
    cleanup_free char *is_fifo = fp_xasprintf("%s: is there and is not a regular file", fifo);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    cleanup_newfile struct fp_newfile *file = NULL;
    assert_ok(fp_newfile_open(fifo, 0600, &file, &err), err);
    assert_fails(fp_newfile_publish(file, NULL, true, &err), err, FP_E_IO, is_fifo);
    assert_int_equal(count_entries(folder), 1);
}

static void pipes_are_written_through(void **state)
{
    struct fp_error err = {0};
    cleanup_free char *fifo = fp_path_join(*state, "fifo");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    cleanup_fd int fd = open(fifo, O_RDWR | O_CLOEXEC);
    assert_ok(fp_file_write(fifo, "abc", 3, 0600, &err), err);
    char data[4] = "";
    assert_int_equal(read(fd, data, 3), 3);
    assert_string_equal(data, "abc");
    if (access("/dev/full", W_OK) == 0)
        assert_fails(fp_file_write("/dev/full", "x", 1, 0600, &err), err, FP_E_IO,
                     "/dev/full: cannot be written: No space left on device");
}

/* A file that the shell has opened keeps the bytes written before. */
static void own_descriptors_are_written_through(void **state)
{
    static const char *const folders[] = {"/dev/fd", "/proc/self/fd"};
    struct fp_error err = {0};
    cleanup_free char *path = fp_path_join(*state, "out");
    cleanup_fd int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, "a", 1), 1);
    for (size_t i = 0; i < 2; i++) {
        cleanup_free char *name = fp_xasprintf("%s/%d", folders[i], fd);
        assert_true(fp_is_written_through(name));
        assert_ok(fp_file_write(name, "b", 1, 0600, &err), err);
    }
    assert_content(path, "abb");
    assert_true(fp_is_written_through("/dev/null"));
    assert_false(fp_is_written_through(path));
    assert_fails(fp_file_write("/dev/fd/987", "x", 1, 0600, &err), err, FP_E_IO,
                 "/dev/fd/987: cannot be opened: Bad file descriptor");
}

static void target_of_a_link_is_replaced(void **state)
{
    struct fp_error err = {0};
    cleanup_free char *folder = fp_path_join(*state, "elsewhere");
    cleanup_free char *target = fp_path_join(folder, "real");
    cleanup_free char *path = fp_path_join(*state, "link");
    assert_ok(fp_mkdir_p(folder, 0755, &err), err);
    assert_ok(fp_file_write(target, "old", 3, 0600, &err), err);
    assert_int_equal(symlink("elsewhere/real", path), 0);
    assert_ok(fp_file_write(path, "new", 3, 0600, &err), err);
    assert_content(target, "new");
    struct stat st;
    assert_int_equal(lstat(path, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
}

/* Only in a directory of the owner: in a shared one, the file may be planted by an attacker. */
static void what_root_writes_anew_stays_its_owners(void **state)
{
    const char *folder = *state;
    struct fp_error err = {0};
    struct stat st = {0};
    cleanup_free char *path = fp_path_join(folder, "config.json");
    if (geteuid() != 0 || chown(folder, 1234, 1235) != 0)
        skip();
    for (uid_t owner = 1234; owner <= 1236; owner += 2) {
        assert_ok(fp_file_write(path, "{}", 2, 0600, &err), err);
        assert_int_equal(chown(path, owner, 1235), 0);
        assert_ok(fp_file_write(path, "{}", 2, 0600, &err), err);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_uid, owner == 1234 ? owner : 0);
        assert_int_equal(st.st_mode & 0777, 0600);
    }
}

static void temporary_folders(void **state)
{
    struct fp_error err = {0};
    char *first = NULL;
    char *second = NULL;
    assert_ok(fp_temp_dir(*state, &first, &err), err);
    assert_ok(fp_temp_dir(*state, &second, &err), err);
    cleanup_free char *below = fp_path_join(second, "a/b");
    assert_ok(fp_mkdir_p(below, 0755, &err), err);
    struct stat st;
    assert_int_equal(stat(first, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    fp_temp_remove(first);
    assert_int_equal(count_entries(*state), 1);
    fp_temp_remove_all();
    assert_int_equal(count_entries(*state), 0);
    free(second);
    fp_temp_remove(NULL);
    cleanup_free char *missing = fp_path_join(*state, "missing");
    assert_int_equal(fp_temp_dir(missing, &first, &err), FP_E_NOT_FOUND);
}

static void temporary_files_are_removed_at_the_end(void **state)
{
    refuse.faccessat = ENOENT;
    struct fp_error err = {0};
    struct fp_newfile *first = NULL;
    struct fp_newfile *second = NULL;
    assert_ok(fp_newfile_open_in(*state, 0600, &first, &err), err);
    assert_ok(fp_newfile_open_in(*state, 0600, &second, &err), err);
    cleanup_free char *path = fp_path_join(*state, "kept");
    assert_ok(fp_newfile_publish(second, path, true, &err), err);
    assert_int_equal(count_entries(*state), 2);
    fp_temp_remove_all();
    assert_int_equal(count_entries(*state), 1);
    assert_true(fp_path_exists(path));
    fp_newfile_free(first);
    fp_newfile_free(second);
}

static enum fp_code write_many(void *context, struct fp_error *err)
{
    const char *path = context;
    for (int i = 0; i < 50; i++) {
        enum fp_code code = fp_file_write(path, "0123456789", 10, 0600, err);
        if (code != FP_OK)
            return code;
        cleanup_buf struct fp_buf buf = FP_BUF_INIT(100);
        code = fp_file_read(path, &buf, err);
        if (code != FP_OK)
            return code;
        if (buf.len != 10)
            return fp_fail(err, FP_E_INTERNAL, "%s: half-written", path);
    }
    return FP_OK;
}

static void check_concurrency(const char *folder)
{
    struct fp_error err = {0};
    cleanup_free char *path = fp_path_join(folder, "shared");
    cleanup_group struct fp_group *group = fp_group_new(NULL, 4);
    for (int i = 0; i < 4; i++)
        fp_group_go(group, write_many, path);
    assert_ok(fp_group_wait(group, &err), err);
    assert_int_equal(count_entries(folder), 1);
}

static void concurrent_writers_agree(void **state)
{
    check_concurrency(*state);
    refuse.faccessat = ENOENT;
    check_concurrency(*state);
}

#define newfile_test(function) cmocka_unit_test_setup_teardown(function, setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        newfile_test(without_a_name_first),
        newfile_test(named_where_proc_is_missing),
        newfile_test(renamed_without_the_flag),
        newfile_test(renamed_without_links),
        newfile_test(copied_where_links_are_refused),
        newfile_test(copied_to_another_file_system),
        newfile_test(nothing_stays_of_what_is_abandoned),
        newfile_test(failed_sync_is_an_error),
        newfile_test(full_disk_leaves_the_old_file),
        newfile_test(missing_folder_has_a_hint),
        newfile_test(failures_to_publish_leave_nothing),
        newfile_test(failed_copies_leave_nothing),
        newfile_test(relative_paths),
        newfile_test(folders_and_devices_are_not_replaced),
        newfile_test(pipes_are_written_through),
        newfile_test(own_descriptors_are_written_through),
        newfile_test(target_of_a_link_is_replaced),
        newfile_test(what_root_writes_anew_stays_its_owners),
        newfile_test(temporary_folders),
        newfile_test(temporary_files_are_removed_at_the_end),
        newfile_test(concurrent_writers_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
