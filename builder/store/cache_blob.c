/* Blobs of the cache, under their digests. */
#include "cache_count.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static bool is_sha256(const struct fp_digest *digest)
{
    return fp_digest_is_set(digest) && fp_digest_algorithm(digest) == FP_SHA256;
}

/* A reader of a blob calls this, in whatever thread. */
static void remove_damaged(void *context, const struct fp_digest *digest)
{
    struct fp_cache *cache = context;
    atomic_store(&cache->saw_damage, true);
    int blobs = fp_cache_blobs(cache, false);
    if (blobs >= 0)
        (void) unlinkat(blobs, fp_digest_hex(digest), 0);
}

/* Open the file of a blob, and remove it if it cannot be the blob. */
static int open_blob(struct fp_cache *cache, const struct fp_descriptor *descriptor)
{
    struct stat st = {0};
    int blobs = fp_cache_blobs(cache, false);
    if (blobs < 0 || !is_sha256(&descriptor->digest))
        return -1;
    cleanup_fd int fd = fp_cache_file_open(blobs, fp_digest_hex(&descriptor->digest), &st);
    if (fd < 0)
        return -1;
    if ((uint64_t) st.st_size != descriptor->size) {
        remove_damaged(cache, &descriptor->digest);
        return -1;
    }
    fp_cache_touch(fd, &st);
    return steal_fd(&fd);
}

struct fp_blob *fp_cache_blob(struct fp_cache *cache, const struct fp_descriptor *descriptor)
{
    cleanup_fd int fd = cache != NULL ? open_blob(cache, descriptor) : -1;
    if (fd < 0)
        return NULL;
    cleanup_free char *name =
        fp_xasprintf("%s/blobs/sha256/%s", cache->directory, fp_digest_hex(&descriptor->digest));
    return fp_blob_checked(descriptor, name, fd, remove_damaged, cache);
}

/* Give an open file the name of a blob. A file there is replaced, as it is not the blob. */
static bool link_as(int blobs, int fd, const char *name)
{
    char open_name[32];
    (void) snprintf(open_name, sizeof(open_name), "/proc/self/fd/%d", fd);
    for (int attempt = 0; attempt < 2; attempt++) {
        if (linkat(AT_FDCWD, open_name, blobs, name, AT_SYMLINK_FOLLOW) == 0)
            return true;
        if (errno != EEXIST || unlinkat(blobs, name, 0) != 0)
            return false;
    }
    return false;
}

/* Whether an open file is a download: it stands in the directory of the cache, which is ours alone,
 * so nobody writes to it. */
static bool is_download(struct fp_cache *cache, const struct fp_blob *blob, const struct stat *st)
{
    struct stat top = {0};
    struct stat named = {0};
    const char *path = fp_blob_path(blob);
    int root = fp_cache_root(cache, false);
    return path != NULL && root >= 0 && fstat(root, &top) == 0 && top.st_uid == geteuid() &&
           (top.st_mode & (S_IWGRP | S_IWOTH)) == 0 &&
           fstatat(root, fp_path_base(path), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           named.st_dev == st->st_dev && named.st_ino == st->st_ino;
}

/* A file that others may write to would change with the blob of the cache. */
static bool link_own(struct fp_cache *cache, int blobs, const struct fp_blob *blob,
                     const char *name)
{
    struct stat st = {0};
    int fd = fp_blob_fd(blob);
    if (fd < 0 || fstat(fd, &st) != 0 || st.st_uid != geteuid() ||
        (st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return false;
    return (fp_blob_is_nameless(blob) || is_download(cache, blob, &st)) && link_as(blobs, fd, name);
}

/* Copy the blob to an open file, or clone it, and verify it. */
static bool fill(int fd, const struct fp_blob *blob)
{
    const struct fp_descriptor *descriptor = fp_blob_descriptor(blob);
    struct fp_source *opened = NULL;
    int from = fp_blob_fd(blob);
    bool is_cloned = from >= 0 && ioctl(fd, FICLONE, from) == 0;
    int again = is_cloned ? fcntl(fd, F_DUPFD_CLOEXEC, 3) : -1;
    if (again >= 0)
        opened = fp_source_fd(again, "a blob", 0, UINT64_MAX);
    else if (is_cloned || fp_blob_open(blob, 0, &opened, NULL) != FP_OK)
        return false;
    cleanup_source struct fp_source *source = fp_source_verified(opened, descriptor, "a blob");
    cleanup_sink struct fp_sink *sink = is_cloned ? fp_sink_null() : fp_sink_fd(fd, "the cache");
    return fp_stream_copy(source, sink, NULL, NULL) == FP_OK;
}

static bool copy_unnamed(int blobs, const struct fp_blob *blob, const char *name)
{
    cleanup_fd int fd = openat(blobs, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    return fd >= 0 && fill(fd, blob) && link_as(blobs, fd, name);
}

/* For file systems without nameless files, and without /proc. */
static bool copy_named(int blobs, const struct fp_blob *blob, const char *name)
{
    cleanup_free char *temp = fp_cache_temp_name();
    cleanup_fd int fd = openat(blobs, temp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    if (fill(fd, blob) && renameat(blobs, temp, blobs, name) == 0)
        return true;
    (void) unlinkat(blobs, temp, 0);
    return false;
}

/* Whether an unnamed file can be made and linked there at all. */
static bool has_unnamed(int blobs)
{
    cleanup_fd int fd = openat(blobs, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    return fd >= 0 && access("/proc/self/fd", X_OK) == 0;
}

void fp_cache_add_blob(struct fp_cache *cache, const struct fp_blob *blob)
{
    const struct fp_descriptor *descriptor = fp_blob_descriptor(blob);
    const char *name = fp_digest_hex(&descriptor->digest);
    if (cache == NULL || !is_sha256(&descriptor->digest))
        return;
    cleanup_fd int there = open_blob(cache, descriptor);
    if (there >= 0)
        return;
    int blobs = fp_cache_blobs(cache, true);
    bool is_kept =
        blobs >= 0 &&
        (link_own(cache, blobs, blob, name) ||
         (has_unnamed(blobs) ? copy_unnamed(blobs, blob, name) : copy_named(blobs, blob, name)));
    if (is_kept)
        fp_cache_count(cache, descriptor->size);
}
