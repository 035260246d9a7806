/* Learning the facts of a base from those who know them, before its layers are read. */
#include "known.h"

#include <stdlib.h>
#include <string.h>

char *fp_home_of(const struct fp_config *config)
{
    char *home = fp_config_env(config, "FLINK_HOME");
    if (home != NULL && home[0] == '/')
        return home;
    free(home);
    return fp_xstrdup(FP_FLINK_HOME);
}

/* Take facts that someone else has collected. */
static bool take(const struct fp_plan *plan, const struct fp_bases *bases,
                 struct fp_base_image *image, const json_t *record)
{
    const json_t *media = json_object_get(record, "media");
    if (record == NULL || fp_base_facts_parse(json_object_get(record, "facts"), bases->name,
                                              &image->facts, NULL) != FP_OK)
        return false;
    for (size_t i = 0; i < json_array_size(media) && i < image->manifest.layer_count; i++) {
        const char *type = json_string_value(json_array_get(media, i));
        if (type != NULL && fp_media_is_layer(type))
            fp_base_call_layer(plan, bases, image, i, type);
    }
    image->is_recalled = true;
    return true;
}

static bool is_known(const struct fp_plan *plan, struct fp_known *known,
                     const struct fp_bases *bases, struct fp_base_image *image)
{
    size_t platform = (size_t) (image - bases->images);
    cleanup_json json_t *cached = fp_cache_get(plan->context->cache, FP_BASE_KIND, image->key);
    if (take(plan, bases, image, cached))
        return true;
    if (image->keeps_old_job)
        return false; /* the jars that have to be removed are in no outline */
    cleanup_json json_t *labelled = fp_known_facts(known, platform, &image->config, image->key);
    return take(plan, bases, image, labelled);
}

/* Take the facts that stand beside the pin of a base. Who wrote the entry vouches for both. */
static enum fp_code take_pinned(const struct fp_plan *plan, const struct fp_bases *bases,
                                struct fp_base_image *image, struct fp_error *err)
{
    cleanup_free char *platform = fp_platform_text(&image->platform);
    return fp_base_entry_facts(&bases->entry, platform, &image->config, plan->env, &image->facts,
                               &image->is_recalled, err);
}

/* The outline of a base is the same whether it comes from its layers, or from an outline. */
static void set_outline(struct fp_base_image *image)
{
    cleanup_base_facts struct fp_base_facts outline = {0};
    cleanup_free char *home = fp_home_of(&image->config);
    if (!image->facts.is_outline)
        fp_base_facts_outline(&image->facts, image->facts.tree, home, &outline);
    image->outline = fp_base_describe(image, image->facts.is_outline ? &image->facts : &outline);
}

enum fp_code fp_base_learn(const struct fp_plan *plan, struct fp_known *known,
                           struct fp_bases *bases, struct fp_base_image *image,
                           struct fp_error *err)
{
    fp_base_facts_key(&image->platform, &image->config, plan->env, image->key);
    if (plan->reuses && !is_known(plan, known, bases, image))
        FP_TRY(take_pinned(plan, bases, image, err));
    if (!image->is_recalled)
        FP_TRY(fp_base_need(plan, bases, image, err));
    set_outline(image);
    return FP_OK;
}
