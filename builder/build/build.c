#include "internal.h"

#include <stdlib.h>
#include <string.h>

/* Everything that a build has in its hands. */
struct work {
    struct fp_plan plan;
    struct fp_pool *pool;
    struct fp_flink flink;
    struct fp_bases bases;
    struct fp_platform_image *images;
    struct fp_blob *root;
};

static void work_clear(struct work *work)
{
    fp_blob_unref(work->root);
    fp_platform_images_free(work->images, work->plan.platform_count);
    fp_bases_clear(&work->bases);
    fp_flink_clear(&work->flink);
    fp_pool_free(work->pool);
    fp_plan_clear(&work->plan);
}
#define cleanup_work __attribute__((cleanup(work_clear)))

/* The store is where new blobs are made, whatever becomes of them. */
static enum fp_code prepare(const struct fp_build_context *context, struct work *work,
                            struct fp_error *err)
{
    cleanup_repo struct fp_repo *store = NULL;
    enum fp_code code = fp_repo_open_layout(context->store_folder, true, &store, err);
    if (code == FP_OK)
        code = fp_mkdir_p(context->cache_folder, 0755, err);
    if (code != FP_OK)
        return code;
    unsigned threads = context->threads > 0 ? context->threads : fp_pool_default_threads();
    work->pool = fp_pool_new(threads < FP_POOL_MAX ? threads : FP_POOL_MAX);
    return FP_OK;
}

/* Flink comes before its base, as its version says which base is right; with --from-image the
 * base is where Flink is. */
static enum fp_code obtain_inputs(struct work *work, struct fp_error *err)
{
    const struct fp_plan *plan = &work->plan;
    enum fp_code code = FP_OK;
    if (plan->source == FP_FROM_IMAGE) {
        code = fp_bases_open(plan, NULL, &work->bases, err);
        if (code == FP_OK)
            code = fp_flink_of_image(&work->bases.images[0], &work->flink, err);
    } else {
        code = fp_flink_obtain(plan, work->pool, &work->flink, err);
        if (code == FP_OK)
            code = fp_bases_open(plan, &work->flink.version, &work->bases, err);
    }
    return code == FP_OK ? fp_check_fit(plan, &work->flink, &work->bases, err) : code;
}

static enum fp_code make_images(struct work *work, struct fp_error *err)
{
    const struct fp_plan *plan = &work->plan;
    work->images = fp_xcalloc(plan->platform_count, sizeof(*work->images));
    for (size_t i = 0; i < plan->platform_count; i++) {
        enum fp_code code = fp_layers_make(plan, &work->flink, &work->bases.images[i], work->pool,
                                           &work->images[i], err);
        if (code == FP_OK)
            code = fp_image_assemble(plan, &work->flink, &work->bases, i, &work->images[i], err);
        if (code != FP_OK)
            return code;
    }
    return fp_image_root(plan, &work->flink, &work->bases, work->images, &work->root, err);
}

enum fp_code fp_build_run(const struct fp_build_options *options,
                          const struct fp_build_context *context, struct fp_build_result *ret,
                          struct fp_error *err)
{
    cleanup_work struct work work = {0};
    enum fp_code code = fp_plan_make(options, context, &work.plan, err);
    if (code == FP_OK)
        code = prepare(context, &work, err);
    if (code == FP_OK)
        code = obtain_inputs(&work, err);
    if (code == FP_OK)
        code = make_images(&work, err);
    if (code != FP_OK)
        return code;
    cleanup_json json_t *metadata =
        fp_metadata(&work.plan, &work.flink, &work.bases, work.images, work.root);
    if (!options->dry_run)
        code = fp_outputs_write(&work.plan, &work.bases, work.images, work.root, metadata, err);
    if (code != FP_OK)
        return code;
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
