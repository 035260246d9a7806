/* The steps of a build: plan, base and Flink, layers, documents, outputs. */
#include "build.h"
#include "age.h"
#include "cache_repo.h"
#include "checks.h"
#include "judge.h"
#include "known_image.h"
#include "statements.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void build_clear(struct fp_build *build)
{
    /* The images that are known use repositories of the outputs, and the other way round. */
    fp_known_stop(build->known);
    fp_outputs_clear(&build->outputs);
    fp_known_free(build->known);
    fp_repo_free(build->cache_repo);
    fp_descriptor_clear(&build->unchanged);
    fp_blob_unref(build->root);
    fp_platform_images_free(build->images, build->plan.platform_count);
    fp_bases_clear(&build->bases);
    fp_flink_clear(&build->flink);
    fp_flink_origin_clear(&build->origin);
    fp_repo_free(build->store);
    fp_plan_clear(&build->plan);
    json_decref(build->metadata);
    json_decref(build->lock);
    json_decref(build->statements);
    fp_listener_clear(&build->listener);
    fp_group_free(build->group);
    *build = (struct fp_build){.options = build->options,
                               .append = build->append,
                               .listener = build->listener,
                               .context = build->context};
}
#define cleanup_build __attribute__((cleanup(build_clear)))

static enum fp_code make_plan(struct fp_build *build, struct fp_error *err)
{
    fp_listener_judge(true);
    enum fp_code code =
        fp_plan_make(build->options, build->append, &build->context, &build->plan, err);
    fp_listener_judge(false);
    return code;
}

/* Whether the same inputs are always warned of. */
static bool has_been_warned(const struct fp_build *build)
{
    bool has = atomic_load(&build->listener.has_warned);
    for (size_t i = 0; i < build->plan.platform_count; i++)
        for (size_t k = 0; k < build->images[i].layer_count; k++)
            has =
                has || json_object_get(build->images[i].layers[k].record.facts, "warnings") != NULL;
    return has;
}

/* Let the image say its key, unless it was warned of: an image that is known by its key alone would
 * be passed over in silence. */
static enum fp_code set_key(struct fp_build *build, struct fp_error *err)
{
    const struct fp_config *config = &build->bases.images[0].config;
    bool is_upon = build->plan.source == FP_FROM_IMAGE;
    cleanup_json json_t *label = is_upon ? fp_known_label(config) : NULL;
    /* Not the label, which images that others have built upon one of ours inherit. */
    cleanup_free char *below = is_upon ? fp_known_key_below(&build->bases) : NULL;
    bool is_passed_over = label != NULL && below == NULL; /* warned of, or changed by others */
    /* What an image that has Flink would have been warned of is not seen again. */
    const struct fp_plan_check *check = &build->plan.check;
    bool is_unjudged = is_upon && (check->mode == FP_CHECK_OFF || check->allowed.len > 0);
    if (has_been_warned(build) || is_passed_over || is_unjudged)
        return FP_OK;
    return fp_build_key(build, below, &build->bases.image_key, err);
}

static enum fp_code make_images(struct fp_build *build, struct fp_error *err)
{
    const struct fp_plan *plan = &build->plan;
    build->images = fp_xcalloc(plan->platform_count, sizeof(*build->images));
    for (size_t i = 0; i < plan->platform_count; i++) {
        struct fp_base_image *base = &build->bases.images[i];
        struct fp_layer_step step = {.plan = plan,
                                     .flink = &build->flink,
                                     .origin = &build->origin,
                                     .bases = &build->bases,
                                     .base = base,
                                     .base_name = build->bases.name,
                                     .platform = i,
                                     .image = &build->images[i],
                                     .tree = base->facts.tree,
                                     .is_whole = !base->facts.is_outline,
                                     .outputs = &build->outputs,
                                     .known = build->known,
                                     .listener = &build->listener};
        FP_TRY(fp_layers_make(&step, err));
    }
    FP_TRY(set_key(build, err));
    for (size_t i = 0; i < plan->platform_count; i++)
        FP_TRY(fp_image_make(plan, &build->flink, &build->bases, i, &build->images[i], err));
    return fp_image_root(plan, &build->bases, build->images, &build->root, err);
}

/* Compare what was made with the lock before anything gets its name. */
static enum fp_code hold_lock(struct fp_build *build, struct fp_error *err)
{
    const struct fp_plan *plan = &build->plan;
    if (plan->source == FP_FROM_NOTHING)
        return FP_OK;
    build->lock = fp_lock_make(plan, &build->flink, &build->bases, build->images, build->root);
    return fp_lock_hold(plan->lock, build->lock, plan->locked, build->context.reporter, err);
}

/* Asking is unnecessary for an archive whose upload begins at once and so shows whether a push is
 * allowed; and if nothing has to be fetched, because little work would be lost. */
static bool should_ask_outputs(const struct fp_plan *plan)
{
    struct stat st;
    if (plan->source == FP_FROM_ARCHIVE)
        return stat(plan->flink_path, &st) == 0 &&
               (uint64_t) st.st_size <= FP_REGISTRY_UNASKED_BYTES;
    return plan->source != FP_FROM_NOTHING || plan->base != NULL;
}

/* Open what the build writes to, and begin to ask for what is known. */
static enum fp_code open_places(struct fp_build *build, struct fp_error *err)
{
    struct fp_plan *plan = &build->plan;
    if (plan->pushes)
        FP_TRY(fp_credentials_check(&build->context.places.registry.credentials, err));
    FP_TRY(fp_repo_open_layout(build->context.places.store, FP_LAYOUT_STORE, &build->store, err));
    FP_TRY(fp_mkdir_p(build->context.cache_folder, FP_KEPT_DIR_MODE, err));
    FP_TRY(fp_outputs_open(&build->outputs, plan, build->group, err));
    FP_TRY(fp_cache_repo_open(plan, &build->cache_repo, err));
    build->known = fp_known_open(plan, &build->outputs, build->cache_repo, build->group);
    build->outputs.known = build->known;
    return FP_OK;
}

static enum fp_code make_statements(struct fp_build *build, struct fp_error *err)
{
    bool keeps = build->plan.pushes && !build->plan.dry_run;
    const struct fp_statements_input input = {.plan = &build->plan,
                                              .flink = &build->flink,
                                              .bases = &build->bases,
                                              .images = build->images,
                                              .root = build->root,
                                              .metadata = build->metadata,
                                              .records = keeps ? build->cache_repo : NULL,
                                              .lock = build->lock};
    return fp_statements_make(&input, &build->statements, err);
}

static enum fp_code make_all(struct fp_build *build, struct fp_error *err)
{
    const struct fp_plan *plan = &build->plan;
    if (fp_known_begin(build->known))
        fp_outputs_reserve(&build->outputs);
    else if (should_ask_outputs(plan))
        FP_TRY(fp_outputs_ask(&build->outputs, err));
    FP_TRY(fp_build_obtain(build, err));
    FP_TRY(make_images(build, err));
    FP_TRY(hold_lock(build, err));
    fp_age_tell(plan, build->images);
    build->metadata = fp_metadata(plan, &build->flink, &build->bases, build->images, build->root);
    FP_TRY(make_statements(build, err));
    const struct fp_finished image = {.bases = &build->bases,
                                      .images = build->images,
                                      .root = build->root,
                                      .statements = build->statements};
    if (plan->dry_run) {
        fp_outputs_tell(&build->outputs, &image);
        return FP_OK;
    }
    FP_TRY(fp_outputs_finish(&build->outputs, &image, build->metadata, err));
    if (build->cache_repo != NULL && plan->pushes)
        fp_cache_repo_keep(build->cache_repo, &build->outputs, &image);
    return FP_OK;
}

static enum fp_code make(void *context, struct fp_error *err)
{
    struct fp_build *build = context;
    struct fp_plan *plan = &build->plan;
    bool is_unchanged = false;
    FP_TRY(make_plan(build, err));
    plan->reuses = plan->reuses && !build->makes_all;
    plan->trusts_images = plan->trusts_images && plan->reuses;
    FP_TRY(fp_report_heed(build->context.reporter, err));
    FP_TRY(open_places(build, err));
    FP_TRY(fp_build_look(build, err));
    if (fp_digest_is_set(&build->unchanged.digest))
        FP_TRY(fp_judge_unchanged(plan, build->flink.digest, &build->origin, &build->bases,
                                  &is_unchanged, err));
    if (!is_unchanged)
        return make_all(build, err);
    fp_report(plan->context->reporter, FP_EVENT_INFO,
              "%s: nothing to do: the image is there already", plan->title);
    build->metadata = json_object();
    return plan->context->signing != NULL && !plan->dry_run
               ? fp_outputs_sign(&build->outputs, &build->unchanged, err)
               : FP_OK;
}

/* Whether something was taken from elsewhere that may turn out to be wrong, or gone. */
static bool has_reused(const struct fp_build *build)
{
    bool has = false;
    for (size_t i = 0; build->images != NULL && i < build->plan.platform_count; i++)
        for (size_t k = 0; k <= build->images[i].layer_count && k < FP_OWN_LAYERS_MAX; k++)
            has = has || build->images[i].layers[k].from != NULL;
    return has || (build->bases.count > 0 && build->bases.images[0].is_recalled);
}

static enum fp_code try_build(struct fp_build *build, struct fp_build_result *ret,
                              struct fp_error *err)
{
    build->group = fp_group_new(NULL, 1);
    fp_group_run(build->group, make, build);
    enum fp_code code = fp_group_wait(build->group, err);
    /* A registry may report a wrong digest because the file was changed during the upload. */
    if (code == FP_E_VERIFY && build->origin.archive != NULL)
        return fp_input_blame(build->origin.archive, code, err);
    FP_TRY(code);
    ret->name = fp_xstrdup(build->plan.title);
    ret->digest =
        build->root != NULL ? fp_blob_descriptor(build->root)->digest : build->unchanged.digest;
    ret->metadata = steal_pointer(&build->metadata);
    ret->lock = steal_pointer(&build->lock);
    ret->statements = steal_pointer(&build->statements);
    fp_build_next_steps(&build->plan, &ret->next_steps);
    return FP_OK;
}

/* What earlier builds say may be wrong, and what they made may be gone: then all is made anew. */
static enum fp_code run(struct fp_build *build, const struct fp_build_context *context,
                        struct fp_build_result *ret, struct fp_error *err)
{
    struct fp_error why = {0};
    build->context = *context;
    fp_listener_init(&build->listener, context->reporter);
    build->context.reporter = &build->listener.reporter;
    enum fp_code code = try_build(build, ret, &why);
    bool is_doubtful =
        code == FP_E_VERIFY || build->outputs.has_lost || fp_cache_saw_damage(context->cache);
    if (code != FP_OK && is_doubtful && has_reused(build)) {
        /* A layer that is gone was a cache's to lose; what is wrong is somebody's fault. */
        fp_report(context->reporter, build->outputs.has_lost ? FP_EVENT_INFO : FP_EVENT_WARNING,
                  "%s; what earlier builds made is not used, and everything is made anew",
                  why.text);
        build_clear(build);
        build->makes_all = true;
        return try_build(build, ret, err);
    }
    if (err != NULL)
        *err = why;
    return code;
}

enum fp_code fp_build_run(const struct fp_build_options *options,
                          const struct fp_build_context *context, struct fp_build_result *ret,
                          struct fp_error *err)
{
    cleanup_build struct fp_build build = {.options = options};
    return run(&build, context, ret, err);
}

enum fp_code fp_append_run(const struct fp_build_options *image,
                           const struct fp_append_options *options,
                           const struct fp_build_context *context, struct fp_build_result *ret,
                           struct fp_error *err)
{
    cleanup_build struct fp_build build = {.options = image, .append = options};
    return run(&build, context, ret, err);
}

void fp_build_result_clear(struct fp_build_result *result)
{
    free(result->name);
    json_decref(result->metadata);
    json_decref(result->lock);
    json_decref(result->statements);
    fp_strv_clear(&result->next_steps);
    memset(result, 0, sizeof(*result));
}
