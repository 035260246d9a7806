/* Whether the job, the Flink and the base of an image go together. */
#include "checks.h"

#include <stdlib.h>
#include <string.h>

const char *fp_job_classname(const struct fp_plan *plan, const struct fp_flink *flink)
{
    if (plan->job_classname != NULL)
        return plan->job_classname;
    /* Before 1.8 the entrypoint has to name the class; later Flink finds it in the manifest. */
    for (size_t i = 0; flink->traits->needs_job_classname && i < plan->job_jars.len; i++) {
        if (plan->jars[i].main_class != NULL)
            return plan->jars[i].main_class;
    }
    return NULL;
}

int64_t fp_inputs_time(const struct fp_plan *plan, const struct fp_flink *flink)
{
    int64_t dist = fp_dist_time(flink);
    int64_t job = fp_job_time(plan);
    return job > dist ? job : dist;
}

int64_t fp_dist_time(const struct fp_flink *flink)
{
    return flink->has_dist && flink->dist.newest_mtime_s > FP_EARLIEST_TIME
               ? flink->dist.newest_mtime_s
               : FP_EARLIEST_TIME;
}

int64_t fp_job_time(const struct fp_plan *plan)
{
    int64_t newest = FP_EARLIEST_TIME;
    for (size_t i = 0; i < plan->job_jars.len; i++) {
        if (plan->jars[i].newest_entry_s > newest)
            newest = plan->jars[i].newest_entry_s;
    }
    return newest;
}

bool fp_keeps_job(const struct fp_flink *flink, const struct fp_base_image *base)
{
    const json_t *config = json_object_get(base->config.document, "config");
    const char *type = fp_json_string(json_object_get(config, "Labels"), "flinkpack.type");
    return !flink->has_dist && type != NULL && strcmp(type, "job") == 0;
}

static void warn_about_job(const struct fp_plan *plan, bool keeps_job)
{
    struct fp_reporter *reporter = plan->context->reporter;
    for (size_t i = 0; i < plan->job_jars.len; i++) {
        if (plan->jars[i].has_flink_runtime) {
            fp_report(reporter, FP_EVENT_WARNING,
                      "%s bundles Flink itself; give its Flink dependencies the scope 'provided'",
                      plan->job_jars.items[i]);
        }
    }
    if (plan->job_jars.len == 0) {
        fp_report(reporter, FP_EVENT_INFO,
                  keeps_job ? "no --job-jar: the job that is in the image stays"
                            : "no --job-jar: a session image, jobs are submitted to the running "
                              "cluster");
    }
}

/* An image that has a job already keeps it, and two jobs in one image stop Flink. */
static void warn_about_old_job(const struct fp_plan *plan, const struct fp_flink *flink,
                               const struct fp_base_image *image)
{
    cleanup_strv struct fp_strv old = {0};
    cleanup_free char *folder = fp_xasprintf("%s/usrlib", flink->home + 1);
    if (flink->has_dist || plan->job_jars.len == 0)
        return;
    fp_tree_children(image->facts.tree, folder, &old);
    for (size_t i = 0; i < old.len; i++) {
        bool replaced = fp_strv_has(&image->old_jars, old.items[i]);
        for (size_t k = 0; k < plan->job_jars.len; k++)
            replaced = replaced || strcmp(plan->job_names.items[k], old.items[i]) == 0;
        if (!replaced)
            fp_report(
                plan->context->reporter, FP_EVENT_WARNING,
                "--from-image: the image has /%s/%s already, which stays beside the new job%s",
                folder, old.items[i],
                fp_job_classname(plan, flink) == NULL && fp_text_ends_with(old.items[i], ".jar")
                    ? "; if that is a job too, the image does not start without "
                      "--job-classname: better take one that has none"
                    : "");
    }
}

/* Whether packages or --add may bring what is below `home`, of which the base knows nothing. */
static bool may_be_brought(const struct fp_plan *plan, const char *home)
{
    bool may = plan->packages.names.len > 0;
    for (size_t i = 0; i < plan->add_count && !may; i++) {
        const char *dest = plan->adds[i].dest;
        size_t home_len = strlen(home + 1);
        size_t dest_len = strlen(dest);
        may = strncmp(home + 1, dest, dest_len < home_len ? dest_len : home_len) == 0;
    }
    return may;
}

/* Flink's scripts take JAVA_HOME at its word. `*ret_settled`: whether to ask no further. */
static enum fp_code check_java_home(const struct fp_plan *plan, const struct fp_bases *bases,
                                    const struct fp_base_facts *facts, bool *ret_settled,
                                    struct fp_error *err)
{
    const char *home = fp_json_string(plan->env, "JAVA_HOME");
    *ret_settled = false;
    if (home == NULL || facts->java_home != NULL)
        return FP_OK;
    *ret_settled = home[0] == '/' && may_be_brought(plan, home);
    if (*ret_settled)
        return FP_OK;
    enum fp_code code = fp_fail(
        err, FP_E_INPUT, "--env JAVA_HOME=%s: %s has no program bin/java there", home, bases->name);
    return facts->java_homes.len > 0
               ? fp_hinted(code, err, "it has one in %s", facts->java_homes.items[0])
               : code;
}

static enum fp_code fail_no_bash(const struct fp_plan *plan, const struct fp_flink_version *version,
                                 const struct fp_bases *bases, struct fp_error *err)
{
    const char *path = fp_json_string(plan->env, "PATH");
    if (path != NULL)
        return fp_hinted(fp_fail(err, FP_E_INPUT,
                                 "--env PATH=%s: %s has no bash there, which Flink's start scripts "
                                 "need",
                                 path, bases->name),
                         err, "name all folders: nothing in it is expanded, $PATH neither");
    return fp_hinted(
        fp_fail(err, FP_E_INPUT, "%s has no bash, which Flink's start scripts need", bases->name),
        err, "choose a base that has it, such as --base temurin-%u-jre",
        fp_flink_traits(version)->default_java);
}

static enum fp_code fail_no_java(const struct fp_flink_version *version,
                                 const struct fp_bases *bases, const struct fp_base_facts *facts,
                                 struct fp_error *err)
{
    const struct fp_flink_traits *traits = fp_flink_traits(version);
    if (facts->java_homes.len > 1)
        return fp_hinted(fp_fail(err, FP_E_INPUT,
                                 "%s: several Javas in it, none of them on PATH or in JAVA_HOME",
                                 bases->name),
                         err, "--env JAVA_HOME=%s, or %s", facts->java_homes.items[0],
                         facts->java_homes.items[1]);
    return fp_hinted(fp_fail(err, FP_E_INPUT, "%s: no Java in it", bases->name), err,
                     "Flink %s runs on Java %s; --base temurin-%u-jre has it", version->text,
                     traits->java_versions, traits->default_java);
}

static enum fp_code check_base_java(const struct fp_plan *plan,
                                    const struct fp_flink_version *version,
                                    const struct fp_bases *bases, const struct fp_base_image *image,
                                    struct fp_error *err)
{
    const struct fp_base_facts *facts = &image->facts;
    const struct fp_flink_traits *traits = fp_flink_traits(version);
    bool is_settled = false;
    enum fp_code code = check_java_home(plan, bases, facts, &is_settled, err);
    if (code != FP_OK || is_settled)
        return code;
    if (facts->java_home == NULL)
        return fail_no_java(version, bases, facts, err);
    if (facts->java == 0 || fp_flink_supports_java(version, facts->java))
        return FP_OK;
    if (facts->java > traits->default_java) {
        fp_report(plan->context->reporter, FP_EVENT_WARNING,
                  "%s has Java %u; Flink %s is made for Java %s", bases->name, facts->java,
                  version->text, traits->java_versions);
        return FP_OK;
    }
    return fp_hinted(fp_fail(err, FP_E_INPUT, "%s has Java %u, and Flink %s runs on Java %s",
                             bases->name, facts->java, version->text, traits->java_versions),
                     err, "--base temurin-%u-jre", traits->default_java);
}

/* Whether the catalogue says which Java the base has. */
static bool is_java_known(const struct fp_plan *plan, const struct fp_bases *bases)
{
    return bases->entry.name != NULL && fp_json_string(plan->env, "JAVA_HOME") == NULL &&
           fp_json_string(plan->env, "PATH") == NULL;
}

enum fp_code fp_check_entry_java(const struct fp_plan *plan, const struct fp_bases *bases,
                                 struct fp_error *err)
{
    return is_java_known(plan, bases) ? fp_check_classes(plan, bases->name, bases->entry.java, err)
                                      : FP_OK;
}

/* Before 1.10 a job lies in lib/, where its classes come before Flink's: a Flink in it would run in
 * place of the image's, with half of the other's files. Later the image's wins. */
static enum fp_code check_bundled(const struct fp_plan *plan, const struct fp_flink *flink,
                                  struct fp_error *err)
{
    for (size_t i = 0; i < plan->job_jars.len; i++) {
        if (flink->traits->has_usrlib || !plan->jars[i].has_flink_runtime)
            continue;
        return fp_hinted(fp_fail(err, FP_E_INPUT,
                                 "%s bundles Flink itself, whose classes would come before those "
                                 "of Flink %s, and stop it",
                                 plan->job_jars.items[i], flink->version.text),
                         err,
                         "give Flink's core dependencies (flink-java, flink-streaming-java, "
                         "flink-clients ...) the scope 'provided', or exclude them from the "
                         "shaded jar; connectors stay in it. Flink 1.10 and later run it as it is");
    }
    return FP_OK;
}

static enum fp_code check_machine(const struct fp_bases *bases, const struct fp_base_image *image,
                                  struct fp_error *err)
{
    const char *have = image->facts.architecture;
    if (have == NULL || strcmp(have, image->platform.architecture) == 0)
        return FP_OK;
    return fp_hinted(fp_fail(err, FP_E_INPUT, "%s holds programs for %s, not for %s", bases->name,
                             have, image->platform.architecture),
                     err, "--platform linux/%s, or another base", have);
}

enum fp_code fp_check_bases(const struct fp_plan *plan, const struct fp_flink_version *version,
                            const struct fp_bases *bases, struct fp_error *err)
{
    for (size_t i = 0; i < bases->count; i++) {
        const struct fp_base_image *image = &bases->images[i];
        bool adds_flink = plan->source != FP_FROM_IMAGE;
        if (adds_flink && !image->facts.has_bash && !fp_apk_is_used(image->facts.tree))
            return fail_no_bash(plan, version, bases, err);
        FP_TRY(check_machine(bases, image, err));
        FP_TRY(check_base_java(plan, version, bases, image, err));
        FP_TRY(is_java_known(plan, bases)
                   ? FP_OK
                   : fp_check_classes(plan, bases->name, image->facts.java, err));
    }
    return FP_OK;
}

enum fp_code fp_check_fit(const struct fp_plan *plan, const struct fp_flink *flink,
                          const struct fp_bases *bases, struct fp_error *err)
{
    enum fp_code code = check_bundled(plan, flink, err);
    if (code == FP_OK)
        code = fp_check_connectors(plan, flink, err);
    if (code != FP_OK)
        return code;
    warn_about_job(plan, bases->count > 0 && fp_keeps_job(flink, &bases->images[0]));
    for (size_t i = 0; i < bases->count && code == FP_OK; i++) {
        warn_about_old_job(plan, flink, &bases->images[i]);
        code = fp_check_natives(plan, flink, &bases->images[i], bases->name, err);
    }
    if (code == FP_OK)
        fp_check_allocator(plan, flink, bases);
    return code;
}
