/* Checks that the image can reach the places of a job's state, and that all pods share them. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "flinkpack/flink/file_systems.h"
#include "format.h"
#include "setting.h"
#include "text.h"

/* Settings whose value is a directory that JobManager and TaskManagers share. */
static const char *const shared[] = {"execution.checkpointing.dir",
                                     "state.checkpoints.dir",
                                     "state.savepoints.dir",
                                     "execution.checkpointing.savepoint-dir",
                                     "dstl.dfs.base-path",
                                     "high-availability.storageDir",
                                     "job-result-store.storage-path",
                                     NULL};

/* Settings whose value is a directory that only the JobManager uses. */
static const char *const own[] = {"jobmanager.archive.fs.dir", "historyserver.archive.fs.dir",
                                  "fs.default-scheme", NULL};

/* Those of them without which no job starts, where the user gives them here. What an image was
 * built with is judged when it is built. */
static const char *const needed[] = {"execution.checkpointing.dir", "state.checkpoints.dir",
                                     "high-availability.storageDir", NULL};

/* A text that names a place. Borrowed. */
struct named_place {
    const char *title; /* what the user called it */
    const char *text;
    bool is_place;  /* it is a directory, and nothing else */
    bool is_needed; /* no job starts without it */
};

/* The state of the checks. */
struct places {
    struct fp_deployment *d;
    const json_t *documents; /* after the patches */
    bool has_default_scheme; /* one other than file: */
    struct fp_strv seen;     /* schemes that were checked already */
};

/* The value of a container's variable, found anywhere in `value`; "?" if a Secret has it; NULL if
 * there is no such variable. */
static const char *variable_in(const json_t *value, const char *name)
{
    const char *text = json_string_value(value);
    const char *named = fp_json_string(value, "name");
    bool is_entry = named != NULL && strcmp(named, name) == 0;
    const json_t *said = json_object_get(value, is_entry ? "value" : name);
    const char *found = NULL;
    const char *key = NULL;
    json_t *member = NULL;
    size_t len = strlen(name);
    if (text != NULL)
        return strncmp(text, name, len) == 0 && text[len] == '=' ? text + len + 1 : NULL;
    if (is_entry || said != NULL)
        return json_is_string(said) ? json_string_value(said) : "?";
    for (size_t i = 0; i < json_array_size(value) && found == NULL; i++)
        found = variable_in(json_array_get(value, i), name);
    json_object_foreach(fp_iterable(value), key, member)
    {
        if (found == NULL)
            found = variable_in(member, name);
    }
    return found;
}

static const char *variable(const struct places *p, const char *name)
{
    const char *found = variable_in(p->documents, name);
    if (found == NULL)
        found = variable_in(p->d->env, name);
    return found != NULL ? found : fp_image_env(p->d, name);
}

static bool is_below(const char *path, const char *directory)
{
    size_t len = strlen(directory);
    while (len > 1 && directory[len - 1] == '/')
        len--;
    return strncmp(path, directory, len) == 0 &&
           (path[len] == '/' || path[len] == '\0' || len == 1);
}

/* Whether `path` is on a writable mount, except /tmp and log/, which each pod has for itself. */
static bool holds_state(const struct fp_deployment *d, const json_t *mount, const char *target,
                        const char *path)
{
    cleanup_free char *log = fp_path_join(d->home, "log");
    return strcmp(target, "/tmp") != 0 && strcmp(target, log) != 0 &&
           !json_is_true(json_object_get(mount, "readOnly")) && is_below(path, target);
}

/* Whether an item of volumeMounts, or of a Compose service's volumes, which can be the text
 * "SOURCE:TARGET[:ro]", is such a mount that holds `path`. Without `for_state`: whether it covers
 * `path` or a part of it, and so hides files of the image. */
static bool is_mount(const struct fp_deployment *d, const json_t *item, bool is_volume,
                     const char *path, bool for_state)
{
    const char *target = fp_json_string(item, "mountPath");
    cleanup_strv struct fp_strv parts = {0};
    if (is_volume && json_is_string(item))
        fp_strv_split(&parts, json_string_value(item), ':');
    if (target == NULL)
        target = parts.len > 1 ? parts.items[1] : fp_json_string(item, "target");
    if (target != NULL && for_state)
        return holds_state(d, item, target, path);
    return target != NULL && (is_below(target, path) || is_below(path, target));
}

/* Whether there is such a mount anywhere in `value`, the member `name` of an object. */
static bool has_mount(const struct fp_deployment *d, const json_t *value, const char *name,
                      const char *path, bool for_state)
{
    const char *key = NULL;
    json_t *member = NULL;
    bool is_volume = strcmp(name, "volumes") == 0;
    for (size_t i = 0; i < json_array_size(value); i++) {
        const json_t *item = json_array_get(value, i);
        if (is_mount(d, item, is_volume, path, for_state) ||
            has_mount(d, item, "", path, for_state))
            return true;
    }
    json_object_foreach(fp_iterable(value), key, member)
    {
        if (has_mount(d, member, key, path, for_state))
            return true;
    }
    return false;
}

static bool is_covered(const struct places *p, const char *name)
{
    cleanup_free char *directory = fp_path_join(p->d->home, name);
    return has_mount(p->d, p->documents, "", directory, false);
}

/* Whether variables add a Hadoop installation, which may support any file system. */
static bool has_hadoop_outside(const struct places *p)
{
    static const char *const names[] = {"HADOOP_CLASSPATH", "HADOOP_CONF_DIR", "HADOOP_HOME"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (variable(p, names[i]) != NULL)
            return true;
    }
    return false;
}

/* Whether lib/ has a jar of Hadoop itself, not one of a file system named after Hadoop. */
static bool has_hadoop(const char *plugins)
{
    cleanup_strv struct fp_strv jars = {0};
    fp_strv_split(&jars, plugins, ',');
    for (size_t i = 0; i < jars.len; i++) {
        if (strncmp(jars.items[i], "lib/", 4) == 0 && strstr(jars.items[i], "hadoop") != NULL &&
            strstr(jars.items[i], "-fs-") == NULL)
            return true;
    }
    return false;
}

/* Whether the image supports a scheme, or probably does. */
static bool has_scheme(const struct places *p, const char *scheme,
                       const struct fp_file_system *known, const char *plugins)
{
    const char *builtin = variable(p, "ENABLE_BUILT_IN_PLUGINS");
    bool is_flinks_own = strcmp(scheme, "s3") == 0 || strcmp(scheme, "s3p") == 0;
    if (is_covered(p, "plugins") || is_covered(p, "lib") ||
        (!is_flinks_own && has_hadoop_outside(p)))
        return true;
    if (known == NULL)
        return has_hadoop(plugins) || strcasestr(plugins, scheme) != NULL;
    return fp_file_system_is_in(known, plugins) ||
           (builtin != NULL && (strcmp(builtin, "?") == 0 || fp_file_system_is_in(known, builtin)));
}

/* Whether all plugins of the image are known, from its label or because it is the official one. */
static bool is_known_image(const struct fp_deployment *d)
{
    static const char *const names[] = {"docker.io/library/flink:", "docker.io/apache/flink:"};
    if (fp_image_label(d, "flinkpack.plugins") != NULL)
        return true;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strncmp(d->image->name, names[i], strlen(names[i])) == 0)
            return true;
    }
    return false;
}

/* What is wrong with a place whose scheme the image does not have. The caller owns it. */
static char *words_of(const struct fp_deployment *d, const char *title, const char *place,
                      const char *scheme, const char *doubt)
{
    const struct fp_file_system *known = fp_file_system_find(scheme);
    if (known == NULL)
        return fp_xasprintf("%s: %s: Flink has %s:// from Hadoop alone, which the image does not "
                            "have%s: build it with --hadoop-version or --lib, or give "
                            "HADOOP_CLASSPATH with --env",
                            title, place, scheme, doubt);
    if (d->traits->has_plugins)
        return fp_xasprintf("%s: %s: no plugin of the image has %s://%s: build it with --plugin "
                            "%s, or give --env ENABLE_BUILT_IN_PLUGINS=flink-%s-%s.jar",
                            title, place, scheme, doubt, known->plugin, known->plugin,
                            d->version.text);
    return fp_xasprintf("%s: %s: nothing in the image has %s://%s: build it with --plugin %s",
                        title, place, scheme, doubt, known->plugin);
}

/* Possible problems are notes, as a user who turns warnings into errors could not avoid them. What
 * keeps each job from starting is an error. */
static enum fp_code judge_scheme(const struct places *p, const struct named_place *place,
                                 const char *scheme, struct fp_error *err)
{
    struct fp_deployment *d = p->d;
    const struct fp_file_system *known = fp_file_system_find(scheme);
    const char *label = fp_image_label(d, "flinkpack.plugins");
    bool is_known = is_known_image(d);
    const char *doubt = !is_known         ? ", unless it was added to this image"
                        : place->is_place ? ""
                                          : ", unless the job brings what reads it";
    if (has_scheme(p, scheme, known, label != NULL ? label : ""))
        return FP_OK;
    cleanup_free char *words = words_of(d, place->title, place->text, scheme, doubt);
    if (!is_known || !place->is_place)
        fp_strv_addf(&d->remarks, "note:     %s", words);
    else if (!place->is_needed || known == NULL ||
             fp_strv_has(&d->options->allow, "filesystem-missing"))
        fp_strv_add(&d->warnings, words);
    else
        return fp_hinted(fp_fail(err, FP_E_INPUT, "%s", words), err,
                         "no job would start; --allow filesystem-missing if the image has it all "
                         "the same");
    return FP_OK;
}

/* Check each scheme once, and those that are needed each time. With `is_place` the text is a
 * directory, and any scheme is checked. Otherwise only hdfs and the schemes of known file systems
 * are. */
static enum fp_code check_scheme(struct places *p, const struct named_place *place,
                                 struct fp_error *err)
{
    cleanup_free char *scheme = fp_uri_scheme(place->text);
    if (*scheme == '\0' || strcmp(scheme, "file") == 0 ||
        (!place->is_needed && fp_strv_has(&p->seen, scheme)) ||
        (!place->is_place && fp_file_system_find(scheme) == NULL && strcmp(scheme, "hdfs") != 0))
        return FP_OK;
    fp_strv_add(&p->seen, scheme);
    return judge_scheme(p, place, scheme, err);
}

/* The path of a place in the local file system, without repeated slashes; NULL if the place is in
 * another file system. The caller owns it. */
static char *local_path(const struct places *p, const char *place)
{
    bool has_scheme = strncasecmp(place, "file:", 5) == 0;
    if (has_scheme)
        place += strncmp(place + 5, "//", 2) == 0 ? 7 : 5;
    if (place[0] != '/' || (!has_scheme && p->has_default_scheme))
        return NULL;
    char *path = fp_xstrdup(place);
    char *to = path;
    for (const char *from = path; *from != '\0'; from++) {
        if (from[0] != '/' || from[1] != '/')
            *to++ = *from;
    }
    *to = '\0';
    return path;
}

static void check_path(struct places *p, const char *title, const char *place)
{
    struct fp_deployment *d = p->d;
    cleanup_free char *path = local_path(p, place);
    if (path == NULL || has_mount(d, p->documents, "", path, true))
        return;
    fp_strv_addf(&d->warnings,
                 "%s: %s: no volume that can be written to is mounted there, so each %s has a "
                 "place of its own, which is lost with it: %s, or name a place such as "
                 "s3://BUCKET/FOLDER",
                 title, place, d->format->has_containers ? "container" : "pod",
                 d->format->has_containers ? "add one with --patch"
                                           : "--claim NAME:SIZE:PATH makes one");
}

/* The name of the option or key by which the user gave the value. */
static const char *title_of(const struct fp_deployment *d, const char *key, const char *value)
{
    const struct fp_deploy_options *o = d->options;
    const char *const options[][2] = {{"--checkpoint-dir", o->checkpoint_dir},
                                      {"--savepoint-dir", o->savepoint_dir},
                                      {"--ha-dir", o->ha_dir}};
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        if (fp_is_one_of(key, shared) && options[i][1] != NULL && strcmp(options[i][1], value) == 0)
            return options[i][0];
    }
    return key;
}

/* Whether no job starts without the directory. */
static bool is_needed(const struct fp_deployment *d, const char *key)
{
    return fp_is_one_of(key, needed) && d->image->conf == NULL &&
           (strncmp(key, "high-availability", strlen("high-availability")) != 0 ||
            fp_is_highly_available(d));
}

/* Check all settings whose value is a directory, or, without `is_place`, all others. */
static enum fp_code check_settings(struct places *p, const json_t *settings, bool is_place,
                                   struct fp_error *err)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(fp_iterable(settings), key, value)
    {
        bool is_shared = fp_is_one_of(key, shared);
        const char *text = json_string_value(value);
        /* In a chart, some addresses are not text yet. */
        if (text == NULL || is_place != (is_shared || fp_is_one_of(key, own)))
            continue;
        const struct named_place place = {title_of(p->d, key, text), text, is_place,
                                          is_needed(p->d, key)};
        FP_TRY(check_scheme(p, &place, err));
        if (is_shared)
            check_path(p, place.title, text);
    }
    return FP_OK;
}

/* Check the first URI in an argument of the job. */
static enum fp_code check_argument(struct places *p, const char *argument, struct fp_error *err)
{
    const char *text = strstr(argument, "://");
    while (text != NULL && text > argument && (isalnum((unsigned char) text[-1]) != 0))
        text--;
    const struct named_place place = {.title = "job arguments", .text = text};
    return text != NULL ? check_scheme(p, &place, err) : FP_OK;
}

/* The settings that the image was built with, updated with the given ones. The caller owns it. */
static json_t *all_settings(const struct fp_deployment *d)
{
    json_t *all = json_object();
    for (size_t i = 0; d->image->conf != NULL && i < d->image->conf->len; i++) {
        struct fp_split split = fp_split_at(d->image->conf->items[i], '=');
        cleanup_free char *key = split.first;
        fp_json_set_text(all, key, split.rest);
    }
    (void) json_object_update(all, (json_t *) (uintptr_t) d->conf);
    return all;
}

static enum fp_code check_all(struct places *p, const json_t *settings, struct fp_error *err)
{
    const struct fp_deploy_options *o = p->d->options;
    const struct named_place savepoint = {"--from-savepoint", o->from_savepoint, true,
                                          p->d->image->conf == NULL};
    /* Certain problems come before possible ones, as only one message is given for each scheme. */
    FP_TRY(check_settings(p, settings, true, err));
    if (o->from_savepoint != NULL)
        FP_TRY(check_scheme(p, &savepoint, err));
    FP_TRY(check_settings(p, settings, false, err));
    for (size_t i = 0; i < o->arguments.len; i++)
        FP_TRY(check_argument(p, o->arguments.items[i], err));
    return FP_OK;
}

enum fp_code fp_check_storage(struct fp_deployment *d, const json_t *documents,
                              struct fp_error *err)
{
    cleanup_json json_t *settings = all_settings(d);
    const char *scheme = fp_json_string(settings, "fs.default-scheme");
    struct places p = {.d = d,
                       .documents = documents,
                       .has_default_scheme =
                           scheme != NULL && strncasecmp(scheme, "file:", 5) != 0};
    enum fp_code code = check_all(&p, settings, err);
    fp_strv_clear(&p.seen);
    return code;
}
