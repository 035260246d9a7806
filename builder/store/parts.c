#include "flinkpack/store/parts.h"
#include "blob_list.h"
#include "document.h"

/* Filled by one thread, then only read, by many. */
struct parts {
    struct fp_repo base;
    struct fp_blob_list blobs;
    struct fp_descriptor root; /* no digest: none */
};

static struct fp_blob *find_blob(const struct fp_repo *self, const struct fp_digest *digest)
{
    return fp_blob_list_find(&((const struct parts *) self)->blobs, digest);
}

static enum fp_code parts_resolve(struct fp_repo *self, const char *name, struct fp_descriptor *ret,
                                  struct fp_error *err)
{
    const struct parts *parts = (struct parts *) self;
    if (name != NULL || !fp_digest_is_set(&parts->root.digest))
        return fp_fail(err, FP_E_NOT_FOUND, "%s: no image '%s'", self->title,
                       name != NULL ? name : "");
    *ret = fp_descriptor_copy(&parts->root);
    return FP_OK;
}

static enum fp_code fail_missing(const struct fp_repo *self, const struct fp_digest *digest,
                                 struct fp_error *err)
{
    return fp_fail(err, FP_E_NOT_FOUND, "%s: %s is missing", self->title, digest->text);
}

static enum fp_code parts_get_blob(struct fp_repo *self, const struct fp_descriptor *descriptor,
                                   struct fp_stage *stage, struct fp_blob **ret,
                                   struct fp_error *err)
{
    struct fp_blob *blob = find_blob(self, &descriptor->digest);
    (void) stage;
    if (blob == NULL)
        return fail_missing(self, &descriptor->digest, err);
    *ret = fp_blob_ref(blob);
    return FP_OK;
}

static enum fp_code parts_get_document(struct fp_repo *self, const struct fp_descriptor *descriptor,
                                       struct fp_buf *body, struct fp_error *err)
{
    const struct fp_blob *blob = find_blob(self, &descriptor->digest);
    if (blob == NULL)
        return fail_missing(self, &descriptor->digest, err);
    return fp_blob_document(blob, descriptor, self->title, body, err);
}

static void parts_free(struct fp_repo *self)
{
    struct parts *parts = (struct parts *) self;
    fp_blob_list_clear(&parts->blobs);
    fp_descriptor_clear(&parts->root);
    free(parts->base.title);
    free(parts);
}

static const struct fp_repo_ops parts_ops = {
    .resolve = parts_resolve,
    .get_document = parts_get_document,
    .get_blob = parts_get_blob,
    .free = parts_free,
};

struct fp_repo *fp_repo_new_parts(void)
{
    struct parts *parts = fp_xcalloc(1, sizeof(*parts));
    parts->base.ops = &parts_ops;
    parts->base.title = fp_xstrdup("the new image");
    return &parts->base;
}

void fp_parts_add_blob(struct fp_repo *parts, struct fp_blob *blob)
{
    fp_blob_list_add(&((struct parts *) parts)->blobs, blob);
}

void fp_parts_set_root(struct fp_repo *parts, const struct fp_descriptor *descriptor)
{
    struct parts *self = (struct parts *) parts;
    fp_descriptor_clear(&self->root);
    self->root = fp_descriptor_copy(descriptor);
}

void fp_parts_set_title(struct fp_repo *parts, const char *title)
{
    free(parts->title);
    parts->title = fp_xstrdup(title);
}
