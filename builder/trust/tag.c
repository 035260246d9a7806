/* Adds layers to the manifests under cosign's tags. */
#include "tag.h"

#include <string.h>

#include "form.h"

/* As many as are read in fp_manifest_parse(). */
#define MAX_LAYERS FP_MANIFEST_MAX_LAYERS
/* How many attestations are fetched to see whether one is ours already. */
#define MAX_LOOKED_AT 16
/* Go's zero time, as cosign writes it: a signature does not say when it was made. */
#define NO_TIME "0001-01-01T00:00:00Z"

const char *fp_tag_suffix(enum fp_piece_form form)
{
    return form == FP_PIECE_SIG ? ".sig" : ".att";
}

static const char *signature_of(json_t *annotations)
{
    const char *text = fp_json_string(annotations, FP_ANNOTATION_SIGNATURE);
    return text != NULL ? text : "";
}

static bool is_signed_by(const struct fp_tag_change *change, const struct fp_piece *piece,
                         const char *signature)
{
    cleanup_source struct fp_source *source = NULL;
    cleanup_buf struct fp_buf payload = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
    return change->key != NULL && change->form == FP_PIECE_SIG &&
           fp_blob_open(piece->blob, 0, &source, NULL) == FP_OK &&
           fp_source_read_all(source, &payload, NULL) == FP_OK &&
           fp_key_verifies(change->key, fp_buf_text(&payload), payload.len, signature);
}

/* Whether an attestation is the same statement by the same key; then it was made before. */
static bool is_attested_by(const struct fp_tag_change *change, const struct fp_piece *piece,
                           const json_t *layer)
{
    const json_t *annotations = json_object_get(layer, "annotations");
    const char *type = fp_json_string(annotations, FP_ANNOTATION_PREDICATE);
    const char *own = fp_json_string(piece->annotations, FP_ANNOTATION_PREDICATE);
    cleanup_descriptor struct fp_descriptor descriptor = {0};
    cleanup_buf struct fp_buf text = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
    cleanup_signed struct fp_signed envelope = {0};
    return change->key != NULL && piece->statement != NULL && type != NULL && own != NULL &&
           strcmp(type, own) == 0 &&
           fp_descriptor_parse(layer, "layer", &descriptor, NULL) == FP_OK &&
           fp_repo_get_document(change->image->repo, &descriptor, &text, NULL) == FP_OK &&
           fp_envelope_parse(fp_buf_text(&text), text.len, &envelope, NULL) == FP_OK &&
           fp_signed_says(&envelope, piece->statement, change->key);
}

static bool is_same(const struct fp_tag_change *change, const struct fp_piece *piece,
                    const json_t *layer)
{
    const char *digest = fp_json_string(layer, "digest");
    const char *signature = signature_of(json_object_get(layer, "annotations"));
    if (change->form == FP_PIECE_ATT && is_attested_by(change, piece, layer))
        return true;
    return digest != NULL && strcmp(digest, fp_blob_descriptor(piece->blob)->digest.text) == 0 &&
           (strcmp(signature, signature_of(piece->annotations)) == 0 ||
            is_signed_by(change, piece, signature));
}

/* Whether a layer is there with the same signature, or with another one by the same key. The newest
 * are the last, and those before them are not fetched to be looked at. */
static bool is_there(const struct fp_tag_change *change, const json_t *layers,
                     const struct fp_piece *piece)
{
    size_t len = json_array_size(layers);
    size_t oldest = change->form == FP_PIECE_ATT && len > MAX_LOOKED_AT ? len - MAX_LOOKED_AT : 0;
    for (size_t i = len; i > oldest; i--)
        if (is_same(change, piece, json_array_get(layers, i - 1)))
            return true;
    return false;
}

static void add_layer(json_t *layers, const struct fp_piece *piece)
{
    struct fp_descriptor layer = *fp_blob_descriptor(piece->blob);
    layer.annotations = piece->annotations;
    fp_json_append(layers, fp_descriptor_json(&layer));
}

/* Returns whether something was added. */
static bool add_layers(struct fp_tag_change *change, json_t *layers)
{
    unsigned existing = 0;
    unsigned attached = 0;
    for (size_t i = 0; i < change->pieces->len; i++) {
        const struct fp_piece *piece = &change->pieces->items[i];
        if (piece->form != change->form)
            continue;
        if (is_there(change, layers, piece)) {
            existing++;
            continue;
        }
        add_layer(layers, piece);
        attached++;
    }
    if (!change->is_known) {
        change->is_known = true;
        change->attached = attached;
        change->existing = existing;
        if (change->on_known != NULL)
            change->on_known(change->context, attached == 0);
    }
    return attached > 0;
}

/* The configuration of an image whose layers these are. They are not compressed, so their digests
 * are their diff_ids. */
static struct fp_blob *make_config(const json_t *layers)
{
    cleanup_json json_t *config = json_object();
    json_t *diff_ids = json_array();
    json_t *history = json_array();
    json_t *rootfs = json_object();
    size_t i = 0;
    json_t *layer = NULL;
    json_array_foreach(layers, i, layer)
    {
        json_t *entry = json_object();
        fp_json_set_text(entry, "created", NO_TIME);
        fp_json_append(history, entry);
        fp_json_append(diff_ids, json_incref(json_object_get(layer, "digest")));
    }
    fp_json_set_text(rootfs, "type", "layers");
    fp_json_set(rootfs, "diff_ids", diff_ids);
    fp_json_set_text(config, "architecture", "");
    fp_json_set_text(config, "os", "");
    fp_json_set_text(config, "created", NO_TIME);
    fp_json_set(config, "config", json_object());
    fp_json_set(config, "history", history);
    fp_json_set(config, "rootfs", rootfs);
    char *text = fp_json_canonical(config);
    return fp_blob_memory(FP_MEDIA_OCI_CONFIG, text, strlen(text));
}

static enum fp_code read_manifest(const struct fp_tag_change *change, const char *bytes, size_t len,
                                  json_t **ret, struct fp_error *err)
{
    const char *title = change->image->repo->title;
    const char *type = NULL;
    cleanup_json json_t *document = NULL;
    FP_TRY(fp_json_parse(bytes, len, title, &document, err));
    FP_TRY(fp_document_type(document, NULL, title, &type, err));
    if (strcmp(type, FP_MEDIA_OCI_MANIFEST) != 0 ||
        !json_is_array(json_object_get(document, "layers")))
        return fp_fail(err, FP_E_CONFLICT, "%s: the tag for %s is used for something else (%s)",
                       title, fp_tag_suffix(change->form), type);
    if (json_array_size(json_object_get(document, "layers")) >= MAX_LAYERS)
        return fp_fail(err, FP_E_INPUT, "%s: more than %d signatures of one image", title,
                       MAX_LAYERS);
    *ret = steal_pointer(&document);
    return FP_OK;
}

static json_t *new_manifest(void)
{
    json_t *document = json_object();
    fp_json_set(document, "schemaVersion", json_integer(2));
    fp_json_set_text(document, "mediaType", FP_MEDIA_OCI_MANIFEST);
    fp_json_set(document, "layers", json_array());
    return document;
}

/* Put the blobs of our pieces, and the configuration of all layers. */
static enum fp_code put_blobs(const struct fp_tag_change *change, struct fp_blob *config,
                              struct fp_error *err)
{
    cleanup_free struct fp_blob **blobs =
        fp_xcalloc(change->pieces->len + 1, sizeof(struct fp_blob *));
    size_t count = 0;
    blobs[count++] = config;
    for (size_t i = 0; i < change->pieces->len; i++)
        if (change->pieces->items[i].form == change->form)
            blobs[count++] = change->pieces->items[i].blob;
    return fp_blobs_put(change->image->repo, blobs, count, err);
}

/* What the tag needs if nobody else has used it. */
static enum fp_code prepare(struct fp_tag_change *change, struct fp_error *err)
{
    cleanup_json json_t *layers = json_array();
    for (size_t i = 0; i < change->pieces->len; i++)
        if (change->pieces->items[i].form == change->form)
            add_layer(layers, &change->pieces->items[i]);
    cleanup_blob struct fp_blob *config = make_config(layers);
    change->prepared = fp_blob_descriptor(config)->digest;
    return put_blobs(change, config, err);
}

/* In a second attempt a registry may have lost what was put before. */
static enum fp_code put_config(struct fp_tag_change *change, const json_t *layers, json_t *document,
                               struct fp_error *err)
{
    cleanup_blob struct fp_blob *config = make_config(layers);
    const struct fp_descriptor *descriptor = fp_blob_descriptor(config);
    fp_json_set(document, "config", fp_descriptor_json(descriptor));
    change->name->is_late = !fp_digest_equal(&descriptor->digest, &change->prepared);
    change->prepared = (struct fp_digest){0};
    return change->name->is_late ? put_blobs(change, config, err) : FP_OK;
}

static enum fp_code make(void *context, const char *bytes, size_t len, struct fp_descriptor *ret,
                         char **ret_bytes, struct fp_error *err)
{
    struct fp_tag_change *change = context;
    cleanup_json json_t *document = NULL;
    if (bytes != NULL)
        FP_TRY(read_manifest(change, bytes, len, &document, err));
    else
        document = new_manifest();
    json_t *layers = json_object_get(document, "layers");
    if (!add_layers(change, layers))
        return FP_OK;
    FP_TRY(put_config(change, layers, document, err));
    *ret_bytes = fp_json_canonical(document);
    *ret = (struct fp_descriptor){.media_type = FP_MEDIA_OCI_MANIFEST, .size = strlen(*ret_bytes)};
    ret->digest = fp_digest_of(*ret_bytes, ret->size);
    return FP_OK;
}

enum fp_code fp_tag_add(struct fp_tag_change *change, struct fp_error *err)
{
    cleanup_free char *tag =
        fp_referrers_tag(&change->image->root->digest, fp_tag_suffix(change->form));
    struct fp_name_change name = {.make = make, .context = change};
    change->name = &name;
    if (fp_repo_is_remote(change->image->repo))
        FP_TRY(prepare(change, err));
    return fp_repo_change_name(change->image->repo, tag, &name, err);
}
