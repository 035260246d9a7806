/* The files of a layout beside its blobs, the locks on it, and finding its blobs. */
#include "layout_index.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum fp_code fp_layout_marker_check(const char *text, size_t len, const char *name,
                                    struct fp_error *err)
{
    cleanup_json json_t *marker = NULL;
    FP_TRY(fp_json_parse(text, len, name, &marker, err));
    const char *version = fp_json_string(marker, "imageLayoutVersion");
    if (version == NULL)
        return fp_fail(err, FP_E_INPUT, "%s: not the mark of an OCI layout: no imageLayoutVersion",
                       name);
    if (strncmp(version, "1.", 2) != 0)
        return fp_fail(err, FP_E_INPUT, "%s: OCI layouts of version %s are not known, only 1.x",
                       name, version);
    return FP_OK;
}

/* The lock is on the directory, so that no lock file remains. NFS cannot lock directories, so a
 * file is locked there. */
enum fp_code fp_layout_lock_index(const char *path, int *ret_fd, struct fp_error *err)
{
    cleanup_fd int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fp_fail_errno(err, FP_E_IO, "%s: cannot be opened", path);
    struct fp_error refused = {0};
    enum fp_code code = fp_flock(fd, true, path, &refused);
    if (code == FP_E_IO) {
        cleanup_free char *file = fp_path_join(path, "index.json.lock");
        return fp_file_lock(file, true, ret_fd, err);
    }
    if (code != FP_OK) {
        *err = refused;
        return code;
    }
    *ret_fd = steal_fd(&fd);
    return FP_OK;
}

int fp_layout_hold(const char *path)
{
    cleanup_free char *marker = fp_path_join(path, "oci-layout");
    cleanup_fd int fd = open(marker, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    return fd >= 0 && fp_flock(fd, false, marker, NULL) == FP_OK ? steal_fd(&fd) : -1;
}

enum fp_code fp_layout_write_file(const char *path, const char *name, const char *bytes,
                                  bool replace, struct fp_error *err)
{
    cleanup_free char *file = fp_path_join(path, name);
    cleanup_newfile struct fp_newfile *made = NULL;
    FP_TRY(fp_newfile_open_in(path, 0644, &made, err));
    cleanup_sink struct fp_sink *sink = fp_sink_fd(fp_newfile_fd(made), file);
    FP_TRY(fp_sink_write(sink, bytes, strlen(bytes), err));
    return fp_newfile_publish(made, file, replace, err);
}

enum fp_code fp_layout_read_file(const char *path, const char *name, struct fp_buf *body,
                                 struct fp_error *err)
{
    cleanup_free char *file = fp_path_join(path, name);
    uint64_t size = 0;
    int fd = -1;
    FP_TRY(fp_file_open(file, &fd, &size, err));
    cleanup_source struct fp_source *source = fp_source_fd(fd, file, 0, UINT64_MAX);
    enum fp_code code = fp_source_read_all(source, body, err);
    return code == FP_E_INPUT ? fp_context(code, err, "%s", file) : code;
}

enum fp_code fp_layout_read_index(const char *path, struct fp_layout_index *ret,
                                  struct fp_error *err)
{
    cleanup_free char *file = fp_path_join(path, "index.json");
    cleanup_buf struct fp_buf body = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
    enum fp_code code = fp_layout_read_file(path, "index.json", &body, err);
    if (code == FP_E_NOT_FOUND) {
        *ret = fp_layout_index_new();
        return FP_OK;
    }
    if (code == FP_OK)
        code = fp_layout_index_parse(fp_buf_text(&body), body.len, file, ret, err);
    return code;
}

enum fp_code fp_layout_write_index(const char *path, const struct fp_layout_index *index,
                                   struct fp_error *err)
{
    cleanup_free char *file = fp_path_join(path, "index.json");
    cleanup_free char *bytes = fp_layout_index_bytes(index);
    if (strlen(bytes) > FP_MANIFEST_MAX_BYTES)
        return fp_hinted(fp_fail(err, FP_E_INPUT,
                                 "%s: would have %zu bytes, at most %zu can be read", file,
                                 strlen(bytes), FP_MANIFEST_MAX_BYTES),
                         err, "remove images that are no longer needed");
    return fp_layout_write_file(path, "index.json", bytes, true, err);
}

char *fp_layout_blob_path(const char *path, const struct fp_digest *digest)
{
    cleanup_free char *name =
        fp_xasprintf("blobs/%s/%s", fp_digest_algorithm_name(digest), fp_digest_hex(digest));
    return fp_path_join(path, name);
}

char *fp_layout_blobs(const char *path)
{
    return fp_path_join(path, "blobs/sha256");
}

/* A link does not count as a blob of the layout. */
bool fp_blob_file_is_there(const char *path, uint64_t size)
{
    struct stat st = {0};
    return lstat(path, &st) == 0 && S_ISREG(st.st_mode) && (uint64_t) st.st_size == size;
}

enum fp_code fp_blob_file_get(const char *path, const char *title, bool follow,
                              const struct fp_descriptor *descriptor, struct fp_blob **ret,
                              struct fp_error *err)
{
    struct stat st = {0};
    if ((follow ? stat(path, &st) : lstat(path, &st)) != 0) {
        if (errno == ENOENT && follow && lstat(path, &st) == 0)
            return fp_fail(err, FP_E_NOT_FOUND, "%s: is a link that leads nowhere", path);
        if (errno != ENOENT)
            return fp_fail_errno(err, FP_E_IO, "%s", path);
        return fp_hinted(
            fp_fail(err, FP_E_NOT_FOUND, "%s: %s is missing", title, descriptor->digest.text), err,
            "the image is incomplete there: get it again");
    }
    if (!S_ISREG(st.st_mode))
        return fp_fail(err, FP_E_INPUT, "%s: not a regular file", path);
    if ((uint64_t) st.st_size != descriptor->size)
        return fp_hinted(fp_fail(err, FP_E_VERIFY,
                                 "%s: %s has %" PRIu64 " bytes instead of %" PRIu64, title,
                                 descriptor->digest.text, (uint64_t) st.st_size, descriptor->size),
                         err, "the image is damaged there: get it again");
    *ret = fp_blob_file(descriptor, path, -1, 0);
    return FP_OK;
}
