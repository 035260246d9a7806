/* The recipe of build: inputs, layers, images, outputs. */
#include "checks.h"
#include "image.h"
#include "outputs.h"

#include <stdlib.h>
#include <string.h>

/* Everything that a build has in its hands. */
struct work {
    const struct fp_build_options *options;
    const struct fp_build_context *context;
    struct fp_group *group; /* of all that is under way: what fails ends the rest */
    struct fp_plan plan;
    struct fp_repo *store; /* open, so that nobody takes blobs out of it meanwhile */
    struct fp_pool *pool;
    struct fp_flink_origin origin;
    struct fp_flink flink;
    struct fp_bases bases;
    struct fp_platform_image *images;
    struct fp_blob *root;
    struct fp_early early;
    json_t *metadata;
    const struct fp_flink_version *base_version; /* chooses the base; not read where one is named */
};

static void work_clear(struct work *work)
{
    fp_early_clear(&work->early);
    fp_blob_unref(work->root);
    fp_platform_images_free(work->images, work->plan.platform_count);
    fp_bases_clear(&work->bases);
    fp_flink_clear(&work->flink);
    fp_flink_origin_clear(&work->origin);
    fp_pool_free(work->pool);
    fp_repo_free(work->store);
    fp_plan_clear(&work->plan);
    json_decref(work->metadata);
    fp_group_free(work->group);
}
#define cleanup_work __attribute__((cleanup(work_clear)))

static enum fp_code open_bases(struct work *work, struct fp_error *err)
{
    const struct fp_plan *plan = &work->plan;
    enum fp_code code = fp_bases_open(plan, work->base_version, &work->bases, err);
    return code == FP_OK && plan->source == FP_FROM_RELEASE
               ? fp_check_bases(plan, &plan->version, &work->bases, err)
               : code;
}

static enum fp_code open_bases_task(void *context, struct fp_error *err)
{
    return open_bases(context, err);
}

/* The image is where Flink is. */
static enum fp_code obtain_from_image(struct work *work, struct fp_error *err)
{
    FP_TRY(open_bases(work, err));
    return fp_flink_of_image(&work->plan, &work->bases.images[0], &work->flink, err);
}

/* What can be told before a release is downloaded: whether the base is there, and fits where it is
 * on this machine. */
static enum fp_code look_at_base(struct work *work, bool *ret_is_open, struct fp_error *err)
{
    enum fp_code code = fp_bases_find(&work->plan, work->base_version, &work->bases, err);
    *ret_is_open =
        code == FP_OK && work->bases.repo->registry == NULL && work->bases.entry.packages.len == 0;
    return *ret_is_open ? open_bases(work, err) : code;
}

/* Which base is right depends on Flink's version; where that is known, or a base was named, the
 * base is fetched while Flink is. */
static enum fp_code obtain_both(struct work *work, struct fp_error *err)
{
    const struct fp_plan *plan = &work->plan;
    bool is_chosen = plan->options->base != NULL || plan->source == FP_FROM_RELEASE;
    bool is_open = false;
    cleanup_group struct fp_group *beside = fp_group_new(work->group, 1);
    work->base_version = &plan->version;
    if (plan->source == FP_FROM_RELEASE)
        FP_TRY(look_at_base(work, &is_open, err));
    if (is_chosen && !is_open)
        fp_group_go(beside, open_bases_task, work);
    FP_TRY(fp_flink_fetch(plan, &work->flink, &work->origin, err));
    FP_TRY(fp_early_start(&work->early, plan, &work->origin, work->group, err));
    FP_TRY(fp_flink_read(plan, work->pool, &work->origin, &work->flink, err));
    if (is_chosen)
        return fp_group_wait(beside, err);
    work->base_version = &work->flink.version;
    return open_bases(work, err);
}

static enum fp_code obtain_inputs(struct work *work, struct fp_error *err)
{
    const struct fp_plan *plan = &work->plan;
    enum fp_code code =
        plan->source == FP_FROM_IMAGE ? obtain_from_image(work, err) : obtain_both(work, err);
    if (code == FP_OK && plan->source != FP_FROM_RELEASE)
        code = fp_check_bases(plan, &work->flink.version, &work->bases, err);
    return code == FP_OK ? fp_check_fit(plan, &work->flink, &work->bases, err) : code;
}

static enum fp_code make_images(struct work *work, struct fp_error *err)
{
    const struct fp_plan *plan = &work->plan;
    work->images = fp_xcalloc(plan->platform_count, sizeof(*work->images));
    for (size_t i = 0; i < plan->platform_count; i++) {
        FP_TRY(fp_layers_make(plan, &work->flink, &work->bases.images[i], work->bases.name,
                              work->pool, &work->images[i], err));
        FP_TRY(fp_image_with_flink(plan, &work->flink, &work->bases, i, &work->images[i], err));
    }
    return fp_image_root(plan, &work->bases, work->images, &work->root, err);
}

static enum fp_code make(void *context, struct fp_error *err)
{
    struct work *work = context;
    const struct fp_plan *plan = &work->plan;
    FP_TRY(fp_plan_make(work->options, work->context, &work->plan, err));
    FP_TRY(fp_report_heed(work->context->reporter, err));
    if (work->options->push)
        FP_TRY(fp_credentials_check(&work->context->registry.credentials, err));
    FP_TRY(fp_workshop_open(work->context, &work->store, &work->pool, err));
    /* An archive is on its way at once, and shows it. */
    if (plan->source != FP_FROM_ARCHIVE)
        FP_TRY(fp_outputs_ask(plan, err));
    FP_TRY(obtain_inputs(work, err));
    FP_TRY(make_images(work, err));
    FP_TRY(fp_early_wait(&work->early, err));
    work->metadata = fp_metadata(plan, &work->flink, &work->bases, work->images, work->root);
    if (work->options->dry_run)
        return FP_OK;
    return fp_outputs_write(plan, &work->bases, work->images, work->root, &work->early,
                            work->metadata, err);
}

enum fp_code fp_build_run(const struct fp_build_options *options,
                          const struct fp_build_context *context, struct fp_build_result *ret,
                          struct fp_error *err)
{
    cleanup_work struct work work = {
        .options = options, .context = context, .group = fp_group_new(NULL, 1)};
    fp_group_run(work.group, make, &work);
    FP_TRY(fp_group_wait(work.group, err));
    ret->name = fp_xstrdup(work.plan.title);
    ret->digest = fp_blob_descriptor(work.root)->digest;
    ret->metadata = steal_pointer(&work.metadata);
    fp_build_next_steps(&work.plan, &ret->next_steps);
    return FP_OK;
}

void fp_build_result_clear(struct fp_build_result *result)
{
    free(result->name);
    json_decref(result->metadata);
    fp_strv_clear(&result->next_steps);
    memset(result, 0, sizeof(*result));
}
