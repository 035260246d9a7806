/* Judges references to classes outside of Flink that no jar on the class path has. */
#include <string.h>

#include "causes.h"
#include "flinkpack/flink/job.h"
#include "homes.h"
#include "judge.h"

/* Packages that Java 11 removed from the JDK, which have a judge of their own. */
static const char *const REMOVED[] = {
    "javax/xml/bind/", "javax/activation/", "javax/annotation/",  "javax/jws/",
    "javax/xml/ws/",   "javax/xml/soap/",   "javax/transaction/", "org/omg/"};

static bool is_removed(const char *class_name)
{
    for (size_t i = 0; i < sizeof(REMOVED) / sizeof(REMOVED[0]); i++)
        if (strncmp(class_name, REMOVED[i], strlen(REMOVED[i])) == 0)
            return true;
    return false;
}

/* Whether the jars of the distribution lack it. Those of a distribution that is not at hand lack
 * what no release has. */
static bool is_missing(const struct fp_judge_input *input, const char *class_name,
                       const struct fp_home *home)
{
    if (input->api != NULL)
        return fp_api_find(input->api, class_name, NULL, NULL) == FP_API_NO_CLASS;
    return home != NULL && home->is_foreign && input->is_whole;
}

/* The first three parts of a package: "org/apache/commons". */
static char *family_of(const char *class_name)
{
    const char *end = class_name;
    for (unsigned i = 0; i < 3; i++) {
        const char *slash = strchr(end + (i > 0), '/');
        if (slash == NULL)
            break;
        end = slash;
    }
    return fp_xstrndup(class_name, (size_t) (end - class_name));
}

/* Libraries do without many of the classes that they refer to, and Hadoop's may come with the
 * environment, HADOOP_CLASSPATH. */
static enum fp_severity severity_of(const struct fp_judge_input *input,
                                    const struct fp_judged_jar *jar, const json_t *reference,
                                    const struct fp_home *home)
{
    enum fp_severity severity = fp_reference_severity(input, jar, reference);
    bool may_come = home != NULL && strcmp(home->jar, "Hadoop") == 0;
    return may_come && severity == FP_SEVERITY_ERROR ? FP_SEVERITY_WARNING : severity;
}

static void add(const struct fp_judge_input *input, const struct fp_judged_jar *jar,
                const json_t *reference, const struct fp_home *home, struct fp_causes *causes)
{
    const char *class_name = fp_json_string(reference, "class");
    const char *by = fp_json_string(reference, "by");
    enum fp_severity severity = severity_of(input, jar, reference, home);
    bool is_info = severity == FP_SEVERITY_INFO;
    struct fp_cause cause = {.name = "class-missing",
                             .severity = severity,
                             .by = fp_xstrdup(by != NULL ? by : "a class"),
                             .subject = fp_class_dots(class_name)};
    cause.key = is_info        ? fp_xstrdup("")
                : home != NULL ? fp_xstrdup(home->jar)
                               : family_of(class_name);
    cause.trouble = home != NULL && !is_info
                        ? fp_xasprintf(", which no jar has: it is part of %s", home->jar)
                        : fp_xstrdup(", which no jar has");
    cause.effect = fp_xasprintf("%s ends with NoClassDefFoundError",
                                severity == FP_SEVERITY_ERROR ? "the job" : "what gets there");
    cause.advice = is_info ? fp_xstrdup("nothing is to be done where a library can do without them")
                   : home != NULL
                       ? fp_class_home_advice(home)
                       : fp_xstrdup("build the jar with its dependencies (maven-shade-plugin), or "
                                    "add the library's jar with --lib");
    fp_causes_add(causes, cause);
}

static enum fp_code judge_jar(const struct fp_judge_input *input, const struct fp_judged_jar *jar,
                              struct fp_findings *ret, struct fp_error *err)
{
    const json_t *references = json_object_get(jar->facts, "absent");
    cleanup_json json_t *open = json_object();
    cleanup_causes struct fp_causes causes = {0};
    for (size_t i = 0; i < json_array_size(references); i++) {
        const char *class_name = fp_json_string(json_array_get(references, i), "class");
        if (class_name != NULL && !is_removed(class_name))
            fp_json_set(open, class_name, json_true());
    }
    FP_TRY(fp_drop_present(input, open, err));
    for (size_t i = 0; i < json_array_size(references); i++) {
        const json_t *reference = json_array_get(references, i);
        const char *class_name = fp_json_string(reference, "class");
        if (class_name == NULL || json_object_get(open, class_name) == NULL)
            continue;
        const struct fp_home *home = fp_class_home(input->version, class_name);
        if (is_missing(input, class_name, home))
            add(input, jar, reference, home, &causes);
    }
    fp_causes_tell(&causes, jar->path, ret);
    return FP_OK;
}

enum fp_code fp_judge_missing_classes(const struct fp_judge_input *input, struct fp_findings *ret,
                                      struct fp_error *err)
{
    for (size_t i = 0; i < input->jar_count; i++)
        if (input->jars[i].role != FP_JAR_PLUGIN)
            FP_TRY(judge_jar(input, &input->jars[i], ret, err));
    return FP_OK;
}
