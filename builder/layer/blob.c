/* Contents with a reference count: bytes in memory, or a part of a file. */
#include "flinkpack/layer/blob.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct fp_blob {
    atomic_uint holders;
    struct fp_descriptor descriptor;
    char *data;      /* in memory, or NULL */
    char *path;      /* as given, or NULL */
    int fd;          /* our duplicate, or -1 */
    int dup_errno;   /* the error of duplicating it, or 0 */
    uint64_t offset; /* in the file */
    bool is_nameless;
    void (*on_damage)(void *context, const struct fp_digest *digest); /* NULL: not checked */
    void *damage_context;
};

static struct fp_blob *blob_new(void)
{
    struct fp_blob *blob = fp_xcalloc(1, sizeof(*blob));
    atomic_init(&blob->holders, 1);
    blob->fd = -1;
    return blob;
}

struct fp_blob *fp_blob_memory(const char *media_type, char *take_data, size_t len)
{
    struct fp_blob *blob = blob_new();
    blob->data = take_data != NULL ? take_data : fp_xstrdup("");
    blob->descriptor.size = len;
    blob->descriptor.digest = fp_digest_of(blob->data, len);
    (void) snprintf(blob->descriptor.media_type, sizeof(blob->descriptor.media_type), "%s",
                    media_type);
    return blob;
}

struct fp_blob *fp_blob_file(const struct fp_descriptor *descriptor, const char *path, int fd,
                             uint64_t offset)
{
    struct fp_blob *blob = blob_new();
    blob->descriptor = *descriptor;
    blob->descriptor.stated_platform = blob->descriptor.annotations = NULL;
    blob->descriptor.artifact_type = NULL;
    blob->path = fp_xstrdup(path);
    blob->offset = offset;
    if (fd >= 0) {
        struct stat st = {0};
        blob->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        blob->dup_errno = blob->fd < 0 ? errno : 0;
        blob->is_nameless = fstat(fd, &st) == 0 && st.st_nlink == 0;
    }
    return blob;
}

struct fp_blob *fp_blob_checked(const struct fp_descriptor *descriptor, const char *path, int fd,
                                void (*on_damage)(void *context, const struct fp_digest *digest),
                                void *context)
{
    struct fp_blob *blob = fp_blob_file(descriptor, path, fd, 0);
    blob->on_damage = on_damage;
    blob->damage_context = context;
    return blob;
}

struct fp_blob *fp_blob_ref(struct fp_blob *blob)
{
    atomic_fetch_add_explicit(&blob->holders, 1, memory_order_relaxed);
    return blob;
}

void fp_blob_unref(struct fp_blob *blob)
{
    if (blob == NULL || atomic_fetch_sub_explicit(&blob->holders, 1, memory_order_acq_rel) > 1)
        return;
    fp_cleanup_fdp(&blob->fd);
    free(blob->data);
    free(blob->path);
    free(blob);
}

const struct fp_descriptor *fp_blob_descriptor(const struct fp_blob *blob)
{
    return &blob->descriptor;
}

/* A source for a blob in memory, which it keeps alive. */
struct blob_source {
    struct fp_source base;
    struct fp_blob *blob;
    uint64_t offset;
};

static enum fp_code memory_read(struct fp_source *self, void *data, size_t cap, size_t *ret_len,
                                struct fp_error *err)
{
    struct blob_source *source = (struct blob_source *) self;
    uint64_t left = source->blob->descriptor.size - source->offset;
    size_t len = left < cap ? (size_t) left : cap;
    (void) err;
    memcpy(data, source->blob->data + source->offset, len);
    source->offset += len;
    *ret_len = len;
    return FP_OK;
}

static void memory_free(struct fp_source *self)
{
    struct blob_source *source = (struct blob_source *) self;
    fp_blob_unref(source->blob);
    free(source);
}

static struct fp_source *memory_open(const struct fp_blob *blob, uint64_t offset)
{
    static const struct fp_source_ops ops = {.read = memory_read, .free = memory_free};
    struct blob_source *source = fp_xcalloc(1, sizeof(*source));
    source->base.ops = &ops;
    /* Only the reference count of a blob ever changes. */
    source->blob = fp_blob_ref((struct fp_blob *) (uintptr_t) blob);
    source->offset = offset;
    return &source->base;
}

static const char *blob_name(const struct fp_blob *blob)
{
    return blob->path != NULL ? blob->path : blob->descriptor.digest.text;
}

static enum fp_code file_open(const struct fp_blob *blob, int *ret_fd, struct fp_error *err)
{
    uint64_t size = 0; /* requested, so that opening a pipe does not block */
    errno = blob->dup_errno;
    if (blob->fd >= 0)
        *ret_fd = fcntl(blob->fd, F_DUPFD_CLOEXEC, 3);
    else if (blob->dup_errno == 0 && blob->path != NULL)
        return fp_file_open(blob->path, ret_fd, &size, err);
    if (*ret_fd < 0)
        return fp_fail_errno(err, FP_E_IO, "%s: cannot open the blob", blob_name(blob));
    return FP_OK;
}

/* A source that verifies a blob, and tells of damage. */
struct checked_source {
    struct fp_source base;
    struct fp_source *inner; /* verifies */
    struct fp_digest digest;
    void (*on_damage)(void *context, const struct fp_digest *digest);
    void *context;
};

/* A file that became shorter is FP_E_IO of the reading, which a failing disk is as well: neither
 * can be used. */
static enum fp_code checked_read(struct fp_source *base, void *data, size_t cap, size_t *ret_len,
                                 struct fp_error *err)
{
    struct checked_source *self = (struct checked_source *) base;
    enum fp_code code = fp_source_read(self->inner, data, cap, ret_len, err);
    if (code == FP_E_VERIFY || code == FP_E_IO)
        self->on_damage(self->context, &self->digest);
    return code;
}

static void checked_free(struct fp_source *base)
{
    struct checked_source *self = (struct checked_source *) base;
    fp_source_free(self->inner);
    free(self);
}

static struct fp_source *checked_open(const struct fp_blob *blob, struct fp_source *take_file)
{
    static const struct fp_source_ops ops = {.read = checked_read, .free = checked_free};
    struct checked_source *self = fp_xcalloc(1, sizeof(*self));
    self->base.ops = &ops;
    self->inner = fp_source_verified(take_file, &blob->descriptor, blob_name(blob));
    self->digest = blob->descriptor.digest;
    self->on_damage = blob->on_damage;
    self->context = blob->damage_context;
    return &self->base;
}

enum fp_code fp_blob_open(const struct fp_blob *blob, uint64_t offset, struct fp_source **ret,
                          struct fp_error *err)
{
    if (offset > blob->descriptor.size)
        return fp_fail(err, FP_E_INTERNAL, "%s: offset %" PRIu64 " is beyond its %" PRIu64 " bytes",
                       blob_name(blob), offset, blob->descriptor.size);
    if (blob->data != NULL) {
        *ret = memory_open(blob, offset);
        return FP_OK;
    }
    int fd = -1;
    FP_TRY(file_open(blob, &fd, err));
    *ret = fp_source_fd(fd, blob_name(blob), blob->offset + offset, blob->descriptor.size - offset);
    if (blob->on_damage != NULL && offset == 0)
        *ret = checked_open(blob, *ret);
    return FP_OK;
}

/* Whether the file is the blob and nothing else. */
static bool is_whole(const struct fp_blob *blob, const struct stat *st)
{
    return blob->offset == 0 && S_ISREG(st->st_mode) &&
           (uint64_t) st->st_size == blob->descriptor.size;
}

const char *fp_blob_path(const struct fp_blob *blob)
{
    struct stat named = {0};
    struct stat open = {0};
    if (blob->path == NULL || stat(blob->path, &named) != 0 || !is_whole(blob, &named))
        return NULL;
    if (blob->fd < 0)
        return blob->path;
    bool same =
        fstat(blob->fd, &open) == 0 && open.st_dev == named.st_dev && open.st_ino == named.st_ino;
    return same ? blob->path : NULL;
}

int fp_blob_fd(const struct fp_blob *blob)
{
    struct stat st = {0};
    if (blob->fd < 0 || blob->on_damage != NULL || fstat(blob->fd, &st) != 0 ||
        !is_whole(blob, &st))
        return -1;
    return blob->fd;
}

bool fp_blob_is_nameless(const struct fp_blob *blob)
{
    return blob->is_nameless;
}
