/* --lib and --plugin: the jars that Flink loads itself. */
#include "plan_parts.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void fp_plan_files(const char *text, struct fp_strv *ret)
{
    if (strchr(text, ',') != NULL && fp_path_exists(text))
        fp_strv_add(ret, text);
    else
        fp_strv_split(ret, text, ',');
}

enum fp_code fp_plan_check_file(const char *option, const char *path, struct fp_error *err)
{
    uint64_t size = 0;
    cleanup_fd int fd = -1;
    return fp_context(fp_file_open(path, &fd, &size, err), err, "%s", option);
}

/* Flink loads *.jar from lib/ and plugins/ and ignores all other files. */
static enum fp_code check_library(const struct fp_plan *plan, const char *option, const char *path,
                                  struct fp_error *err)
{
    struct fp_jar jar = {0};
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
    FP_TRY(fp_context(fp_jar_inspect(plan->context->cache, path, &jar, err), err, "%s", option));
    fp_jar_clear(&jar);
    return FP_OK;
}

static enum fp_code parse_plugin(const char *text, struct fp_plan_plugin *plugin,
                                 struct fp_error *err)
{
    const char *equals = strchrnul(text, '=');
    size_t len = (size_t) (equals - text);
    if (len == 0 || memchr(text, '/', len) != NULL || text[0] == '.')
        return fp_fail(err, FP_E_USAGE, "--plugin '%s': expected NAME or NAME=FILE,FILE", text);
    plugin->name = fp_xstrndup(text, len);
    if (*equals == '=') {
        fp_plan_files(equals + 1, &plugin->files);
        if (plugin->files.len == 0)
            return fp_fail(err, FP_E_USAGE, "--plugin '%s': no file after '='", text);
    }
    return FP_OK;
}

/* Before a release is fetched, a plugin can only be compared with the names that are known. */
static enum fp_code check_known(const struct fp_plan *plan, const struct fp_plan_plugin *plugin,
                                struct fp_error *err)
{
    if (plan->source != FP_FROM_RELEASE || plugin->files.len > 0 ||
        fp_flink_may_have_plugin(&plan->version, plugin->name))
        return FP_OK;
    return fp_hinted(fp_fail(err, FP_E_NOT_FOUND, "--plugin %s: Flink %s has no such plugin",
                             plugin->name, plan->version.text),
                     err, "%s; or give the file: --plugin %s=FILE", fp_flink_plugin_names(),
                     plugin->name);
}

static enum fp_code plan_plugin(struct fp_plan *plan, const char *text, struct fp_error *err)
{
    struct fp_plan_plugin *plugin = &plan->plugins[plan->plugin_count++];
    FP_TRY(parse_plugin(text, plugin, err));
    for (size_t i = 0; i < plugin->files.len; i++)
        FP_TRY(check_library(plan, "--plugin", plugin->files.items[i], err));
    return check_known(plan, plugin, err);
}

enum fp_code fp_plan_libs(struct fp_plan *plan, const struct fp_build_options *options,
                          struct fp_error *err)
{
    fp_strv_add_all(&plan->libs, &options->libs);
    for (size_t i = 0; i < plan->libs.len; i++)
        FP_TRY(check_library(plan, "--lib", plan->libs.items[i], err));
    plan->plugins = fp_xcalloc(options->plugins.len + 1, sizeof(*plan->plugins));
    for (size_t i = 0; i < options->plugins.len; i++)
        FP_TRY(plan_plugin(plan, options->plugins.items[i], err));
    return FP_OK;
}
