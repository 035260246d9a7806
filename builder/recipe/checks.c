/* Checks whether the job, Flink and the base of an image fit together. */
#include "checks.h"

#include <stdlib.h>
#include <string.h>

static enum fp_code check_job(const struct fp_check *check, struct fp_error *err)
{
    const struct fp_plan *plan = check->plan;
    struct fp_reporter *reporter = plan->context->reporter;
    (void) err;
    if (plan->job_jars.len == 0)
        fp_report(reporter, FP_EVENT_INFO,
                  check->bases->count > 0 && fp_keeps_job(check->flink, &check->bases->images[0])
                      ? "no --job-jar: the job that is in the image stays"
                      : "no --job-jar: a session image, jobs are submitted to the running cluster");
    return FP_OK;
}

/* Warn about other files in usrlib/, which stay, because Flink does not start with two jobs. */
static enum fp_code check_old_job(const struct fp_check *check, struct fp_error *err)
{
    const struct fp_plan *plan = check->plan;
    cleanup_strv struct fp_strv old = {0};
    cleanup_free char *directory = fp_xasprintf("%s/usrlib", check->flink->home + 1);
    (void) err;
    if (check->flink->has_dist || plan->job_jars.len == 0)
        return FP_OK;
    fp_base_home_names(check->base->facts.tree, check->flink->home, "usrlib", &old);
    for (size_t i = 0; i < old.len; i++) {
        if (fp_strv_has(&check->base->old_jars, old.items[i]) ||
            fp_strv_has(&plan->job_names, old.items[i]))
            continue;
        bool may_be_job =
            fp_job_classname(plan, check->flink) == NULL && fp_text_ends_with(old.items[i], ".jar");
        fp_report(plan->context->reporter, FP_EVENT_WARNING,
                  "--from-image: the image has /%s/%s already, which stays beside the new job%s",
                  directory, old.items[i],
                  may_be_job ? "; if that is a job too, the image does not start without "
                               "--job-classname: better take one that has none"
                             : "");
    }
    return FP_OK;
}

/* Whether packages or --add may add the files below `home`, which the base does not have. */
static bool may_be_brought(const struct fp_plan *plan, const char *home)
{
    return plan->packages.names.len > 0 || fp_plan_adds_to(plan, home);
}

/* A wrong JAVA_HOME is an error, because Flink's scripts use it without a check. */
static enum fp_code fail_java_home(const struct fp_check *check, const char *home,
                                   struct fp_error *err)
{
    const struct fp_strv *homes = &check->base->facts.java_homes;
    enum fp_code code = fp_fail(err, FP_E_INPUT,
                                "--env JAVA_HOME=%s: %s has no program bin/java "
                                "there",
                                home, check->bases->name);
    return homes->len > 0 ? fp_hinted(code, err, "it has one in %s", homes->items[0]) : code;
}

static enum fp_code check_bash(const struct fp_check *check, struct fp_error *err)
{
    const char *path = fp_json_string(check->plan->env, "PATH");
    const char *name = check->bases->name;
    if (check->plan->source == FP_FROM_IMAGE || check->base->facts.has_bash ||
        fp_apk_is_used(check->base->facts.tree))
        return FP_OK;
    if (path != NULL)
        return fp_hinted(fp_fail(err, FP_E_INPUT,
                                 "--env PATH=%s: %s has no bash there, which Flink's start scripts "
                                 "need",
                                 path, name),
                         err, "name all folders: nothing in it is expanded, $PATH neither");
    return fp_hinted(
        fp_fail(err, FP_E_INPUT, "%s has no bash, which Flink's start scripts need", name), err,
        "choose a base that has it, such as %s temurin-%u-jre", check->plan->base_option,
        fp_flink_traits(check->version)->default_java);
}

static enum fp_code fail_no_java(const struct fp_check *check, struct fp_error *err)
{
    const struct fp_flink_traits *traits = fp_flink_traits(check->version);
    const struct fp_strv *homes = &check->base->facts.java_homes;
    cleanup_free char *javas = fp_flink_java_list(check->version);
    if (homes->len > 1)
        return fp_hinted(fp_fail(err, FP_E_INPUT,
                                 "%s: several Javas in it, none of them on PATH or in JAVA_HOME",
                                 check->bases->name),
                         err, "--env JAVA_HOME=%s, or %s", homes->items[0], homes->items[1]);
    return fp_hinted(fp_fail(err, FP_E_INPUT, "%s: no Java in it", check->bases->name), err,
                     "Flink %s runs on Java %s; %s temurin-%u-jre has it", check->version->text,
                     javas, check->plan->base_option, traits->default_java);
}

static enum fp_code check_java(const struct fp_check *check, struct fp_error *err)
{
    const struct fp_base_facts *facts = &check->base->facts;
    const struct fp_flink_traits *traits = fp_flink_traits(check->version);
    const char *name = check->bases->name;
    const char *flink = check->version->text;
    cleanup_free char *javas = fp_flink_java_list(check->version);
    const char *home = fp_json_string(check->plan->env, "JAVA_HOME");
    if (home != NULL && facts->java_home == NULL)
        return home[0] == '/' && may_be_brought(check->plan, home)
                   ? FP_OK
                   : fail_java_home(check, home, err);
    if (facts->java_home == NULL)
        return fail_no_java(check, err);
    if (facts->java == 0 || fp_flink_supports_java(check->version, facts->java))
        return FP_OK;
    if (facts->java <= traits->default_java)
        return fp_hinted(fp_fail(err, FP_E_INPUT, "%s has Java %u, and Flink %s runs on Java %s",
                                 name, facts->java, flink, javas),
                         err, "%s temurin-%u-jre", check->plan->base_option, traits->default_java);
    fp_report(check->plan->context->reporter, FP_EVENT_WARNING,
              "%s has Java %u; Flink %s is made for Java %s", name, facts->java, flink, javas);
    return FP_OK;
}

/* Before 1.10 the job is in lib/, where its classes precede Flink's. A Flink bundled in it would
 * run instead of the image's, mixed with the image's files. Later the image's Flink wins. */
static enum fp_code check_bundled(const struct fp_check *check, struct fp_error *err)
{
    const struct fp_plan *plan = check->plan;
    for (size_t i = 0; i < plan->job_jars.len; i++) {
        if (check->flink->traits->has_usrlib || !plan->jars[i].has_flink_runtime)
            continue;
        return fp_hinted(fp_fail(err, FP_E_INPUT,
                                 "%s bundles Flink itself, whose classes would come before those "
                                 "of Flink %s, and stop it",
                                 plan->job_jars.items[i], check->flink->version.text),
                         err,
                         "give Flink's core dependencies (flink-java, flink-streaming-java, "
                         "flink-clients ...) the scope 'provided', or exclude them from the "
                         "shaded jar; connectors stay in it. Flink 1.10 and later run it as it is");
    }
    return FP_OK;
}

static enum fp_code check_machine(const struct fp_check *check, struct fp_error *err)
{
    const char *have = check->base->facts.architecture;
    const char *want = check->base->platform.architecture;
    if (have == NULL || strcmp(have, want) == 0)
        return FP_OK;
    return fp_hinted(fp_fail(err, FP_E_INPUT, "%s holds programs for %s, not for %s",
                             check->bases->name, have, want),
                     err, "--platform linux/%s, or another base", have);
}

/* The stage at which a check runs. */
enum check_stage {
    OF_ENTRY, /* before a base of the catalogue is fetched */
    OF_BASE,  /* for each platform's base, once Flink's version is known */
    OF_JOB,   /* once, when all inputs are read */
    OF_IMAGE, /* then, for each platform */
    OF_ALL,   /* once, after those */
};

/* The checks, which run in this order. */
static const struct check_row {
    enum check_stage stage;
    fp_check_run *run;
} CHECKS[] = {
    {OF_ENTRY, fp_check_classes},  {OF_BASE, check_bash},        {OF_BASE, check_machine},
    {OF_BASE, check_java},         {OF_BASE, fp_check_classes},  {OF_JOB, check_bundled},
    {OF_JOB, fp_check_connectors}, {OF_JOB, check_job},          {OF_IMAGE, check_old_job},
    {OF_IMAGE, fp_check_natives},  {OF_ALL, fp_check_allocator},
};

static enum fp_code run_checks(enum check_stage stage, const struct fp_check *check,
                               struct fp_error *err)
{
    for (size_t i = 0; i < sizeof(CHECKS) / sizeof(CHECKS[0]); i++) {
        if (CHECKS[i].stage == stage)
            FP_TRY(CHECKS[i].run(check, err));
    }
    return FP_OK;
}

static enum fp_code run_each(enum check_stage stage, struct fp_check check, struct fp_error *err)
{
    for (size_t i = 0; i < check.bases->count; i++) {
        check.base = &check.bases->images[i];
        FP_TRY(run_checks(stage, &check, err));
    }
    return FP_OK;
}

enum fp_code fp_check_entry(const struct fp_plan *plan, const struct fp_bases *bases,
                            struct fp_error *err)
{
    return run_checks(OF_ENTRY, &(struct fp_check){.plan = plan, .bases = bases}, err);
}

enum fp_code fp_check_bases(const struct fp_plan *plan, const struct fp_flink_version *version,
                            const struct fp_bases *bases, struct fp_error *err)
{
    const struct fp_check check = {.plan = plan, .version = version, .bases = bases};
    return run_each(OF_BASE, check, err);
}

enum fp_code fp_check_fit(const struct fp_plan *plan, const struct fp_flink *flink,
                          const struct fp_bases *bases, struct fp_error *err)
{
    const struct fp_check check = {
        .plan = plan, .version = &flink->version, .flink = flink, .bases = bases};
    FP_TRY(run_checks(OF_JOB, &check, err));
    FP_TRY(run_each(OF_IMAGE, check, err));
    return run_checks(OF_ALL, &check, err);
}
