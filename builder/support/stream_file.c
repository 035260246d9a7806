/* Sources and sinks that are files, and reading a whole file. */
#include <errno.h>
#include <unistd.h>

#include "flinkpack/support/cancel.h"
#include "flinkpack/support/file.h"
#include "flinkpack/support/stream.h"

struct fd_source {
    struct fp_source base;
    int fd;
    bool sequential; /* a pipe or a terminal: read() instead of pread() */
    char *name;
    uint64_t offset;
    uint64_t left; /* UINT64_MAX: up to the end of the file */
};

static ssize_t read_some(struct fd_source *file, void *data, size_t cap)
{
    if (!file->sequential) {
        ssize_t got = pread(file->fd, data, cap, (off_t) file->offset);
        if (got >= 0 || errno != ESPIPE || file->offset != 0)
            return got;
        file->sequential = true;
    }
    return read(file->fd, data, cap);
}

static enum fp_code fd_read(struct fp_source *self, void *data, size_t cap, size_t *ret_len,
                            struct fp_error *err)
{
    struct fd_source *file = (struct fd_source *) self;
    bool bounded = file->left != UINT64_MAX;
    size_t want = bounded && file->left < cap ? (size_t) file->left : cap;
    ssize_t got = 0;
    *ret_len = 0;
    if (want == 0)
        return FP_OK;
    while ((got = read_some(file, data, want)) < 0) {
        if (errno != EINTR)
            return fp_fail_errno(err, FP_E_IO, "%s: cannot be read", file->name);
        FP_TRY(fp_cancel_check(err));
    }
    if (got == 0 && bounded)
        return fp_fail(err, FP_E_IO, "%s: ends at byte %llu, %llu bytes too early", file->name,
                       (unsigned long long) file->offset, (unsigned long long) file->left);
    *ret_len = (size_t) got;
    file->offset += (uint64_t) got;
    if (bounded)
        file->left -= (uint64_t) got;
    return FP_OK;
}

static void fd_source_free(struct fp_source *self)
{
    struct fd_source *file = (struct fd_source *) self;
    fp_cleanup_fdp(&file->fd);
    free(file->name);
    free(file);
}

struct fp_source *fp_source_fd(int take_fd, const char *name, uint64_t offset, uint64_t size)
{
    static const struct fp_source_ops ops = {.read = fd_read, .free = fd_source_free};
    struct fd_source *file = fp_xcalloc(1, sizeof(*file));
    file->base.ops = &ops;
    file->fd = take_fd;
    file->name = fp_xstrdup(name);
    file->offset = offset;
    file->left = size;
    return &file->base;
}

enum fp_code fp_source_open(const char *path, struct fp_source **ret, struct fp_error *err)
{
    int fd = -1;
    FP_TRY(fp_file_open(path, &fd, NULL, err));
    *ret = fp_source_fd(fd, path, 0, UINT64_MAX);
    return FP_OK;
}

enum fp_code fp_file_read(const char *path, struct fp_buf *buf, struct fp_error *err)
{
    cleanup_source struct fp_source *source = NULL;
    FP_TRY(fp_source_open(path, &source, err));
    enum fp_code code = fp_source_read_all(source, buf, err);
    /* Only the error of the buffer's limit does not name the file yet. */
    return code == FP_E_INPUT ? fp_context(code, err, "%s", path) : code;
}

struct fd_sink {
    struct fp_sink base;
    int fd;
    char *name;
};

static enum fp_code fd_write(struct fp_sink *self, const void *data, size_t len,
                             struct fp_error *err)
{
    struct fd_sink *file = (struct fd_sink *) self;
    const char *next = data;
    while (len > 0) {
        ssize_t put = write(file->fd, next, len);
        if (put < 0 && errno != EINTR)
            return fp_fail_errno(err, FP_E_IO, "%s: cannot be written", file->name);
        if (put < 0) {
            FP_TRY(fp_cancel_check(err));
            continue;
        }
        next += put;
        len -= (size_t) put;
    }
    return FP_OK;
}

static void fd_sink_free(struct fp_sink *self)
{
    struct fd_sink *file = (struct fd_sink *) self;
    free(file->name);
    free(file);
}

struct fp_sink *fp_sink_fd(int fd, const char *name)
{
    static const struct fp_sink_ops ops = {.write = fd_write, .free = fd_sink_free};
    struct fd_sink *file = fp_xcalloc(1, sizeof(*file));
    file->base.ops = &ops;
    file->fd = fd;
    file->name = fp_xstrdup(name);
    return &file->base;
}
