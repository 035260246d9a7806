/* Reading the layers of a base, and keeping what they say in the local cache. */
#include "base_image.h"

#include <string.h>

/* The media types of the layers, where the base's own manifest has others. */
static json_t *media_of(const struct fp_base_image *image)
{
    json_t *media = image->has_other_media ? json_array() : NULL;
    for (size_t i = 0; media != NULL && i < image->manifest.layer_count; i++)
        fp_json_append(media, json_string(image->manifest.layers[i].media_type));
    return media;
}

json_t *fp_base_describe(const struct fp_base_image *image, const struct fp_base_facts *facts)
{
    return json_pack("{s:s, s:o, s:o*}", "key", image->key, "facts", fp_base_facts_json(facts),
                     "media", media_of(image));
}

static void keep(const struct fp_plan *plan, const struct fp_base_image *image)
{
    cleanup_json json_t *record = fp_base_describe(image, &image->facts);
    if (record != NULL)
        fp_cache_put(plan->context->cache, FP_BASE_KIND, image->key, record);
}

/* Read the layers, each once. */
static enum fp_code inspect(const struct fp_plan *plan, const struct fp_bases *bases,
                            struct fp_base_image *image, struct fp_error *err)
{
    struct fp_stage stage;
    cleanup_free char *platform = fp_platform_text(&image->platform);
    cleanup_free char *what = fp_xasprintf("%s %s", bases->name, platform);
    fp_stage_begin(&stage, plan->context->reporter, "base", what, 0);
    enum fp_code code =
        fp_base_inspect(image->blobs, image->manifest.layer_count, &image->config, plan->env,
                        FP_BASE_MAX_BYTES, plan->context->reporter, &image->facts, err);
    const char *os = image->facts.os_name != NULL ? image->facts.os_name : "no os-release";
    const char *java = image->facts.java_version;
    cleanup_free char *outcome =
        fp_xasprintf("%s%s%s", os, java != NULL ? ", Java " : "", java != NULL ? java : "");
    return fp_context(fp_stage_close(&stage, code, outcome), err, "%s", bases->name);
}

enum fp_code fp_base_need(const struct fp_plan *plan, struct fp_bases *bases,
                          struct fp_base_image *image, struct fp_error *err)
{
    if (image->facts.tree != NULL && !image->facts.is_outline)
        return FP_OK;
    fp_base_facts_clear(&image->facts);
    FP_TRY(fp_base_fetch(plan, bases, image, err));
    FP_TRY(inspect(plan, bases, image, err));
    keep(plan, image);
    return FP_OK;
}
