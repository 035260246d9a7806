/* Putting a blob at a path: it is linked, cloned or copied, and always verified. */
#include "document.h"
#include "layout_index.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Like linkat(), but replaces a file of the wrong size, which a crash may have left. */
static bool link_blob(const char *from, int flags, const char *path, uint64_t size)
{
    for (int attempt = 0; attempt < 2; attempt++) {
        if (linkat(AT_FDCWD, from, AT_FDCWD, path, flags) == 0)
            return true;
        if (errno != EEXIST)
            return false;
        if (fp_blob_file_is_there(path, size))
            return true;
        (void) unlink(path);
    }
    return false;
}

/* This process made the file as a blob, so the file itself is linked. The cache may have linked it
 * before. */
static bool link_nameless(const struct fp_blob *blob, const char *path)
{
    int fd = fp_blob_fd(blob);
    if (fd < 0 || !fp_blob_is_nameless(blob) || !fp_sync(fd))
        return false;
    char name[32];
    (void) snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
    return link_blob(name, AT_SYMLINK_FOLLOW, path, fp_blob_descriptor(blob)->size);
}

/* Only files of the local store are linked, because nobody writes to them. A user's file may change
 * at any time, and the blob would change with it. */
static bool link_from_store(const struct fp_blob *blob, const char *linkable, const char *path)
{
    const char *from = fp_blob_path(blob);
    if (from == NULL || linkable == NULL)
        return false;
    const struct fp_descriptor *descriptor = fp_blob_descriptor(blob);
    cleanup_free char *expected = fp_path_join(linkable, fp_digest_hex(&descriptor->digest));
    return strcmp(from, expected) == 0 && fp_blob_file_is_there(from, descriptor->size) &&
           link_blob(from, 0, path, descriptor->size);
}

static enum fp_code verify(const char *path, const struct fp_descriptor *descriptor,
                           struct fp_stage *stage, struct fp_error *err)
{
    cleanup_blob struct fp_blob *blob = fp_blob_file(descriptor, path, -1, 0);
    return fp_blob_verify(blob, path, stage, err);
}

enum fp_code fp_blob_file_has(const char *path, const struct fp_descriptor *descriptor,
                              struct fp_reporter *reporter, bool *ret, struct fp_error *err)
{
    struct fp_error wrong = {0};
    *ret = fp_blob_file_is_there(path, descriptor->size);
    enum fp_code code = *ret ? verify(path, descriptor, NULL, &wrong) : FP_OK;
    if (code == FP_OK)
        return FP_OK;
    *ret = false;
    if (code == FP_E_VERIFY) {
        fp_report(reporter, FP_EVENT_WARNING, "%s; it is replaced", wrong.text);
        if (unlink(path) == 0 || errno == ENOENT)
            return FP_OK;
        return fp_fail_errno(err, FP_E_IO, "%s: is damaged and cannot be removed", path);
    }
    if (err != NULL)
        *err = wrong;
    return code;
}

/* Some file systems (btrfs, xfs) can let two files share their blocks. */
static bool clone_file(const struct fp_blob *blob, int to)
{
    const char *path = fp_blob_path(blob);
    cleanup_fd int opened =
        path != NULL ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) : -1;
    int from = opened >= 0 ? opened : fp_blob_fd(blob);
    return from >= 0 && ioctl(to, FICLONE, from) == 0;
}

/* Every byte is read and verified; it is written unless the file could be cloned. */
static enum fp_code fill(int fd, const char *path, const struct fp_descriptor *descriptor,
                         const struct fp_blob *blob, struct fp_stage *stage, struct fp_error *err)
{
    struct fp_source *opened = NULL;
    bool cloned = clone_file(blob, fd);
    int copy = cloned ? fcntl(fd, F_DUPFD_CLOEXEC, 3) : -1;
    if (!cloned)
        FP_TRY(fp_blob_open(blob, 0, &opened, err));
    else if (copy < 0)
        return fp_fail_errno(err, FP_E_IO, "%s: cannot be read back", path);
    else
        opened = fp_source_fd(copy, path, 0, UINT64_MAX);
    if (stage != NULL)
        opened = fp_source_staged(opened, stage);
    cleanup_free char *what = fp_xasprintf("copying %s", descriptor->digest.text);
    cleanup_source struct fp_source *source = fp_source_verified(opened, descriptor, what);
    cleanup_sink struct fp_sink *sink = cloned ? fp_sink_null() : fp_sink_fd(fd, path);
    return fp_stream_copy(source, sink, NULL, err);
}

static enum fp_code copy_blob(const char *path, const struct fp_descriptor *descriptor,
                              const struct fp_blob *blob, struct fp_stage *stage,
                              struct fp_error *err)
{
    cleanup_newfile struct fp_newfile *file = NULL;
    cleanup_free char *directory = fp_xstrndup(path, (size_t) (fp_path_base(path) - path));
    FP_TRY(fp_newfile_open_in(directory, 0644, &file, err));
    FP_TRY(fill(fp_newfile_fd(file), path, descriptor, blob, stage, err));
    return fp_newfile_publish(file, path, true, err);
}

/* A linked file is not read, so its descriptor must match the requested one. */
static enum fp_code check_claim(const struct fp_descriptor *descriptor, const struct fp_blob *blob,
                                struct fp_error *err)
{
    const struct fp_descriptor *have = fp_blob_descriptor(blob);
    if (have->size == descriptor->size && fp_digest_equal(&have->digest, &descriptor->digest))
        return FP_OK;
    return fp_fail(err, FP_E_VERIFY, "%s was expected, the bytes given are %s",
                   descriptor->digest.text, have->digest.text);
}

/* A nameless file is not read again, because its digest was computed while it was written. */
static enum fp_code place(const char *path, const char *linkable,
                          const struct fp_descriptor *descriptor, const struct fp_blob *blob,
                          struct fp_stage *stage, struct fp_error *err)
{
    if (link_nameless(blob, path)) {
        if (stage != NULL)
            fp_stage_advance(stage, descriptor->size);
        return FP_OK;
    }
    bool is_linked = link_from_store(blob, linkable, path);
    enum fp_code code = is_linked ? verify(path, descriptor, stage, err)
                                  : copy_blob(path, descriptor, blob, stage, err);
    if (is_linked && code != FP_OK)
        (void) unlink(path);
    if (code == FP_E_VERIFY)
        return fp_hinted(code, err, "the image is damaged where it comes from: get it again");
    return code;
}

enum fp_code fp_blob_file_put(const char *path, const char *linkable,
                              const struct fp_descriptor *descriptor, struct fp_blob *blob,
                              struct fp_stage *stage, enum fp_push_outcome *ret_outcome,
                              struct fp_error *err)
{
    bool there = false;
    struct fp_reporter *reporter = stage != NULL ? stage->reporter : NULL;
    *ret_outcome = FP_PUSH_EXISTING;
    FP_TRY(fp_blob_file_has(path, descriptor, reporter, &there, err));
    if (there)
        return FP_OK;
    if (blob == NULL)
        return fp_fail(err, FP_E_NOT_FOUND, "%s: is not there", path);
    FP_TRY(check_claim(descriptor, blob, err));
    FP_TRY(place(path, linkable, descriptor, blob, stage, err));
    *ret_outcome = FP_PUSH_UPLOADED;
    return FP_OK;
}
