/* The steps of a rebase: the image, its new base, the layers, the documents, the output. */
#include "rebase.h"

#include <stdlib.h>
#include <string.h>

#include "inputs.h"
#include "known.h"
#include "listener.h"

/* The state of a rebase. */
struct rebase {
    const char *image;
    const struct fp_build_options *options;
    struct fp_listener listener;
    struct fp_build_context context; /* the caller's, whose reporter is listened to */
    struct fp_group *group;          /* of all tasks: the failure of one cancels the rest */
    struct fp_rebase_source source;
    struct fp_plan plan;
    struct fp_repo *store; /* open, so that no process removes blobs meanwhile */
    struct fp_flink flink;
    struct fp_bases bases;
    struct fp_platform_image *images;
    struct fp_blob *root;
    struct fp_outputs outputs;
    struct fp_known *known;
    bool is_current;
    bool is_alike; /* all options are those of the old image */
};

static void rebase_clear(struct rebase *rebase)
{
    fp_known_stop(rebase->known);
    fp_outputs_clear(&rebase->outputs);
    fp_known_free(rebase->known);
    fp_blob_unref(rebase->root);
    fp_platform_images_free(rebase->images, rebase->plan.platform_count);
    fp_bases_clear(&rebase->bases);
    fp_flink_clear(&rebase->flink);
    fp_repo_free(rebase->store);
    fp_plan_clear(&rebase->plan);
    fp_rebase_source_clear(&rebase->source);
    fp_group_free(rebase->group);
    json_decref(fp_listener_end(&rebase->listener));
}
#define cleanup_rebase __attribute__((cleanup(rebase_clear)))

static enum fp_code read_image(struct rebase *rebase, struct fp_error *err)
{
    const char *base = rebase->options->base;
    FP_TRY(fp_base_check_directories(&rebase->options->base_folders, err));
    FP_TRY(fp_rebase_open(rebase->image, &rebase->context, &rebase->source, err));
    if (base == NULL)
        FP_TRY(fp_rebase_base(&rebase->source, &base, err));
    FP_TRY(fp_rebase_read(&rebase->source, &rebase->context, err));
    return fp_rebase_plan(&rebase->source, base, rebase->options, &rebase->context, &rebase->plan,
                          err);
}

static enum fp_code open_places(struct rebase *rebase, struct fp_error *err)
{
    const struct fp_build_context *context = &rebase->context;
    if (rebase->plan.pushes)
        FP_TRY(fp_credentials_check(&context->places.registry.credentials, err));
    FP_TRY(fp_repo_open_layout(context->places.store, FP_LAYOUT_STORE, &rebase->store, err));
    FP_TRY(fp_mkdir_p(context->cache_folder, FP_KEPT_DIR_MODE, err));
    FP_TRY(fp_outputs_open(&rebase->outputs, &rebase->plan, rebase->group, err));
    rebase->known = fp_known_open(&rebase->plan, &rebase->outputs, NULL, rebase->group);
    rebase->outputs.known = rebase->known;
    rebase->outputs.there = rebase->source.repo;
    if (rebase->options->tags.len == 0 && rebase->outputs.pushes[0] != NULL)
        fp_push_expect(rebase->outputs.pushes[0], rebase->plan.outputs[0].names.items[0],
                       &rebase->source.root.digest);
    for (size_t i = 0; i < rebase->source.count; i++) {
        const struct fp_manifest *manifest = &rebase->source.images[i].image.manifest;
        for (size_t k = 0; k < manifest->layer_count; k++)
            fp_strv_add(&rebase->outputs.there_layers, manifest->layers[k].digest.text);
    }
    return FP_OK;
}

/* Whether the image of a platform is on the base that its name stands for now. */
static enum fp_code is_on_base(const struct rebase *rebase, size_t platform, bool *ret,
                               struct fp_error *err)
{
    const json_t *annotations = rebase->source.images[platform].image.manifest.annotations;
    const char *name = fp_json_string(annotations, "org.opencontainers.image.base.name");
    const char *digest = fp_json_string(annotations, "org.opencontainers.image.base.digest");
    const struct fp_bases *bases = &rebase->bases;
    cleanup_descriptor struct fp_descriptor now = {0};
    *ret = false;
    if (name == NULL || digest == NULL || strcmp(name, bases->name) != 0)
        return FP_OK;
    FP_TRY(fp_images_choose(&bases->found, &rebase->plan.platforms[platform], &now, err));
    *ret = strcmp(now.digest.text, digest) == 0;
    return FP_OK;
}

/* Only names of registries are compared: nothing else is named in an image. */
static enum fp_code look_at_base(struct rebase *rebase, struct fp_error *err)
{
    struct fp_bases *bases = &rebase->bases;
    FP_TRY(fp_bases_find(&rebase->plan, &rebase->source.version, bases, err));
    if (bases->entry.packages.len > 0 || bases->entry.digests != NULL)
        return FP_OK;
    FP_TRY(fp_images_open(bases->repo, &bases->root, bases->name, &bases->found, err));
    rebase->is_current = true;
    for (size_t i = 0; i < rebase->plan.platform_count && rebase->is_current; i++)
        FP_TRY(is_on_base(rebase, i, &rebase->is_current, err));
    return FP_OK;
}

/* Make the layers, and find the time of the newest one. */
static enum fp_code make_layers(struct rebase *rebase, size_t platform, struct fp_error *err)
{
    const struct fp_plan *plan = &rebase->plan;
    const struct fp_rebase_image *old = &rebase->source.images[platform];
    struct fp_base_image *base = &rebase->bases.images[platform];
    struct fp_platform_image *image = &rebase->images[platform];
    struct fp_layer_step step = {.plan = plan,
                                 .flink = &rebase->flink,
                                 .bases = &rebase->bases,
                                 .base = base,
                                 .base_name = rebase->bases.name,
                                 .platform = platform,
                                 .image = image,
                                 .packages = &image->packages,
                                 .tree = base->facts.tree,
                                 .is_whole = !base->facts.is_outline,
                                 .outputs = &rebase->outputs,
                                 .known = rebase->known,
                                 .listener = &rebase->listener};
    bool is_alike = false;
    int64_t *newest_s = &rebase->flink.dist.newest_mtime_s;
    FP_TRY(fp_rebase_layers_make(&rebase->source, old, &step, &is_alike, err));
    rebase->is_alike = rebase->is_alike && is_alike;
    for (size_t i = 0; i < image->layer_count; i++) {
        const struct fp_own_layer *own = &image->layers[i];
        if (strcmp(own->record.kind, "packages") != 0 && own->mtime_s > *newest_s)
            *newest_s = own->mtime_s;
    }
    return FP_OK;
}

/* The key by which the same build on the new base will know the image. As a build does, let the
 * image say it only if there was no warning. */
static void set_key(struct rebase *rebase)
{
    const struct fp_rebase_source *source = &rebase->source;
    bool is_index = rebase->plan.platform_count > 1;
    cleanup_free char *old = is_index ? fp_unseal_index(&source->found.index)
                                      : fp_unseal_manifest(&source->images[0].image.manifest);
    if (old != NULL && rebase->is_alike && !atomic_load(&rebase->listener.has_warned))
        rebase->bases.image_key = fp_image_key_rebase(old, &rebase->bases);
}

static enum fp_code make_images(struct rebase *rebase, struct fp_error *err)
{
    struct fp_plan *plan = &rebase->plan;
    rebase->images = fp_xcalloc(plan->platform_count, sizeof(*rebase->images));
    rebase->is_alike = true;
    for (size_t i = 0; i < plan->platform_count; i++)
        FP_TRY(make_layers(rebase, i, err));
    set_key(rebase);
    for (size_t i = 0; i < plan->platform_count; i++) {
        json_decref(plan->labels);
        plan->labels = fp_rebase_labels(&rebase->source.images[i]);
        FP_TRY(fp_image_make(plan, &rebase->flink, &rebase->bases, i, &rebase->images[i], err));
    }
    return fp_image_root(plan, &rebase->bases, rebase->images, &rebase->root, err);
}

static enum fp_code make(void *context, struct fp_error *err)
{
    struct rebase *rebase = context;
    const struct fp_plan *plan = &rebase->plan;
    cleanup_json json_t *metadata = json_object();
    FP_TRY(read_image(rebase, err));
    FP_TRY(open_places(rebase, err));
    FP_TRY(look_at_base(rebase, err));
    /* Another tag is wanted all the same. */
    rebase->is_current = rebase->is_current && rebase->options->tags.len == 0;
    if (rebase->is_current)
        return plan->context->signing != NULL && !plan->dry_run
                   ? fp_outputs_sign(&rebase->outputs, &rebase->source.root, err)
                   : FP_OK;
    FP_TRY(fp_outputs_ask(&rebase->outputs, err));
    FP_TRY(fp_bases_open(plan, &rebase->source.version, rebase->known, &rebase->bases, err));
    fp_rebase_flink(&rebase->source, &rebase->flink);
    FP_TRY(fp_rebase_check(&rebase->source, plan, &rebase->flink, &rebase->bases, err));
    FP_TRY(make_images(rebase, err));
    const struct fp_finished image = {
        .bases = &rebase->bases, .images = rebase->images, .root = rebase->root};
    return plan->dry_run ? FP_OK : fp_outputs_finish(&rebase->outputs, &image, metadata, err);
}

enum fp_code fp_rebase_run(const char *image, const struct fp_build_options *options,
                           const struct fp_build_context *context, struct fp_rebase_result *ret,
                           struct fp_error *err)
{
    cleanup_rebase struct rebase rebase = {.image = image, .options = options, .context = *context};
    fp_listener_init(&rebase.listener, context->reporter);
    rebase.context.reporter = &rebase.listener.reporter;
    rebase.group = fp_group_new(NULL, 1);
    fp_group_run(rebase.group, make, &rebase);
    FP_TRY(fp_group_wait(rebase.group, err));
    ret->name = fp_xstrdup(rebase.plan.title);
    ret->base = fp_xstrdup(rebase.bases.name);
    ret->is_current = rebase.is_current;
    ret->digest =
        rebase.is_current ? rebase.source.root.digest : fp_blob_descriptor(rebase.root)->digest;
    return FP_OK;
}

void fp_rebase_result_clear(struct fp_rebase_result *result)
{
    free(result->name);
    free(result->base);
    memset(result, 0, sizeof(*result));
}
