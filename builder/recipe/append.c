/* The recipe of append: a base, what is put on it, the image, outputs. */
#include "append.h"
#include "draft.h"
#include "image.h"
#include "outputs.h"
#include "plan_parse.h"

#include <stdlib.h>
#include <string.h>

/* Everything that it has in its hands. */
struct work {
    struct fp_append_plan append;
    struct fp_repo *store;
    struct fp_pool *pool;
    struct fp_bases bases;
    struct fp_platform_image *images;
    struct fp_blob *root;
};

static void work_clear(struct work *work)
{
    fp_blob_unref(work->root);
    fp_platform_images_free(work->images, work->append.plan.platform_count);
    fp_bases_clear(&work->bases);
    fp_pool_free(work->pool);
    fp_repo_free(work->store);
    fp_append_plan_clear(&work->append);
}
#define cleanup_work __attribute__((cleanup(work_clear)))

static struct fp_own_layer *next_layer(struct fp_platform_image *image, const char *kind)
{
    struct fp_own_layer *own = &image->layers[image->layer_count];
    *own = (struct fp_own_layer){.kind = kind, .mtime_s = image->created_s};
    return own;
}

/* Whether the platform has something of its own or of all. */
static bool has_adds(const struct fp_layer_step *step)
{
    const struct fp_platform *own = &step->base->platform;
    for (size_t i = 0; i < step->plan->add_count; i++) {
        const struct fp_platform *only = step->plan->adds[i].platform;
        if (only == NULL || memcmp(only, own, sizeof(*own)) == 0)
            return true;
    }
    return false;
}

static enum fp_code add_files(const struct fp_layer_step *step, struct fp_platform_image *image,
                              struct fp_error *err)
{
    cleanup_draft struct fp_draft draft = fp_draft_new(step);
    struct fp_own_layer *own = next_layer(image, "files");
    enum fp_code code = fp_draft_adds(step, &draft, err);
    if (code == FP_OK)
        code = fp_draft_write(&draft, step, own->kind, &own->layer, err);
    image->layer_count += code == FP_OK;
    return code;
}

/* The tars first, in their order: what is added one by one goes over them. */
static enum fp_code make_layers(const struct work *work, const struct fp_layer_step *step,
                                struct fp_platform_image *image, struct fp_error *err)
{
    const struct fp_strv *texts = &work->append.options->layers;
    for (size_t i = 0; i < texts->len; i++) {
        cleanup_free char *path = fp_plan_for_platform(texts->items[i], &step->base->platform);
        struct fp_own_layer *own = next_layer(image, "layer");
        FP_TRY(fp_append_layer(step, path, &own->layer, err));
        image->layer_count++;
    }
    return has_adds(step) ? add_files(step, image, err) : FP_OK;
}

/* Such an image would be made, and would fail to start. */
static void check_entrypoint(const struct work *work, const struct fp_layer_step *step)
{
    const char *program = json_string_value(json_array_get(work->append.entrypoint, 0));
    if (program != NULL && program[0] == '/' && fp_tree_resolve(step->tree, program + 1) == NULL)
        fp_report(step->plan->context->reporter, FP_EVENT_WARNING,
                  "--entrypoint %s: the image has no such file", program);
}

/* Those of the user, and what an image of ours has of plugins now. The caller owns it. */
static json_t *make_labels(const struct fp_plan *plan, const struct fp_base_image *base)
{
    json_t *labels = json_object();
    const json_t *config = json_object_get(base->config.document, "config");
    cleanup_free char *home = fp_config_env(&base->config, "FLINK_HOME");
    if (fp_json_string(json_object_get(config, "Labels"), FP_LABEL_PLUGINS) != NULL &&
        home != NULL && home[0] == '/') {
        cleanup_free char *plugins = fp_list_plugins(base->facts.tree, home);
        fp_json_set(labels, FP_LABEL_PLUGINS, fp_json_text(plugins));
    }
    (void) json_object_update(labels, plan->labels);
    return labels;
}

static enum fp_code make_image(struct work *work, size_t index, struct fp_error *err)
{
    const struct fp_append_plan *append = &work->append;
    const struct fp_plan *plan = &append->plan;
    const struct fp_base_image *base = &work->bases.images[index];
    struct fp_platform_image *image = &work->images[index];
    int64_t epoch = plan->context->source_date_epoch;
    image->created_s = epoch >= 0 ? epoch : fp_base_time(base);
    struct fp_layer_step step = {.plan = plan,
                                 .base = base,
                                 .tree = base->facts.tree,
                                 .pool = work->pool,
                                 .mtime_s = image->created_s};
    struct fp_config_change look = {.env = plan->env,
                                    .entrypoint = append->entrypoint,
                                    .cmd = append->cmd,
                                    .user = plan->options->user,
                                    .working_dir = append->options->working_dir,
                                    .keeps_all = true};
    FP_TRY(make_layers(work, &step, image, err));
    check_entrypoint(work, &step);
    cleanup_json json_t *labels = make_labels(plan, base);
    look.labels = labels;
    return fp_image_assemble(plan, &work->bases, index, &look, image, err);
}

static enum fp_code make_images(struct work *work, struct fp_error *err)
{
    const struct fp_plan *plan = &work->append.plan;
    enum fp_code code = FP_OK;
    if (strcmp(plan->options->base, FP_SCRATCH) == 0)
        fp_bases_none(plan, &work->bases);
    else
        code = fp_bases_open(plan, NULL, &work->bases, err);
    work->images = fp_xcalloc(plan->platform_count, sizeof(*work->images));
    for (size_t i = 0; i < plan->platform_count && code == FP_OK; i++)
        code = make_image(work, i, err);
    return code == FP_OK ? fp_image_root(plan, &work->bases, work->images, &work->root, err) : code;
}

static enum fp_code run(struct work *work, json_t **ret_metadata, struct fp_error *err)
{
    const struct fp_plan *plan = &work->append.plan;
    struct fp_early none = {0};
    FP_TRY(fp_workshop_open(plan->context, &work->store, &work->pool, err));
    if (strcmp(plan->options->base, FP_SCRATCH) != 0)
        FP_TRY(fp_outputs_ask(plan, err));
    FP_TRY(make_images(work, err));
    *ret_metadata = fp_metadata(plan, NULL, &work->bases, work->images, work->root);
    return plan->options->dry_run ? FP_OK
                                  : fp_outputs_write(plan, &work->bases, work->images, work->root,
                                                     &none, *ret_metadata, err);
}

enum fp_code fp_append_run(const struct fp_build_options *image,
                           const struct fp_append_options *options,
                           const struct fp_build_context *context, struct fp_build_result *ret,
                           struct fp_error *err)
{
    cleanup_work struct work work = {0};
    cleanup_json json_t *metadata = NULL;
    struct fp_build_options based = *image;
    based.base = image->base != NULL ? image->base : FP_SCRATCH;
    FP_TRY(fp_append_plan_make(&based, options, context, &work.append, err));
    FP_TRY(run(&work, &metadata, err));
    ret->name = fp_xstrdup(work.append.plan.title);
    ret->digest = fp_blob_descriptor(work.root)->digest;
    ret->metadata = steal_pointer(&metadata);
    fp_build_next_steps(&work.append.plan, &ret->next_steps);
    return FP_OK;
}
