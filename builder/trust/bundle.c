/* Attaches and reads what refers to an image by its subject, sigstore's bundles above all. */
#include "bundle.h"

#include <string.h>

#define EMPTY "{}"

/* A manifest that is put beside others. */
struct manifest_put {
    struct fp_repo *repo;
    struct fp_descriptor descriptor;
    char *bytes;
};

/* A task. */
static enum fp_code put_manifest(void *context, struct fp_error *err)
{
    const struct manifest_put *put = context;
    return fp_repo_put_document(put->repo, &put->descriptor, put->bytes, err);
}

static json_t *bare_descriptor(const struct fp_descriptor *descriptor)
{
    struct fp_descriptor bare = *descriptor;
    bare.annotations = bare.stated_platform = bare.artifact_type = NULL;
    bare.platform = (struct fp_platform){0};
    return fp_descriptor_json(&bare);
}

static void make_manifest(const struct fp_trust_image *image, const struct fp_piece *piece,
                          struct manifest_put *ret)
{
    cleanup_json json_t *document = json_object();
    const struct fp_descriptor empty = {.media_type = FP_MEDIA_OCI_EMPTY,
                                        .digest = fp_digest_of(EMPTY, strlen(EMPTY)),
                                        .size = strlen(EMPTY)};
    json_t *layers = json_array();
    fp_json_append(layers, bare_descriptor(fp_blob_descriptor(piece->blob)));
    fp_json_set(document, "schemaVersion", json_integer(2));
    fp_json_set_text(document, "mediaType", FP_MEDIA_OCI_MANIFEST);
    fp_json_set_text(document, "artifactType", piece->artifact_type);
    fp_json_set(document, "config", bare_descriptor(&empty));
    fp_json_set(document, "layers", layers);
    fp_json_set(document, "subject", bare_descriptor(image->root));
    fp_json_set(document, "annotations", json_incref(piece->annotations));
    ret->repo = image->repo;
    ret->bytes = fp_json_canonical(document);
    ret->descriptor =
        (struct fp_descriptor){.media_type = FP_MEDIA_OCI_MANIFEST, .size = strlen(ret->bytes)};
    ret->descriptor.digest = fp_digest_of(ret->bytes, strlen(ret->bytes));
    ret->descriptor.annotations = json_incref(piece->annotations);
    ret->descriptor.artifact_type = fp_json_text(piece->artifact_type);
}

/* What is put: the blobs of all pieces and the empty configuration, then the manifests. */
struct bundle_puts {
    struct fp_blob **blobs; /* borrowed, but for the first one */
    size_t blob_count;
    struct manifest_put *manifests;
    size_t manifest_count;
};

static void clear_puts(struct bundle_puts *puts)
{
    for (size_t i = 0; i < puts->manifest_count; i++) {
        fp_descriptor_clear(&puts->manifests[i].descriptor);
        free(puts->manifests[i].bytes);
    }
    fp_blob_unref(puts->blobs[0]);
    free(puts->blobs);
    free(puts->manifests);
}
#define cleanup_puts __attribute__((cleanup(clear_puts)))

static void gather(const struct fp_trust_image *image, const struct fp_pieces *pieces,
                   const bool *is_there, struct bundle_puts *ret)
{
    ret->blobs = fp_xcalloc(pieces->len + 1, sizeof(struct fp_blob *));
    ret->manifests = fp_xcalloc(pieces->len + 1, sizeof(struct manifest_put));
    ret->blobs[ret->blob_count++] =
        fp_blob_memory(FP_MEDIA_OCI_EMPTY, fp_xstrdup(EMPTY), strlen(EMPTY));
    for (size_t i = 0; i < pieces->len; i++) {
        const struct fp_piece *piece = &pieces->items[i];
        if (piece->form != FP_PIECE_REFERRER || is_there[i])
            continue;
        ret->blobs[ret->blob_count++] = piece->blob;
        make_manifest(image, piece, &ret->manifests[ret->manifest_count++]);
    }
}

static enum fp_code put_all(struct fp_repo *repo, const struct bundle_puts *puts,
                            struct fp_error *err)
{
    FP_TRY(fp_blobs_put(repo, puts->blobs, puts->blob_count, err));
    cleanup_group struct fp_group *group = fp_group_new(NULL, FP_GROUP_MAX);
    for (size_t i = 0; i < puts->manifest_count; i++)
        fp_group_go(group, put_manifest, &puts->manifests[i]);
    return fp_group_wait(group, err);
}

enum fp_code fp_bundles_attach(const struct fp_trust_image *image, const struct fp_pieces *pieces,
                               const bool *is_there, unsigned *ret, struct fp_error *err)
{
    cleanup_puts struct bundle_puts puts = {0};
    cleanup_index struct fp_index referrers = {0};
    gather(image, pieces, is_there, &puts);
    *ret = (unsigned) puts.manifest_count;
    if (puts.manifest_count == 0)
        return FP_OK;
    enum fp_code code = put_all(image->repo, &puts, err);
    if (code != FP_OK && fp_repo_wants_again(image->repo))
        code = put_all(image->repo, &puts, err);
    FP_TRY(code);
    for (size_t i = 0; i < puts.manifest_count; i++)
        fp_index_add(&referrers, &puts.manifests[i].descriptor);
    return fp_repo_add_referrers(image->repo, &image->root->digest, &referrers, err);
}
