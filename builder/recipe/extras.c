/* Libraries, plugins and additions that the user wants in the image. */
#include "draft.h"

#include <stdlib.h>
#include <string.h>

/* "/opt/flink" and "lib" -> "opt/flink/lib", where links lead in the image so far. */
static char *below_home(const struct fp_layer_step *step, const char *name)
{
    cleanup_free char *path = fp_xasprintf("%s/%s", step->flink->home + 1, name);
    const struct fp_entry *entry = fp_tree_resolve(step->tree, path);
    return fp_xstrdup(entry != NULL && entry->kind == FP_ENTRY_DIR ? entry->path : path);
}

static enum fp_code add_named(struct fp_draft *draft, const char *folder, const char *source,
                              struct fp_error *err)
{
    cleanup_free char *path = fp_path_join(folder, fp_path_base(source));
    return fp_draft_file(draft, path, 0644, source, NULL, err);
}

static enum fp_code add_libs(const struct fp_layer_step *step, struct fp_draft *draft,
                             struct fp_error *err)
{
    const struct fp_strv *libs = &step->plan->libs;
    cleanup_free char *lib = below_home(step, "lib");
    enum fp_code code = FP_OK;
    for (size_t i = 0; i < libs->len && code == FP_OK; i++) {
        code = add_named(draft, lib, libs->items[i], err);
        if (code != FP_OK)
            return fp_context(code, err, "--lib");
    }
    return code;
}

/* "s3-fs-hadoop" is opt/flink-s3-fs-hadoop-1.20.4.jar. */
static bool is_jar_of_plugin(const char *jar, const char *plugin)
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

static enum fp_code link_plugin(const struct fp_layer_step *step, struct fp_draft *draft,
                                const char *folder, const char *name, struct fp_error *err)
{
    cleanup_strv struct fp_strv jars = {0};
    cleanup_free char *opt = step->flink->has_dist ? fp_xasprintf("%s/opt", step->flink->dist.top)
                                                   : below_home(step, "opt");
    fp_tree_children(step->flink->has_dist ? step->flink->dist.tree : step->tree, opt, &jars);
    for (size_t i = 0; i < jars.len; i++) {
        if (!is_jar_of_plugin(jars.items[i], name))
            continue;
        cleanup_free char *path = fp_path_join(folder, jars.items[i]);
        cleanup_free char *target = fp_xasprintf("/%s/%s", opt, jars.items[i]);
        return fp_draft_link(draft, path, target, err);
    }
    return no_such_plugin(&jars, name, err);
}

/* Some plugins are in plugins/ from the start. */
static bool is_there_already(const struct fp_layer_step *step, const char *folder,
                             const struct fp_plan_plugin *plugin)
{
    if (plugin->files.len > 0)
        return false;
    if (!step->flink->has_dist)
        return fp_tree_get(step->tree, folder) != NULL;
    cleanup_free char *in_dist = fp_xasprintf("%s/plugins/%s", step->flink->dist.top, plugin->name);
    return fp_tree_get(step->flink->dist.tree, in_dist) != NULL;
}

static enum fp_code add_plugin(const struct fp_layer_step *step, struct fp_draft *draft,
                               const struct fp_plan_plugin *plugin, struct fp_error *err)
{
    bool own_folder = step->flink->traits->has_plugins;
    cleanup_free char *plugins = below_home(step, own_folder ? "plugins" : "lib");
    cleanup_free char *folder =
        own_folder ? fp_path_join(plugins, plugin->name) : fp_xstrdup(plugins);
    enum fp_code code = FP_OK;
    if (own_folder && is_there_already(step, folder, plugin)) {
        fp_report(step->plan->context->reporter, FP_EVENT_INFO,
                  "--plugin %s: Flink has it in plugins/ already", plugin->name);
        return FP_OK;
    }
    if (own_folder && !fp_tree_get(step->tree, folder))
        code = fp_draft_dir(draft, folder, 0775, step->plan->uid, 0, err);
    if (code == FP_OK && plugin->files.len == 0)
        return link_plugin(step, draft, folder, plugin->name, err);
    for (size_t i = 0; i < plugin->files.len && code == FP_OK; i++)
        code = add_named(draft, folder, plugin->files.items[i], err);
    return fp_context(code, err, "--plugin %s", plugin->name);
}

enum fp_code fp_setup_extras(const struct fp_layer_step *step, struct fp_draft *draft,
                             bool *ret_any, struct fp_error *err)
{
    const struct fp_plan *plan = step->plan;
    enum fp_code code = add_libs(step, draft, err);
    for (size_t i = 0; i < plan->plugin_count && code == FP_OK; i++)
        code = add_plugin(step, draft, &plan->plugins[i], err);
    if (code == FP_OK)
        code = fp_draft_adds(step, draft, err);
    *ret_any = *ret_any || plan->libs.len > 0 || plan->plugin_count > 0 || plan->add_count > 0;
    return code;
}

static enum fp_code patch_image_conf(const struct fp_layer_step *step, struct fp_draft *draft,
                                     struct fp_error *err)
{
    cleanup_free char *conf = below_home(step, "conf");
    cleanup_free char *path = fp_path_join(conf, step->flink->traits->config_file);
    cleanup_buf struct fp_buf text = FP_BUF_INIT(FP_SMALL_FILE_MAX);
    enum fp_code code = fp_base_image_read(step->base, path, &text, err);
    if (code != FP_OK)
        return fp_context(code, err, "--conf");
    cleanup_free char *patched = NULL;
    code = fp_setup_conf(step, fp_buf_text(&text), text.len, &patched, err);
    if (code != FP_OK)
        return fp_context(code, err, "%s", path);
    const struct fp_entry *old = fp_tree_resolve(step->tree, path);
    struct fp_entry entry = {.path = path, .mode = 0664};
    if (old != NULL) {
        entry.mode = old->mode;
        entry.uid = old->uid;
        entry.gid = old->gid;
    }
    return fp_draft_text(draft, &entry, patched, strlen(patched), err);
}

enum fp_code fp_step_extras(const struct fp_layer_step *step, struct fp_layer *ret,
                            struct fp_error *err)
{
    cleanup_draft struct fp_draft draft = fp_draft_new(step);
    bool any = false;
    enum fp_code code = fp_setup_user(step, &draft, &any, err);
    if (code == FP_OK)
        code = fp_setup_extras(step, &draft, &any, err);
    if (code == FP_OK && step->plan->conf_keys.len > 0) {
        any = true;
        code = patch_image_conf(step, &draft, err);
    }
    if (code == FP_OK && any)
        code = fp_draft_write(&draft, step, "setup", ret, err);
    return code;
}
