/* What both kinds of archive under construction have in common: blobs are kept by reference until
 * the end, when the order of everything is known, and are then written in one go. */
#include "archive_writer.h"
#include "blob_list.h"

enum fp_code fp_archive_writer_init(struct fp_archive_writer *self, const struct fp_repo_ops *ops,
                                    const char *kind, const char *path, struct fp_error *err)
{
    self->base.ops = ops;
    self->base.title = fp_xasprintf("%s:%s", kind, path);
    (void) pthread_mutex_init(&self->lock, NULL);
    return fp_newfile_open(path, 0644, &self->file, err);
}

void fp_archive_writer_free(struct fp_repo *self)
{
    struct fp_archive_writer *writer = (struct fp_archive_writer *) self;
    fp_blob_list_clear(&writer->blobs);
    fp_newfile_free(writer->file);
    (void) pthread_mutex_destroy(&writer->lock);
    free(writer->base.title);
    free(writer);
}

static struct fp_blob *find(struct fp_archive_writer *writer, const struct fp_digest *digest)
{
    (void) pthread_mutex_lock(&writer->lock);
    struct fp_blob *blob = fp_blob_list_find(&writer->blobs, digest);
    (void) pthread_mutex_unlock(&writer->lock);
    return blob;
}

enum fp_code fp_archive_writer_get_blob(struct fp_repo *self,
                                        const struct fp_descriptor *descriptor,
                                        struct fp_stage *stage, struct fp_blob **ret,
                                        struct fp_error *err)
{
    struct fp_blob *blob = find((struct fp_archive_writer *) self, &descriptor->digest);
    (void) stage;
    if (blob == NULL)
        return fp_fail(err, FP_E_NOT_FOUND, "%s: %s is not in it yet", self->title,
                       descriptor->digest.text);
    *ret = fp_blob_ref(blob);
    return FP_OK;
}

enum fp_code fp_archive_writer_put_blob(struct fp_repo *self,
                                        const struct fp_descriptor *descriptor,
                                        struct fp_blob *blob, struct fp_repo *origin,
                                        struct fp_stage *stage, enum fp_push_outcome *ret_outcome,
                                        struct fp_error *err)
{
    struct fp_archive_writer *writer = (struct fp_archive_writer *) self;
    (void) origin;
    *ret_outcome = FP_PUSH_EXISTING;
    if (find(writer, &descriptor->digest) != NULL)
        return FP_OK;
    if (blob == NULL)
        return fp_fail(err, FP_E_NOT_FOUND, "%s: %s is not in it yet", self->title,
                       descriptor->digest.text);
    (void) pthread_mutex_lock(&writer->lock);
    fp_blob_list_add(&writer->blobs, blob);
    (void) pthread_mutex_unlock(&writer->lock);
    if (stage != NULL)
        fp_stage_advance(stage, descriptor->size);
    *ret_outcome = FP_PUSH_UPLOADED;
    return FP_OK;
}
