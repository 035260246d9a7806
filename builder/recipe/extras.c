/* The libraries, plugins and additions that the user asked for. */
#include "draft.h"

#include <stdlib.h>
#include <string.h>

char *fp_below_home(const struct fp_layer_step *step, const char *name)
{
    cleanup_free char *path = fp_xasprintf("%s/%s", step->flink->home + 1, name);
    const struct fp_entry *entry = fp_tree_resolve(step->tree, path);
    return fp_xstrdup(entry != NULL && entry->kind == FP_ENTRY_DIR ? entry->path : path);
}

static void add_files(struct fp_draft *draft, const char *directory, const struct fp_strv *files)
{
    for (size_t i = 0; i < files->len; i++) {
        cleanup_free char *path = fp_path_join(directory, fp_path_base(files->items[i]));
        fp_draft_file(draft, path, 0644, files->items[i], NULL);
    }
}

bool fp_is_jar_of_plugin(const char *jar, const char *plugin)
{
    size_t len = strlen(plugin);
    const char *name =
        strncmp(jar, "flink-", 6) == 0 && strncmp(plugin, "flink-", 6) != 0 ? jar + 6 : jar;
    return strncmp(name, plugin, len) == 0 &&
           ((name[len] == '-' && name[len + 1] >= '0' && name[len + 1] <= '9') ||
            strcmp(name + len, ".jar") == 0);
}

static enum fp_code no_such_plugin(const struct fp_strv *jars, const char *name,
                                   struct fp_error *err)
{
    cleanup_free char *list = fp_strv_join(jars, " ", 800);
    return fp_hinted(
        fp_fail(err, FP_E_NOT_FOUND, "--plugin %s: the distribution's opt/ has no such jar", name),
        err, "%s%s%sgive the file: --plugin %s=FILE", jars->len > 0 ? "there are: " : "", list,
        jars->len > 0 ? "; or " : "", name);
}

static bool is_in_distribution(const struct fp_flink *flink, const char *name)
{
    const struct fp_distribution *dist = &flink->dist;
    cleanup_free char *path = fp_xasprintf("%s/plugins/%s", dist->top, name);
    bool is = flink->traits->has_plugins && fp_tree_get(dist->tree, path) != NULL;
    for (size_t i = 0; i < dist->opt_jars.len && !is; i++)
        is = fp_is_jar_of_plugin(dist->opt_jars.items[i], name);
    return is;
}

enum fp_code fp_check_plugins(const struct fp_plan *plan, const struct fp_flink *flink,
                              struct fp_error *err)
{
    if (!flink->has_dist || flink->dist.is_outline)
        return FP_OK;
    for (size_t i = 0; i < plan->plugin_count; i++) {
        const struct fp_plan_plugin *plugin = &plan->plugins[i];
        if (plugin->files.len == 0 && !is_in_distribution(flink, plugin->name))
            return no_such_plugin(&flink->dist.opt_jars, plugin->name, err);
    }
    return FP_OK;
}

static enum fp_code link_plugin(struct fp_draft *draft, const char *directory, const char *name,
                                struct fp_error *err)
{
    const struct fp_layer_step *step = draft->step;
    cleanup_strv struct fp_strv jars = {0};
    cleanup_free char *opt = step->flink->has_dist ? fp_xasprintf("%s/opt", step->flink->dist.top)
                                                   : fp_below_home(step, "opt");
    fp_tree_children(step->flink->has_dist ? step->flink->dist.tree : step->tree, opt, &jars);
    for (size_t i = 0; i < jars.len; i++) {
        if (!fp_is_jar_of_plugin(jars.items[i], name))
            continue;
        cleanup_free char *path = fp_path_join(directory, jars.items[i]);
        cleanup_free char *target = fp_xasprintf("/%s/%s", opt, jars.items[i]);
        fp_draft_link(draft, path, target);
        return fp_draft_check(draft, err);
    }
    return no_such_plugin(&jars, name, err);
}

/* Whether nothing has to be added for a plugin, because plugins/ has it already. */
static bool is_there_already(const struct fp_layer_step *step, const char *directory,
                             const struct fp_plan_plugin *plugin)
{
    if (plugin->files.len > 0)
        return false;
    if (!step->flink->has_dist)
        return fp_tree_get(step->tree, directory) != NULL;
    cleanup_free char *in_dist = fp_xasprintf("%s/plugins/%s", step->flink->dist.top, plugin->name);
    return fp_tree_get(step->flink->dist.tree, in_dist) != NULL;
}

static enum fp_code add_plugin(struct fp_draft *draft, const struct fp_plan_plugin *plugin,
                               struct fp_error *err)
{
    const struct fp_layer_step *step = draft->step;
    bool is_own = step->flink->traits->has_plugins;
    cleanup_free char *plugins = fp_below_home(step, is_own ? "plugins" : "lib");
    cleanup_free char *directory =
        is_own ? fp_path_join(plugins, plugin->name) : fp_xstrdup(plugins);
    if (is_own && is_there_already(step, directory, plugin)) {
        fp_report(step->plan->context->reporter, FP_EVENT_INFO,
                  "--plugin %s: Flink has it in plugins/ already", plugin->name);
        return FP_OK;
    }
    if (is_own && fp_tree_get(step->tree, directory) == NULL)
        fp_draft_dir(draft, directory, 0775, step->plan->uid, 0);
    if (plugin->files.len == 0)
        return link_plugin(draft, directory, plugin->name, err);
    add_files(draft, directory, &plugin->files);
    return fp_context(fp_draft_check(draft, err), err, "--plugin %s", plugin->name);
}

enum fp_code fp_draft_extras(struct fp_draft *draft, struct fp_error *err)
{
    const struct fp_plan *plan = draft->step->plan;
    cleanup_free char *lib = fp_below_home(draft->step, "lib");
    add_files(draft, lib, &plan->libs);
    FP_TRY(fp_context(fp_draft_check(draft, err), err, "--lib"));
    for (size_t i = 0; i < plan->plugin_count; i++)
        FP_TRY(add_plugin(draft, &plan->plugins[i], err));
    return fp_draft_adds(draft, err);
}
