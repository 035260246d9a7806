/* Writes the tar of a layer, compressed, to a nameless file, and computes both digests. */
#include <inttypes.h>
#include <string.h>

#include "internal.h"
#include "tar.h"

#define COPY_BYTES ((size_t) 256 << 10)

/* A tar that is being written. */
struct writing {
    const struct fp_layer_builder *builder;
    struct fp_sink *tar;
    struct fp_hash *hash; /* of the tar */
    uint64_t tar_bytes;
    struct fp_stage *stage;
    char *buffer; /* COPY_BYTES long */
};

static enum fp_code put(struct writing *self, const void *data, size_t len, struct fp_error *err)
{
    fp_hash_update(self->hash, data, len);
    self->tar_bytes += len;
    FP_TRY(fp_sink_write(self->tar, data, len, err));
    if (self->stage != NULL)
        fp_stage_advance(self->stage, len);
    return FP_OK;
}

static enum fp_code put_zeros(struct writing *self, size_t len, struct fp_error *err)
{
    static const char zeros[2 * FP_TAR_BLOCK] = "";
    return put(self, zeros, len, err);
}

static enum fp_code differs(const struct fp_node *node, enum fp_code code, const char *how,
                            struct fp_error *err)
{
    const struct fp_layer_content *content = node->payload;
    const char *name = content->path != NULL ? content->path : node->entry.path;
    code =
        fp_fail(err, code, "%s: %s than the %" PRIu64 " bytes it had", name, how, node->entry.size);
    return content->path == NULL
               ? code
               : fp_hinted(code, err,
                           "wait until nothing writes to the file any more, and build again");
}

/* The expected SHA-256 of the content, or NULL. */
static const char *expected_hash(const struct fp_layer_content *content)
{
    if (content->blob == NULL)
        return content->sha256;
    const struct fp_digest *digest = &fp_blob_descriptor(content->blob)->digest;
    return fp_digest_is_set(digest) ? fp_digest_hex(digest) : NULL;
}

static enum fp_code check_hash(const struct fp_node *node, struct fp_hash *hash,
                               struct fp_error *err)
{
    char hex[FP_HASH_HEX_MAX] = "";
    const char *expected = expected_hash(node->payload);
    if (expected == NULL)
        return FP_OK;
    fp_hash_hex(hash, hex);
    return strcmp(hex, expected) == 0 ? FP_OK : differs(node, FP_E_VERIFY, "other", err);
}

static enum fp_code copy_content(struct writing *self, const struct fp_node *node,
                                 struct fp_source *source, struct fp_error *err)
{
    uint64_t left = node->entry.size;
    size_t len = 0;
    for (;;) {
        FP_TRY(fp_source_read(source, self->buffer, COPY_BYTES, &len, err));
        if (len == 0)
            return left > 0 ? differs(node, FP_E_IO, "fewer", err) : FP_OK;
        if (len > left)
            return differs(node, FP_E_IO, "more", err);
        left -= len;
        FP_TRY(put(self, self->buffer, len, err));
    }
}

static enum fp_code put_content(struct writing *self, const struct fp_node *node,
                                struct fp_error *err)
{
    struct fp_source *opened = NULL;
    cleanup_hash struct fp_hash *hash = fp_hash_new(FP_SHA256);
    FP_TRY(fp_layer_content_open(node->payload, &opened, err));
    bool is_held = expected_hash(node->payload) != NULL;
    cleanup_source struct fp_source *source = is_held ? fp_source_hashed(opened, hash) : opened;
    FP_TRY(copy_content(self, node, source, err));
    FP_TRY(check_hash(node, hash, err));
    return put_zeros(self, fp_tar_padding(node->entry.size), err);
}

static enum fp_code check_parent(const struct writing *self, const char *path, struct fp_error *err)
{
    size_t len = fp_path_parent_len(path);
    cleanup_free char *parent = fp_xstrndup(path, len);
    if (len == 0 || fp_map_find(&self->builder->entries, parent) != NULL)
        return FP_OK;
    return fp_fail(err, FP_E_INTERNAL, "/%s: its parent has not been declared", path);
}

static enum fp_code put_node(void *context, struct fp_node *node, struct fp_error *err)
{
    struct writing *self = context;
    cleanup_buf struct fp_buf header = FP_BUF_INIT(FP_TAR_HEADER_MAX);
    FP_TRY(check_parent(self, node->entry.path, err));
    FP_TRY(fp_tar_header(&node->entry, &header, err));
    FP_TRY(put(self, header.data, header.len, err));
    return node->payload != NULL ? put_content(self, node, err) : FP_OK;
}

/* tar -> diff_id and size -> blob */
static enum fp_code write_to(const struct fp_layer_builder *builder,
                             const struct fp_layer_options *options, struct fp_sink *blob,
                             struct fp_layer *ret, struct fp_error *err)
{
    cleanup_hash struct fp_hash *hash = fp_hash_new(FP_SHA256);
    cleanup_free char *buffer = fp_xmalloc(COPY_BYTES);
    struct writing self = {
        .builder = builder, .tar = blob, .hash = hash, .stage = options->stage, .buffer = buffer};
    FP_TRY(fp_layer_builder_each(builder, put_node, &self, err));
    FP_TRY(put_zeros(&self, 2 * FP_TAR_BLOCK, err));
    ret->diff_id = fp_digest_finish(hash, FP_SHA256);
    ret->tar_bytes = self.tar_bytes;
    return FP_OK;
}

enum fp_code fp_layer_builder_write(const struct fp_layer_builder *builder,
                                    const struct fp_layer_options *options, struct fp_layer *ret,
                                    struct fp_error *err)
{
    cleanup_blob_writer struct fp_blob_writer blob = {0};
    struct fp_layer layer = {0};
    FP_TRY(fp_layer_builder_check(builder, err));
    FP_TRY(fp_blob_writer_open(options, &blob, err));
    FP_TRY(write_to(builder, options, blob.tar, &layer, err));
    FP_TRY(fp_blob_writer_finish(&blob, &layer.blob, err));
    *ret = layer;
    return FP_OK;
}

void fp_layer_clear(struct fp_layer *layer)
{
    fp_blob_unref(layer->blob);
    *layer = (struct fp_layer){0};
}
