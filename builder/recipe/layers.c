/* Making all layers that are added to the base of one platform, in order. */
#include "outputs.h"

#include <stdlib.h>
#include <string.h>

static struct fp_own_layer *next_layer(struct fp_layer_step *step, struct fp_platform_image *image,
                                       const char *kind, int64_t time_s)
{
    struct fp_own_layer *own = &image->layers[image->layer_count];
    step->mtime_s = fp_plan_time(step->plan, time_s);
    *own = (struct fp_own_layer){.kind = kind, .mtime_s = step->mtime_s};
    return own;
}

/* The image owns the layer, even a failed one; a complete one is sent to the outputs at once. */
static enum fp_code keep(const struct fp_layer_step *step, struct fp_platform_image *image,
                         enum fp_code code)
{
    struct fp_blob *blob = image->layers[image->layer_count].layer.blob;
    image->layer_count += blob != NULL;
    if (code == FP_OK && blob != NULL)
        fp_outputs_feed(step->outputs, FP_PUSH_LAYER, blob);
    return code;
}

static enum fp_code add(struct fp_layer_step *step, struct fp_platform_image *image,
                        const char *kind, int64_t time_s, fp_layer_maker *maker,
                        struct fp_error *err)
{
    struct fp_own_layer *own = next_layer(step, image, kind, time_s);
    return keep(step, image, maker(step, &own->layer, err));
}

/* The path of a Flink in the base, or of a link in its place. It is an error, because a mixture of
 * two versions does not start. NULL: none. The caller owns it. */
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

/* Put the entries at `path` into the tree, so that --add finds them. Distributions are not deep. */
static enum fp_code put_below(const struct fp_tree *from, const char *path, struct fp_tree *to,
                              struct fp_error *err)
{
    cleanup_strv struct fp_strv names = {0};
    const struct fp_entry *entry = fp_tree_get(from, path);
    if (entry != NULL)
        FP_TRY(fp_tree_put(to, entry, err));
    fp_tree_children(from, path, &names);
    for (size_t i = 0; i < names.len; i++) {
        cleanup_free char *child = fp_path_join(path, names.items[i]);
        FP_TRY(put_below(from, child, to, err));
    }
    return FP_OK;
}

/* The distribution's layer does not depend on the base, so all platforms have the same one. Its
 * paths are below flink-VERSION/. */
static enum fp_code step_distribution(const struct fp_layer_step *step, struct fp_layer *ret,
                                      struct fp_error *err)
{
    const struct fp_distribution *dist = &step->flink->dist;
    if (!step->flink->has_dist)
        return FP_OK;
    cleanup_free char *there = flink_in_base(step->tree, dist);
    if (there != NULL) {
        return fp_hinted(fp_fail(err, FP_E_INPUT, "the base has %s already", there), err,
                         "it seems to have Flink in it: use --from-image");
    }
    *ret = dist->layer;
    ret->blob = fp_blob_ref(dist->layer.blob);
    ret->created_by = fp_xstrdup(dist->layer.created_by);
    return put_below(dist->tree, dist->top, step->tree, err);
}

/* The layers are ordered from the one that changes least to the one that changes in every build. */
static enum fp_code make_flink(struct fp_layer_step *step, struct fp_platform_image *image,
                               struct fp_error *err)
{
    int64_t dist_time = fp_dist_time(step->flink);
    FP_TRY(add(step, image, "packages", fp_base_time(step->base), fp_step_packages, err));
    FP_TRY(add(step, image, "distribution", dist_time, step_distribution, err));
    FP_TRY(add(step, image, "hadoop", dist_time, fp_step_hadoop, err));
    FP_TRY(add(step, image, "setup", dist_time, fp_step_setup, err));
    return add(step, image, "job", fp_job_time(step->plan), fp_step_job, err);
}

/* The tars come first, in their order, so that the files of --add replace theirs. */
static enum fp_code make_appended(struct fp_layer_step *step, struct fp_platform_image *image,
                                  struct fp_error *err)
{
    const struct fp_strv *tars = &step->plan->tars;
    int64_t time_s = fp_base_time(step->base);
    for (size_t i = 0; i < tars->len; i++) {
        cleanup_free char *path = fp_plan_for_platform(tars->items[i], &step->base->platform);
        struct fp_own_layer *own = next_layer(step, image, "layer", time_s);
        FP_TRY(keep(step, image, fp_step_tar(step, path, &own->layer, err)));
    }
    return add(step, image, "files", time_s, fp_step_files, err);
}

enum fp_code fp_layers_make(struct fp_layer_step *step, struct fp_platform_image *image,
                            struct fp_error *err)
{
    step->packages = &image->packages;
    return step->plan->source == FP_FROM_NOTHING ? make_appended(step, image, err)
                                                 : make_flink(step, image, err);
}

void fp_platform_images_free(struct fp_platform_image *take_images, size_t count)
{
    for (size_t i = 0; take_images != NULL && i < count; i++) {
        for (size_t k = 0; k < take_images[i].layer_count; k++)
            fp_layer_clear(&take_images[i].layers[k].layer);
        fp_strv_clear(&take_images[i].packages);
        fp_blob_unref(take_images[i].config);
        fp_blob_unref(take_images[i].manifest);
    }
    free(take_images);
}
