/* What is in a jar by mistake: Flink itself, back ends of logging, signatures of other jars. */
#include <string.h>

#include "jars.h"
#include "judge.h"

/* Parts of Flink that every distribution has, by their markers. */
static const char *const CORE[] = {"flink-runtime", "flink-streaming-java", "flink-clients",
                                   "flink-core", "flink-java"};

/* Back ends of logging, by their markers. */
static const char *const LOGGING[] = {"logback",       "log4j-slf4j-impl", "slf4j-log4j12",
                                      "slf4j-simple",  "slf4j-jdk14",      "log4j-over-slf4j",
                                      "slf4j-binding", "log4j-core"};

/* The libraries of a list that a jar shows, "a, b"; `*ret_entry` is the first's entry. NULL: none.
 */
static char *shown(const struct fp_judged_jar *jar, const char *const *libraries, size_t count,
                   const char **ret_entry)
{
    cleanup_strv struct fp_strv names = {0};
    for (size_t i = 0; i < count; i++) {
        const char *entry = fp_jar_shows(jar, libraries[i]);
        if (entry == NULL)
            continue;
        if (names.len == 0)
            *ret_entry = entry;
        fp_strv_add(&names, libraries[i]);
    }
    return names.len > 0 ? fp_strv_join_first(&names, 4) : NULL;
}

/* The version of Flink that is bundled; NULL: not known. */
static const char *bundled_version(const struct fp_judged_jar *jar)
{
    static const char *const ARTIFACTS[] = {"flink-runtime",
                                            "flink-runtime_2.11",
                                            "flink-runtime_2.12",
                                            "flink-streaming-java",
                                            "flink-streaming-java_2.11",
                                            "flink-streaming-java_2.12",
                                            "flink-core"};
    const char *version = NULL;
    for (size_t i = 0; version == NULL && i < sizeof(ARTIFACTS) / sizeof(ARTIFACTS[0]); i++)
        version = fp_jar_pom_version(jar, "org.apache.flink", ARTIFACTS[i]);
    return version;
}

/* Before 1.10 the job is in lib/, where its classes precede Flink's and run instead of them. Later
 * Flink's come first, and what it does not have comes from the jar: versions are mixed. */
static enum fp_severity severity_of_flink(const struct fp_judged_jar *jar, bool precedes)
{
    bool has_core = fp_jar_shows(jar, "flink-runtime") != NULL ||
                    fp_jar_shows(jar, "flink-streaming-java") != NULL ||
                    fp_jar_shows(jar, "flink-core") != NULL;
    if (precedes)
        return has_core && jar->role == FP_JAR_JOB ? FP_SEVERITY_ERROR : FP_SEVERITY_WARNING;
    return fp_jar_shows(jar, "flink-runtime") != NULL ? FP_SEVERITY_WARNING : FP_SEVERITY_INFO;
}

static void judge_flink(const struct fp_judge_input *input, const struct fp_judged_jar *jar,
                        struct fp_findings *ret)
{
    const char *entry = NULL;
    cleanup_free char *names = shown(jar, CORE, sizeof(CORE) / sizeof(CORE[0]), &entry);
    const char *version = bundled_version(jar);
    bool precedes = fp_jar_precedes_flink(input, jar);
    if (names == NULL || jar->role == FP_JAR_PLUGIN)
        return;
    fp_say(
        ret,
        (struct fp_saying){
            .name = "flink-bundled",
            .severity = severity_of_flink(jar, precedes),
            .where = jar->path,
            .entry = entry,
            .take_what =
                fp_xasprintf("it bundles Flink itself%s%s: %s", version != NULL ? ", " : "",
                             version != NULL ? version : "", names),
            .effect =
                precedes
                    ? "its classes come before those of the image's Flink, and run instead of them"
                    : "the image's Flink runs, but classes that it does not have come from the "
                      "jar, so that versions mix",
            .advice = "give Flink's core dependencies (flink-streaming-java, flink-clients ...) "
                      "the scope 'provided'; connectors stay in the jar"});
}

/* A planner in the job's jar is one beside that of lib/: both are found as services. */
static void judge_planner(const struct fp_judge_input *input, const struct fp_judged_jar *jar,
                          struct fp_findings *ret)
{
    const char *entry = fp_jar_shows(jar, "flink-table-planner");
    const char *loader = fp_lib_named(input, "flink-table-planner-loader");
    if (entry == NULL || loader == NULL || jar->role == FP_JAR_PLUGIN)
        return;
    fp_say(ret, (struct fp_saying){
                    .name = "flink-bundled",
                    .severity = FP_SEVERITY_WARNING,
                    .where = jar->path,
                    .entry = entry,
                    .take_what = fp_xasprintf(
                        "it bundles flink-table-planner, and the image has %s", loader),
                    .effect = "a job that uses SQL or the Table API ends with \"Multiple factories "
                              "for identifier 'default'\"",
                    .advice = "give flink-table-planner the scope 'provided' or 'test'"});
}

/* Another file of the image's lib/ that binds SLF4J to a back end; NULL: none is known. */
static const char *other_binding(const struct fp_judge_input *input,
                                 const struct fp_judged_jar *jar)
{
    static const char *const NAMES[] = {"log4j-slf4j-impl-", "slf4j-log4j12-", "slf4j-reload4j-",
                                        "logback-classic-"};
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        const char *name = fp_lib_named(input, NAMES[i]);
        if (name != NULL && strcmp(fp_path_base(name), fp_path_base(jar->path)) != 0)
            return name;
    }
    return NULL;
}

/* From 1.10 on Flink's own logging is loaded before the job's, whatever that has. */
static void judge_logging(const struct fp_judge_input *input, const struct fp_judged_jar *jar,
                          struct fp_findings *ret)
{
    const char *entry = NULL;
    cleanup_free char *names = shown(jar, LOGGING, sizeof(LOGGING) / sizeof(LOGGING[0]), &entry);
    const char *other = other_binding(input, jar);
    bool precedes = fp_jar_precedes_flink(input, jar);
    bool binds = precedes && other != NULL && fp_jar_shows(jar, "slf4j-binding") != NULL;
    if (names == NULL || jar->role == FP_JAR_PLUGIN || (jar->role == FP_JAR_LIB && !binds))
        return;
    cleanup_free char *effect =
        binds
            ? fp_xasprintf("\"Class path contains multiple SLF4J bindings\", as lib/ has %s: which "
                           "of them logs is left to chance, and Flink's log files may stay empty",
                           other)
        : precedes ? fp_xstrdup("its classes come before those of the image's logging")
                   : fp_xstrdup("Flink's own logging is used, and this one is not");
    fp_say(ret, (struct fp_saying){.name = "logging-bundled",
                                   .severity = binds ? FP_SEVERITY_WARNING : FP_SEVERITY_INFO,
                                   .where = jar->path,
                                   .entry = entry,
                                   .take_what = fp_xasprintf("it bundles %s", names),
                                   .effect = effect,
                                   .advice = "leave back ends of logging out of the jar, as the "
                                             "quickstart's pom.xml does"});
}

static void judge_signatures(const struct fp_judged_jar *jar, struct fp_findings *ret)
{
    const json_t *signatures = json_object_get(jar->facts, "signatures");
    const char *entry = NULL;
    bool is_old = true;
    for (size_t i = 0; i < json_array_size(signatures); i++) {
        const char *state = fp_json_string(json_array_get(signatures, i), "state");
        if (state == NULL || strcmp(state, "fits") == 0 || (!is_old && strcmp(state, "old") == 0))
            continue;
        entry = fp_json_string(json_array_get(signatures, i), "entry");
        is_old = strcmp(state, "old") == 0;
    }
    if (entry == NULL)
        return;
    fp_say(ret, (struct fp_saying){
                    .name = "signature-files",
                    .severity =
                        is_old || jar->role != FP_JAR_JOB ? FP_SEVERITY_WARNING : FP_SEVERITY_ERROR,
                    .where = jar->path,
                    .entry = entry,
                    .take_what = fp_xstrdup("it signs entries of another jar, which the manifest "
                                            "does not have"),
                    .effect = "Java loads no class of the jar: \"SecurityException: Invalid "
                              "signature file digest for Manifest main attributes\"",
                    .advice = "leave META-INF/*.SF, *.DSA and *.RSA out of the merged jar, by a "
                              "filter of the shade plugin"});
}

enum fp_code fp_judge_bundled(const struct fp_judge_input *input, struct fp_findings *ret,
                              struct fp_error *err)
{
    (void) err;
    for (size_t i = 0; i < input->jar_count; i++) {
        judge_flink(input, &input->jars[i], ret);
        judge_planner(input, &input->jars[i], ret);
        judge_logging(input, &input->jars[i], ret);
        judge_signatures(&input->jars[i], ret);
    }
    return FP_OK;
}
