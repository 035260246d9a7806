/* An unnamed file that holds the contents of a distribution while its layer is made. */
#include "dist_list.h"

enum fp_code fp_dist_spool_open(const char *folder, struct fp_dist_spool *ret, struct fp_error *err)
{
    ret->size = 0;
    return fp_newfile_open_in(folder, 0600, &ret->file, err);
}

enum fp_code fp_dist_spool_add(struct fp_dist_spool *spool, struct fp_source *source,
                               uint64_t *ret_offset, struct fp_error *err)
{
    uint64_t bytes = 0;
    cleanup_sink struct fp_sink *sink =
        fp_sink_fd(fp_newfile_fd(spool->file), "the distribution's temporary file");
    enum fp_code code = fp_stream_copy(source, sink, &bytes, err);
    *ret_offset = spool->size;
    spool->size += bytes;
    return code;
}

/*
 * The blob refers to the unnamed file by its path in /proc and reopens it for each read, because a
 * file descriptor for each of thousands of blobs would be too many.
 */
struct fp_blob *fp_dist_spool_blob(const struct fp_dist_spool *spool, uint64_t offset,
                                   uint64_t size)
{
    struct fp_descriptor descriptor = {.size = size};
    cleanup_free char *path = fp_xasprintf("/proc/self/fd/%d", fp_newfile_fd(spool->file));
    return fp_blob_file(&descriptor, path, -1, offset);
}

void fp_dist_spool_clear(struct fp_dist_spool *spool)
{
    fp_newfile_free(spool->file);
    spool->file = NULL;
}
