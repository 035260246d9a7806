/* The steps of a build: plan, base and Flink, layers, documents, outputs. */
#include "checks.h"
#include "outputs.h"

#include <stdlib.h>
#include <string.h>

/* The state of a build. */
struct build {
    const struct fp_build_options *options;
    const struct fp_append_options *append; /* NULL: the build is not append */
    const struct fp_build_context *context;
    struct fp_group *group; /* of all tasks: the failure of one cancels the rest */
    struct fp_plan plan;
    struct fp_repo *store; /* open, so that no process removes blobs meanwhile */
    struct fp_flink_origin origin;
    struct fp_flink flink; /* empty for append */
    struct fp_bases bases;
    struct fp_platform_image *images;
    struct fp_blob *root;
    struct fp_outputs outputs;
    json_t *metadata;
    json_t *lock;                                /* the lock of what is made */
    const struct fp_flink_version *base_version; /* chooses the base, unless one is named */
};

static void build_clear(struct build *build)
{
    fp_outputs_clear(&build->outputs);
    fp_blob_unref(build->root);
    fp_platform_images_free(build->images, build->plan.platform_count);
    fp_bases_clear(&build->bases);
    fp_flink_clear(&build->flink);
    fp_flink_origin_clear(&build->origin);
    fp_repo_free(build->store);
    fp_plan_clear(&build->plan);
    json_decref(build->metadata);
    json_decref(build->lock);
    fp_group_free(build->group);
}
#define cleanup_build __attribute__((cleanup(build_clear)))

static enum fp_code open_bases(void *context, struct fp_error *err)
{
    struct build *build = context;
    const struct fp_plan *plan = &build->plan;
    FP_TRY(fp_bases_open(plan, build->base_version, &build->bases, err));
    return plan->source == FP_FROM_RELEASE
               ? fp_check_bases(plan, &plan->version, &build->bases, err)
               : FP_OK;
}

/* Before a release is downloaded, check that the base exists and, if it is on this machine, that it
 * fits. */
static enum fp_code look_at_base(struct build *build, bool *ret_is_open, struct fp_error *err)
{
    FP_TRY(fp_bases_find(&build->plan, build->base_version, &build->bases, err));
    *ret_is_open = !fp_repo_is_remote(build->bases.repo) && build->bases.entry.packages.len == 0;
    return *ret_is_open ? open_bases(build, err) : FP_OK;
}

/* The default base depends on Flink's version. If that is known, or if a base was named, the base
 * and Flink are fetched in parallel. */
static enum fp_code obtain_both(struct build *build, struct fp_error *err)
{
    const struct fp_plan *plan = &build->plan;
    bool is_chosen = plan->base != NULL || plan->source == FP_FROM_RELEASE;
    bool is_open = false;
    cleanup_group struct fp_group *beside = fp_group_new(build->group, 1);
    build->base_version = &plan->version;
    if (plan->source == FP_FROM_RELEASE)
        FP_TRY(look_at_base(build, &is_open, err));
    if (is_chosen && !is_open)
        fp_group_go(beside, open_bases, build);
    FP_TRY(fp_flink_fetch(plan, &build->flink, &build->origin, err));
    fp_outputs_send_archive(&build->outputs, build->origin.archive);
    FP_TRY(fp_flink_read(plan, &build->origin, &build->flink, err));
    if (is_chosen)
        return fp_group_wait(beside, err);
    build->base_version = &build->flink.version;
    return open_bases(build, err);
}

/* The base of append, which may be none. */
static enum fp_code obtain_base(struct build *build, struct fp_error *err)
{
    if (build->plan.base != NULL)
        return open_bases(build, err);
    fp_bases_none(&build->plan, &build->bases);
    return FP_OK;
}

static enum fp_code obtain_inputs(struct build *build, struct fp_error *err)
{
    const struct fp_plan *plan = &build->plan;
    if (plan->source == FP_FROM_NOTHING)
        return obtain_base(build, err);
    FP_TRY(plan->source == FP_FROM_IMAGE ? open_bases(build, err) : obtain_both(build, err));
    if (plan->source == FP_FROM_IMAGE)
        FP_TRY(fp_flink_of_image(plan, &build->bases.images[0], &build->flink, err));
    if (plan->source != FP_FROM_RELEASE)
        FP_TRY(fp_check_bases(plan, &build->flink.version, &build->bases, err));
    return fp_check_fit(plan, &build->flink, &build->bases, err);
}

static enum fp_code make_images(struct build *build, struct fp_error *err)
{
    const struct fp_plan *plan = &build->plan;
    build->images = fp_xcalloc(plan->platform_count, sizeof(*build->images));
    for (size_t i = 0; i < plan->platform_count; i++) {
        struct fp_layer_step step = {.plan = plan,
                                     .flink = &build->flink,
                                     .base = &build->bases.images[i],
                                     .base_name = build->bases.name,
                                     .tree = build->bases.images[i].facts.tree,
                                     .outputs = &build->outputs};
        FP_TRY(fp_layers_make(&step, &build->images[i], err));
        FP_TRY(fp_image_make(plan, &build->flink, &build->bases, i, &build->images[i], err));
    }
    return fp_image_root(plan, &build->bases, build->images, &build->root, err);
}

/* Compare what was made with the lock before anything gets its name. */
static enum fp_code hold_lock(struct build *build, struct fp_error *err)
{
    const struct fp_plan *plan = &build->plan;
    if (plan->source == FP_FROM_NOTHING)
        return FP_OK;
    build->lock = fp_lock_make(plan, &build->flink, &build->bases, build->images, build->root);
    return fp_lock_hold(plan->lock, build->lock, plan->locked, build->context->reporter, err);
}

/* Asking is unnecessary for an archive, because its upload begins at once and shows whether a push
 * is allowed; and if nothing has to be fetched, because little work would be lost. */
static bool should_ask_outputs(const struct fp_plan *plan)
{
    return plan->source != FP_FROM_ARCHIVE &&
           (plan->source != FP_FROM_NOTHING || plan->base != NULL);
}

static enum fp_code make(void *context, struct fp_error *err)
{
    struct build *build = context;
    const struct fp_plan *plan = &build->plan;
    FP_TRY(fp_plan_make(build->options, build->append, build->context, &build->plan, err));
    FP_TRY(fp_report_heed(build->context->reporter, err));
    if (plan->pushes)
        FP_TRY(fp_credentials_check(&build->context->places.registry.credentials, err));
    FP_TRY(fp_repo_open_layout(build->context->places.store, FP_LAYOUT_STORE, &build->store, err));
    FP_TRY(fp_mkdir_p(build->context->cache_folder, FP_KEPT_DIR_MODE, err));
    FP_TRY(fp_outputs_open(&build->outputs, plan, build->group, err));
    if (should_ask_outputs(plan))
        FP_TRY(fp_outputs_ask(&build->outputs, err));
    FP_TRY(obtain_inputs(build, err));
    FP_TRY(make_images(build, err));
    FP_TRY(hold_lock(build, err));
    build->metadata = fp_metadata(plan, &build->flink, &build->bases, build->images, build->root);
    if (plan->dry_run)
        return FP_OK;
    return fp_outputs_finish(&build->outputs, &build->bases, build->images, build->root,
                             build->metadata, err);
}

static enum fp_code run(struct build *build, struct fp_build_result *ret, struct fp_error *err)
{
    build->group = fp_group_new(NULL, 1);
    fp_group_run(build->group, make, build);
    enum fp_code code = fp_group_wait(build->group, err);
    /* A registry may report a wrong digest because the file was changed during the upload. */
    if (code == FP_E_VERIFY && build->origin.archive != NULL)
        return fp_input_blame(build->origin.archive, code, err);
    FP_TRY(code);
    ret->name = fp_xstrdup(build->plan.title);
    ret->digest = fp_blob_descriptor(build->root)->digest;
    ret->metadata = steal_pointer(&build->metadata);
    ret->lock = steal_pointer(&build->lock);
    fp_build_next_steps(&build->plan, &ret->next_steps);
    return FP_OK;
}

enum fp_code fp_build_run(const struct fp_build_options *options,
                          const struct fp_build_context *context, struct fp_build_result *ret,
                          struct fp_error *err)
{
    cleanup_build struct build build = {.options = options, .context = context};
    return run(&build, ret, err);
}

enum fp_code fp_append_run(const struct fp_build_options *image,
                           const struct fp_append_options *options,
                           const struct fp_build_context *context, struct fp_build_result *ret,
                           struct fp_error *err)
{
    cleanup_build struct build build = {.options = image, .append = options, .context = context};
    return run(&build, ret, err);
}

void fp_build_result_clear(struct fp_build_result *result)
{
    free(result->name);
    json_decref(result->metadata);
    json_decref(result->lock);
    fp_strv_clear(&result->next_steps);
    memset(result, 0, sizeof(*result));
}
