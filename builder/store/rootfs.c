/* A root file system in a tar as an image of one layer. One pass over the file computes diff_id,
 * digest, size and the time of the newest file, which becomes the image's creation time. */
#include "flinkpack/store/kinds.h"
#include "layout_index.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The last second of the year 9999, which is the latest time in RFC 3339. */
#define MAX_TIME_S INT64_C(253402300799)

struct rootfs {
    const char *path;
    const char *title;
    const char *work_dir;
    struct fp_stage stage;
    int fd;
    uint64_t file_bytes;
    uint64_t entries;
    int64_t newest_s;
    struct fp_digest diff_id;
    struct fp_blob *blob;
};

static enum fp_code see_entry(void *context, struct fp_scan *scan, const struct fp_entry *entry,
                              const char *raw_path, enum fp_scan_action *ret_action,
                              struct fp_error *err)
{
    struct rootfs *self = context;
    (void) scan;
    (void) raw_path;
    (void) err;
    self->entries++;
    if (entry->mtime_s > self->newest_s && entry->mtime_s <= MAX_TIME_S)
        self->newest_s = entry->mtime_s;
    *ret_action = FP_SCAN_SKIP;
    return FP_OK;
}

static enum fp_code open_file(struct rootfs *self, struct fp_source **ret, struct fp_error *err)
{
    int copy = fcntl(self->fd, F_DUPFD_CLOEXEC, 3);
    if (copy < 0)
        return fp_fail_errno(err, FP_E_IO, "%s: cannot be read", self->path);
    *ret = fp_source_staged(fp_source_fd(copy, self->path, 0, UINT64_MAX), &self->stage);
    return FP_OK;
}

static enum fp_code scan(struct rootfs *self, struct fp_source *tar, struct fp_error *err)
{
    enum fp_code code = fp_scan_tar(tar, self->path, true, see_entry, self, err);
    if (code == FP_OK && self->entries == 0)
        return fp_fail(err, FP_E_INPUT, "%s: no file in it", self->path);
    return code;
}

/* A gzip tar is a layer already and is used unchanged. */
static enum fp_code use_file(struct rootfs *self, struct fp_error *err)
{
    cleanup_hash struct fp_hash *hash = fp_hash_new(FP_SHA256);
    cleanup_hash struct fp_hash *tar_hash = fp_hash_new(FP_SHA256);
    uint64_t size = 0;
    struct fp_source *file = NULL;
    FP_TRY(open_file(self, &file, err));
    file = fp_source_counted(fp_source_hashed(file, hash), &size);
    cleanup_source struct fp_source *tar = fp_source_hashed(
        fp_source_inflate(file, self->path, fp_inflate_limit(self->file_bytes), NULL), tar_hash);
    FP_TRY(scan(self, tar, err));
    if (size != self->file_bytes)
        return fp_fail(err, FP_E_INPUT,
                       "%s: %" PRIu64 " bytes, of which only %" PRIu64 " were read", self->path,
                       self->file_bytes, size);
    struct fp_descriptor layer = {.media_type = FP_MEDIA_OCI_LAYER_GZIP, .size = size};
    layer.digest = fp_digest_finish(hash, FP_SHA256);
    self->diff_id = fp_digest_finish(tar_hash, FP_SHA256);
    self->blob = fp_blob_file(&layer, self->path, -1, 0);
    return FP_OK;
}

/* A plain tar takes several times as much space and transfer, not every runtime reads zstd, and
 * none reads xz. All of these are repacked like our own layers. */
static enum fp_code repack(struct rootfs *self, struct fp_error *err)
{
    const struct fp_layer_options options = {.folder = self->work_dir};
    cleanup_hash struct fp_hash *tar_hash = fp_hash_new(FP_SHA256);
    cleanup_blob_writer struct fp_blob_writer blob = {0};
    struct fp_source *file = NULL;
    FP_TRY(fp_mkdir_p(self->work_dir, FP_KEPT_DIR_MODE, err));
    FP_TRY(fp_blob_writer_open(&options, &blob, err));
    FP_TRY(open_file(self, &file, err));
    file = fp_source_inflate(file, self->path, fp_inflate_limit(self->file_bytes), NULL);
    cleanup_source struct fp_source *tar =
        fp_source_teed(fp_source_hashed(file, tar_hash), blob.tar);
    FP_TRY(scan(self, tar, err));
    self->diff_id = fp_digest_finish(tar_hash, FP_SHA256);
    return fp_blob_writer_finish(&blob, &self->blob, err);
}

static enum fp_code make_layer(struct rootfs *self, struct fp_reporter *reporter,
                               struct fp_error *err)
{
    enum fp_codec codec = FP_CODEC_NONE;
    FP_TRY(fp_file_open(self->path, &self->fd, &self->file_bytes, err));
    FP_TRY(fp_sniff_fd(self->fd, self->path, &codec, err));
    fp_stage_begin(&self->stage, reporter, "read", fp_path_base(self->path), self->file_bytes);
    enum fp_code code = codec == FP_CODEC_GZIP ? use_file(self, err) : repack(self, err);
    return fp_stage_close(&self->stage, code, codec == FP_CODEC_GZIP ? "done" : "packed");
}

static struct fp_repo *make_image(const struct rootfs *self, const struct fp_platform *platform)
{
    char created[FP_TIME_TEXT];
    fp_time_text(self->newest_s, created);
    const struct fp_config_layer layer = {.diff_id = self->diff_id,
                                          .created_by = "flinkpack # root file system"};
    const struct fp_config_change change = {.layers = &layer, .layer_count = 1, .created = created};
    struct fp_repo *parts = fp_repo_new_parts();
    (void) fp_parts_add_image(parts, platform, &change, self->blob);
    free(parts->title);
    parts->title = fp_xstrdup(self->title);
    return parts;
}

enum fp_code fp_repo_open_rootfs(const char *path, const struct fp_platform *platform,
                                 const char *work_dir, struct fp_reporter *reporter,
                                 struct fp_repo **ret, struct fp_error *err)
{
    cleanup_free char *title = fp_xasprintf("rootfs:%s", path);
    struct rootfs rootfs = {.path = path, .title = title, .work_dir = work_dir, .fd = -1};
    enum fp_code code = make_layer(&rootfs, reporter, err);
    fp_cleanup_fdp(&rootfs.fd);
    if (code != FP_OK)
        return code;
    *ret = make_image(&rootfs, platform);
    fp_blob_unref(rootfs.blob);
    return FP_OK;
}
