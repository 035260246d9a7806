/* What the judge is told of a plan: its jars and their facts, Flink, the base, and settings. */
#include "judge.h"

#include <stdlib.h>
#include <string.h>

struct fp_judge_base fp_judge_base_of(const struct fp_plan *plan, const struct fp_bases *bases)
{
    const struct fp_base_entry *entry = &bases->entry;
    if (entry->name == NULL || fp_json_string(plan->env, "JAVA_HOME") != NULL ||
        fp_json_string(plan->env, "PATH") != NULL)
        return (struct fp_judge_base){0};
    return (struct fp_judge_base){.name = entry->name, .java = entry->java};
}

/* The jars that are judged, before their facts are read. */
static void add_jar(struct fp_judge_case *judged, const char *path, enum fp_jar_role role,
                    const char *plugin)
{
    size_t count = judged->input.jar_count++;
    judged->jars = fp_xreallocarray(judged->jars, count + 1, sizeof(*judged->jars));
    judged->jars[count] = (struct fp_judged_jar){.path = path, .role = role, .plugin = plugin};
}

static void add_jars(const struct fp_plan *plan, struct fp_judge_case *judged)
{
    for (size_t i = 0; i < plan->job_jars.len; i++)
        if (plan->jars[i].sha256[0] != '\0') /* an artifact may be any file */
            add_jar(judged, plan->job_jars.items[i], FP_JAR_JOB, NULL);
    for (size_t i = 0; i < plan->libs.len; i++)
        if (fp_text_ends_with(plan->libs.items[i], ".jar"))
            add_jar(judged, plan->libs.items[i], FP_JAR_LIB, NULL);
    for (size_t i = 0; i < plan->plugin_count; i++) {
        const struct fp_plan_plugin *plugin = &plan->plugins[i];
        for (size_t k = 0; k < plugin->files.len; k++)
            if (fp_text_ends_with(plugin->files.items[k], ".jar"))
                add_jar(judged, plugin->files.items[k], FP_JAR_PLUGIN, plugin->name);
    }
}

static enum fp_code read_facts(const struct fp_plan *plan, struct fp_judge_case *judged,
                               struct fp_error *err)
{
    size_t count = judged->input.jar_count;
    judged->facts = fp_xcalloc(count + 1, sizeof(json_t *));
    for (size_t i = 0; i < count; i++) {
        struct fp_judged_jar *jar = &judged->jars[i];
        const char *entry = jar->role == FP_JAR_JOB ? plan->job_classname : NULL;
        FP_TRY(fp_jar_facts(plan->context->cache, jar->path, entry, &judged->facts[i], err));
        jar->facts = judged->facts[i];
    }
    return FP_OK;
}

bool fp_judge_is_elsewhere(const char *key)
{
    static const char *const ELSEWHERE[] = {"pipeline.jars", "pipeline.classpaths",
                                            "user.artifacts.artifact-list"};
    for (size_t i = 0; i < sizeof(ELSEWHERE) / sizeof(ELSEWHERE[0]); i++)
        if (strcmp(key, ELSEWHERE[i]) == 0)
            return true;
    return false;
}

/* Whether only what was examined can be on the class path. */
static bool is_whole(const struct fp_plan *plan, const struct fp_flink *flink)
{
    bool is = flink->has_dist && !flink->dist.is_outline && !flink->dist.has_added_jars &&
              plan->release.hadoop_version == NULL && !plan->with_python3 &&
              fp_json_string(plan->env, "HADOOP_CLASSPATH") == NULL;
    for (size_t i = 0; i < plan->conf_keys.len; i++)
        is = is && !fp_judge_is_elsewhere(plan->conf_keys.items[i]);
    return is && !fp_plan_adds_to(plan, FP_FLINK_HOME);
}

/* The Scala version in lib/flink-dist_2.12-1.6.0.jar. The caller owns it; NULL: there is none. */
static char *scala_of(const struct fp_strv *lib_names)
{
    static const char prefix[] = "flink-dist_";
    for (size_t i = 0; i < lib_names->len; i++) {
        const char *name = lib_names->items[i];
        if (strncmp(name, prefix, sizeof(prefix) - 1) == 0)
            return fp_xstrndup(name + sizeof(prefix) - 1, strcspn(name + sizeof(prefix) - 1, "-"));
    }
    return NULL;
}

static void list_plugin_jars(const struct fp_tree *tree, const char *plugins, const char *name,
                             struct fp_judge_case *judged)
{
    cleanup_free char *directory = fp_path_join(plugins, name);
    cleanup_strv struct fp_strv jars = {0};
    fp_tree_children(tree, directory, &jars);
    for (size_t i = 0; i < jars.len; i++)
        if (fp_text_ends_with(jars.items[i], ".jar"))
            fp_strv_addf(&judged->plugin_jars, "%s/%s", name, jars.items[i]);
}

/* What the distribution has in lib/ and plugins/. */
static void list_distribution(const struct fp_flink *flink, struct fp_judge_case *judged)
{
    const struct fp_distribution *dist = &flink->dist;
    cleanup_free char *plugins = fp_xasprintf("%s/plugins", dist->top);
    cleanup_strv struct fp_strv names = {0};
    if (!flink->has_dist || dist->is_outline)
        return;
    fp_strv_add_all(&judged->lib_names, &dist->lib_jars);
    fp_tree_children(dist->tree, plugins, &names);
    for (size_t i = 0; i < names.len; i++) {
        cleanup_free char *path = fp_path_join(plugins, names.items[i]);
        const struct fp_entry *entry = fp_tree_resolve(dist->tree, path);
        if (entry == NULL || entry->kind != FP_ENTRY_DIR)
            continue;
        fp_strv_add(&judged->plugin_names, names.items[i]);
        list_plugin_jars(dist->tree, plugins, names.items[i], judged);
    }
}

/* What an image that has Flink has there. */
static void list_image(const struct fp_flink *flink, const struct fp_base_facts *facts,
                       struct fp_judge_case *judged)
{
    cleanup_strv struct fp_strv names = {0};
    if (flink->has_dist || facts == NULL)
        return;
    fp_base_home_names(facts->tree, flink->home, "lib", &judged->lib_names);
    fp_base_home_names(facts->tree, flink->home, "plugins", &names);
    for (size_t i = 0; i < names.len; i++) {
        cleanup_free char *part = fp_path_join("plugins", names.items[i]);
        cleanup_strv struct fp_strv jars = {0};
        fp_base_home_names(facts->tree, flink->home, part, &jars);
        if (jars.len > 0)
            fp_strv_add(&judged->plugin_names, names.items[i]);
        for (size_t k = 0; k < jars.len; k++)
            fp_strv_addf(&judged->plugin_jars, "%s/%s", names.items[i], jars.items[k]);
    }
}

/* What the plan adds there. A plugin without files is a jar of opt/. */
static void list_additions(const struct fp_plan *plan, const struct fp_flink *flink,
                           struct fp_judge_case *judged)
{
    for (size_t i = 0; i < plan->libs.len; i++)
        fp_strv_add(&judged->lib_names, fp_path_base(plan->libs.items[i]));
    /* The entrypoint makes plugins of these jars of opt/. */
    const char *built_in = fp_json_string(plan->env, "ENABLE_BUILT_IN_PLUGINS");
    fp_strv_split(&judged->plugin_names, built_in != NULL ? built_in : "", ';');
    for (size_t i = 0; i < plan->plugin_count; i++) {
        const struct fp_plan_plugin *plugin = &plan->plugins[i];
        if (!fp_strv_has(&judged->plugin_names, plugin->name))
            fp_strv_add(&judged->plugin_names, plugin->name);
        for (size_t k = 0; k < plugin->files.len; k++)
            fp_strv_addf(&judged->plugin_jars, "%s/%s", plugin->name,
                         fp_path_base(plugin->files.items[k]));
        for (size_t k = 0; plugin->files.len == 0 && k < flink->dist.opt_jars.len; k++)
            if (fp_is_jar_of_plugin(flink->dist.opt_jars.items[k], plugin->name))
                fp_strv_addf(&judged->plugin_jars, "%s/%s", plugin->name,
                             flink->dist.opt_jars.items[k]);
    }
}

static void add_settings(const struct fp_plan *plan, struct fp_judge_case *judged)
{
    size_t count = plan->conf_keys.len;
    judged->settings = fp_xcalloc(count + 1, sizeof(*judged->settings));
    for (size_t i = 0; i < count; i++)
        judged->settings[i] = (struct fp_judged_setting){plan->conf_keys.items[i],
                                                         plan->conf_values.items[i], "--conf"};
    judged->input.setting_count = count;
}

enum fp_code fp_judge_case_make(const struct fp_plan *plan, const struct fp_flink *flink,
                                const struct fp_judge_base *base, const struct fp_api *api,
                                struct fp_judge_case *ret, struct fp_error *err)
{
    bool has_names = flink->has_dist ? !flink->dist.is_outline : base->facts != NULL;
    add_jars(plan, ret);
    FP_TRY(read_facts(plan, ret, err));
    list_distribution(flink, ret);
    list_image(flink, base->facts, ret);
    ret->scala_version = flink->has_dist && flink->dist.scala_version != NULL
                             ? fp_xstrdup(flink->dist.scala_version)
                             : scala_of(&ret->lib_names);
    list_additions(plan, flink, ret);
    add_settings(plan, ret);
    struct fp_judge_input *input = &ret->input;
    input->version = &flink->version;
    input->traits = flink->traits;
    input->scala_version = ret->scala_version;
    input->java = base->java;
    input->base_name = base->java > 0 ? base->name : NULL;
    input->api = api;
    input->jars = ret->jars;
    input->job_classname = plan->job_classname;
    input->lib_names = &ret->lib_names;
    input->plugin_names = has_names ? &ret->plugin_names : NULL;
    input->plugin_jars = has_names ? &ret->plugin_jars : NULL;
    input->is_whole = is_whole(plan, flink);
    input->settings = ret->settings;
    return FP_OK;
}

void fp_judge_case_clear(struct fp_judge_case *judged)
{
    for (size_t i = 0; judged->facts != NULL && i < judged->input.jar_count; i++)
        json_decref(judged->facts[i]);
    free(judged->facts);
    free(judged->jars);
    free(judged->settings);
    free(judged->scala_version);
    fp_strv_clear(&judged->lib_names);
    fp_strv_clear(&judged->plugin_names);
    fp_strv_clear(&judged->plugin_jars);
    *judged = (struct fp_judge_case){0};
}
