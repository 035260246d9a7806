/* Obtains what a build takes, the base and Flink, unless the image is there already. */
#include "build.h"
#include "checks.h"
#include "judge.h"
#include "known_image.h"

static enum fp_code check_bases(const struct fp_build *build,
                                const struct fp_flink_version *version, struct fp_error *err)
{
    fp_listener_judge(true);
    enum fp_code code = fp_check_bases(&build->plan, version, &build->bases, err);
    fp_listener_judge(false);
    return code;
}

static enum fp_code check_fit(const struct fp_build *build, struct fp_error *err)
{
    fp_listener_judge(true);
    enum fp_code code = fp_check_fit(&build->plan, &build->flink, &build->bases, err);
    fp_listener_judge(false);
    return code;
}

static enum fp_code open_bases(void *context, struct fp_error *err)
{
    struct fp_build *build = context;
    const struct fp_plan *plan = &build->plan;
    FP_TRY(fp_bases_open(plan, build->base_version, build->known, &build->bases, err));
    return plan->source == FP_FROM_RELEASE ? check_bases(build, &plan->version, err) : FP_OK;
}

/* Whether the base is on this machine, so that it is checked before a release is downloaded. */
static bool is_at_hand(const struct fp_build *build)
{
    return !fp_repo_is_remote(build->bases.repo) && build->bases.entry.packages.len == 0;
}

/* The default base depends on Flink's version. */
static bool is_base_chosen(const struct fp_build *build)
{
    return build->plan.base != NULL || build->plan.source == FP_FROM_RELEASE ||
           build->flink.has_dist;
}

/* Resolve the name of the base, if one is chosen by now. */
static enum fp_code find_base(struct fp_build *build, struct fp_error *err)
{
    const struct fp_plan *plan = &build->plan;
    build->base_version = build->flink.has_dist ? &build->flink.version : &plan->version;
    if (plan->source == FP_FROM_NOTHING && plan->base == NULL) {
        fp_bases_none(plan, &build->bases);
        return FP_OK;
    }
    return is_base_chosen(build) ? fp_bases_find(plan, build->base_version, &build->bases, err)
                                 : FP_OK;
}

/* What Flink's source is, for the key of the image. A release is known by its name and by whom is
 * trusted to say its checksum. The caller owns it; NULL: it is not known yet. */
static char *source_of(const struct fp_build *build)
{
    const struct fp_plan *plan = &build->plan;
    if (plan->source != FP_FROM_RELEASE)
        return build->flink.digest != NULL ? fp_xstrdup(build->flink.digest) : NULL;
    cleanup_json json_t *all =
        json_pack("[s, s?, s?, s?, s?, s?, s?, o]", plan->version.text, plan->release.scala_version,
                  plan->release.hadoop_version, plan->release.checksum, plan->context->apache_url,
                  plan->context->archive_url, plan->context->checksum_url,
                  fp_json_text(plan->release.maven_repository));
    return fp_json_canonical(all);
}

enum fp_code fp_build_key(const struct fp_build *build, const char *below, char **ret,
                          struct fp_error *err)
{
    const struct fp_plan *plan = &build->plan;
    cleanup_free char *source = source_of(build);
    bool has_source = plan->source == FP_FROM_NOTHING || plan->source == FP_FROM_IMAGE;
    if ((!has_source && source == NULL) || build->bases.repo == NULL)
        return FP_OK;
    return fp_image_key(plan, &build->bases, source, below, ret, err);
}

enum fp_code fp_build_look(struct fp_build *build, struct fp_error *err)
{
    const struct fp_plan *plan = &build->plan;
    cleanup_free char *key = NULL;
    cleanup_free char *below = NULL;
    bool is_recalled = false;
    FP_TRY(fp_flink_identify(plan, build->known, &build->flink, &build->origin, err));
    if (!is_base_chosen(build))
        FP_TRY(fp_flink_recall(plan, build->known, &build->flink, &is_recalled, err));
    FP_TRY(find_base(build, err));
    if (!plan->reuses || plan->refresh || plan->wants_metadata || plan->lock != NULL ||
        plan->sbom_count > 0 || plan->provenance)
        return FP_OK;
    if (plan->source == FP_FROM_IMAGE)
        below = fp_known_key_below(&build->bases);
    FP_TRY(fp_build_key(build, below, &key, err));
    if (key != NULL)
        (void) fp_known_is_unchanged(build->known, key, &build->unchanged);
    return FP_OK;
}

/* Get Flink, and read it unless its layer is known. */
static enum fp_code obtain_flink(struct fp_build *build, struct fp_error *err)
{
    const struct fp_plan *plan = &build->plan;
    bool is_known = build->flink.has_dist;
    FP_TRY(fp_flink_find(plan, build->known, &build->flink, err));
    FP_TRY(fp_flink_check_signature(plan, &build->flink, &build->origin, err));
    if (!is_known)
        FP_TRY(fp_flink_recall(plan, build->known, &build->flink, &is_known, err));
    if (is_known)
        return FP_OK;
    FP_TRY(fp_flink_fetch(plan, &build->flink, &build->origin, err));
    fp_outputs_send_archive(&build->outputs, build->origin.archive);
    FP_TRY(fp_flink_read(plan, &build->origin, &build->flink, err));
    fp_flink_keep(plan, &build->origin, &build->flink);
    return FP_OK;
}

/* Fetch the base and Flink in parallel, if the base does not depend on Flink's version. */
static enum fp_code obtain_both(struct fp_build *build, struct fp_error *err)
{
    cleanup_group struct fp_group *beside = fp_group_new(build->group, 1);
    bool is_chosen = build->bases.repo != NULL;
    if (is_chosen && is_at_hand(build))
        FP_TRY(open_bases(build, err));
    else if (is_chosen)
        fp_group_go(beside, open_bases, build);
    FP_TRY(obtain_flink(build, err));
    if (is_chosen)
        return fp_group_wait(beside, err);
    build->base_version = &build->flink.version;
    return open_bases(build, err);
}

enum fp_code fp_build_obtain(struct fp_build *build, struct fp_error *err)
{
    const struct fp_plan *plan = &build->plan;
    if (plan->source == FP_FROM_NOTHING)
        return plan->base != NULL ? open_bases(build, err) : FP_OK;
    FP_TRY(plan->source == FP_FROM_IMAGE ? open_bases(build, err) : obtain_both(build, err));
    if (plan->source == FP_FROM_IMAGE)
        FP_TRY(fp_flink_of_image(plan, &build->bases.images[0], &build->flink, err));
    if (plan->source != FP_FROM_RELEASE)
        FP_TRY(check_bases(build, &build->flink.version, err));
    FP_TRY(check_fit(build, err));
    return fp_judge_stage(plan, &build->flink, &build->origin, &build->bases, err);
}
