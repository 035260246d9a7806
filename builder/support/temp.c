/* Temporary files and directories, which are removed before the program ends. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "flinkpack/support/file.h"
#include "internal.h"

/* How many names are tried until one is free; a second one is needed once in 2^64. */
#define NAME_ATTEMPTS 8

/* The temporary files and directories that exist now. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct fp_strv names;

void fp_temp_register(const char *path)
{
    (void) pthread_mutex_lock(&lock);
    fp_strv_add(&names, path);
    (void) pthread_mutex_unlock(&lock);
}

static void drop_name(size_t i)
{
    free(names.items[i]);
    names.items[i] = names.items[--names.len];
    names.items[names.len] = NULL;
}

void fp_temp_forget(const char *path)
{
    (void) pthread_mutex_lock(&lock);
    for (size_t i = 0; i < names.len; i++) {
        if (strcmp(names.items[i], path) == 0) {
            drop_name(i);
            break;
        }
    }
    if (names.len == 0)
        fp_strv_clear(&names);
    (void) pthread_mutex_unlock(&lock);
}

char *fp_temp_name(const char *folder)
{
    uint64_t number = 0;
    if (getrandom(&number, sizeof(number), 0) != (ssize_t) sizeof(number)) {
        struct timespec now = {0};
        (void) clock_gettime(CLOCK_MONOTONIC, &now);
        number = (uint64_t) now.tv_nsec << 32 | (uint32_t) getpid();
    }
    cleanup_free char *name = fp_xasprintf(FP_TEMP_PREFIX "%016llx", (unsigned long long) number);
    return fp_path_join(folder, name);
}

/* Make a file or, if `ret_fd` is NULL, a directory of that name; false with errno. */
static bool make_named(const char *path, mode_t mode, int *ret_fd)
{
    if (ret_fd == NULL && mkdir(path, mode) != 0)
        return false;
    if (ret_fd == NULL) {
        fp_own_dir(path, mode);
        return true;
    }
    *ret_fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (*ret_fd >= 0)
        fp_own_file(*ret_fd);
    return *ret_fd >= 0;
}

static enum fp_code make_temp(const char *parent, mode_t mode, int *ret_fd, char **ret_path,
                              struct fp_error *err)
{
    for (int attempt = 0;; attempt++) {
        cleanup_free char *path = fp_temp_name(parent);
        fp_temp_register(path);
        if (make_named(path, mode, ret_fd)) {
            *ret_path = steal_pointer(&path);
            return FP_OK;
        }
        int saved = errno;
        fp_temp_forget(path);
        errno = saved;
        if (errno != EEXIST || attempt == NAME_ATTEMPTS)
            return fp_fail_errno(err, FP_E_IO, "%s: no %s can be made in this folder", parent,
                                 ret_fd != NULL ? "file" : "folder");
    }
}

enum fp_code fp_temp_file(const char *folder, mode_t mode, int *ret_fd, char **ret_path,
                          struct fp_error *err)
{
    return make_temp(folder, mode, ret_fd, ret_path, err);
}

void fp_temp_file_remove(char *take_path)
{
    if (take_path == NULL)
        return;
    (void) unlink(take_path);
    fp_temp_forget(take_path);
    free(take_path);
}

enum fp_code fp_temp_dir(const char *parent, char **ret_path, struct fp_error *err)
{
    return make_temp(parent, 0700, NULL, ret_path, err);
}

/* Errors are ignored: the work is done, or has failed for another reason. */
static void remove_quietly(const char *path)
{
    enum fp_code ignored = fp_remove_tree(path, NULL);
    (void) ignored;
}

void fp_temp_remove(char *take_path)
{
    if (take_path == NULL)
        return;
    remove_quietly(take_path);
    fp_temp_forget(take_path);
    free(take_path);
}

void fp_temp_remove_all(void)
{
    /* Usually no other thread is left, but if memory has run out, one may hold the lock. */
    if (pthread_mutex_trylock(&lock) != 0)
        return;
    for (size_t i = 0; i < names.len; i++)
        remove_quietly(names.items[i]);
    fp_strv_clear(&names);
    (void) pthread_mutex_unlock(&lock);
}
