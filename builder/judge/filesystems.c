/* Judges the file systems that settings, arguments and code name by the schemes of URIs: whether
 * the image has plugins for them; and plugins that lie where Flink does not look for them. */
#include <string.h>

#include "causes.h"
#include "flinkpack/flink/file_systems.h"
#include "flinkpack/flink/job.h"
#include "judge.h"

/* Settings whose values are places. Without some of them a job does not start, others are asked
 * later, or by other processes. */
static const struct state_place {
    const char *key;
    bool is_needed;
} PLACES[] = {
    {"execution.checkpointing.dir", true},
    {"state.checkpoints.dir", true},
    {"state.backend.fs.checkpointdir", true},
    {"high-availability.storageDir", true},
    {"execution.savepoint.path", true},
    {"execution.state-recovery.path", true},
    {"execution.checkpointing.savepoint-dir", false},
    {"state.savepoints.dir", false},
    {"dstl.dfs.base-path", false},
    {"fs.default-scheme", false},
    {"historyserver.archive.fs.dir", false},
    {"job-result-store.storage-path", false},
    {"jobmanager.archive.fs.dir", false},
};

/* What the image has, as far as it matters to file systems. */
struct equipment {
    const struct fp_judge_input *input;
    char *plugins; /* names of directories and jars, with ',' between them; NULL: not known */
    char *libs;    /* names of jars in lib/ */
    bool has_hadoop;
    bool has_unknown;     /* a file system whose schemes are not known */
    const char *fallback; /* the setting fs.allowed-fallback-filesystems, or "" */
};

static const char *setting(const struct fp_judge_input *input, const char *key)
{
    const char *value = NULL;
    for (size_t i = 0; i < input->setting_count; i++)
        if (strcmp(input->settings[i].key, key) == 0)
            value = input->settings[i].value;
    return value;
}

/* Whether a jar beside the job has a file system under a name that says nothing of it. */
static bool has_unknown(const struct fp_judge_input *input)
{
    for (size_t i = 0; i < input->jar_count; i++) {
        const struct fp_judged_jar *jar = &input->jars[i];
        const json_t *services = json_object_get(jar->facts, "services");
        if (jar->role != FP_JAR_JOB && !fp_file_system_is_named(fp_path_base(jar->path)) &&
            json_object_get(services, "org.apache.flink.core.fs.FileSystemFactory") != NULL)
            return true;
    }
    return false;
}

static char *join(const struct fp_strv *names)
{
    static const struct fp_strv NONE = {0};
    return fp_strv_join(names != NULL ? names : &NONE, ",", (size_t) 1 << 20);
}

static bool is_hadoop(const char *jar)
{
    return strstr(jar, "hadoop") != NULL && strstr(jar, "-fs-") == NULL;
}

static void equipment_read(const struct fp_judge_input *input, struct equipment *ret)
{
    *ret = (struct equipment){.input = input, .libs = join(input->lib_names)};
    for (size_t i = 0; input->lib_names != NULL && i < input->lib_names->len; i++)
        ret->has_hadoop = ret->has_hadoop || is_hadoop(input->lib_names->items[i]);
    if (input->plugin_names != NULL || input->plugin_jars != NULL) {
        cleanup_free char *names = join(input->plugin_names);
        cleanup_free char *jars = join(input->plugin_jars);
        ret->plugins = fp_xasprintf("%s,%s", names, jars);
    }
    const char *fallback = setting(input, "fs.allowed-fallback-filesystems");
    ret->has_unknown = has_unknown(input);
    ret->fallback = fallback != NULL ? fallback : "";
}

static void equipment_clear(struct equipment *image)
{
    free(image->plugins);
    free(image->libs);
}

/* Whether the image supports a scheme, or may do so for all that is known. */
static bool has_scheme(const struct equipment *image, const char *scheme,
                       const struct fp_file_system *known)
{
    bool is_flinks_own = strcmp(scheme, "s3") == 0 || strcmp(scheme, "s3p") == 0;
    if (image->plugins == NULL || image->has_unknown || strstr(image->fallback, scheme) != NULL)
        return true;
    if (known == NULL)
        return image->has_hadoop || strstr(image->plugins, scheme) != NULL;
    return fp_file_system_is_in(known, image->plugins) ||
           fp_file_system_is_in(known, image->libs) || (image->has_hadoop && !is_flinks_own);
}

static char *advice_of(const struct equipment *image, const struct fp_file_system *known)
{
    if (known == NULL)
        return fp_xstrdup("build the image with --hadoop-version or --lib, or set "
                          "HADOOP_CLASSPATH on a base with Hadoop");
    if (!image->input->traits->has_plugins)
        return fp_xasprintf("build the image with --plugin %s", known->plugin);
    return fp_xasprintf("build the image with --plugin %s, or set ENABLE_BUILT_IN_PLUGINS to "
                        "flink-%s-%s.jar where it runs",
                        known->plugin, known->plugin, image->input->version->text);
}

/* Judge a URI. A scheme that only Hadoop has may come with the environment. */
static void judge_uri(const struct equipment *image, const char *uri, enum fp_severity severity,
                      const char *where, const char *entry, struct fp_findings *ret)
{
    cleanup_free char *scheme = fp_uri_scheme(uri);
    const struct fp_file_system *known = fp_file_system_find(scheme);
    if (scheme[0] == '\0' || strcmp(scheme, "file") == 0 || has_scheme(image, scheme, known))
        return;
    if (known == NULL && severity == FP_SEVERITY_ERROR)
        severity = FP_SEVERITY_WARNING;
    fp_findings_add(
        ret,
        (struct fp_finding){
            .name = fp_finding_name("filesystem-missing"),
            .severity = severity,
            .where = fp_xstrdup(where),
            .entry = fp_xstrdup(entry),
            .what = known != NULL
                        ? fp_xasprintf("%s: no plugin of the image has %s://", uri, scheme)
                        : fp_xasprintf("%s: Flink has %s:// from Hadoop alone, which the "
                                       "image does not have",
                                       uri, scheme),
            .effect = fp_xasprintf("\"Could not find a file system implementation for scheme "
                                   "'%s'\"%s",
                                   scheme, severity == FP_SEVERITY_ERROR ? ": no job starts" : ""),
            .advice = advice_of(image, known)});
}

/* Without high availability its directory is not used. */
static bool is_used(const struct fp_judge_input *input, const char *key)
{
    if (strncmp(key, "high-availability.", strlen("high-availability.")) != 0)
        return true;
    const char *type = setting(input, "high-availability.type");
    if (type == NULL)
        type = setting(input, "high-availability");
    return type != NULL && strcasecmp(type, "none") != 0;
}

static void judge_settings(const struct equipment *image, struct fp_findings *ret)
{
    const struct fp_judge_input *input = image->input;
    for (size_t i = 0; i < input->setting_count; i++) {
        const struct fp_judged_setting *item = &input->settings[i];
        for (size_t k = 0; k < sizeof(PLACES) / sizeof(PLACES[0]); k++)
            if (strcmp(item->key, PLACES[k].key) == 0 && is_used(input, item->key) &&
                setting(input, item->key) == item->value)
                judge_uri(image, item->value,
                          PLACES[k].is_needed ? FP_SEVERITY_ERROR : FP_SEVERITY_WARNING, item->from,
                          item->key, ret);
    }
}

/* Whether a URI is of a file system, as far as its scheme tells: others are none of Flink's. */
static bool is_of_files(const char *uri)
{
    cleanup_free char *scheme = fp_uri_scheme(uri);
    return fp_file_system_find(scheme) != NULL || strcmp(scheme, "hdfs") == 0 ||
           strcmp(scheme, "viewfs") == 0 || strcmp(scheme, "s3n") == 0;
}

/* The first URI in an argument such as "--input=s3://bucket/x"; NULL: there is none. */
static const char *uri_in(const char *argument)
{
    const char *uri = strstr(argument, "://");
    while (uri != NULL && uri > argument && strchr("=, '\"", uri[-1]) == NULL)
        uri--;
    return uri;
}

/* Whether the jar has a library that reads such places without Flink's help. */
static bool reads_itself(const struct fp_judged_jar *jar)
{
    static const char *const GROUPS[] = {
        "com.amazonaws",      "software.amazon.awssdk", "com.google.cloud", "com.azure",
        "org.apache.iceberg", "org.apache.paimon",      "org.apache.hudi",  "io.delta",
        "org.apache.beam",    "org.apache.hadoop",      "com.aliyun.oss",   "io.minio"};
    const json_t *poms = json_object_get(jar->facts, "poms");
    bool found = json_object_get(json_object_get(jar->facts, "markers"), "hadoop") != NULL;
    for (size_t i = 0; i < json_array_size(poms) && !found; i++) {
        const char *group = fp_json_string(json_array_get(poms, i), "group");
        for (size_t k = 0; group != NULL && k < sizeof(GROUPS) / sizeof(GROUPS[0]); k++)
            found = found || strcmp(group, GROUPS[k]) == 0;
    }
    return found;
}

static void judge_code(const struct equipment *image, bool may_read, struct fp_findings *ret)
{
    const struct fp_judge_input *input = image->input;
    enum fp_severity severity = may_read ? FP_SEVERITY_INFO : FP_SEVERITY_WARNING;
    for (size_t i = 0; input->arguments != NULL && i < input->arguments->len; i++) {
        const char *uri = uri_in(input->arguments->items[i]);
        if (uri != NULL && is_of_files(uri))
            judge_uri(image, uri, severity, "job arguments", input->arguments->items[i], ret);
    }
    for (size_t i = 0; i < input->jar_count; i++) {
        const json_t *uris = json_object_get(input->jars[i].facts, "uris");
        for (size_t k = 0; k < json_array_size(uris) && input->jars[i].role == FP_JAR_JOB; k++) {
            const char *uri = fp_json_string(json_array_get(uris, k), "text");
            const char *caller = fp_json_string(json_array_get(uris, k), "by");
            cleanup_free char *by = fp_class_dots(caller != NULL ? caller : "a class");
            if (uri != NULL && is_of_files(uri))
                judge_uri(image, uri, severity, input->jars[i].path, by, ret);
        }
    }
}

/* A jar right in plugins/ is not seen; since 1.10 the file systems' are made for plugins/ only. */
static void judge_places(const struct equipment *image, struct fp_findings *ret)
{
    const struct fp_judge_input *input = image->input;
    for (size_t i = 0; input->plugin_jars != NULL && i < input->plugin_jars->len; i++) {
        const char *jar = input->plugin_jars->items[i];
        if (strchr(jar, '/') != NULL || !fp_text_ends_with(jar, ".jar"))
            continue;
        fp_findings_add(
            ret, (struct fp_finding){.name = fp_finding_name("filesystem-missing"),
                                     .severity = FP_SEVERITY_WARNING,
                                     .where = fp_xasprintf("plugins/%s", jar),
                                     .what = fp_xstrdup("the jar lies right in plugins/"),
                                     .effect = fp_xstrdup("Flink does not look at it"),
                                     .advice = fp_xstrdup("give it a directory of its own there: "
                                                          "--plugin NAME=FILE")});
    }
    for (size_t i = 0; input->lib_names != NULL && i < input->lib_names->len; i++) {
        const char *jar = input->lib_names->items[i];
        bool is_plugin = strncmp(jar, "flink-", 6) == 0 &&
                         (strstr(jar, "-fs-hadoop") != NULL || strstr(jar, "-fs-presto") != NULL);
        if (!is_plugin || !fp_flink_at_least(input->version, 1, 10, 0))
            continue;
        fp_findings_add(
            ret, (struct fp_finding){
                     .name = fp_finding_name("filesystem-missing"),
                     .severity = FP_SEVERITY_WARNING,
                     .where = fp_xasprintf("lib/%s", jar),
                     .what = fp_xstrdup("a plugin lies in lib/"),
                     .effect = fp_xstrdup("its libraries are not relocated since Flink 1.10, and "
                                          "clash there with those of Flink and the job"),
                     .advice = fp_xstrdup("put it into plugins/ with --plugin NAME=FILE")});
    }
}

enum fp_code fp_judge_filesystems(const struct fp_judge_input *input, struct fp_findings *ret,
                                  struct fp_error *err)
{
    __attribute__((cleanup(equipment_clear))) struct equipment image = {0};
    bool may_read = false;
    (void) err;
    equipment_read(input, &image);
    for (size_t i = 0; i < input->jar_count; i++)
        may_read = may_read || reads_itself(&input->jars[i]);
    judge_settings(&image, ret);
    judge_code(&image, may_read, ret);
    judge_places(&image, ret);
    return FP_OK;
}
