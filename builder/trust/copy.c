/* Takes what is attached to an image along, when the image is copied. */
#include <string.h>

#include "flinkpack/trust/attach.h"
#include "tag.h"

/* The largest layer under one of cosign's tags. */
#define MAX_LAYER_BYTES ((size_t) 8 << 20)

struct taking {
    struct fp_repo *from;
    const struct fp_trust_image *to;
    unsigned count;
};

/* Foreign layers become pieces, which are added to those that are there. */
static enum fp_code read_layers(const struct taking *self, const struct fp_manifest *manifest,
                                enum fp_piece_form form, struct fp_pieces *ret,
                                struct fp_error *err)
{
    for (size_t i = 0; i < manifest->layer_count; i++) {
        const struct fp_descriptor *layer = &manifest->layers[i];
        cleanup_buf struct fp_buf text = FP_BUF_INIT(MAX_LAYER_BYTES);
        FP_TRY(fp_repo_get_document(self->from, layer, &text, err));
        size_t len = text.len;
        fp_pieces_add(ret, form, layer->media_type, fp_buf_take(&text), len,
                      layer->annotations != NULL ? json_deep_copy(layer->annotations)
                                                 : json_object());
    }
    return FP_OK;
}

static enum fp_code copy_tag(struct taking *self, enum fp_piece_form form, struct fp_error *err)
{
    cleanup_free char *tag = fp_referrers_tag(&self->to->root->digest, fp_tag_suffix(form));
    cleanup_descriptor struct fp_descriptor root = {0};
    cleanup_manifest struct fp_manifest manifest = {0};
    cleanup_pieces struct fp_pieces pieces = {0};
    enum fp_code code = fp_repo_resolve(self->from, tag, &root, err);
    if (code == FP_E_NOT_FOUND)
        return FP_OK;
    FP_TRY(code);
    FP_TRY(fp_image_manifest(self->from, &root, self->from->title, &manifest, err));
    FP_TRY(read_layers(self, &manifest, form, &pieces, err));
    struct fp_tag_change change = {.image = self->to, .pieces = &pieces, .form = form};
    FP_TRY(pieces.len > 0 ? fp_tag_add(&change, err) : FP_OK);
    self->count += change.attached;
    return FP_OK;
}

static enum fp_code copy_blob(const struct taking *self, const struct fp_descriptor *descriptor,
                              struct fp_error *err)
{
    cleanup_blob struct fp_blob *blob = NULL;
    enum fp_push_outcome outcome = FP_PUSH_EXISTING;
    FP_TRY(fp_repo_get_blob(self->from, descriptor, NULL, &blob, err));
    return fp_repo_put_blob(self->to->repo, descriptor, blob, self->from, NULL, &outcome, err);
}

/* The manifest is copied byte for byte, so that its digest, which others may have signed, stays. */
static enum fp_code copy_referrer(const struct taking *self, const struct fp_descriptor *referrer,
                                  struct fp_error *err)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
    cleanup_manifest struct fp_manifest manifest = {0};
    FP_TRY(fp_cancel_check(err));
    FP_TRY(fp_repo_get_document(self->from, referrer, &text, err));
    FP_TRY(fp_manifest_parse(fp_buf_text(&text), text.len, referrer->media_type, self->from->title,
                             &manifest, err));
    FP_TRY(copy_blob(self, &manifest.config, err));
    for (size_t i = 0; i < manifest.layer_count; i++)
        FP_TRY(copy_blob(self, &manifest.layers[i], err));
    return fp_repo_put_document(self->to->repo, referrer, fp_buf_text(&text), err);
}

static enum fp_code copy_referrers(struct taking *self, struct fp_error *err)
{
    cleanup_index struct fp_index found = {0};
    cleanup_index struct fp_index copied = {0};
    const struct fp_digest *subject = &self->to->root->digest;
    FP_TRY(fp_repo_list_referrers(self->from, subject, NULL, &found, err));
    for (size_t i = 0; i < found.manifest_count; i++) {
        if (!fp_media_is_manifest(found.manifests[i].media_type))
            continue;
        FP_TRY(copy_referrer(self, &found.manifests[i], err));
        fp_index_add(&copied, &found.manifests[i]);
    }
    self->count += (unsigned) copied.manifest_count;
    return fp_repo_add_referrers(self->to->repo, subject, &copied, err);
}

enum fp_code fp_trust_copy(struct fp_repo *from, const struct fp_trust_image *to, unsigned *ret,
                           struct fp_error *err)
{
    struct taking self = {.from = from, .to = to};
    *ret = 0;
    if (!fp_repo_can_attach(from))
        return FP_OK;
    enum fp_code code = copy_tag(&self, FP_PIECE_SIG, err);
    if (code == FP_OK)
        code = copy_tag(&self, FP_PIECE_ATT, err);
    if (code == FP_OK)
        code = copy_referrers(&self, err);
    *ret = self.count;
    return fp_context(code, err, "copying what is attached to %s@%s", from->title,
                      to->root->digest.text);
}
