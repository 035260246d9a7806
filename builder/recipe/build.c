/* The recipe of build: inputs, layers, images, outputs. */
#include "checks.h"
#include "image.h"
#include "outputs.h"

#include <stdlib.h>
#include <string.h>

/* Everything that a build has in its hands. */
struct work {
    struct fp_plan plan;
    struct fp_repo *store; /* open, so that nobody takes blobs out of it meanwhile */
    struct fp_pool *pool;
    struct fp_flink_origin origin;
    struct fp_flink flink;
    struct fp_bases bases;
    struct fp_platform_image *images;
    struct fp_blob *root;
    struct fp_early early;
    struct fp_pool *beside;                      /* one thread, for the base */
    const struct fp_flink_version *base_version; /* chooses the base; not read where one is named */
};

static void work_clear(struct work *work)
{
    fp_early_clear(&work->early);
    fp_pool_free(work->beside);
    fp_blob_unref(work->root);
    fp_platform_images_free(work->images, work->plan.platform_count);
    fp_bases_clear(&work->bases);
    fp_flink_clear(&work->flink);
    fp_flink_origin_clear(&work->origin);
    fp_pool_free(work->pool);
    fp_repo_free(work->store);
    fp_plan_clear(&work->plan);
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

/* Whether to ask how another thread has fared: where it failed it may have ended this one's work,
 * and knows why. */
static bool should_ask_beside(enum fp_code code)
{
    return code == FP_OK || code == FP_E_INTERRUPTED;
}

/* Without a base nothing else is of use: what is fetched beside it need not be awaited. */
static enum fp_code open_bases_beside(void *context, struct fp_error *err)
{
    enum fp_code code = open_bases(context, err);
    if (code != FP_OK)
        fp_interrupt_give_up();
    return code;
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
    bool beside = plan->options->base != NULL || plan->source == FP_FROM_RELEASE;
    bool is_open = false;
    enum fp_code code = FP_OK;
    work->beside = fp_pool_new(1);
    work->base_version = &plan->version;
    if (plan->source == FP_FROM_RELEASE)
        code = look_at_base(work, &is_open, err);
    if (code != FP_OK)
        return code;
    if (beside && !is_open)
        fp_pool_add(work->beside, open_bases_beside, work);
    code = fp_flink_fetch(plan, &work->flink, &work->origin, err);
    if (code == FP_OK)
        code = fp_early_start(&work->early, plan, &work->origin, err);
    if (code == FP_OK)
        code = fp_flink_read(plan, work->pool, &work->origin, &work->flink, err);
    if (code == FP_OK && !beside) {
        work->base_version = &work->flink.version;
        fp_pool_add(work->beside, open_bases_beside, work);
    }
    enum fp_code base_code = should_ask_beside(code) ? fp_pool_wait(work->beside, err) : FP_OK;
    return base_code != FP_OK ? base_code : code;
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

static enum fp_code run(struct work *work, const struct fp_build_options *options,
                        const struct fp_build_context *context, json_t **ret_metadata,
                        struct fp_error *err)
{
    enum fp_code code = fp_plan_make(options, context, &work->plan, err);
    if (code == FP_OK)
        code = fp_report_heed(context->reporter, err);
    if (code == FP_OK && options->push)
        code = fp_credentials_check(&context->registry.credentials, err);
    if (code == FP_OK)
        code = fp_workshop_open(context, &work->store, &work->pool, err);
    /* An archive is on its way at once, and shows it. */
    if (code == FP_OK && work->plan.source != FP_FROM_ARCHIVE)
        code = fp_outputs_ask(&work->plan, err);
    if (code == FP_OK)
        code = obtain_inputs(work, err);
    if (code == FP_OK)
        code = make_images(work, err);
    enum fp_code early_code = should_ask_beside(code) ? fp_early_wait(&work->early, err) : FP_OK;
    if (early_code != FP_OK)
        return early_code;
    if (code != FP_OK)
        return code;
    *ret_metadata = fp_metadata(&work->plan, &work->flink, &work->bases, work->images, work->root);
    return options->dry_run ? FP_OK
                            : fp_outputs_write(&work->plan, &work->bases, work->images, work->root,
                                               &work->early, *ret_metadata, err);
}

enum fp_code fp_build_run(const struct fp_build_options *options,
                          const struct fp_build_context *context, struct fp_build_result *ret,
                          struct fp_error *err)
{
    cleanup_work struct work work = {0};
    cleanup_json json_t *metadata = NULL;
    enum fp_code code = run(&work, options, context, &metadata, err);
    if (code != FP_OK) {
        /* Nobody should wait for an upload that has become useless. */
        fp_interrupt_give_up();
        return code;
    }
    ret->name = fp_xstrdup(work.plan.title);
    ret->digest = fp_blob_descriptor(work.root)->digest;
    ret->metadata = steal_pointer(&metadata);
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
