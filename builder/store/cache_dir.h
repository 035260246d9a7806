/**
 * @file
 * The open cache, and files in directories that nobody else can write to. They are reached from an
 * open directory, so that a directory which is replaced leads nowhere.
 */
#ifndef FLINKPACK_STORE_CACHE_DIR_H
#define FLINKPACK_STORE_CACHE_DIR_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "flinkpack/store/cache.h"

struct fp_cache {
    char *directory;
    uint64_t max_bytes;
    pthread_mutex_t opening; /**< held while one of these is opened; -1: not open yet */
    int root;                /**< the directory, which may be written to by others */
    int blobs;               /**< blobs/sha256 */
    int records;             /**< records; each kind is a directory in it */
    atomic_bool has_added;
    atomic_bool saw_damage;
    struct timespec downloads_changed; /**< at the opening: when downloads were added last */
};

/**
 * The directory of the cache, opened at the first call that finds it.
 * @param make Whether it is made if it is missing.
 * @return A descriptor, which the cache owns, or -1 with errno.
 */
int fp_cache_root(struct fp_cache *cache, bool make);
/** Likewise blobs/sha256. EPERM: others can write to it. */
int fp_cache_blobs(struct fp_cache *cache, bool make);
/** Likewise records. */
int fp_cache_records(struct fp_cache *cache, bool make);

/**
 * Open a directory of ours in another one.
 * @param make Whether it is made if it is missing.
 * @return A descriptor, which the caller owns; -1 with errno, EPERM if others can write to it.
 */
int fp_cache_dir_open(int parent, const char *name, bool make);
/** Open a file of ours for reading. @return A descriptor, which the caller owns, or -1. */
int fp_cache_file_open(int directory, const char *name, struct stat *ret);
/** Write a file, all or nothing, in place of an earlier one. @return False if it cannot be. */
bool fp_cache_file_write(int directory, const char *name, const void *data, size_t len);
/** A new temporary name, which begins with FP_TEMP_PREFIX. The caller owns it. */
char *fp_cache_temp_name(void);
/** Note that a file was used now, unless that was noted within the last ten minutes. */
void fp_cache_touch(int fd, const struct stat *st);
/** What a file counts in the bound, in bytes. */
uint64_t fp_cache_bytes(const struct stat *st);

#endif
