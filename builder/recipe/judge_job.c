/* Judging a job that is not built: Flink, base and jars are looked at, and nothing is made. */
#include "check_image.h"
#include "checks.h"
#include "flink_api.h"
#include "judge.h"
#include "known.h"
#include "listener.h"

#include <stdlib.h>
#include <string.h>

/* The state of judging a job. */
struct trial {
    const struct fp_build_options *options;
    const struct fp_build_context *context;
    struct fp_group *group;
    struct fp_plan plan;
    struct fp_repo *store; /* spools are made in it */
    struct fp_outputs outputs;
    struct fp_known *known;
    struct fp_flink_origin origin;
    struct fp_flink flink;
    struct fp_bases bases;
    struct fp_judgement *ret;
};

static void trial_clear(struct trial *trial)
{
    fp_known_free(trial->known);
    fp_bases_clear(&trial->bases);
    fp_flink_clear(&trial->flink);
    fp_flink_origin_clear(&trial->origin);
    fp_outputs_clear(&trial->outputs);
    fp_repo_free(trial->store);
    fp_plan_clear(&trial->plan);
    fp_group_free(trial->group);
}

static enum fp_code begin(struct trial *trial, struct fp_error *err)
{
    struct fp_plan *plan = &trial->plan;
    const struct fp_build_context *context = trial->context;
    FP_TRY(fp_plan_make(trial->options, NULL, context, plan, err));
    plan->trusts_images = false;
    FP_TRY(fp_repo_open_layout(context->places.store, FP_LAYOUT_STORE, &trial->store, err));
    FP_TRY(fp_mkdir_p(context->cache_folder, FP_KEPT_DIR_MODE, err));
    trial->known = fp_known_open(plan, &trial->outputs, NULL, trial->group);
    return FP_OK;
}

/* Read the distribution, unless the cache remembers it. */
static enum fp_code obtain_distribution(struct trial *trial, struct fp_error *err)
{
    const struct fp_plan *plan = &trial->plan;
    struct fp_flink *flink = &trial->flink;
    FP_TRY(fp_flink_identify(plan, trial->known, flink, &trial->origin, err));
    FP_TRY(fp_flink_find(plan, trial->known, flink, err));
    FP_TRY(fp_flink_check_signature(plan, flink, &trial->origin, err));
    if (fp_flink_remember(plan, flink))
        return fp_flink_settle(plan, flink, err);
    FP_TRY(fp_flink_fetch(plan, flink, &trial->origin, err));
    FP_TRY(fp_flink_read(plan, &trial->origin, flink, err));
    fp_flink_keep(plan, &trial->origin, flink);
    return FP_OK;
}

/* With --offline a release that is not at hand is judged by what is known of its version. */
static enum fp_code obtain_flink(struct trial *trial, struct fp_error *err)
{
    const struct fp_plan *plan = &trial->plan;
    struct fp_error why = {0};
    enum fp_code code = obtain_distribution(trial, &why);
    bool is_absent = code == FP_E_NETWORK || code == FP_E_NOT_FOUND;
    if (!is_absent || !plan->context->offline || plan->source != FP_FROM_RELEASE ||
        plan->release.requires_signature)
        return code == FP_OK ? FP_OK : fp_fail_as(err, &why);
    fp_report(plan->context->reporter, FP_EVENT_INFO,
              "%s: without it, of Flink %s only what is known of its version is looked at",
              why.text, plan->version.text);
    fp_flink_clear(&trial->flink);
    trial->flink.version = plan->version;
    trial->flink.traits = fp_flink_traits(&plan->version);
    trial->flink.home = fp_xstrdup(FP_FLINK_HOME);
    return FP_OK;
}

static bool has_natives(const struct fp_plan *plan)
{
    bool has = false;
    for (size_t i = 0; i < plan->job_jars.len; i++)
        has = has || plan->jars[i].native_count > 0;
    return has;
}

/* A base whose layers nobody can be asked for is judged by its entry: native code is left out. */
static enum fp_code do_without_layers(struct trial *trial, enum fp_code code, struct fp_error *why,
                                      struct fp_judge_base *ret, struct fp_error *err)
{
    bool is_absent = code == FP_E_NETWORK || code == FP_E_NOT_FOUND || code == FP_E_AUTH;
    if (!is_absent || ret->java == 0)
        return fp_fail_as(err, why);
    fp_bases_clear(&trial->bases);
    FP_TRY(fp_bases_choose(&trial->plan, &trial->flink.version, &trial->bases, err));
    *ret = fp_judge_base_of(&trial->plan, &trial->bases);
    fp_report(trial->context->reporter, trial->context->offline ? FP_EVENT_INFO : FP_EVENT_WARNING,
              "the job's native code is not judged, as the base's layers cannot be had: %s",
              why->text);
    return FP_OK;
}

static enum fp_code open_base(struct trial *trial, struct fp_judge_base *ret, struct fp_error *err)
{
    const struct fp_plan *plan = &trial->plan;
    struct fp_bases *bases = &trial->bases;
    const struct fp_flink_version *version =
        plan->source == FP_FROM_IMAGE ? NULL : &trial->flink.version;
    if (plan->source != FP_FROM_IMAGE) {
        FP_TRY(fp_bases_choose(plan, version, bases, err));
        *ret = fp_judge_base_of(plan, bases);
        /* Natives are held to what a base with musl has, which only its layers say. */
        if (ret->java > 0 && (strcmp(bases->entry.libc, "musl") != 0 || !has_natives(plan)))
            return FP_OK;
        fp_bases_clear(bases);
    }
    struct fp_error why = {0};
    enum fp_code code = fp_bases_open(plan, version, trial->known, bases, &why);
    if (code != FP_OK)
        return do_without_layers(trial, code, &why, ret, err);
    *ret = (struct fp_judge_base){
        .name = bases->name, .java = bases->images[0].facts.java, .facts = &bases->images[0].facts};
    return FP_OK;
}

/* Flink's classes, which are read where they are not known, unless nothing may be fetched for it.
 */
static enum fp_code obtain_api(struct trial *trial, struct fp_api **ret, struct fp_error *err)
{
    bool must = trial->flink.has_dist || trial->plan.source == FP_FROM_IMAGE;
    bool is_offline = trial->context->offline;
    struct fp_error why = {0};
    enum fp_code code =
        fp_flink_api(&trial->plan, &trial->flink, &trial->origin, &trial->bases, must, ret, &why);
    if (is_offline && (code == FP_E_NETWORK || code == FP_E_NOT_FOUND))
        return FP_OK;
    return code == FP_OK ? FP_OK : fp_fail_as(err, &why);
}

static enum fp_code judge_jars(struct trial *trial, const struct fp_judge_base *base,
                               struct fp_error *err)
{
    cleanup_judge_case struct fp_judge_case judged = {0};
    cleanup_api struct fp_api *api = NULL;
    FP_TRY(fp_check_plugins(&trial->plan, &trial->flink, err));
    FP_TRY(obtain_api(trial, &api, err));
    trial->ret->has_flink_classes = api != NULL;
    FP_TRY(fp_judge_case_make(&trial->plan, &trial->flink, base, api, &judged, err));
    fp_strv_add_all(&trial->ret->jars, &trial->plan.job_jars);
    return fp_judge(&judged.input, &trial->ret->findings, err);
}

static void add_native(struct fp_findings *ret, enum fp_severity severity, const char *what,
                       const char *advice)
{
    fp_findings_add(ret, (struct fp_finding){
                             .name = fp_finding_name("native-code"),
                             .severity = severity,
                             .what = fp_xstrdup(what),
                             .advice = *advice != '\0' ? fp_xstrdup(advice) : NULL,
                         });
}

/* What a build warns of or refuses as native code is a finding here. */
static enum fp_code judge_natives(struct trial *trial, struct fp_error *err)
{
    __attribute__((cleanup(fp_listener_clear))) struct fp_listener listener = {0};
    struct fp_build_context context = *trial->context;
    struct fp_plan plan = trial->plan; /* borrowed, with another context */
    struct fp_error why = {0};
    const struct fp_check check = {.plan = &plan,
                                   .version = &trial->flink.version,
                                   .flink = &trial->flink,
                                   .bases = &trial->bases,
                                   .base = &trial->bases.images[0]};
    fp_listener_init(&listener, NULL);
    context.reporter = &listener.reporter;
    plan.context = &context;
    fp_listener_begin(&listener);
    enum fp_code code = fp_check_natives(&check, &why);
    cleanup_json json_t *heard = fp_listener_end(&listener);
    if (code != FP_OK && code != FP_E_INPUT)
        return fp_fail_as(err, &why);
    for (size_t i = 0; i < json_array_size(heard); i++)
        add_native(&trial->ret->findings, FP_SEVERITY_WARNING,
                   json_string_value(json_array_get(heard, i)), "");
    if (code == FP_E_INPUT)
        add_native(&trial->ret->findings, FP_SEVERITY_ERROR, why.text, why.hint);
    return FP_OK;
}

/* Let the plan have the jars and settings of the image, as checks of plans look at them. */
static enum fp_code take_job(struct fp_plan *plan, const struct fp_image_case *image,
                             struct fp_error *err)
{
    fp_strv_add_all(&plan->conf_keys, &image->start.keys);
    fp_strv_add_all(&plan->conf_values, &image->start.values);
    for (size_t i = 0; i < image->jars.len; i++) {
        const struct fp_image_jar *jar = &image->jars.items[i];
        struct fp_jar found = {0};
        if (jar->role != FP_JAR_JOB)
            continue;
        FP_TRY(fp_jar_inspect(plan->context->cache, jar->file, &found, err));
        plan->jars = fp_xreallocarray(plan->jars, plan->job_jars.len + 1, sizeof(*plan->jars));
        plan->jars[plan->job_jars.len] = found;
        fp_strv_add(&plan->job_jars, jar->file);
    }
    return FP_OK;
}

/* Judge the job that the image has. */
static enum fp_code judge_image(struct trial *trial, struct fp_error *err)
{
    cleanup_image_case struct fp_image_case image = {0};
    FP_TRY(fp_check_image(&trial->plan, &trial->flink, &trial->bases, &image, err));
    fp_image_case_names(&image, &trial->ret->jars);
    trial->ret->has_flink_classes = image.api != NULL;
    FP_TRY(fp_judge(&image.judged.input, &trial->ret->findings, err));
    FP_TRY(take_job(&trial->plan, &image, err));
    FP_TRY(judge_natives(trial, err));
    fp_image_case_tell(&image, &trial->ret->findings);
    return FP_OK;
}

static enum fp_code judge(struct trial *trial, const struct fp_judge_base *base,
                          struct fp_error *err)
{
    struct fp_judgement *ret = trial->ret;
    FP_TRY(trial->options->judges_image ? judge_image(trial, err) : judge_jars(trial, base, err));
    if (trial->bases.count > 0 && !trial->options->judges_image)
        FP_TRY(judge_natives(trial, err));
    fp_findings_sort(&ret->findings);
    ret->allowed = fp_findings_allow(&ret->findings, &trial->plan.check.allowed);
    ret->version = trial->flink.version;
    ret->java = base->java;
    ret->base = base->name != NULL ? fp_xstrdup(base->name) : NULL;
    return FP_OK;
}

static enum fp_code run(void *context, struct fp_error *err)
{
    struct trial *trial = context;
    struct fp_judge_base base = {0};
    bool is_image = false;
    FP_TRY(begin(trial, err));
    is_image = trial->plan.source == FP_FROM_IMAGE;
    if (!is_image)
        FP_TRY(obtain_flink(trial, err));
    FP_TRY(open_base(trial, &base, err));
    if (is_image)
        FP_TRY(fp_flink_of_image(&trial->plan, &trial->bases.images[0], &trial->flink, err));
    return judge(trial, &base, err);
}

enum fp_code fp_judge_job(const struct fp_build_options *options,
                          const struct fp_build_context *context, struct fp_judgement *ret,
                          struct fp_error *err)
{
    __attribute__((cleanup(trial_clear))) struct trial trial = {
        .options = options, .context = context, .group = fp_group_new(NULL, 1), .ret = ret};
    fp_group_run(trial.group, run, &trial);
    return fp_group_wait(trial.group, err);
}

void fp_judgement_clear(struct fp_judgement *judgement)
{
    free(judgement->base);
    fp_strv_clear(&judgement->jars);
    fp_findings_clear(&judgement->findings);
    memset(judgement, 0, sizeof(*judgement));
}
