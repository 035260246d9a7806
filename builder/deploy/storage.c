/* Where a job keeps its state: in what the image can reach, and where all pods find it again. */
#include <string.h>
#include <strings.h>

#include "internal.h"

/* File systems that come as plugins. Any other scheme is Hadoop's business. */
static const struct file_system {
    const char *schemes; /* ' '-separated */
    const char *words;   /* one of which is in the name of a jar that has it */
    const char *plugin;  /* of Flink's own */
} file_systems[] = {
    {"s3", "s3 aws", "s3-fs-presto"},
    {"s3a", "s3-fs-hadoop s3-fs-native hadoop-aws", "s3-fs-hadoop"},
    {"s3p", "presto", "s3-fs-presto"},
    {"oss", "oss", "oss-fs-hadoop"},
    {"abfs abfss wasb wasbs", "azure", "azure-fs-hadoop"},
    {"gs", "gs-fs gcs", "gs-fs-hadoop"},
    {"swift", "swift", "swift-fs-hadoop"},
};

/* Settings whose value is a folder that JobManager and TaskManagers share. */
static const char *const shared[] = {
    "execution.checkpointing.dir",  "state.checkpoints.dir",
    "state.savepoints.dir",         "execution.checkpointing.savepoint-dir",
    "dstl.dfs.base-path",           "high-availability.storageDir",
    "job-result-store.storage-path"};

/* And those whose value is one that the JobManager alone uses. */
static const char *const own[] = {"jobmanager.archive.fs.dir", "historyserver.archive.fs.dir",
                                  "fs.default-scheme"};

static bool is_among(const char *text, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(text, list[i]) == 0)
            return true;
    }
    return false;
}

static bool has_word(const char *text, const char *words)
{
    cleanup_strv struct fp_strv list = {0};
    fp_strv_split(&list, words, ' ');
    for (size_t i = 0; i < list.len; i++) {
        if (strcasestr(text, list.items[i]) != NULL)
            return true;
    }
    return false;
}

static const struct file_system *find(const char *scheme)
{
    for (size_t i = 0; i < sizeof(file_systems) / sizeof(file_systems[0]); i++) {
        cleanup_strv struct fp_strv schemes = {0};
        fp_strv_split(&schemes, file_systems[i].schemes, ' ');
        if (fp_strv_has(&schemes, scheme))
            return &file_systems[i];
    }
    return NULL;
}

/* "s3" of s3://bucket/folder, in lower case; "" where there is none. The caller owns it. */
static char *scheme_of(const char *text)
{
    size_t len = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+.-");
    if (strncmp(text + len, ":/", 2) != 0)
        return fp_xstrdup("");
    char *scheme = fp_xstrndup(text, len);
    for (char *p = scheme; *p != '\0'; p++)
        *p = (char) (*p >= 'A' && *p <= 'Z' ? *p - 'A' + 'a' : *p);
    return scheme;
}

/* What a variable of the image's or of the containers' says; one of a secret is "?". */
static const char *variable(const struct fp_deployment *d, const char *name)
{
    for (size_t i = 0; i < json_array_size(d->env); i++) {
        const json_t *entry = json_array_get(d->env, i);
        const char *value = fp_json_string(entry, "value");
        if (strcmp(fp_json_string(entry, "name"), name) == 0)
            return value != NULL ? value : "?";
    }
    return fp_image_env(d, name);
}

/* Whether something of the user's lies over a folder of Flink's, and so over what the image has. */
static bool is_mounted_below(const struct fp_deployment *d, const char *name)
{
    cleanup_free char *folder = fp_path_join(d->home, name);
    for (size_t i = 0; i < json_array_size(d->mounts); i++) {
        const char *path = fp_json_string(json_array_get(d->mounts, i), "mountPath");
        if (path != NULL && strncmp(path, folder, strlen(folder)) == 0)
            return true;
    }
    return false;
}

/* A jar of lib/ that is Hadoop, not a file system that has Hadoop in its name. */
static bool has_hadoop(const struct fp_deployment *d, const char *plugins)
{
    static const char *const names[] = {"HADOOP_CLASSPATH", "HADOOP_CONF_DIR", "HADOOP_HOME"};
    cleanup_strv struct fp_strv jars = {0};
    fp_strv_split(&jars, plugins, ',');
    for (size_t i = 0; i < jars.len; i++) {
        if (strncmp(jars.items[i], "lib/", 4) == 0 && strstr(jars.items[i], "hadoop") != NULL &&
            strstr(jars.items[i], "-fs-") == NULL)
            return true;
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (variable(d, names[i]) != NULL)
            return true;
    }
    return false;
}

static void warn_of_scheme(struct fp_deployment *d, const char *title, const char *place,
                           const char *scheme)
{
    const struct file_system *known = find(scheme);
    const char *label = fp_image_label(d, "flinkpack.plugins");
    const char *builtin = variable(d, "ENABLE_BUILT_IN_PLUGINS");
    const char *plugins = label != NULL ? label : "";
    const char *doubt = label != NULL ? "" : ", unless it was added to this image";
    if (is_mounted_below(d, "plugins") || is_mounted_below(d, "lib"))
        return;
    if (known == NULL && !has_hadoop(d, plugins))
        fp_strv_addf(&d->warnings,
                     "%s: %s: Flink has %s:// from Hadoop alone, which the image does not "
                     "have%s: build it with --hadoop-version or --lib, or give HADOOP_CLASSPATH "
                     "with --env",
                     title, place, scheme, doubt);
    if (known == NULL || has_word(plugins, known->words) ||
        (builtin != NULL && (strcmp(builtin, "?") == 0 || has_word(builtin, known->words))))
        return;
    if (d->traits->has_plugins)
        fp_strv_addf(&d->warnings,
                     "%s: %s: no plugin of the image has %s://%s: build it with --plugin %s, or "
                     "give --env ENABLE_BUILT_IN_PLUGINS=flink-%s-%s.jar",
                     title, place, scheme, doubt, known->plugin, known->plugin, d->version.text);
    else
        fp_strv_addf(&d->warnings,
                     "%s: %s: nothing in the image has %s://%s: build it with --plugin %s", title,
                     place, scheme, doubt, known->plugin);
}

/* Once for each scheme. `is_place`: it is a folder, whatever its scheme; else only what cannot be
 * anything but a file. */
static void check_scheme(struct fp_deployment *d, const char *title, const char *place,
                         bool is_place, struct fp_strv *seen)
{
    cleanup_free char *scheme = scheme_of(place);
    if (*scheme == '\0' || strcmp(scheme, "file") == 0 || fp_strv_has(seen, scheme) ||
        (!is_place && find(scheme) == NULL && strcmp(scheme, "hdfs") != 0))
        return;
    fp_strv_add(seen, scheme);
    warn_of_scheme(d, title, place, scheme);
}

/* The path of a place that is of no other file system; NULL: it is of one. Borrowed. */
static const char *local_path(const char *place)
{
    if (strncasecmp(place, "file:", 5) == 0)
        place += strncmp(place + 5, "//", 2) == 0 ? 7 : 5;
    return place[0] == '/' ? place : NULL;
}

static bool is_below(const char *path, const char *folder)
{
    size_t len = strlen(folder);
    while (len > 1 && folder[len - 1] == '/')
        len--;
    return strncmp(path, folder, len) == 0 && (path[len] == '/' || path[len] == '\0' || len == 1);
}

/* In a container's volumeMounts, or, "SOURCE:TARGET[:ro]", in a service's volumes. Those that each
 * pod has for itself do not count. */
static bool is_mount_of(const struct fp_deployment *d, const json_t *item, const char *path)
{
    cleanup_free char *log = fp_path_join(d->home, "log");
    const char *target = fp_json_string(item, "mountPath");
    const char *text = d->format == FP_DEPLOY_COMPOSE ? json_string_value(item) : NULL;
    cleanup_strv struct fp_strv parts = {0};
    fp_strv_split(&parts, text != NULL ? text : "", ':');
    if (target == NULL)
        target = parts.len > 1 ? parts.items[1] : fp_json_string(item, "target");
    return target != NULL && strcmp(target, "/tmp") != 0 && strcmp(target, log) != 0 &&
           !json_is_true(json_object_get(item, "readOnly")) && is_below(path, target);
}

static bool is_on_volume(const struct fp_deployment *d, const json_t *value, const char *path)
{
    const char *key = NULL;
    json_t *member = NULL;
    for (size_t i = 0; i < json_array_size(value); i++) {
        const json_t *item = json_array_get(value, i);
        if (is_mount_of(d, item, path) || is_on_volume(d, item, path))
            return true;
    }
    json_object_foreach(fp_iterable(value), key, member)
    {
        if (is_on_volume(d, member, path))
            return true;
    }
    return false;
}

static void check_path(struct fp_deployment *d, const char *title, const char *place,
                       const json_t *documents)
{
    const char *path = local_path(place);
    if (path == NULL || is_on_volume(d, documents, path))
        return;
    fp_strv_addf(&d->warnings,
                 "%s: %s: no volume that can be written to is mounted there, so each %s has a "
                 "place of its own, which is lost with it: %s, or name a place such as "
                 "s3://BUCKET/FOLDER",
                 title, place, d->format == FP_DEPLOY_COMPOSE ? "container" : "pod",
                 d->format == FP_DEPLOY_COMPOSE ? "add one with --patch"
                                                : "--claim NAME:SIZE:PATH makes one");
}

/* How the user has said it. */
static const char *title_of(const struct fp_deployment *d, const char *key, const char *value)
{
    const struct fp_deploy_options *o = d->options;
    const char *const options[][2] = {{"--checkpoint-dir", o->checkpoint_dir},
                                      {"--savepoint-dir", o->savepoint_dir},
                                      {"--ha-dir", o->ha_dir}};
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        if (is_among(key, shared, sizeof(shared) / sizeof(shared[0])) && options[i][1] != NULL &&
            strcmp(options[i][1], value) == 0)
            return options[i][0];
    }
    return key;
}

static void check_setting(struct fp_deployment *d, const char *key, const char *value,
                          const json_t *documents, struct fp_strv *seen)
{
    bool is_shared = is_among(key, shared, sizeof(shared) / sizeof(shared[0]));
    bool is_place = is_shared || is_among(key, own, sizeof(own) / sizeof(own[0]));
    const char *title = title_of(d, key, value);
    check_scheme(d, title, value, is_place, seen);
    if (is_shared)
        check_path(d, title, value, documents);
}

void fp_warn_of_storage(struct fp_deployment *d, const json_t *documents)
{
    const struct fp_deploy_options *o = d->options;
    cleanup_strv struct fp_strv seen = {0};
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(d->conf, key, value)
    {
        /* A chart has addresses that are no text yet. */
        if (json_is_string(value))
            check_setting(d, key, json_string_value(value), documents, &seen);
    }
    for (size_t i = 0; d->image->conf != NULL && i < d->image->conf->len; i++) {
        struct fp_split split = fp_split_at(d->image->conf->items[i], '=');
        if (split.rest != NULL && json_object_get(d->conf, split.first) == NULL)
            check_setting(d, split.first, split.rest, documents, &seen);
        free(split.first);
    }
    if (o->from_savepoint != NULL)
        check_scheme(d, "--from-savepoint", o->from_savepoint, true, &seen);
    for (size_t i = 0; i < o->arguments.len; i++)
        check_scheme(d, "job arguments", o->arguments.items[i], false, &seen);
}
