/* What can be known of the inputs before minutes are spent on fetching and packing them. */
#include "flinkpack/base.h"

#include "plan_parse.h"

#include <string.h>
#include <sys/stat.h>

/* Flink loads *.jar from lib/ and plugins/ and passes everything else over. */
static enum fp_code check_library(const struct fp_plan *plan, const char *option, const char *path,
                                  struct fp_error *err)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return fp_fail_errno(err, FP_E_IO, "%s: '%s'", option, path);
    if (!S_ISREG(st.st_mode))
        return fp_fail(err, FP_E_INPUT, "%s: '%s' is no regular file", option, path);
    if (!fp_text_ends_with(path, ".jar")) {
        fp_report(plan->context->reporter, FP_EVENT_WARNING,
                  "%s %s: Flink loads files called *.jar only", option, path);
        return FP_OK;
    }
    struct fp_jar jar = {0};
    enum fp_code code = fp_jar_inspect(path, &jar, err);
    if (code != FP_OK)
        return fp_context(code, err, "%s", option);
    if (jar.has_flink_runtime && strcmp(option, "--lib") == 0)
        fp_report(
            plan->context->reporter, FP_EVENT_WARNING,
            "--lib %s bundles Flink itself: in lib/ its classes come before the image's Flink",
            path);
    fp_jar_clear(&jar);
    return FP_OK;
}

static enum fp_code check_libraries(const struct fp_plan *plan, struct fp_error *err)
{
    enum fp_code code = FP_OK;
    for (size_t i = 0; i < plan->options->libs.len && code == FP_OK; i++)
        code = check_library(plan, "--lib", plan->options->libs.items[i], err);
    for (size_t i = 0; i < plan->plugin_count; i++) {
        const struct fp_strv *files = &plan->plugins[i].files;
        for (size_t k = 0; k < files->len && code == FP_OK; k++)
            code = check_library(plan, "--plugin", files->items[k], err);
    }
    return code;
}

/* Of a release that is not here yet only the names are known that Flink has ever had. */
static enum fp_code check_plugins(const struct fp_plan *plan, struct fp_error *err)
{
    for (size_t i = 0; plan->source == FP_FROM_RELEASE && i < plan->plugin_count; i++) {
        const struct fp_plan_plugin *plugin = &plan->plugins[i];
        if (plugin->files.len > 0 || fp_flink_may_have_plugin(&plan->version, plugin->name))
            continue;
        return fp_hinted(fp_fail(err, FP_E_NOT_FOUND, "--plugin %s: Flink %s has no such plugin",
                                 plugin->name, plan->version.text),
                         err, "%s; or give the file: --plugin %s=FILE", fp_flink_plugin_names(),
                         plugin->name);
    }
    return FP_OK;
}

static enum fp_code check_conf(const struct fp_plan *plan, struct fp_error *err)
{
    static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    for (size_t i = 0; i < plan->conf_keys.len; i++) {
        const char *key = plan->conf_keys.items[i];
        if (key[0] == '\0' || key[strspn(key, good)] != '\0')
            return fp_fail(err, FP_E_USAGE,
                           "--conf: '%s' is no key of Flink's configuration, such as "
                           "'taskmanager.numberOfTaskSlots'",
                           key);
    }
    return FP_OK;
}

enum fp_code fp_plan_check_base(const struct fp_plan *plan, struct fp_error *err)
{
    bool is_image = plan->options->from_image != NULL;
    const char *option = is_image ? "--from-image" : "--base";
    const char *asked = is_image ? plan->options->from_image : plan->options->base;
    struct fp_location at = {0};
    if (asked == NULL)
        return FP_OK;
    if (!is_image && fp_base_is_name(asked)) {
        struct fp_base_entry entry = {0};
        enum fp_code code = fp_base_find(&plan->options->base_folders, asked, &entry, err);
        fp_base_entry_clear(&entry);
        return fp_context(code, err, "--base");
    }
    enum fp_code code = fp_location_parse(asked, &at, err);
    if (code != FP_OK)
        return fp_context(code, err, "%s '%s'", option, asked);
    if (at.path != NULL && at.kind != FP_AT_STORE && !fp_path_exists(at.path))
        code = fp_fail(err, FP_E_NOT_FOUND, "%s: '%s' does not exist", option, at.path);
    else if (at.kind == FP_AT_ROOTFS && plan->platform_count > 1)
        code = fp_fail(err, FP_E_USAGE, "%s '%s': a root file system is of one platform, not %zu",
                       option, asked, plan->platform_count);
    fp_location_clear(&at);
    return code;
}

/* The first jar from `from` on whose manifest names a main class, or the number of jars. */
static size_t first_with_main(const struct fp_plan *plan, size_t from)
{
    while (from < plan->job_jars.len && plan->jars[from].main_class == NULL)
        from++;
    return from;
}

static enum fp_code check_classname(const struct fp_plan *plan, struct fp_error *err)
{
    const char *name = plan->options->job_classname;
    bool found = false;
    if (name == NULL)
        return FP_OK;
    if (name[0] == '\0' || strpbrk(name, " \t/\\;:,'\"") != NULL)
        return fp_hinted(
            fp_fail(err, FP_E_USAGE, "--job-classname '%s': not the name of a class", name), err,
            "it is the name with its package, as in com.example.WordCount");
    for (size_t i = 0; i < plan->job_jars.len && !found; i++) {
        if (plan->jars[i].sha256[0] == '\0')
            continue;
        FP_TRY(fp_jar_has_class(plan->job_jars.items[i], name, &found, err));
    }
    for (size_t i = 0; i < plan->options->libs.len && !found; i++) {
        if (fp_jar_has_class(plan->options->libs.items[i], name, &found, NULL) != FP_OK)
            found = false;
    }
    size_t index = first_with_main(plan, 0);
    if (!found && index < plan->job_jars.len && plan->source != FP_FROM_IMAGE)
        return fp_hinted(fp_fail(err, FP_E_INPUT,
                                 "--job-classname %s: no job jar has that class, and the manifest "
                                 "of %s says %s",
                                 name, plan->job_jars.items[index], plan->jars[index].main_class),
                         err, "--job-classname %s, or leave it out", plan->jars[index].main_class);
    if (!found)
        fp_report(plan->context->reporter, FP_EVENT_WARNING,
                  "--job-classname %s: no job jar has that class", name);
    return FP_OK;
}

/* Flink looks for the one jar whose manifest names a main class. */
static enum fp_code check_main_class(const struct fp_plan *plan, struct fp_error *err)
{
    if (plan->options->job_classname != NULL || plan->job_jars.len == 0)
        return FP_OK;
    size_t first = first_with_main(plan, 0);
    size_t second = first_with_main(plan, first + 1);
    if (first >= plan->job_jars.len)
        fp_report(plan->context->reporter, FP_EVENT_WARNING,
                  "no jar has a Main-Class in its manifest: give --job-classname here, or to "
                  "job-cluster when it runs");
    if (second >= plan->job_jars.len)
        return FP_OK;
    return fp_hinted(fp_fail(err, FP_E_INPUT,
                             "two main classes: %s says %s in its manifest, %s says %s",
                             plan->job_jars.items[first], plan->jars[first].main_class,
                             plan->job_jars.items[second], plan->jars[second].main_class),
                     err, "--job-classname CLASS says which is the job's");
}

enum fp_code fp_plan_check_platforms(const struct fp_plan *plan, struct fp_error *err)
{
    for (size_t i = 0; i < plan->platform_count; i++) {
        if (strcmp(plan->platforms[i].os, "linux") != 0)
            return fp_fail(err, FP_E_USAGE, "--platform %s/%s: images are made for linux",
                           plan->platforms[i].os, plan->platforms[i].architecture);
    }
    return FP_OK;
}

enum fp_code fp_plan_check(const struct fp_plan *plan, struct fp_error *err)
{
    FP_TRY(fp_plan_check_platforms(plan, err));
    FP_TRY(fp_plan_check_base(plan, err));
    FP_TRY(check_libraries(plan, err));
    FP_TRY(check_conf(plan, err));
    FP_TRY(check_classname(plan, err));
    FP_TRY(check_main_class(plan, err));
    return check_plugins(plan, err);
}
