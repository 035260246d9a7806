/* Opening an image archive: one that is compressed is inflated first. */
#include "archive_index.h"

#include <fcntl.h>
#include <unistd.h>

static enum fp_code inflate(int fd, const char *path, uint64_t size, struct fp_newfile *to,
                            struct fp_error *err)
{
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (copy < 0)
        return fp_fail_errno(err, FP_E_IO, "%s: cannot be read", path);
    cleanup_source struct fp_source *source = fp_source_inflate(
        fp_source_fd(copy, path, 0, UINT64_MAX), path, fp_inflate_limit(size), NULL);
    cleanup_sink struct fp_sink *sink = fp_sink_fd(fp_newfile_fd(to), "the inflated archive");
    return fp_stream_copy(source, sink, NULL, err);
}

static enum fp_code open_inflated(int fd, uint64_t size, const char *work_dir,
                                  struct fp_archive_index *ret, struct fp_error *err)
{
    FP_TRY(fp_mkdir_p(work_dir, FP_KEPT_DIR_MODE, err));
    FP_TRY(fp_newfile_open_in(work_dir, 0600, &ret->inflated, err));
    return inflate(fd, ret->path, size, ret->inflated, err);
}

enum fp_code fp_archive_index_open(const char *path, const char *work_dir, bool hash,
                                   struct fp_archive_index *ret, struct fp_error *err)
{
    cleanup_fd int fd = -1;
    uint64_t size = 0;
    enum fp_codec codec = FP_CODEC_NONE;
    FP_TRY(fp_file_open(path, &fd, &size, err));
    FP_TRY(fp_sniff_fd(fd, path, &codec, err));
    ret->path = fp_xstrdup(path);
    if (codec != FP_CODEC_NONE)
        FP_TRY(open_inflated(fd, size, work_dir, ret, err));
    return fp_archive_index_fd(ret->inflated != NULL ? fp_newfile_fd(ret->inflated) : fd, path,
                               hash, ret, err);
}
