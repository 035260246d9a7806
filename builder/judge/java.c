/* Checks whether the Java of the base loads the classes of the job, and has those that they use. */
#include <stdlib.h>
#include <string.h>

#include "flinkpack/flink/job.h"
#include "jars.h"
#include "judge.h"

/* The newest version of class files that Java 8 loads; older ones are in no facts. */
#define CLASS_MAJOR_OF_JAVA_8 52

/* What left the JDK with Java 11, and who has it now. Annotations are left out, as Java passes over
 * those that it does not find; so are javax.xml.bind and javax.activation, which each Flink that
 * runs on Java 11 has in META-INF/versions/11 of flink-dist. */
static const struct removed {
    const char *prefix;
    const char *artifact;
} REMOVED[] = {
    {"javax/xml/ws/", "jakarta.xml.ws:jakarta.xml.ws-api:2.3.3 and com.sun.xml.ws:jaxws-rt:2.3.7"},
    {"javax/xml/soap/", "jakarta.xml.soap:jakarta.xml.soap-api:1.4.2"},
    {"javax/jws/", "jakarta.jws:jakarta.jws-api:2.1.0"},
    {"javax/transaction/", "jakarta.transaction:jakarta.transaction-api:1.3.3"},
    {"org/omg/", "org.glassfish.corba:glassfish-corba-orb:4.2.5"},
};

static const struct removed *removed_of(const char *class_name)
{
    for (size_t i = 0; i < sizeof(REMOVED) / sizeof(REMOVED[0]); i++)
        if (strncmp(class_name, REMOVED[i].prefix, strlen(REMOVED[i].prefix)) == 0)
            return &REMOVED[i];
    return NULL;
}

/* Whether a class is the one that the job begins with. */
static bool is_entry(const struct fp_judged_jar *jar, const char *class_name)
{
    const char *entry = fp_json_string(json_object_get(jar->facts, "entry"), "class");
    cleanup_free char *path = entry != NULL ? fp_class_slashes(entry) : NULL;
    return path != NULL && class_name != NULL && strcmp(path, class_name) == 0;
}

/* A class that the job loads for certain is an error. One that is named may be loaded only by a
 * newer Java, and one that nothing names most often is. */
static enum fp_severity severity_of(const struct fp_judged_jar *jar, const json_t *row)
{
    bool is_sure =
        json_is_true(json_object_get(row, "sure")) || is_entry(jar, fp_json_string(row, "class"));
    if (is_sure && jar->role == FP_JAR_JOB)
        return FP_SEVERITY_ERROR;
    return is_sure || json_is_true(json_object_get(row, "reached")) ? FP_SEVERITY_WARNING
                                                                    : FP_SEVERITY_INFO;
}

bool fp_judge_newer_class(const struct fp_judged_jar *jar, unsigned java,
                          struct fp_newer_class *ret)
{
    const json_t *rows = json_object_get(jar->facts, "majors");
    *ret = (struct fp_newer_class){0};
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const char *name = fp_json_string(row, "class");
        json_int_t major = json_integer_value(json_object_get(row, "major"));
        enum fp_severity severity = severity_of(jar, row);
        if (name == NULL || major <= CLASS_MAJOR_OF_JAVA_8 ||
            major <= (json_int_t) fp_class_major_of_java(java) ||
            (ret->name != NULL && severity <= ret->severity))
            continue;
        *ret = (struct fp_newer_class){.name = name,
                                       .by = fp_json_string(row, "by"),
                                       .java = fp_java_of_class_major((unsigned) major),
                                       .is_entry = is_entry(jar, name),
                                       .is_reached = json_is_true(json_object_get(row, "reached")),
                                       .is_own = json_is_true(json_object_get(row, "own")) ||
                                                 is_entry(jar, fp_json_string(row, "by")),
                                       .severity = severity};
    }
    return ret->name != NULL;
}

static void judge_versions(const struct fp_judge_input *input, const struct fp_judged_jar *jar,
                           struct fp_findings *ret)
{
    struct fp_newer_class newer;
    if (!fp_judge_newer_class(jar, input->java, &newer))
        return;
    cleanup_free char *name = fp_class_dots(newer.name);
    cleanup_free char *by = newer.by != NULL ? fp_class_dots(newer.by) : NULL;
    cleanup_free char *advice = fp_xasprintf(
        "compile it with --release %u, take a release of the library for Java %u, or a "
        "base with Java %u",
        input->java, input->java, newer.java);
    bool is_info = newer.severity == FP_SEVERITY_INFO;
    bool is_used = by != NULL && !is_info;
    fp_say(ret, (struct fp_saying){
                    .name = "java-version",
                    .severity = newer.severity,
                    .where = jar->path,
                    .entry = name,
                    .take_what = fp_xasprintf(
                        "%s needs Java %u, and %s has Java %u%s%s", name, newer.java,
                        input->base_name != NULL ? input->base_name : "the base", input->java,
                        is_used   ? "; it is used by "
                        : is_info ? "; nothing that the job reaches uses it"
                                  : "",
                        is_used ? by : ""),
                    .effect = "Java refuses the class with UnsupportedClassVersionError",
                    .advice = advice});
}

/* What a jar uses of what the JDK lost: the worst class of one package. It is no error
 * where the job may look first whether the class is there. */
static void tell_removed(const struct fp_judge_input *input, const struct fp_judged_jar *jar,
                         const struct removed *removed, const json_t *row, struct fp_findings *ret)
{
    bool is_near = json_is_true(json_object_get(row, "reached")) &&
                   json_is_true(json_object_get(row, "own")) && input->api != NULL;
    bool is_sure = is_near && input->is_whole && json_is_true(json_object_get(row, "sure")) &&
                   jar->role == FP_JAR_JOB;
    const char *by = fp_json_string(row, "by");
    cleanup_free char *name = fp_class_dots(fp_json_string(row, "class"));
    cleanup_free char *caller = fp_class_dots(by != NULL ? by : "");
    cleanup_free char *advice =
        fp_xasprintf("add %s to the job, or take a base with Java 8", removed->artifact);
    fp_say(ret,
           (struct fp_saying){
               .name = "java-removed",
               .severity = is_sure   ? FP_SEVERITY_ERROR
                           : is_near ? FP_SEVERITY_WARNING
                                     : FP_SEVERITY_INFO,
               .where = jar->path,
               .entry = name,
               .take_what = fp_xasprintf("%s uses %s, which Java %u does not have any more, and no "
                                         "jar has",
                                         caller, name, input->java),
               .effect = "the job ends with NoClassDefFoundError where it gets there",
               .advice = advice});
}

/* Whether another jar that the job sees has a class. */
static enum fp_code find_class(const struct fp_judge_input *input, const struct fp_judged_jar *jar,
                               const char *class_name, bool *ret_found, struct fp_error *err)
{
    cleanup_free char *name = fp_class_dots(class_name);
    *ret_found =
        input->api != NULL && fp_api_find(input->api, class_name, NULL, NULL) == FP_API_THERE;
    for (size_t i = 0; i < input->jar_count && !*ret_found; i++)
        if (&input->jars[i] != jar && input->jars[i].role != FP_JAR_PLUGIN)
            FP_TRY(fp_jar_has_class(NULL, input->jars[i].path, name, ret_found, err));
    return FP_OK;
}

/* One finding for each package of a jar; the facts have the worst reference first. */
static enum fp_code judge_removed(const struct fp_judge_input *input,
                                  const struct fp_judged_jar *jar, struct fp_findings *ret,
                                  struct fp_error *err)
{
    const json_t *rows = json_object_get(jar->facts, "absent");
    bool is_told[sizeof(REMOVED) / sizeof(REMOVED[0])] = {false};
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const char *class_name = fp_json_string(row, "class");
        const struct removed *removed = class_name != NULL ? removed_of(class_name) : NULL;
        bool is_found = false;
        if (removed == NULL || is_told[removed - REMOVED])
            continue;
        FP_TRY(find_class(input, jar, class_name, &is_found, err));
        if (!is_found)
            tell_removed(input, jar, removed, row, ret);
        is_told[removed - REMOVED] = true;
    }
    return FP_OK;
}

static void judge_support(const struct fp_judge_input *input, struct fp_findings *ret)
{
    const struct fp_flink_traits *traits = input->traits;
    bool is_old = input->java < strtoul(traits->java_versions, NULL, 10);
    if (fp_flink_supports_java(input->version, input->java))
        return;
    cleanup_free char *javas = fp_flink_java_list(input->version);
    cleanup_free char *advice = fp_xasprintf("take a base with Java %u", traits->default_java);
    fp_say(ret, (struct fp_saying){
                    .name = "java-version",
                    .severity = is_old ? FP_SEVERITY_ERROR : FP_SEVERITY_WARNING,
                    .where = input->base_name,
                    .take_what = fp_xasprintf("it has Java %u, and Flink %s is made for Java %s",
                                              input->java, input->version->text, javas),
                    .effect = is_old ? "Flink ends with UnsupportedClassVersionError" : NULL,
                    .advice = advice});
}

enum fp_code fp_judge_java(const struct fp_judge_input *input, struct fp_findings *ret,
                           struct fp_error *err)
{
    if (input->java == 0)
        return FP_OK;
    judge_support(input, ret);
    for (size_t i = 0; i < input->jar_count; i++) {
        judge_versions(input, &input->jars[i], ret);
        if (input->java >= 11)
            FP_TRY(judge_removed(input, &input->jars[i], ret, err));
    }
    return FP_OK;
}
