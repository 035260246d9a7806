/* The configuration of an image: variables, labels, user, entrypoint. */
#include "asked.h"
#include "layers.h"

#include <string.h>

/* The label that lists the plugins of an image. */
#define LABEL_PLUGINS "flinkpack.plugins"

/* The PATH if a base does not set it. */
#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* Set a value, or remove it if NULL, so that a new job never inherits the old job's class. */
static void set_or_remove(json_t *object, const char *key, const char *value)
{
    fp_json_set(object, key, fp_json_text(value));
}

static json_t *make_env(const struct fp_plan *plan, const struct fp_flink *flink,
                        const struct fp_base_image *base)
{
    json_t *env = json_object();
    if (flink->has_dist) {
        cleanup_free char *old_path = fp_config_env(&base->config, "PATH");
        cleanup_free char *old_java = fp_config_env(&base->config, "JAVA_HOME");
        cleanup_free char *path =
            fp_xasprintf("%s/bin:%s", flink->home,
                         old_path != NULL && *old_path != '\0' ? old_path : DEFAULT_PATH);
        fp_json_set_text(env, "FLINK_HOME", flink->home);
        fp_json_set_text(env, "PATH", path);
        /* Replace a JAVA_HOME that does not exist, as Flink's scripts would use it unchecked. */
        if (old_java == NULL || base->facts.java_home == NULL ||
            strcmp(old_java, base->facts.java_home) != 0)
            fp_json_set_text(env, "JAVA_HOME", base->facts.java_home);
    }
    if (plan->job_jars.len > 0)
        set_or_remove(env, FP_ENV_JOB_CLASSNAME, fp_job_classname(plan, flink));
    json_object_update(env, plan->env);
    return env;
}

/* What is in the image, as far as labels ask for it. */
static const struct fp_tree *tree_of(const struct fp_base_image *base,
                                     const struct fp_platform_image *image)
{
    return image->outline != NULL ? image->outline : base->facts.tree;
}

/* The most bytes that the names of plugins may have. */
#define PLUGINS_MAX 4096

/* List the jars of one of Flink's directories as "NAME/JAR"; of lib/, possible file systems. */
static void list_jars(const struct fp_tree *tree, const char *folder, const char *name,
                      struct fp_strv *ret)
{
    cleanup_free char *path = fp_path_join(folder, name);
    cleanup_strv struct fp_strv jars = {0};
    const struct fp_entry *place = fp_tree_resolve(tree, path);
    bool is_lib = strcmp(name, "lib") == 0;
    if (place != NULL)
        fp_tree_children(tree, place->path, &jars);
    for (size_t i = 0; i < jars.len; i++) {
        const char *jar = jars.items[i];
        if (fp_text_ends_with(jar, ".jar") &&
            (!is_lib || strstr(jar, "hadoop") != NULL || strstr(jar, "-fs-") != NULL ||
             strstr(jar, "gcs-connector") != NULL))
            fp_strv_addf(ret, "%s/%s", name, jar);
    }
}

/* List, separated by ',', "NAME/JAR" of the plugins that not every distribution has and of possible
 * file systems in lib/. The caller owns it. */
static char *list_plugins(const struct fp_tree *tree, const char *home)
{
    cleanup_strv struct fp_strv folders = {0};
    cleanup_strv struct fp_strv jars = {0};
    cleanup_free char *path = fp_path_join(home + 1, "plugins");
    const struct fp_entry *plugins = fp_tree_resolve(tree, path);
    if (plugins != NULL)
        fp_tree_children(tree, plugins->path, &folders);
    for (size_t i = 0; i < folders.len; i++) {
        const char *name = folders.items[i];
        if (strncmp(name, "metrics-", 8) != 0 && strncmp(name, "external-resource-", 18) != 0)
            list_jars(tree, path, name, &jars);
    }
    list_jars(tree, home + 1, "lib", &jars);
    return fp_strv_join(&jars, ",", PLUGINS_MAX);
}

/* Make the labels, which `generate`, `rebase` and users read from the image later. */
static json_t *make_labels(const struct fp_plan *plan, const struct fp_flink *flink,
                           const struct fp_base_image *base, const struct fp_platform_image *image)
{
    json_t *labels = json_object();
    cleanup_free char *jars = fp_strv_join(&plan->job_names, ",", FP_SMALL_FILE_MAX);
    cleanup_free char *plugins = list_plugins(tree_of(base, image), flink->home);
    cleanup_free char *options = fp_asked_text(plan, flink->has_dist ? NULL : &base->config);
    fp_json_set_text(labels, "flinkpack.type",
                     plan->job_jars.len > 0 || fp_keeps_job(flink, base) ? "job" : "session");
    fp_json_set_text(labels, "flinkpack.flink-version", flink->version.text);
    fp_json_set_text(labels, "flinkpack.scala-version", flink->dist.scala_version);
    fp_json_set_text(labels, LABEL_PLUGINS, plugins);
    if (plan->job_jars.len > 0) {
        set_or_remove(labels, "flinkpack.job-class", fp_job_classname(plan, flink));
        fp_json_set_text(labels, "flinkpack.job-jars", jars);
    }
    fp_json_set_text(labels, FP_LABEL_OPTIONS, options);
    json_object_update(labels, plan->labels);
    return labels;
}

static enum fp_code make_with_flink(const struct fp_plan *plan, const struct fp_flink *flink,
                                    const struct fp_bases *bases, size_t platform,
                                    struct fp_platform_image *image, struct fp_error *err)
{
    const struct fp_base_image *base = &bases->images[platform];
    cleanup_json json_t *env = make_env(plan, flink, base);
    cleanup_json json_t *labels = make_labels(plan, flink, base, image);
    cleanup_free char *recipes = fp_recipes_label(bases, platform, image, env);
    cleanup_json json_t *entrypoint = json_pack("[s]", "/docker-entrypoint.sh");
    cleanup_json json_t *cmd = json_pack("[s]", "help");
    cleanup_json json_t *ports = json_pack("{s:{}, s:{}}", "6123/tcp", "8081/tcp");
    cleanup_free char *user = fp_xasprintf("%u:%u", plan->uid, plan->gid);
    struct fp_config_change look = {.env = env, .labels = labels, .user = plan->user};
    if (json_object_get(plan->labels, FP_LABEL_RECIPES) == NULL)
        fp_json_set_text(labels, FP_LABEL_RECIPES, recipes);
    if (flink->has_dist) {
        look.user = user;
        look.entrypoint = entrypoint;
        look.cmd = cmd;
        look.exposed_ports = ports;
        look.working_dir = FP_FLINK_HOME;
    }
    return fp_image_assemble(plan, bases, platform, &look, image, err);
}

/* Warn about an entrypoint that does not exist, because the image would fail to start. */
static void check_entrypoint(const struct fp_plan *plan, const struct fp_tree *tree)
{
    const char *program = json_string_value(json_array_get(plan->entrypoint, 0));
    if (program != NULL && program[0] == '/' && fp_tree_resolve(tree, program + 1) == NULL)
        fp_report(plan->context->reporter, FP_EVENT_WARNING,
                  "--entrypoint %s: the image has no such file", program);
}

/* Update the list of plugins of an image of ours after files were added to it. */
static json_t *relabel(const struct fp_plan *plan, const struct fp_base_image *base,
                       const struct fp_platform_image *image)
{
    json_t *labels = json_object();
    const json_t *config = json_object_get(base->config.document, "config");
    cleanup_free char *home = fp_config_env(&base->config, "FLINK_HOME");
    if (fp_json_string(json_object_get(config, "Labels"), LABEL_PLUGINS) != NULL && home != NULL &&
        home[0] == '/') {
        cleanup_free char *plugins = list_plugins(tree_of(base, image), home);
        fp_json_set_text(labels, LABEL_PLUGINS, plugins);
    }
    (void) json_object_update(labels, plan->labels);
    return labels;
}

static enum fp_code make_appended(const struct fp_plan *plan, const struct fp_bases *bases,
                                  size_t platform, struct fp_platform_image *image,
                                  struct fp_error *err)
{
    const struct fp_base_image *base = &bases->images[platform];
    cleanup_json json_t *labels = relabel(plan, base, image);
    const json_t *old = json_object_get(json_object_get(base->config.document, "config"), "Labels");
    /* An image that has nothing to do with Flink gets no label of ours. */
    if (fp_json_string(old, FP_LABEL_RECIPES) != NULL) {
        cleanup_free char *recipes = fp_recipes_label(bases, platform, image, plan->env);
        fp_json_set_text(labels, FP_LABEL_RECIPES, recipes);
    }
    const struct fp_config_change look = {.env = plan->env,
                                          .labels = labels,
                                          .entrypoint = plan->entrypoint,
                                          .cmd = plan->cmd,
                                          .user = plan->user,
                                          .working_dir = plan->working_dir,
                                          .keeps_all = true};
    check_entrypoint(plan, base->facts.tree);
    return fp_image_assemble(plan, bases, platform, &look, image, err);
}

enum fp_code fp_image_make(const struct fp_plan *plan, const struct fp_flink *flink,
                           const struct fp_bases *bases, size_t platform,
                           struct fp_platform_image *image, struct fp_error *err)
{
    int64_t base_time = fp_base_time(&bases->images[platform]);
    if (plan->source == FP_FROM_NOTHING) {
        image->created_s = fp_plan_time(plan, base_time);
        return make_appended(plan, bases, platform, image, err);
    }
    int64_t inputs_time = fp_inputs_time(plan, flink);
    image->created_s = fp_plan_time(plan, base_time > inputs_time ? base_time : inputs_time);
    return make_with_flink(plan, flink, bases, platform, image, err);
}
