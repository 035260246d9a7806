/* Checks whether job and distribution are made for one version of Scala. What begins with scala. is
 * loaded from Flink's own jars, if they have it, whatever the job bundles. */
#include <string.h>

#include "jars.h"
#include "judge.h"

/* Compare "2.12.7" to "2.12". */
static bool is_of(const char *version, const char *binary)
{
    size_t len = strlen(binary);
    return strncmp(version, binary, len) == 0 && (version[len] == '\0' || version[len] == '.');
}

/* Whether the job sees a Scala of Flink's: up to 1.14 flink-dist has it, later flink-scala, which
 * may have been taken away. */
static bool is_visible(const struct fp_judge_input *input)
{
    return !fp_flink_at_least(input->version, 1, 15, 0) ||
           fp_lib_named(input, "flink-scala_") != NULL;
}

/* The suffix that all artifacts of Scala in a jar have, "2.12"; NULL: there are none, or several.
 */
static const char *suffix_of(const struct fp_judged_jar *jar)
{
    static const char *const BINARIES[] = {"2.11", "2.12", "2.13"};
    const json_t *poms = json_object_get(jar->facts, "poms");
    const char *found = NULL;
    for (size_t i = 0; i < json_array_size(poms); i++) {
        const char *artifact = fp_json_string(json_array_get(poms, i), "artifact");
        for (size_t k = 0; artifact != NULL && k < sizeof(BINARIES) / sizeof(BINARIES[0]); k++) {
            cleanup_free char *suffix = fp_xasprintf("_%s", BINARIES[k]);
            if (!fp_text_ends_with(artifact, suffix))
                continue;
            if (found != NULL && found != BINARIES[k])
                return NULL;
            found = BINARIES[k];
        }
    }
    return found;
}

/* A job in Scala for another version than Flink's runs until it comes to something that differs,
 * of which a small one may have nothing. In a Java job Scala is of some library. Names of artifacts
 * alone prove nothing: those of Flink's connectors are Java. */
static void judge_jar(const struct fp_judge_input *input, const struct fp_judged_jar *jar,
                      struct fp_findings *ret)
{
    const char *bundled = fp_jar_shows(jar, "scala");
    const char *object = fp_jar_shows(jar, "scala-entry");
    const char *suffix = suffix_of(jar);
    const char *version = bundled != NULL ? bundled : suffix;
    if (version == NULL || is_of(version, input->scala_version))
        return;
    enum fp_severity severity = FP_SEVERITY_INFO;
    if (bundled != NULL && jar->role == FP_JAR_JOB)
        severity = FP_SEVERITY_WARNING;
    cleanup_free char *advice = fp_xasprintf(
        "compile the job for Scala %s%s", input->scala_version,
        fp_flink_at_least(input->version, 1, 15, 0)
            ? ", or take a distribution without flink-scala in lib/, if it does not use Flink's "
              "Scala API"
            : "");
    fp_say(ret,
           (struct fp_saying){
               .name = "scala-version",
               .severity = severity,
               .where = jar->path,
               .entry = object != NULL ? object : fp_jar_shows(jar, "scala-library"),
               .take_what = fp_xasprintf("it %s Scala %s, and Flink has Scala %s",
                                         bundled != NULL ? "bundles" : "has artifacts for", version,
                                         input->scala_version),
               .effect = bundled != NULL
                             ? "classes below scala. are Flink's: what is compiled for another "
                               "version ends with NoSuchMethodError or NoClassDefFoundError"
                             : "those of them that are Java run all the same",
               .advice = advice});
}

enum fp_code fp_judge_scala(const struct fp_judge_input *input, struct fp_findings *ret,
                            struct fp_error *err)
{
    (void) err;
    if (input->scala_version == NULL || !is_visible(input))
        return FP_OK;
    for (size_t i = 0; i < input->jar_count; i++)
        if (input->jars[i].role != FP_JAR_PLUGIN)
            judge_jar(input, &input->jars[i], ret);
    return FP_OK;
}
