/* Reads the bundles that refer to an image. */
#include "bundle.h"

#include <string.h>

/* The most bundles of one image that are read, and the largest one. */
#define MAX_BUNDLES      64
#define MAX_BUNDLE_BYTES ((size_t) 4 << 20)

static bool is_bundle(const struct fp_descriptor *referrer)
{
    const char *type = json_string_value(referrer->artifact_type);
    return type != NULL &&
           strncmp(type, FP_MEDIA_BUNDLE_PREFIX, strlen(FP_MEDIA_BUNDLE_PREFIX)) == 0;
}

static enum fp_code read_bundle(const struct fp_trust_image *image,
                                const struct fp_descriptor *referrer, struct fp_signed *ret,
                                struct fp_error *err)
{
    struct fp_repo *repo = image->repo;
    cleanup_manifest struct fp_manifest manifest = {0};
    cleanup_buf struct fp_buf text = FP_BUF_INIT(MAX_BUNDLE_BYTES);
    FP_TRY(fp_image_manifest(repo, referrer, repo->title, &manifest, err));
    if (manifest.layer_count != 1)
        return fp_fail(err, FP_E_INPUT, "%s: %s: %zu layers instead of one bundle", repo->title,
                       referrer->digest.text, manifest.layer_count);
    FP_TRY(fp_repo_get_document(repo, &manifest.layers[0], &text, err));
    return fp_bundle_parse(fp_buf_text(&text), text.len, ret, err);
}

/* Whether nothing is wrong with the bundle itself. */
static bool is_failure(enum fp_code code)
{
    return code != FP_OK && code != FP_E_INPUT && code != FP_E_VERIFY && code != FP_E_NOT_FOUND;
}

enum fp_code fp_bundles_read(const struct fp_trust_image *image, fp_bundle_seen seen, void *context,
                             struct fp_error *err)
{
    cleanup_index struct fp_index referrers = {0};
    size_t count = 0;
    FP_TRY(fp_repo_list_referrers(image->repo, &image->root->digest, NULL, &referrers, err));
    for (size_t i = referrers.manifest_count; i > 0 && count < MAX_BUNDLES; i--) {
        const struct fp_descriptor *referrer = &referrers.manifests[i - 1];
        cleanup_signed struct fp_signed bundle = {0};
        struct fp_error problem = {0};
        if (!is_bundle(referrer))
            continue;
        count++;
        FP_TRY(fp_cancel_check(err));
        enum fp_code code = read_bundle(image, referrer, &bundle, &problem);
        if (is_failure(code))
            return fp_fail_as(err, &problem);
        if (!seen(context, referrer, &bundle, code, &problem))
            return FP_OK;
    }
    return FP_OK;
}
