/* Files that are opened once, and whose bytes are the same whenever they are read. */
#include "flinkpack/support/input.h"

#include <fcntl.h>
#include <string.h>

#include "flinkpack/support/file.h"

enum fp_code fp_input_take(int take_fd, const char *path, struct fp_input *ret,
                           struct fp_error *err)
{
    struct fp_input input = {.fd = take_fd, .path = fp_xstrdup(path)};
    if (fstat(take_fd, &input.opened) != 0) {
        enum fp_code code = fp_fail_errno(err, FP_E_IO, "%s: cannot be examined", path);
        fp_input_clear(&input);
        return code;
    }
    input.bytes = (uint64_t) input.opened.st_size;
    *ret = input;
    return FP_OK;
}

enum fp_code fp_input_open(const char *path, struct fp_input *ret, struct fp_error *err)
{
    int fd = -1;
    uint64_t size = 0; /* asked for, so that it has to be a regular file */
    enum fp_code code = fp_file_open(path, &fd, &size, err);
    return code == FP_OK ? fp_input_take(fd, path, ret, err) : code;
}

enum fp_code fp_input_share(const struct fp_input *input, struct fp_input *ret,
                            struct fp_error *err)
{
    int fd = fcntl(input->fd, F_DUPFD_CLOEXEC, 3);
    if (fd < 0)
        return fp_fail_errno(err, FP_E_IO, "%s: cannot be read", input->path);
    *ret = *input;
    ret->fd = fd;
    ret->path = fp_xstrdup(input->path);
    return FP_OK;
}

enum fp_code fp_input_source(const struct fp_input *input, struct fp_source **ret,
                             struct fp_error *err)
{
    int fd = fcntl(input->fd, F_DUPFD_CLOEXEC, 3);
    if (fd < 0)
        return fp_fail_errno(err, FP_E_IO, "%s: cannot be read", input->path);
    *ret = fp_source_fd(fd, input->path, 0, input->bytes);
    return FP_OK;
}

enum fp_code fp_input_hash(struct fp_input *input, enum fp_hash_algorithm algorithm,
                           char ret_hex[FP_HASH_HEX_MAX], struct fp_error *err)
{
    struct fp_source *raw = NULL;
    char sha256[FP_HASH_HEX_MAX] = "";
    cleanup_hash struct fp_hash *wanted = fp_hash_new(algorithm);
    cleanup_hash struct fp_hash *own = algorithm != FP_SHA256 ? fp_hash_new(FP_SHA256) : NULL;
    cleanup_sink struct fp_sink *nowhere = fp_sink_null();
    enum fp_code code = fp_input_source(input, &raw, err);
    if (code != FP_OK)
        return code;
    if (own != NULL)
        raw = fp_source_hashed_beside(raw, own);
    cleanup_source struct fp_source *source = fp_source_hashed(raw, wanted);
    code = fp_stream_copy(source, nowhere, NULL, err);
    if (code != FP_OK)
        return code;
    fp_hash_hex(wanted, ret_hex);
    if (own != NULL)
        fp_hash_hex(own, sha256);
    return fp_input_confirm(input, own != NULL ? sha256 : ret_hex, err);
}

static enum fp_code fail_changed(const struct fp_input *input, struct fp_error *err)
{
    enum fp_code code = input->is_pinned ? FP_E_VERIFY : FP_E_INPUT;
    return fp_hinted(fp_fail(err, code, "%s: changed while it was read", input->path), err,
                     "the same again when nothing writes to it");
}

enum fp_code fp_input_confirm(struct fp_input *input, const char sha256[FP_HASH_HEX_MAX],
                              struct fp_error *err)
{
    if (input->sha256[0] == '\0')
        memcpy(input->sha256, sha256, sizeof(input->sha256));
    return strcmp(input->sha256, sha256) == 0 ? FP_OK : fail_changed(input, err);
}

enum fp_code fp_input_check(const struct fp_input *input, struct fp_error *err)
{
    struct stat now = {0};
    const struct stat *then = &input->opened;
    if (fstat(input->fd, &now) != 0)
        return fp_fail_errno(err, FP_E_IO, "%s: cannot be examined", input->path);
    bool same = now.st_size == then->st_size && now.st_mtim.tv_sec == then->st_mtim.tv_sec &&
                now.st_mtim.tv_nsec == then->st_mtim.tv_nsec;
    return same ? FP_OK : fail_changed(input, err);
}

void fp_input_clear(struct fp_input *input)
{
    if (input->path != NULL)
        fp_cleanup_fdp(&input->fd);
    free(input->path);
    *input = (struct fp_input){0};
}
