#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "flinkpack/support/file.h"
#include "flinkpack/support/interrupt.h"

/* How often a lock that someone else has is asked for again. */
#define POLL_MS 20

/* How often a file may vanish between opening and locking it. */
#define MAX_REOPEN 16

/* A flock() that waits could miss the signal that comes just before it, and threads of a pool have
 * signals blocked altogether. */
enum fp_code fp_flock(int fd, bool exclusive, const char *name, struct fp_error *err)
{
    const struct timespec pause = {.tv_nsec = POLL_MS * 1000000L};
    while (flock(fd, (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return fp_fail_errno(err, FP_E_IO, "%s: cannot be locked", name);
        enum fp_code code = fp_interrupt_check(err);
        if (code != FP_OK)
            return code;
        (void) nanosleep(&pause, NULL);
    }
    return FP_OK;
}

static int open_lock(const char *path, bool exclusive)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);
    /* Whoever only reads may do so on a read-only file system. */
    if (fd < 0 && !exclusive && (errno == EROFS || errno == EACCES))
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    return fd;
}

enum fp_code fp_file_lock(const char *path, bool exclusive, int *ret_fd, struct fp_error *err)
{
    cleanup_fd int fd = open_lock(path, exclusive);
    if (fd < 0)
        return fp_fail_errno(err, FP_E_IO, "%s: the lock file cannot be opened", path);
    enum fp_code code = fp_flock(fd, exclusive, path, err);
    if (code == FP_OK)
        *ret_fd = steal_fd(&fd);
    return code;
}

enum fp_code fp_file_open_locked(const char *path, int *ret_fd, struct fp_error *err)
{
    for (int attempt = 0; attempt < MAX_REOPEN; attempt++) {
        struct stat ours = {0};
        struct stat named = {0};
        cleanup_fd int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
        if (fd < 0 || fstat(fd, &ours) != 0)
            return fp_fail_errno(err, FP_E_IO, "%s: cannot be opened", path);
        enum fp_code code = fp_flock(fd, true, path, err);
        if (code != FP_OK)
            return code;
        if (lstat(path, &named) == 0 && named.st_ino == ours.st_ino &&
            named.st_dev == ours.st_dev) {
            *ret_fd = steal_fd(&fd);
            return FP_OK;
        }
    }
    return fp_fail(err, FP_E_IO, "%s: is removed by others again and again", path);
}
