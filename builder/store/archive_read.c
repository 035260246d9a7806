/* An OCI archive as a repo: an OCI layout in a tar. */
#include "archive_index.h"
#include "layout_index.h"

/* An OCI layout in a tar. */
struct oci_archive {
    struct fp_repo base;
    struct fp_archive_index members;
    struct fp_layout_index index;
};

static enum fp_code oci_resolve(struct fp_repo *self, const char *name, struct fp_descriptor *ret,
                                struct fp_error *err)
{
    const struct oci_archive *archive = (struct oci_archive *) self;
    return fp_layout_index_find(&archive->index, name, self->title, ret, err);
}

static enum fp_code oci_get_blob(struct fp_repo *self, const struct fp_descriptor *descriptor,
                                 struct fp_stage *stage, struct fp_blob **ret, struct fp_error *err)
{
    const struct oci_archive *archive = (struct oci_archive *) self;
    const struct fp_digest *digest = &descriptor->digest;
    cleanup_free char *name =
        fp_xasprintf("blobs/%s/%s", fp_digest_algorithm_name(digest), fp_digest_hex(digest));
    (void) stage;
    return fp_archive_get(&archive->members, fp_archive_find(&archive->members, name), descriptor,
                          self->title, ret, err);
}

static void oci_clear(struct fp_repo *self)
{
    struct oci_archive *archive = (struct oci_archive *) self;
    fp_archive_index_clear(&archive->members);
    fp_layout_index_clear(&archive->index);
}

static const struct fp_repo_ops oci_ops = {
    .resolve = oci_resolve,
    .get_blob = oci_get_blob,
    .clear = oci_clear,
};

static enum fp_code check_marker(const struct oci_archive *archive, struct fp_error *err)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(4096);
    if (fp_archive_find(&archive->members, "oci-layout") == NULL)
        return fp_hinted(fp_fail(err, FP_E_INPUT, "%s: not an OCI archive: no oci-layout in it",
                                 archive->members.path),
                         err, "for what 'docker save' writes use docker-archive:FILE");
    FP_TRY(fp_archive_read(&archive->members, "oci-layout", &text, err));
    return fp_layout_marker_check(fp_buf_text(&text), text.len, archive->base.title, err);
}

static enum fp_code open_oci(struct oci_archive *archive, const char *path, const char *work_dir,
                             struct fp_error *err)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
    FP_TRY(fp_archive_index_open(path, work_dir, false, &archive->members, err));
    FP_TRY(check_marker(archive, err));
    FP_TRY(fp_archive_read(&archive->members, "index.json", &text, err));
    return fp_layout_index_parse(fp_buf_text(&text), text.len, archive->base.title, &archive->index,
                                 err);
}

enum fp_code fp_repo_open_archive(const char *path, enum fp_archive_kind kind, const char *work_dir,
                                  struct fp_repo **ret, struct fp_error *err)
{
    if (kind == FP_ARCHIVE_DOCKER)
        return fp_repo_open_docker(path, work_dir, ret, err);
    struct oci_archive *archive = fp_xcalloc(1, sizeof(*archive));
    cleanup_repo struct fp_repo *repo = &archive->base;
    repo->ops = &oci_ops;
    repo->title = fp_xasprintf("oci-archive:%s", path);
    FP_TRY(open_oci(archive, path, work_dir, err));
    *ret = steal_pointer(&repo);
    return FP_OK;
}
