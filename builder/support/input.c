/* Files that are opened once, and must have the same bytes in every reading. */
#include "flinkpack/support/input.h"

#include <fcntl.h>
#include <string.h>

#include "flinkpack/support/file.h"
#include "flinkpack/support/group.h"

/* Large enough to make passing them to a thread cheap, and small enough for a processor's cache. */
#define PART_BYTES ((size_t) 512 << 10)

enum fp_code fp_input_take(int take_fd, const char *path, struct fp_input **ret,
                           struct fp_error *err)
{
    struct fp_input *input = fp_xcalloc(1, sizeof(*input));
    input->fd = take_fd;
    input->path = fp_xstrdup(path);
    (void) pthread_mutex_init(&input->hashing, NULL);
    (void) pthread_mutex_init(&input->lock, NULL);
    (void) clock_gettime(CLOCK_REALTIME_COARSE, &input->opened_at);
    if (fstat(take_fd, &input->opened) != 0) {
        enum fp_code code = fp_fail_errno(err, FP_E_IO, "%s: cannot be examined", path);
        fp_input_free(input);
        return code;
    }
    input->bytes = (uint64_t) input->opened.st_size;
    *ret = input;
    return FP_OK;
}

enum fp_code fp_input_open(const char *path, struct fp_input **ret, struct fp_error *err)
{
    int fd = -1;
    uint64_t size = 0; /* requested so that it has to be a regular file */
    FP_TRY(fp_file_open(path, &fd, &size, err));
    return fp_input_take(fd, path, ret, err);
}

void fp_input_expect(struct fp_input *input, const char sha256[FP_HASH_HEX_MAX],
                     const char fingerprint[FP_HASH_HEX_MAX])
{
    memcpy(input->sha256, sha256, sizeof(input->sha256));
    memcpy(input->fingerprint, fingerprint, sizeof(input->fingerprint));
}

static enum fp_code fail_changed(const struct fp_input *input, struct fp_error *err)
{
    enum fp_code code = input->is_pinned ? FP_E_VERIFY : FP_E_INPUT;
    return fp_hinted(fp_fail(err, code, "%s: changed while it was read", input->path), err,
                     "the same again when nothing writes to it");
}

struct input_reading {
    struct fp_source base;
    struct fp_input *input;
    struct fp_source *file;
    struct fp_hash *fingerprint;
    struct fp_hash *sha256; /* NULL: a reading before has shown the bytes to be right */
    uint64_t left;
};

/* Hold the bytes to the digest that an earlier run knew. */
static bool is_as_recalled(struct input_reading *self)
{
    char seen[FP_HASH_HEX_MAX] = "";
    if (self->sha256 == NULL)
        return true;
    fp_hash_hex(self->sha256, seen);
    return strcmp(self->input->sha256, seen) == 0;
}

/* The first reading that ends is remembered, and later ones must see the same bytes. */
static enum fp_code end_reading(struct input_reading *self, struct fp_error *err)
{
    struct fp_input *input = self->input;
    char seen[FP_HASH_HEX_MAX] = "";
    if (!is_as_recalled(self))
        return fail_changed(input, err);
    fp_hash_hex(self->fingerprint, seen);
    (void) pthread_mutex_lock(&input->lock);
    input->is_recalled = false;
    if (input->fingerprint[0] == '\0')
        memcpy(input->fingerprint, seen, sizeof(seen));
    bool same = strcmp(input->fingerprint, seen) == 0;
    (void) pthread_mutex_unlock(&input->lock);
    return same ? FP_OK : fail_changed(input, err);
}

static enum fp_code reading_read(struct fp_source *base, void *data, size_t cap, size_t *ret_len,
                                 struct fp_error *err)
{
    struct input_reading *self = (struct input_reading *) base;
    enum fp_code code = fp_source_read(self->file, data, cap, ret_len, err);
    if (code != FP_OK || *ret_len == 0)
        return code;
    fp_hash_update(self->fingerprint, data, *ret_len);
    self->left -= *ret_len;
    if (self->left == 0)
        code = end_reading(self, err);
    if (code != FP_OK)
        *ret_len = 0;
    return code;
}

static void reading_free(struct fp_source *base)
{
    struct input_reading *self = (struct input_reading *) base;
    fp_source_free(self->file);
    fp_hash_free(self->fingerprint);
    fp_hash_free(self->sha256);
    free(self);
}

enum fp_code fp_input_source(struct fp_input *input, struct fp_source **ret, struct fp_error *err)
{
    static const struct fp_source_ops ops = {.read = reading_read, .free = reading_free};
    int fd = fcntl(input->fd, F_DUPFD_CLOEXEC, 3);
    if (fd < 0)
        return fp_fail_errno(err, FP_E_IO, "%s: cannot be read", input->path);
    struct input_reading *self = fp_xcalloc(1, sizeof(*self));
    self->base.ops = &ops;
    self->input = input;
    self->file = fp_source_fd(fd, input->path, 0, input->bytes);
    self->fingerprint = fp_hash_new(FP_FINGERPRINT);
    (void) pthread_mutex_lock(&input->lock);
    self->sha256 = input->is_recalled ? fp_hash_new(FP_SHA256) : NULL;
    (void) pthread_mutex_unlock(&input->lock);
    fp_hash_pair(self->fingerprint, self->sha256);
    self->left = input->bytes;
    *ret = &self->base;
    return FP_OK;
}

static enum fp_code read_for_sha256(struct fp_input *input, char ret_hex[FP_HASH_HEX_MAX],
                                    struct fp_error *err)
{
    struct fp_source *raw = NULL;
    cleanup_hash struct fp_hash *hash = fp_hash_new(FP_SHA256);
    cleanup_sink struct fp_sink *nowhere = fp_sink_null();
    FP_TRY(fp_input_source(input, &raw, err));
    cleanup_source struct fp_source *source = fp_source_hashed(raw, hash);
    FP_TRY(fp_stream_copy(source, nowhere, NULL, err));
    fp_hash_hex(hash, ret_hex);
    return FP_OK;
}

enum fp_code fp_input_sha256(struct fp_input *input, char ret_hex[FP_HASH_HEX_MAX],
                             struct fp_error *err)
{
    enum fp_code code = FP_OK;
    (void) pthread_mutex_lock(&input->hashing);
    if (input->sha256[0] == '\0')
        code = read_for_sha256(input, input->sha256, err);
    memcpy(ret_hex, input->sha256, sizeof(input->sha256));
    (void) pthread_mutex_unlock(&input->hashing);
    return code;
}

bool fp_input_has_sha256(struct fp_input *input, char ret_hex[FP_HASH_HEX_MAX])
{
    (void) pthread_mutex_lock(&input->hashing);
    bool has = input->sha256[0] != '\0';
    if (has)
        memcpy(ret_hex, input->sha256, sizeof(input->sha256));
    (void) pthread_mutex_unlock(&input->hashing);
    return has;
}

void fp_input_set_sha256(struct fp_input *input, const char hex[FP_HASH_HEX_MAX])
{
    (void) pthread_mutex_lock(&input->hashing);
    bool is_new = input->sha256[0] == '\0';
    if (is_new)
        memcpy(input->sha256, hex, sizeof(input->sha256));
    (void) pthread_mutex_unlock(&input->hashing);
    (void) pthread_mutex_lock(&input->lock);
    input->is_recalled = input->is_recalled || is_new;
    (void) pthread_mutex_unlock(&input->lock);
}

/* A part of the file, and the hash that a thread updates with it. */
struct input_part {
    struct fp_hash *hash;
    char *data; /* of PART_BYTES */
    size_t len;
};

static enum fp_code hash_part(void *context, struct fp_error *err)
{
    const struct input_part *part = context;
    (void) err;
    fp_hash_update(part->hash, part->data, part->len);
    return FP_OK;
}

enum fp_code fp_input_hash(struct fp_input *input, enum fp_hash_algorithm algorithm,
                           char ret_hex[FP_HASH_HEX_MAX], struct fp_error *err)
{
    cleanup_source struct fp_source *source = NULL;
    cleanup_hash struct fp_hash *wanted = fp_hash_new(algorithm);
    cleanup_hash struct fp_hash *sha256 = fp_hash_new(FP_SHA256);
    cleanup_free char *data = fp_xmalloc(PART_BYTES);
    cleanup_group struct fp_group *beside = fp_group_new(NULL, 1);
    struct input_part part = {.hash = sha256, .data = data, .len = 1};
    input->is_recalled = false; /* what was recalled is replaced by what is seen */
    enum fp_code code = fp_input_source(input, &source, err);
    while (code == FP_OK && part.len > 0) {
        code = fp_source_read_full(source, data, PART_BYTES, &part.len, err);
        if (code != FP_OK)
            break;
        fp_group_go(beside, hash_part, &part);
        fp_hash_update(wanted, data, part.len);
        code = fp_group_wait(beside, err);
    }
    if (code != FP_OK)
        return code;
    fp_hash_hex(wanted, ret_hex);
    fp_hash_hex(sha256, input->sha256);
    return FP_OK;
}

enum fp_code fp_input_blame(const struct fp_input *input, enum fp_code failed, struct fp_error *err)
{
    struct stat now = {0};
    const struct stat *then = &input->opened;
    if ((failed != FP_E_INPUT && failed != FP_E_VERIFY) || fstat(input->fd, &now) != 0)
        return failed;
    bool same = now.st_size == then->st_size && now.st_mtim.tv_sec == then->st_mtim.tv_sec &&
                now.st_mtim.tv_nsec == then->st_mtim.tv_nsec;
    return same ? failed : fail_changed(input, err);
}

void fp_input_free(struct fp_input *input)
{
    if (input == NULL)
        return;
    fp_cleanup_fdp(&input->fd);
    (void) pthread_mutex_destroy(&input->hashing);
    (void) pthread_mutex_destroy(&input->lock);
    free(input->path);
    free(input);
}
