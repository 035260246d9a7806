/* Waits for advisory locks, and reports it if that takes a while. */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "flinkpack/support/cancel.h"
#include "flinkpack/support/file.h"
#include "internal.h"

/* The interval of attempts to get a lock, and the number of attempts before it is reported. */
#define POLL_MS    20
#define TOLD_AFTER 25

/* How often a file may vanish or have to be removed between opening and locking it. */
#define MAX_REOPEN 16

/* How much of /proc/locks is read to find the holder of a lock. */
#define MAX_LOCKS_BYTES ((size_t) 1 << 20)

static _Atomic(struct fp_reporter *) listener;
static atomic_bool has_told_unsupported;

void fp_lock_tell(struct fp_reporter *reporter)
{
    atomic_store(&listener, reporter);
    atomic_store(&has_told_unsupported, false);
}

/* The name of a process in /proc, such as "flinkpack"; false if there is none. */
static bool name_of(long pid, char *name, size_t size)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(256);
    cleanup_free char *path = fp_xasprintf("/proc/%ld/comm", pid);
    if (fp_file_read(path, &text, NULL) != FP_OK || text.len == 0)
        return false;
    (void) snprintf(name, size, "%.*s", (int) strcspn(fp_buf_text(&text), "\n"),
                    fp_buf_text(&text));
    return true;
}

/* The process with a flock() on that file, from lines "1: FLOCK ADVISORY WRITE 123 08:01:456 0
 * EOF". 0: none is visible. */
static long holder_of(const struct stat *st)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(MAX_LOCKS_BYTES);
    cleanup_strv struct fp_strv lines = {0};
    if (fp_file_read("/proc/locks", &text, NULL) != FP_OK)
        return 0;
    cleanup_free char *file = fp_xasprintf(" %02x:%02x:%ju ", major(st->st_dev), minor(st->st_dev),
                                           (uintmax_t) st->st_ino);
    fp_strv_split(&lines, fp_buf_text(&text), '\n');
    for (size_t i = 0; i < lines.len; i++) {
        const char *line = lines.items[i];
        const char *at = strstr(line, file);
        if (strstr(line, " FLOCK ") == NULL || strstr(line, "->") != NULL || at == NULL)
            continue;
        while (at > line && at[-1] != ' ')
            at--;
        return strtol(at, NULL, 10);
    }
    return 0;
}

/* Threads of this process that wait for each other are not reported. */
static void tell_waiting(int fd, const char *name)
{
    struct stat st = {0};
    char holder[64] = "another process";
    long pid = fstat(fd, &st) == 0 ? holder_of(&st) : 0;
    if (pid == (long) getpid())
        return;
    if (pid > 0 && name_of(pid, holder, sizeof(holder)))
        fp_report(atomic_load(&listener), FP_EVENT_WARNING,
                  "waiting for %s, which another process has locked: %s, process %ld", name, holder,
                  pid);
    else
        fp_report(atomic_load(&listener), FP_EVENT_WARNING,
                  "waiting for %s, which is locked: another flinkpack uses it", name);
}

/* Whether the error is that of a network or user-space file system without such locks. */
static bool is_unsupported(int number)
{
    return number == ENOLCK || number == EOPNOTSUPP || number == ENOSYS || number == EINVAL;
}

static void tell_unsupported(const char *name)
{
    int number = errno;
    if (atomic_exchange(&has_told_unsupported, true))
        return;
    fp_report(atomic_load(&listener), FP_EVENT_WARNING,
              "%s: its file system cannot lock files (%s): let only one flinkpack at a time use it",
              name, strerror(number));
}

/* This polls, because a blocking flock() could miss a signal just before it, and threads of a group
 * have all signals blocked. */
enum fp_code fp_flock(int fd, bool exclusive, const char *name, struct fp_error *err)
{
    const struct timespec pause = {.tv_nsec = POLL_MS * 1000000L};
    for (int polls = 0; flock(fd, (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0; polls++) {
        if (is_unsupported(errno)) {
            tell_unsupported(name);
            return FP_OK;
        }
        if (errno != EWOULDBLOCK && errno != EINTR)
            return fp_fail_errno(err, FP_E_IO, "%s: cannot be locked", name);
        FP_TRY(fp_cancel_check(err));
        if (polls == TOLD_AFTER)
            tell_waiting(fd, name);
        (void) nanosleep(&pause, NULL);
    }
    return FP_OK;
}

bool fp_flock_now(int fd, const char *name)
{
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return true;
    if (!is_unsupported(errno))
        return false;
    tell_unsupported(name);
    return true;
}

/* Whether an open file can be one of ours: a second name of another file is not. */
static bool is_own_file(int fd, struct stat *ret)
{
    return fstat(fd, ret) == 0 && S_ISREG(ret->st_mode) && ret->st_nlink <= 1;
}

/* Returns -1 also for a link, a pipe and the like in its place. */
static int open_lock(const char *path, int flags)
{
    struct stat st = {0};
    int fd = open(path, flags | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK, 0666);
    if (fd >= 0 && !is_own_file(fd, &st)) {
        fp_cleanup_fdp(&fd);
        errno = ELOOP;
    }
    return fd;
}

enum fp_code fp_file_lock(const char *path, bool exclusive, int *ret_fd, struct fp_error *err)
{
    cleanup_fd int fd = open_lock(path, O_RDWR | O_CREAT);
    /* A shared lock works on a read-only file system too. */
    if (fd < 0 && !exclusive && (errno == EROFS || errno == EACCES))
        fd = open_lock(path, O_RDONLY);
    if (fd < 0)
        return fp_fail_errno(err, FP_E_IO, "%s: the lock file cannot be opened", path);
    FP_TRY(fp_flock(fd, exclusive, path, err));
    *ret_fd = steal_fd(&fd);
    return FP_OK;
}

/* A umask may remove even the owner's permissions, which a later run needs to resume. */
static int open_part(const char *path, struct stat *ret)
{
    int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0644);
    if (fd < 0)
        return -1;
    if (is_own_file(fd, ret)) {
        fp_own_file(fd);
        return fd;
    }
    fp_cleanup_fdp(&fd);
    errno = ELOOP;
    return -1;
}

enum fp_code fp_file_open_locked(const char *path, int *ret_fd, struct fp_error *err)
{
    for (int attempt = 0; attempt < MAX_REOPEN; attempt++) {
        struct stat ours = {0};
        struct stat named = {0};
        cleanup_fd int fd = open_part(path, &ours);
        /* A link or pipe in its place is removed, wherever it leads. */
        if (fd < 0 && (errno == ELOOP || errno == ENXIO) && unlink(path) == 0)
            continue;
        if (fd < 0)
            return fp_fail_errno(err, FP_E_IO, "%s: cannot be opened", path);
        FP_TRY(fp_flock(fd, true, path, err));
        if (lstat(path, &named) == 0 && named.st_ino == ours.st_ino &&
            named.st_dev == ours.st_dev) {
            *ret_fd = steal_fd(&fd);
            return FP_OK;
        }
    }
    return fp_fail(err, FP_E_IO, "%s: is removed by others again and again", path);
}
