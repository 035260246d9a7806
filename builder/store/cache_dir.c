/* Files and directories of the cache that nobody else can write to. */
#include "cache_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

/* How exact the time of the last use is. */
#define TOUCH_EVERY_S 600

#define BLOCK_BYTES 4096

static bool is_ours(const struct stat *st)
{
    return st->st_uid == geteuid() && (st->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

int fp_cache_dir_open(int parent, const char *name, bool make)
{
    struct stat st = {0};
    bool made = make && mkdirat(parent, name, FP_KEPT_DIR_MODE) == 0;
    cleanup_fd int fd =
        openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st) != 0)
        return -1;
    if (!is_ours(&st)) {
        errno = EPERM;
        return -1;
    }
    /* The umask may have removed even the owner's permissions. */
    if (made && (st.st_mode & S_IRWXU) != S_IRWXU)
        (void) fchmod(fd, FP_KEPT_DIR_MODE);
    return steal_fd(&fd);
}

/* Called with the lock. */
static int open_root(struct fp_cache *cache, bool make)
{
    bool is_made =
        cache->root >= 0 || !make || fp_mkdir_p(cache->directory, FP_KEPT_DIR_MODE, NULL) == FP_OK;
    if (cache->root < 0 && is_made)
        cache->root = open(cache->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return cache->root;
}

int fp_cache_root(struct fp_cache *cache, bool make)
{
    (void) pthread_mutex_lock(&cache->opening);
    int fd = open_root(cache, make);
    (void) pthread_mutex_unlock(&cache->opening);
    return fd;
}

int fp_cache_blobs(struct fp_cache *cache, bool make)
{
    (void) pthread_mutex_lock(&cache->opening);
    int root = cache->blobs < 0 ? open_root(cache, make) : -1;
    cleanup_fd int parent = root >= 0 ? fp_cache_dir_open(root, "blobs", make) : -1;
    if (parent >= 0)
        cache->blobs = fp_cache_dir_open(parent, "sha256", make);
    (void) pthread_mutex_unlock(&cache->opening);
    return cache->blobs;
}

int fp_cache_records(struct fp_cache *cache, bool make)
{
    (void) pthread_mutex_lock(&cache->opening);
    int root = cache->records < 0 ? open_root(cache, make) : -1;
    if (root >= 0)
        cache->records = fp_cache_dir_open(root, "records", make);
    (void) pthread_mutex_unlock(&cache->opening);
    return cache->records;
}

int fp_cache_file_open(int directory, const char *name, struct stat *ret)
{
    cleanup_fd int fd =
        openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 || fstat(fd, ret) != 0 || !S_ISREG(ret->st_mode) || !is_ours(ret))
        return -1;
    return steal_fd(&fd);
}

char *fp_cache_temp_name(void)
{
    uint64_t number = 0;
    if (getrandom(&number, sizeof(number), 0) != (ssize_t) sizeof(number))
        number = (uint64_t) getpid() << 32 | (uint32_t) fp_now_ms();
    return fp_xasprintf(FP_TEMP_PREFIX "%016" PRIx64, number);
}

/* Nothing is synced: a record that a crash of the machine has left incomplete has a wrong checksum.
 */
bool fp_cache_file_write(int directory, const char *name, const void *data, size_t len)
{
    cleanup_free char *temp = fp_cache_temp_name();
    cleanup_fd int fd =
        openat(directory, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return false;
    cleanup_sink struct fp_sink *sink = fp_sink_fd(fd, name);
    if (fchmod(fd, 0600) == 0 && fp_sink_write(sink, data, len, NULL) == FP_OK &&
        renameat(directory, temp, directory, name) == 0)
        return true;
    (void) unlinkat(directory, temp, 0);
    return false;
}

void fp_cache_touch(int fd, const struct stat *st)
{
    struct timespec now = {0};
    (void) clock_gettime(CLOCK_REALTIME, &now);
    if (now.tv_sec - st->st_mtim.tv_sec > TOUCH_EVERY_S)
        (void) !futimens(fd, NULL);
}

uint64_t fp_cache_bytes(const struct stat *st)
{
    uint64_t bytes = ((uint64_t) st->st_size + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
    return st->st_nlink > 1 ? bytes / st->st_nlink : bytes;
}
