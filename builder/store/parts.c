/* A repo for an image in memory. */
#include "flinkpack/store/kinds.h"

#include <string.h>

#include "document.h"

/* One thread fills it; then several threads only read it. */
struct parts {
    struct fp_repo base;
    struct fp_blob_list blobs;
    struct fp_descriptor root; /* without a digest if there is no image */
};

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

static enum fp_code parts_get_blob(struct fp_repo *self, const struct fp_descriptor *descriptor,
                                   struct fp_stage *stage, struct fp_blob **ret,
                                   struct fp_error *err)
{
    const struct parts *parts = (struct parts *) self;
    struct fp_blob *blob = fp_blob_list_find(&parts->blobs, &descriptor->digest);
    (void) stage;
    if (blob == NULL)
        return fp_fail(err, FP_E_NOT_FOUND, "%s: %s is missing", self->title,
                       descriptor->digest.text);
    *ret = fp_blob_ref(blob);
    return FP_OK;
}

static void parts_clear(struct fp_repo *self)
{
    struct parts *parts = (struct parts *) self;
    fp_blob_list_clear(&parts->blobs);
    fp_descriptor_clear(&parts->root);
}

static const struct fp_repo_ops parts_ops = {
    .resolve = parts_resolve,
    .get_blob = parts_get_blob,
    .clear = parts_clear,
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

const struct fp_descriptor *fp_parts_add_image(struct fp_repo *parts,
                                               const struct fp_platform *platform,
                                               const struct fp_config_change *change,
                                               struct fp_blob *layer)
{
    cleanup_config struct fp_config empty = fp_config_empty(platform);
    char *bytes = fp_config_bytes(&empty, change);
    cleanup_blob struct fp_blob *config = fp_blob_memory(FP_MEDIA_OCI_CONFIG, bytes, strlen(bytes));
    cleanup_manifest struct fp_manifest manifest = {.media_type = FP_MEDIA_OCI_MANIFEST};
    manifest.config = fp_descriptor_copy(fp_blob_descriptor(config));
    fp_manifest_add_layer(&manifest, fp_blob_descriptor(layer));
    bytes = fp_manifest_bytes(&manifest);
    cleanup_blob struct fp_blob *root = fp_blob_memory(FP_MEDIA_OCI_MANIFEST, bytes, strlen(bytes));
    fp_parts_add_blob(parts, layer);
    fp_parts_add_blob(parts, config);
    fp_parts_add_blob(parts, root);
    struct fp_descriptor *ret = &((struct parts *) parts)->root;
    fp_descriptor_clear(ret);
    *ret = fp_descriptor_copy(fp_blob_descriptor(root));
    return ret;
}
