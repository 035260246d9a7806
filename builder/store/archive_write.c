/* An OCI archive under construction: an OCI layout that becomes a tar. */
#include "archive_writer.h"
#include "blob_list.h"
#include "layout_index.h"
#include "tar_write.h"

/* An OCI layout that becomes a tar. */
struct oci_writer {
    struct fp_archive_writer writer;
    struct fp_layout_index index;
};

static enum fp_code oci_resolve(struct fp_repo *self, const char *name, struct fp_descriptor *ret,
                                struct fp_error *err)
{
    const struct oci_writer *oci = (struct oci_writer *) self;
    return fp_layout_index_find(&oci->index, name, self->title, ret, err);
}

static enum fp_code oci_name(struct fp_repo *self, const struct fp_descriptor *descriptor,
                             const char *bytes, const char *name, struct fp_error *err)
{
    struct oci_writer *oci = (struct oci_writer *) self;
    (void) bytes;
    (void) err;
    fp_layout_index_set(&oci->index, descriptor, name);
    return FP_OK;
}

static enum fp_code write_blobs(struct oci_writer *oci, struct archive *tar, struct fp_error *err)
{
    struct fp_blob_list *blobs = &oci->writer.blobs;
    fp_blob_list_sort(blobs);
    for (size_t i = 0; i < blobs->len; i++) {
        const struct fp_digest *digest = &fp_blob_descriptor(blobs->items[i])->digest;
        cleanup_free char *name =
            fp_xasprintf("blobs/%s/%s", fp_digest_algorithm_name(digest), fp_digest_hex(digest));
        FP_TRY(fp_tar_add(tar, name, blobs->items[i], oci->writer.base.title, err));
    }
    return FP_OK;
}

/* The index is the first member, so that a reader of the stream knows what follows. */
static enum fp_code oci_finish(struct fp_repo *self, struct fp_error *err)
{
    struct oci_writer *oci = (struct oci_writer *) self;
    cleanup_free char *index = fp_layout_index_bytes(&oci->index);
    cleanup_tar struct archive *tar = fp_tar_new(fp_newfile_fd(oci->writer.file));
    if (tar == NULL)
        return fp_fail(err, FP_E_INTERNAL, "libarchive cannot write tar archives");
    FP_TRY(fp_tar_add_bytes(tar, "oci-layout", FP_LAYOUT_MARKER, self->title, err));
    FP_TRY(fp_tar_add_bytes(tar, "index.json", index, self->title, err));
    FP_TRY(write_blobs(oci, tar, err));
    FP_TRY(fp_tar_finish(tar, self->title, err));
    return fp_newfile_publish(oci->writer.file, NULL, true, err);
}

static void oci_free(struct fp_repo *self)
{
    fp_layout_index_clear(&((struct oci_writer *) self)->index);
    fp_archive_writer_free(self);
}

static const struct fp_repo_ops oci_ops = {
    .resolve = oci_resolve,
    .get_blob = fp_archive_writer_get_blob,
    .put_blob = fp_archive_writer_put_blob,
    .name = oci_name,
    .finish = oci_finish,
    .free = oci_free,
};

enum fp_code fp_repo_create_archive(const char *path, enum fp_archive_kind kind,
                                    struct fp_repo **ret, struct fp_error *err)
{
    if (kind == FP_ARCHIVE_DOCKER)
        return fp_repo_create_docker(path, ret, err);
    struct oci_writer *oci = fp_xcalloc(1, sizeof(*oci));
    oci->index = fp_layout_index_new();
    enum fp_code code = fp_archive_writer_init(&oci->writer, &oci_ops, "oci-archive", path, err);
    if (code == FP_OK)
        *ret = &oci->writer.base;
    else
        oci_free(&oci->writer.base);
    return code;
}
