/* The stage of a build that judges the job, and what it tells of the findings. */
#include "flink_api.h"
#include "judge.h"
#include "listener.h"

#include <string.h>

/* Whether a later build that finds its image unchanged, and reads no layers, cannot see the finding
 * again: it rests on the Java of a base, or on an image that has Flink. Such findings count as
 * warnings of what is made, so that the image has no key by which it would be passed over. */
static bool is_lost(const struct fp_plan *plan, const struct fp_finding *finding)
{
    return plan->source == FP_FROM_IMAGE || strncmp(finding->name, "java-", 5) == 0;
}

/* Whether the plan has told it already, before anything was fetched. */
static bool is_told(const struct fp_plan *plan, const struct fp_finding *finding)
{
    return strcmp(finding->name, "main-class-none") == 0 ||
           (strcmp(finding->name, "main-class-missing") == 0 && plan->job_classname != NULL);
}

/* "job.jar: FACT; EFFECT; ADVICE [name]" on a line. The caller owns it. */
static char *line_of(const struct fp_finding *finding, bool with_advice)
{
    const char *entry = finding->entry != NULL ? finding->entry : "";
    bool has_entry = *entry != '\0' && strstr(finding->what, entry) == NULL;
    bool has_advice = with_advice && finding->advice != NULL;
    return fp_xasprintf("%s%s%s%s%s%s%s%s%s [%s]", finding->where != NULL ? finding->where : "",
                        finding->where != NULL ? ": " : "", has_entry ? entry : "",
                        has_entry ? ": " : "", finding->what, finding->effect != NULL ? "; " : "",
                        finding->effect != NULL ? finding->effect : "", has_advice ? "; " : "",
                        has_advice ? finding->advice : "", finding->name);
}

static void tell(const struct fp_plan *plan, const struct fp_finding *finding)
{
    cleanup_free char *line = line_of(finding, true);
    bool is_warning = finding->severity != FP_SEVERITY_INFO;
    fp_listener_judge(is_warning && is_lost(plan, finding));
    fp_report(plan->context->reporter, is_warning ? FP_EVENT_WARNING : FP_EVENT_DEBUG, "%s", line);
    fp_listener_judge(false);
}

/* End a strict build with the worst finding. */
static enum fp_code refuse(const struct fp_finding *finding, size_t errors, struct fp_error *err)
{
    cleanup_free char *line = line_of(finding, false);
    cleanup_free char *more =
        errors > 1 ? fp_xasprintf(" (and %zu more that stop the job)", errors - 1) : fp_xstrdup("");
    return fp_hinted(fp_fail(err, FP_E_INPUT, "%s%s", line, more), err,
                     "%s%s--allow %s, if it is known to be right",
                     finding->advice != NULL ? finding->advice : "",
                     finding->advice != NULL ? "; or " : "", finding->name);
}

static enum fp_code tell_all(const struct fp_plan *plan, const struct fp_findings *findings,
                             struct fp_error *err)
{
    size_t errors = fp_findings_count(findings, FP_SEVERITY_ERROR);
    bool refuses = plan->check.mode == FP_CHECK_STRICT && errors > 0;
    for (size_t i = refuses ? 1 : 0; i < findings->len; i++)
        if (!is_told(plan, &findings->items[i]))
            tell(plan, &findings->items[i]);
    return refuses ? refuse(&findings->items[0], errors, err) : FP_OK;
}

static enum fp_code judge(const struct fp_plan *plan, const struct fp_flink *flink,
                          const struct fp_judge_base *base, const struct fp_api *api,
                          struct fp_error *err)
{
    cleanup_judge_case struct fp_judge_case judged = {0};
    cleanup_findings struct fp_findings findings = {0};
    FP_TRY(fp_judge_case_make(plan, flink, base, api, &judged, err));
    FP_TRY(fp_judge(&judged.input, &findings, err));
    (void) fp_findings_allow(&findings, &plan->check.allowed);
    return tell_all(plan, &findings, err);
}

/* The distribution as the cache remembers it. */
static bool remember(const struct fp_plan *plan, const char *digest, struct fp_flink *ret)
{
    ret->digest = digest != NULL ? fp_xstrdup(digest) : NULL;
    return fp_flink_remember(plan, ret) && fp_flink_settle(plan, ret, NULL) == FP_OK;
}

enum fp_code fp_judge_stage(const struct fp_plan *plan, struct fp_flink *flink,
                            struct fp_flink_origin *origin, struct fp_bases *bases,
                            struct fp_error *err)
{
    const struct fp_base_facts *facts = &bases->images[0].facts;
    const struct fp_judge_base base = {.name = bases->name, .java = facts->java, .facts = facts};
    __attribute__((cleanup(fp_flink_clear))) struct fp_flink whole = {0};
    cleanup_api struct fp_api *api = NULL;
    bool is_strict = plan->check.mode == FP_CHECK_STRICT;
    if (plan->check.mode == FP_CHECK_OFF)
        return FP_OK;
    /* What an image is warned of must not depend on what is known of the one that it is built
     * upon: see is_lost(). */
    if (is_strict || plan->source != FP_FROM_IMAGE)
        FP_TRY(fp_flink_api(plan, flink, origin, bases, is_strict, &api, err));
    bool is_remembered =
        flink->has_dist && flink->dist.is_outline && remember(plan, flink->digest, &whole);
    return judge(plan, is_remembered ? &whole : flink, &base, api, err);
}

/* What this machine knows of a release without asking anybody. */
static void recall_release(const struct fp_plan *plan, struct fp_flink *ret)
{
    struct fp_release_options options = fp_flink_release(plan);
    options.offline = true;
    if (fp_release_find(&options, &ret->release, NULL) == FP_OK) {
        cleanup_free char *digest = fp_xasprintf("sha512:%s", ret->release.sha512);
        if (remember(plan, digest, ret))
            return;
    }
    fp_flink_clear(ret);
    ret->version = plan->version;
    ret->traits = fp_flink_traits(&plan->version);
    ret->home = fp_xstrdup(FP_FLINK_HOME);
}

enum fp_code fp_judge_unchanged(const struct fp_plan *plan, const char *flink_digest,
                                struct fp_flink_origin *origin, struct fp_bases *bases,
                                bool *ret_is_judged, struct fp_error *err)
{
    const struct fp_judge_base base = fp_judge_base_of(plan, bases);
    __attribute__((cleanup(fp_flink_clear))) struct fp_flink flink = {0};
    cleanup_api struct fp_api *api = NULL;
    bool is_strict = plan->check.mode == FP_CHECK_STRICT;
    *ret_is_judged = true;
    /* What is found in an image that has Flink keeps it from having a key. */
    if (plan->check.mode == FP_CHECK_OFF || plan->source == FP_FROM_NOTHING ||
        (plan->source == FP_FROM_IMAGE && !is_strict))
        return FP_OK;
    if (plan->source == FP_FROM_RELEASE)
        recall_release(plan, &flink);
    else if (!remember(plan, flink_digest, &flink) && !fp_flink_guess(origin, &flink))
        *ret_is_judged = false;
    if (*ret_is_judged)
        FP_TRY(fp_flink_api(plan, &flink, origin, bases, false, &api, err));
    *ret_is_judged = *ret_is_judged && (api != NULL || !is_strict);
    return *ret_is_judged ? judge(plan, &flink, &base, api, err) : FP_OK;
}
