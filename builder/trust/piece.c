/* Makes the pieces of what a key signs: each is written as a layer under cosign's tag and as a
 * bundle. */
#include "piece.h"

#include <string.h>

#include "form.h"

void fp_pieces_add(struct fp_pieces *pieces, enum fp_piece_form form, const char *media_type,
                   char *take_text, size_t len, json_t *take_annotations)
{
    pieces->items = fp_xreallocarray(pieces->items, pieces->len + 1, sizeof(*pieces->items));
    pieces->items[pieces->len++] =
        (struct fp_piece){.form = form,
                          .blob = fp_blob_memory(media_type, take_text, len),
                          .annotations = take_annotations,
                          .artifact_type = fp_xstrdup(media_type)};
}

void fp_pieces_clear(struct fp_pieces *pieces)
{
    for (size_t i = 0; i < pieces->len; i++) {
        fp_blob_unref(pieces->items[i].blob);
        json_decref(pieces->items[i].annotations);
        free(pieces->items[i].artifact_type);
        free(pieces->items[i].statement);
    }
    free(pieces->items);
    *pieces = (struct fp_pieces){0};
}

static json_t *annotations_of_bundle(const char *predicate_type)
{
    json_t *annotations = json_object();
    fp_json_set_text(annotations, FP_ANNOTATION_CONTENT, "dsse-envelope");
    fp_json_set_text(annotations, FP_ANNOTATION_BUNDLE_TYPE, predicate_type);
    return annotations;
}

static void set_statement(struct fp_pieces *pieces, const char *statement)
{
    pieces->items[pieces->len - 1].statement = fp_xstrdup(statement);
}

static void add_bundle(const struct fp_key *key, const char *predicate_type, const char *statement,
                       json_t *envelope, struct fp_pieces *ret)
{
    char *bundle = fp_bundle_make(key, envelope);
    fp_pieces_add(ret, FP_PIECE_REFERRER, FP_MEDIA_BUNDLE, bundle, strlen(bundle),
                  annotations_of_bundle(predicate_type));
    set_statement(ret, statement);
}

static enum fp_code sign_image(const struct fp_trust_image *image, const struct fp_key *key,
                               struct fp_pieces *ret, struct fp_error *err)
{
    const struct fp_digest *digest = &image->root->digest;
    cleanup_free char *payload =
        fp_simple_payload(digest, image->identity != NULL ? image->identity : "");
    cleanup_free char *signature = NULL;
    cleanup_free char *statement = fp_statement_make(digest, FP_PREDICATE_SIGN, NULL);
    cleanup_json json_t *envelope = NULL;
    FP_TRY(fp_key_sign(key, payload, strlen(payload), &signature, err));
    FP_TRY(fp_envelope_make(key, statement, &envelope, err));
    json_t *annotations = json_object();
    fp_json_set_text(annotations, FP_ANNOTATION_SIGNATURE, signature);
    size_t len = strlen(payload);
    fp_pieces_add(ret, FP_PIECE_SIG, FP_MEDIA_SIMPLE_SIGNING, steal_pointer(&payload), len,
                  annotations);
    add_bundle(key, FP_PREDICATE_SIGN, statement, envelope, ret);
    return FP_OK;
}

/* cosign wants the annotation of a signature here too, and finds the signature in the layer. */
static enum fp_code attest(const struct fp_trust_image *image, const struct fp_key *key,
                           const struct fp_attestation *attestation, struct fp_pieces *ret,
                           struct fp_error *err)
{
    const char *type = attestation->predicate_type;
    cleanup_free char *statement =
        fp_statement_make(&image->root->digest, type, attestation->predicate);
    cleanup_json json_t *envelope = NULL;
    FP_TRY(fp_envelope_make(key, statement, &envelope, err));
    json_t *annotations = json_object();
    fp_json_set_text(annotations, FP_ANNOTATION_SIGNATURE, "");
    fp_json_set_text(annotations, FP_ANNOTATION_PREDICATE, type);
    char *text = fp_json_canonical(envelope);
    fp_pieces_add(ret, FP_PIECE_ATT, FP_MEDIA_DSSE, text, strlen(text), annotations);
    set_statement(ret, statement);
    add_bundle(key, type, statement, envelope, ret);
    return FP_OK;
}

/* Without a key the document is an artifact of its own kind, as scanners look for it. */
static void add_unsigned(const struct fp_trust_image *image,
                         const struct fp_attestation *attestation, struct fp_pieces *ret)
{
    bool is_statement = strcmp(attestation->media_type, FP_MEDIA_IN_TOTO) == 0;
    char *text = is_statement ? fp_statement_make(&image->root->digest, attestation->predicate_type,
                                                  attestation->predicate)
                              : fp_json_canonical(attestation->predicate);
    json_t *annotations = json_object();
    fp_json_set_text(annotations, FP_ANNOTATION_UNSIGNED_TYPE, attestation->predicate_type);
    fp_pieces_add(ret, FP_PIECE_REFERRER, attestation->media_type, text, strlen(text), annotations);
}

enum fp_code fp_pieces_sign(const struct fp_trust_image *image, const struct fp_trust_work *work,
                            struct fp_pieces *ret, struct fp_error *err)
{
    for (size_t i = 0; i < work->artifact_count; i++) {
        const struct fp_artifact *artifact = &work->artifacts[i];
        fp_pieces_add(ret, FP_PIECE_REFERRER, artifact->media_type,
                      fp_xstrndup(artifact->bytes, artifact->len), artifact->len, NULL);
    }
    for (size_t i = 0; i < work->attestation_count && work->key == NULL; i++)
        add_unsigned(image, &work->attestations[i], ret);
    if (work->key == NULL)
        return FP_OK;
    if (work->signs_image)
        FP_TRY(sign_image(image, work->key, ret, err));
    for (size_t i = 0; i < work->attestation_count; i++)
        FP_TRY(attest(image, work->key, &work->attestations[i], ret, err));
    return FP_OK;
}
