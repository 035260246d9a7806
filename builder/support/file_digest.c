#include "flinkpack/support/file_digest.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "flinkpack/support/stream.h"

struct fp_file_digest {
    char *path;
    struct stat before;
    pthread_mutex_t lock; /* over everything below; held while the file is read */
    bool is_known;
    char hex[FP_HASH_HEX_MAX];
    uint64_t bytes;
};

enum fp_code fp_file_digest_new(const char *path, struct fp_file_digest **ret, struct fp_error *err)
{
    struct stat now = {0};
    if (stat(path, &now) != 0)
        return fp_fail_errno(err, FP_E_IO, "%s", path);
    struct fp_file_digest *self = fp_xcalloc(1, sizeof(*self));
    self->path = fp_xstrdup(path);
    self->before = now;
    (void) pthread_mutex_init(&self->lock, NULL);
    *ret = self;
    return FP_OK;
}

enum fp_code fp_file_digest_get(struct fp_file_digest *self, char ret_hex[FP_HASH_HEX_MAX],
                                uint64_t *ret_bytes, struct fp_error *err)
{
    enum fp_code code = FP_OK;
    (void) pthread_mutex_lock(&self->lock);
    if (!self->is_known)
        code = fp_file_hash(self->path, FP_SHA256, UINT64_MAX, self->hex, &self->bytes, err);
    self->is_known = code == FP_OK;
    if (self->is_known) {
        memcpy(ret_hex, self->hex, sizeof(self->hex));
        if (ret_bytes != NULL)
            *ret_bytes = self->bytes;
    }
    (void) pthread_mutex_unlock(&self->lock);
    return code;
}

enum fp_code fp_file_digest_check(const struct fp_file_digest *self, struct fp_error *err)
{
    struct stat now = {0};
    const struct stat *before = &self->before;
    if (stat(self->path, &now) != 0)
        return fp_fail_errno(err, FP_E_IO, "%s", self->path);
    bool same = now.st_dev == before->st_dev && now.st_ino == before->st_ino &&
                now.st_size == before->st_size && now.st_mtim.tv_sec == before->st_mtim.tv_sec &&
                now.st_mtim.tv_nsec == before->st_mtim.tv_nsec;
    if (same)
        return FP_OK;
    return fp_hinted(fp_fail(err, FP_E_INPUT, "%s: changed while it was read", self->path), err,
                     "the same again when nothing writes to it");
}

void fp_file_digest_free(struct fp_file_digest *self)
{
    if (self == NULL)
        return;
    (void) pthread_mutex_destroy(&self->lock);
    free(self->path);
    free(self);
}
