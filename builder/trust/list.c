/* Lists what is attached to an image. */
#include <string.h>

#include "flinkpack/trust/verify.h"
#include "tag.h"

/* Whoever wrote a tag that is no manifest of layers has not attached anything. */
static enum fp_code add_tag(const struct fp_trust_image *image, enum fp_piece_form form,
                            json_t *list, struct fp_error *err)
{
    cleanup_free char *tag = fp_referrers_tag(&image->root->digest, fp_tag_suffix(form));
    cleanup_descriptor struct fp_descriptor root = {0};
    cleanup_manifest struct fp_manifest manifest = {0};
    enum fp_code code = fp_repo_resolve(image->repo, tag, &root, err);
    if (code == FP_OK)
        code = fp_image_manifest(image->repo, &root, image->repo->title, &manifest, err);
    if (code == FP_E_NOT_FOUND || code == FP_E_INPUT)
        return FP_OK;
    FP_TRY(code);
    json_t *entry = json_object();
    fp_json_set_text(entry, "tag", tag);
    fp_json_set_text(entry, "digest", root.digest.text);
    fp_json_set(entry, "count", json_integer((json_int_t) manifest.layer_count));
    fp_json_append(list, entry);
    return FP_OK;
}

enum fp_code fp_trust_list(const struct fp_trust_image *image, json_t **ret, struct fp_error *err)
{
    cleanup_json json_t *list = json_array();
    cleanup_index struct fp_index referrers = {0};
    struct fp_error own = {0};
    err = err != NULL ? err : &own;
    FP_TRY(add_tag(image, FP_PIECE_SIG, list, err));
    FP_TRY(add_tag(image, FP_PIECE_ATT, list, err));
    FP_TRY(fp_repo_list_referrers(image->repo, &image->root->digest, NULL, &referrers, err));
    for (size_t i = 0; i < referrers.manifest_count; i++) {
        const struct fp_descriptor *referrer = &referrers.manifests[i];
        json_t *entry = json_object();
        fp_json_set_text(entry, "digest", referrer->digest.text);
        fp_json_set(entry, "artifactType", json_incref(referrer->artifact_type));
        fp_json_set(entry, "annotations", json_incref(referrer->annotations));
        fp_json_append(list, entry);
    }
    *ret = steal_pointer(&list);
    return FP_OK;
}
