/* All layers that are put on the base of one platform, in order. */
#include "layers.h"

#include <stdlib.h>
#include <string.h>

/* A layer whose members belong to someone else for the time being. */
static void lend(struct fp_platform_image *image, const char *kind, const struct fp_layer *layer,
                 int64_t mtime_s)
{
    struct fp_own_layer *own = &image->layers[image->layer_count++];
    own->kind = kind;
    own->layer = *layer;
    own->mtime_s = mtime_s;
    own->shared = true;
}

static struct fp_own_layer *next_layer(struct fp_platform_image *image, const char *kind,
                                       int64_t mtime_s)
{
    struct fp_own_layer *own = &image->layers[image->layer_count];
    memset(own, 0, sizeof(*own));
    own->kind = kind;
    own->mtime_s = mtime_s;
    return own;
}

typedef enum fp_code (*layer_maker)(const struct fp_layer_step *step, struct fp_layer *ret,
                                    struct fp_error *err);

static enum fp_code make(struct fp_platform_image *image, const char *kind, layer_maker maker,
                         const struct fp_layer_step *step, struct fp_error *err)
{
    struct fp_own_layer *own = next_layer(image, kind, step->mtime_s);
    enum fp_code code = maker(step, &own->layer, err);
    image->layer_count += code == FP_OK;
    return code;
}

/* Where the base has Flink already, or a link in its place: one mixed with another starts neither.
 * NULL: nowhere. The caller owns it. */
static char *flink_in_base(const struct fp_tree *tree, const struct fp_distribution *dist)
{
    const struct fp_entry *opt = fp_tree_resolve(tree, "opt");
    cleanup_free char *home = fp_path_join(opt != NULL ? opt->path : "opt", "flink");
    const struct fp_entry *link = fp_tree_get(tree, home);
    if (fp_tree_get(tree, dist->top) != NULL)
        return fp_xasprintf("/%s", dist->top);
    if (link != NULL && link->kind == FP_ENTRY_SYMLINK)
        return fp_xasprintf("/opt/flink, a link to %s,", link->link);
    const struct fp_entry *lib = fp_tree_resolve(tree, "opt/flink/lib");
    cleanup_strv struct fp_strv names = {0};
    if (lib != NULL)
        fp_tree_children(tree, lib->path, &names);
    for (size_t i = 0; i < names.len; i++)
        if (strncmp(names.items[i], "flink-dist", 10) == 0)
            return fp_xasprintf("/opt/flink/lib/%s", names.items[i]);
    return NULL;
}

/* What --add puts below it has to find folders as they are. Distributions are not deep. */
static enum fp_code put_below(const struct fp_tree *from, const char *path, struct fp_tree *to,
                              struct fp_error *err)
{
    cleanup_strv struct fp_strv names = {0};
    const struct fp_entry *entry = fp_tree_get(from, path);
    enum fp_code code = entry != NULL ? fp_tree_put(to, entry, err) : FP_OK;
    fp_tree_children(from, path, &names);
    for (size_t i = 0; i < names.len && code == FP_OK; i++) {
        cleanup_free char *child = fp_path_join(path, names.items[i]);
        code = put_below(from, child, to, err);
    }
    return code;
}

/* The distribution's own bytes need nothing of the base; its names go under flink-VERSION/. */
static enum fp_code add_distribution(const struct fp_flink *flink, struct fp_layer_step *step,
                                     struct fp_platform_image *image, struct fp_error *err)
{
    const struct fp_distribution *dist = &flink->dist;
    cleanup_free char *there = flink_in_base(step->tree, dist);
    if (there != NULL) {
        return fp_hinted(fp_fail(err, FP_E_INPUT, "the base has %s already", there), err,
                         "it seems to have Flink in it: use --from-image");
    }
    lend(image, "distribution", &dist->layer, step->mtime_s);
    return put_below(dist->tree, dist->top, step->tree, err);
}

static enum fp_code add_setup(const struct fp_flink *flink, struct fp_layer_step *step,
                              struct fp_platform_image *image, struct fp_error *err)
{
    if (!flink->has_dist) {
        bool any = false;
        struct fp_own_layer *own = next_layer(image, "setup", step->mtime_s);
        enum fp_code code = fp_step_extras(step, &own->layer, &any, err);
        image->layer_count += code == FP_OK && any;
        return code;
    }
    enum fp_code code = add_distribution(flink, step, image, err);
    if (code == FP_OK && flink->release.hadoop != NULL)
        code = make(image, "hadoop", fp_step_hadoop, step, err);
    if (code == FP_OK)
        code = make(image, "setup", fp_step_setup, step, err);
    return code;
}

/* Below everything else, as it changes the least. */
static enum fp_code add_packages(const struct fp_layer_step *step, const char *base_name,
                                 struct fp_platform_image *image, struct fp_error *err)
{
    struct fp_layer_step own_step = *step;
    bool any = false;
    if (step->plan->context->source_date_epoch < 0)
        own_step.mtime_s = fp_base_time(step->base);
    struct fp_own_layer *own = next_layer(image, "packages", own_step.mtime_s);
    enum fp_code code =
        fp_step_packages(&own_step, base_name, &own->layer, &any, &image->packages, err);
    image->layer_count += code == FP_OK && any;
    return code;
}

enum fp_code fp_layers_make(const struct fp_plan *plan, const struct fp_flink *flink,
                            const struct fp_base_image *base, const char *base_name,
                            struct fp_pool *pool, struct fp_platform_image *image,
                            struct fp_error *err)
{
    int64_t epoch = plan->context->source_date_epoch;
    int64_t dist_time = flink->has_dist && flink->dist.newest_mtime_s > FP_EARLIEST_TIME
                            ? flink->dist.newest_mtime_s
                            : FP_EARLIEST_TIME;
    struct fp_layer_step step = {.plan = plan,
                                 .flink = flink,
                                 .base = base,
                                 .tree = base->facts.tree,
                                 .pool = pool,
                                 .mtime_s = epoch >= 0 ? epoch : dist_time};
    enum fp_code code = add_packages(&step, base_name, image, err);
    if (code == FP_OK)
        code = add_setup(flink, &step, image, err);
    if (code != FP_OK || plan->job_jars.len == 0)
        return code;
    step.mtime_s = epoch >= 0 ? epoch : fp_job_time(plan);
    return make(image, "job", fp_step_job, &step, err);
}

void fp_platform_images_free(struct fp_platform_image *take_images, size_t count)
{
    for (size_t i = 0; take_images != NULL && i < count; i++) {
        for (size_t k = 0; k < take_images[i].layer_count; k++) {
            if (!take_images[i].layers[k].shared)
                fp_layer_clear(&take_images[i].layers[k].layer);
        }
        fp_strv_clear(&take_images[i].packages);
        fp_blob_unref(take_images[i].config);
        fp_blob_unref(take_images[i].manifest);
    }
    free(take_images);
}
