/* --job-jar, --job-artifacts, --job-classname: the job and its main class. */
#include "plan_parts.h"

#include <string.h>
#include <strings.h>

/* Choose a job file's name in the image. A jar must be called *.jar, because Flink ignores others.
 * A name has no comma, because commas separate the names in the label that lists the files. */
static void name_job(struct fp_plan *plan, const char *path, bool is_jar)
{
    const char *base = fp_path_base(path);
    size_t len = strlen(base);
    bool is_other = is_jar && !fp_text_ends_with(base, ".jar");
    bool shouts = is_other && len > 4 && strcasecmp(base + len - 4, ".jar") == 0;
    char *name =
        fp_xasprintf("%.*s%s", (int) (shouts ? len - 4 : len), base, is_other ? ".jar" : "");
    for (char *comma = strchr(name, ','); comma != NULL; comma = strchr(comma, ','))
        *comma = '_';
    if (strcmp(name, base) != 0)
        fp_report(plan->context->reporter, FP_EVENT_INFO, "%s: called %s in the image, as %s", path,
                  name, is_other ? "Flink takes *.jar only" : "commas stand between names");
    fp_strv_take(&plan->job_names, name);
}

/* An artifact may be any file; a jar with a main class is the job, whatever its name is. */
static enum fp_code inspect(struct fp_plan *plan, const char *path, bool is_jar, struct fp_jar *ret,
                            struct fp_error *err)
{
    if (is_jar)
        FP_TRY(fp_jar_inspect(plan->context->cache, path, ret, err));
    else if (fp_jar_inspect(plan->context->cache, path, ret, NULL) != FP_OK ||
             ret->main_class == NULL)
        fp_jar_clear(ret);
    name_job(plan, path, is_jar || ret->main_class != NULL);
    return FP_OK;
}

/* The image has all jars in one directory, so their names must differ. */
static enum fp_code check_job_names(const struct fp_plan *plan, struct fp_error *err)
{
    for (size_t i = 0; i < plan->job_jars.len; i++) {
        for (size_t k = 0; k < i; k++) {
            if (strcmp(plan->job_names.items[k], plan->job_names.items[i]) == 0) {
                return fp_fail(err, FP_E_USAGE,
                               "'%s' and '%s' would have the same name in the image",
                               plan->job_jars.items[k], plan->job_jars.items[i]);
            }
        }
    }
    return FP_OK;
}

enum fp_code fp_plan_job(struct fp_plan *plan, const struct fp_build_options *options,
                         struct fp_error *err)
{
    size_t jar_count = options->job_jars.len;
    if (fp_strv_has(&options->job_jars, ""))
        return fp_fail(err, FP_E_USAGE, "--job-jar needs a file");
    fp_strv_add_all(&plan->job_jars, &options->job_jars);
    for (size_t i = 0; i < options->job_artifacts.len; i++)
        fp_plan_files(options->job_artifacts.items[i], &plan->job_jars);
    if (options->job_artifacts.len > 0 && plan->job_jars.len == jar_count)
        return fp_fail(err, FP_E_USAGE, "--job-artifacts needs a file");
    plan->jars = fp_xcalloc(plan->job_jars.len + 1, sizeof(*plan->jars));
    for (size_t i = 0; i < plan->job_jars.len; i++)
        FP_TRY(fp_plan_check_file(i < jar_count ? "--job-jar" : "--job-artifacts",
                                  plan->job_jars.items[i], err));
    for (size_t i = 0; i < plan->job_jars.len; i++) {
        const char *path = plan->job_jars.items[i];
        bool is_jar = i < jar_count || fp_text_ends_with(path, ".jar");
        FP_TRY(inspect(plan, path, is_jar, &plan->jars[i], err));
    }
    return check_job_names(plan, err);
}

/* The first jar from `from` on whose manifest names a main class, or the number of jars. */
static size_t first_with_main(const struct fp_plan *plan, size_t from)
{
    while (from < plan->job_jars.len && plan->jars[from].main_class == NULL)
        from++;
    return from;
}

static enum fp_code find_class(const struct fp_plan *plan, const char *name, bool *ret_found,
                               struct fp_error *err)
{
    for (size_t i = 0; i < plan->job_jars.len && !*ret_found; i++) {
        if (plan->jars[i].sha256[0] != '\0')
            FP_TRY(fp_jar_has_class(plan->context->cache, plan->job_jars.items[i], name, ret_found,
                                    err));
    }
    for (size_t i = 0; i < plan->libs.len && !*ret_found; i++) {
        if (fp_jar_has_class(plan->context->cache, plan->libs.items[i], name, ret_found, NULL) !=
            FP_OK)
            *ret_found = false;
    }
    return FP_OK;
}

static enum fp_code check_class_name(const char *name, struct fp_error *err)
{
    if (name[0] != '\0' && strpbrk(name, " \t/\\;:,'\"") == NULL)
        return FP_OK;
    return fp_hinted(
        fp_fail(err, FP_E_USAGE, "--job-classname '%s': not the name of a class", name), err,
        "it is the name with its package, as in com.example.WordCount");
}

/* Whether the user wants to hear of a finding, which is told before anything is fetched. */
static bool is_wanted(const struct fp_plan *plan, const char *finding)
{
    return plan->check.mode != FP_CHECK_OFF && !fp_strv_has(&plan->check.allowed, finding);
}

static enum fp_code plan_named(const struct fp_plan *plan, const char *name, struct fp_error *err)
{
    bool found = false;
    FP_TRY(find_class(plan, name, &found, err));
    size_t index = first_with_main(plan, 0);
    if (!found && index < plan->job_jars.len && plan->source != FP_FROM_IMAGE)
        return fp_hinted(fp_fail(err, FP_E_INPUT,
                                 "--job-classname %s: no job jar has that class, and the manifest "
                                 "of %s says %s",
                                 name, plan->job_jars.items[index], plan->jars[index].main_class),
                         err, "--job-classname %s, or leave it out", plan->jars[index].main_class);
    if (!found && is_wanted(plan, "main-class-missing"))
        fp_report(plan->context->reporter, FP_EVENT_WARNING,
                  "--job-classname %s: no job jar has that class [main-class-missing]", name);
    return FP_OK;
}

/* Flink searches for the jar with a main class, so none gives a warning, and two are an error. */
static enum fp_code check_manifests(const struct fp_plan *plan, struct fp_error *err)
{
    size_t first = first_with_main(plan, 0);
    size_t second = first_with_main(plan, first + 1);
    if (first >= plan->job_jars.len && plan->job_jars.len > 0 && is_wanted(plan, "main-class-none"))
        fp_report(plan->context->reporter, FP_EVENT_WARNING,
                  "no jar has a Main-Class in its manifest: give --job-classname here, or to "
                  "job-cluster when it runs [main-class-none]");
    if (second >= plan->job_jars.len)
        return FP_OK;
    return fp_hinted(fp_fail(err, FP_E_INPUT,
                             "two main classes: %s says %s in its manifest, %s says %s",
                             plan->job_jars.items[first], plan->jars[first].main_class,
                             plan->job_jars.items[second], plan->jars[second].main_class),
                     err, "--job-classname CLASS says which is the job's");
}

enum fp_code fp_plan_class(struct fp_plan *plan, const struct fp_build_options *options,
                           struct fp_error *err)
{
    if (options->job_classname == NULL)
        return plan->check.is_all ? FP_OK : check_manifests(plan, err);
    if (plan->job_jars.len == 0)
        return fp_fail(err, FP_E_USAGE, "--job-classname needs --job-jar");
    plan->job_classname = fp_xstrdup(options->job_classname);
    FP_TRY(check_class_name(plan->job_classname, err));
    return plan->check.is_all ? FP_OK : plan_named(plan, plan->job_classname, err);
}
