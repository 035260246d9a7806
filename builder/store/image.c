/* Finding the manifests and configurations of a name. No other file walks through an image. */
#include "flinkpack/store/image.h"

#include <string.h>

enum fp_code fp_image_manifest(struct fp_repo *repo, const struct fp_descriptor *descriptor,
                               const char *name, struct fp_manifest *ret, struct fp_error *err)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
    FP_TRY(fp_repo_get_document(repo, descriptor, &text, err));
    return fp_manifest_parse(fp_buf_text(&text), text.len, descriptor->media_type, name, ret, err);
}

enum fp_code fp_image_index(struct fp_repo *repo, const struct fp_descriptor *descriptor,
                            const char *name, struct fp_index *ret, struct fp_error *err)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
    FP_TRY(fp_repo_get_document(repo, descriptor, &text, err));
    return fp_index_parse(fp_buf_text(&text), text.len, descriptor->media_type, name, ret, err);
}

static enum fp_code open_config(struct fp_repo *repo, const char *name, struct fp_image *image,
                                struct fp_error *err)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(FP_MANIFEST_MAX_BYTES);
    FP_TRY(fp_repo_get_document(repo, &image->manifest.config, &text, err));
    FP_TRY(fp_config_parse(fp_buf_text(&text), text.len, image->manifest.layer_count, name,
                           &image->config, err));
    (void) fp_config_complete(&image->config, &image->descriptor.platform);
    return FP_OK;
}

enum fp_code fp_image_open(struct fp_repo *repo, const struct fp_descriptor *descriptor,
                           const char *name, struct fp_image *ret, struct fp_error *err)
{
    ret->descriptor = fp_descriptor_copy(descriptor);
    FP_TRY(fp_image_manifest(repo, descriptor, name, &ret->manifest, err));
    return open_config(repo, name, ret, err);
}

void fp_image_clear(struct fp_image *image)
{
    fp_descriptor_clear(&image->descriptor);
    fp_manifest_clear(&image->manifest);
    fp_config_clear(&image->config);
    *image = (struct fp_image){0};
}

enum fp_code fp_images_open(struct fp_repo *repo, const struct fp_descriptor *root,
                            const char *name, struct fp_images *ret, struct fp_error *err)
{
    ret->repo = repo;
    ret->name = name;
    ret->root = fp_descriptor_copy(root);
    return fp_media_is_index(root->media_type) ? fp_image_index(repo, root, name, &ret->index, err)
                                               : FP_OK;
}

/* Replace the index `at` by its manifest or nested index for the platform. */
static enum fp_code descend(const struct fp_images *images, const struct fp_platform *platform,
                            struct fp_descriptor *at, struct fp_error *err)
{
    cleanup_index struct fp_index index = {0};
    const struct fp_descriptor *child = NULL;
    FP_TRY(fp_image_index(images->repo, at, images->name, &index, err));
    FP_TRY(fp_index_choose(&index, platform, images->name, &child, err));
    struct fp_descriptor chosen = fp_descriptor_copy(child);
    fp_descriptor_clear(at);
    *at = chosen;
    return FP_OK;
}

enum fp_code fp_images_choose(const struct fp_images *images, const struct fp_platform *platform,
                              struct fp_descriptor *ret, struct fp_error *err)
{
    const struct fp_descriptor *first = &images->root;
    if (fp_media_is_index(images->root.media_type))
        FP_TRY(fp_index_choose(&images->index, platform, images->name, &first, err));
    cleanup_descriptor struct fp_descriptor at = fp_descriptor_copy(first);
    for (int depth = 1; fp_media_is_index(at.media_type); depth++) {
        if (depth > FP_INDEX_MAX_DEPTH)
            return fp_fail(err, FP_E_INPUT, "%s: indexes are nested more than %d deep",
                           images->name, FP_INDEX_MAX_DEPTH);
        FP_TRY(descend(images, platform, &at, err));
    }
    *ret = fp_descriptor_copy(&at);
    return FP_OK;
}

static bool is_wanted(const struct fp_descriptor *descriptor, const struct fp_platform *platform)
{
    return fp_media_is_manifest(descriptor->media_type) &&
           strcmp(descriptor->platform.os, "unknown") != 0 &&
           (platform == NULL || fp_platform_matches(platform, &descriptor->platform));
}

enum fp_code fp_images_next(struct fp_images *images, const struct fp_platform *platform,
                            struct fp_image *ret, bool *ret_more, struct fp_error *err)
{
    const struct fp_index *index = &images->index;
    const struct fp_descriptor *at = &images->root;
    bool is_index = fp_media_is_index(at->media_type);
    size_t count = is_index ? index->manifest_count : 1;
    fp_image_clear(ret);
    if (is_index && platform != NULL && images->next == 0)
        FP_TRY(fp_index_choose(index, platform, images->name, &at, err));
    while (is_index && images->next < count &&
           !is_wanted(&index->manifests[images->next], platform))
        images->next++;
    *ret_more = images->next < count;
    if (!*ret_more)
        return FP_OK;
    at = is_index ? &index->manifests[images->next] : &images->root;
    images->next++;
    return fp_image_open(images->repo, at, images->name, ret, err);
}

void fp_images_clear(struct fp_images *images)
{
    fp_descriptor_clear(&images->root);
    fp_index_clear(&images->index);
    *images = (struct fp_images){0};
}
