/* Parses and writes indexes, and chooses the manifest of a platform. */
#include "internal.h"

#include <stdio.h>
#include <string.h>

static enum fp_code check_sizes(const struct fp_index *index, const char *name,
                                struct fp_error *err)
{
    for (size_t i = 0; i < index->manifest_count; i++) {
        if (index->manifests[i].size > FP_MANIFEST_MAX_BYTES)
            return fp_fail(err, FP_E_INPUT,
                           "%s: manifests[%zu]: %ju bytes, manifests of at most %zu are accepted",
                           name, i, (uintmax_t) index->manifests[i].size, FP_MANIFEST_MAX_BYTES);
    }
    return FP_OK;
}

enum fp_code fp_index_parse(const char *text, size_t len, const char *content_type,
                            const char *name, struct fp_index *ret, struct fp_error *err)
{
    cleanup_json json_t *document = NULL;
    cleanup_index struct fp_index index = {0};
    const char *type = NULL;
    FP_TRY(fp_document_read(text, len, content_type, name, &document, &type, err));
    if (!fp_media_is_index(type))
        return fp_fail(err, FP_E_INPUT,
                       "%s: the manifest of one image, where an index was expected", name);
    (void) snprintf(index.media_type, sizeof(index.media_type), "%s", type);
    FP_TRY(fp_annotations_read(document, name, &index.annotations, err));
    FP_TRY(fp_descriptors_read(document, "manifests", name, &index.manifests, &index.manifest_count,
                               err));
    FP_TRY(check_sizes(&index, name, err));
    *ret = steal_value(&index);
    return FP_OK;
}

/* BuildKit adds provenance to an index as manifests for the platform "unknown". */
static bool is_attestation(const struct fp_descriptor *manifest)
{
    const char *kind = fp_json_string(manifest->annotations, "vnd.docker.reference.type");
    return strcmp(manifest->platform.os, "unknown") == 0 ||
           strcmp(manifest->platform.architecture, "unknown") == 0 ||
           (kind != NULL && strcmp(kind, "attestation-manifest") == 0);
}

static bool is_image(const struct fp_descriptor *manifest)
{
    return (fp_media_is_manifest(manifest->media_type) ||
            fp_media_is_index(manifest->media_type)) &&
           !is_attestation(manifest);
}

/* An entry without a platform is used if no other fits: its configuration states one. */
static unsigned entry_score(const struct fp_descriptor *manifest,
                            const struct fp_platform *platform)
{
    if (!is_image(manifest))
        return 0;
    if (manifest->platform.architecture[0] == '\0')
        return 1;
    return fp_platform_score(platform, &manifest->platform);
}

static enum fp_code fail_no_match(const struct fp_index *index, const struct fp_platform *platform,
                                  const char *name, struct fp_error *err)
{
    cleanup_strv struct fp_strv seen = {0};
    for (size_t i = 0; i < index->manifest_count; i++) {
        cleanup_free char *text = fp_platform_text(&index->manifests[i].platform);
        if (is_image(&index->manifests[i]) && !fp_strv_has(&seen, text))
            fp_strv_add(&seen, text);
    }
    cleanup_free char *list = fp_strv_join(&seen, ", ", 900);
    cleanup_free char *wanted = fp_platform_text(platform);
    if (seen.len == 0)
        return fp_fail(err, FP_E_NOT_FOUND, "%s: no image for %s: the index is empty", name,
                       wanted);
    return fp_hinted(
        fp_fail(err, FP_E_NOT_FOUND, "%s: no image for %s: there is %s", name, wanted, list), err,
        "choose one of these with --platform, or another base");
}

enum fp_code fp_index_choose(const struct fp_index *index, const struct fp_platform *platform,
                             const char *name, const struct fp_descriptor **ret,
                             struct fp_error *err)
{
    const struct fp_descriptor *best = NULL;
    unsigned best_score = 0;
    for (size_t i = 0; i < index->manifest_count; i++) {
        unsigned score = entry_score(&index->manifests[i], platform);
        if (score > best_score) {
            best = &index->manifests[i];
            best_score = score;
        }
    }
    if (best == NULL)
        return fail_no_match(index, platform, name, err);
    *ret = best;
    return FP_OK;
}

char *fp_index_bytes(const struct fp_index *index)
{
    json_t *manifests = json_array();
    /* Media types are kept, because a manifest's bytes state their own type. */
    for (size_t i = 0; i < index->manifest_count; i++)
        fp_json_append(manifests, fp_descriptor_json(&index->manifests[i]));
    return fp_document_bytes(json_pack("{s:o}", "manifests", manifests), FP_MEDIA_OCI_INDEX,
                             index->annotations);
}

void fp_index_add(struct fp_index *index, const struct fp_descriptor *manifest)
{
    fp_descriptors_append(&index->manifests, &index->manifest_count, manifest);
}

void fp_index_clear(struct fp_index *index)
{
    fp_descriptors_clear(&index->manifests, &index->manifest_count);
    json_decref(index->annotations);
    *index = (struct fp_index){0};
}
