/* Judges lists of services: classes that no jar has, and lists that lost lines when jars were put
 * together. */
#include <string.h>

#include "causes.h"
#include "factories.h"
#include "flinkpack/flink/job.h"
#include "judge.h"

/* Lists that Flink reads whole: one class that is missing ends it all. What reads other lists skips
 * such a class. */
static const char *const STRICT[] = {FP_FACTORIES, "org.apache.flink.table.factories.TableFactory",
                                     "org.apache.flink.core.execution.PipelineExecutorFactory"};

static bool is_strict(const char *service)
{
    for (size_t i = 0; i < sizeof(STRICT) / sizeof(STRICT[0]); i++)
        if (strcmp(STRICT[i], service) == 0)
            return true;
    return false;
}

/* Whether the job's own code uses the Table API or SQL. */
static bool uses_tables(const struct fp_judge_input *input)
{
    static const char TABLES[] = "org/apache/flink/table/api/";
    for (size_t i = 0; i < input->jar_count; i++) {
        const json_t *references = json_object_get(input->jars[i].facts, "flink");
        if (json_array_size(json_object_get(input->jars[i].facts, "ddl")) > 0)
            return true;
        for (size_t k = 0; k < json_array_size(references); k++) {
            const json_t *reference = json_array_get(references, k);
            const char *name = fp_json_string(reference, "class");
            if (name != NULL && strncmp(name, TABLES, strlen(TABLES)) == 0 &&
                json_is_true(json_object_get(reference, "reached")) &&
                json_is_true(json_object_get(reference, "own")))
                return true;
        }
    }
    return false;
}

/* The classes of a list that no jar has, as paths. */
static enum fp_code find_missing(const struct fp_judge_input *input, const json_t *names,
                                 struct fp_strv *ret, struct fp_error *err)
{
    cleanup_json json_t *open = json_object();
    const char *path = NULL;
    json_t *value = NULL;
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *name = json_string_value(json_array_get(names, i));
        cleanup_free char *key = fp_class_slashes(name != NULL ? name : "");
        fp_json_set(open, key, json_true());
    }
    FP_TRY(fp_drop_present(input, open, err));
    json_object_foreach(open, path, value)
    {
        if (fp_api_find(input->api, path, NULL, NULL) == FP_API_NO_CLASS)
            fp_strv_take(ret, fp_class_dots(path));
    }
    return FP_OK;
}

static enum fp_code judge_list(const struct fp_judge_input *input, const struct fp_judged_jar *jar,
                               const char *service, const json_t *names, struct fp_findings *ret,
                               struct fp_error *err)
{
    cleanup_strv struct fp_strv missing = {0};
    FP_TRY(find_missing(input, names, &missing, err));
    if (missing.len == 0)
        return FP_OK;
    cleanup_free char *words = fp_strv_join_first(&missing, 2);
    bool is_bad = is_strict(service) && input->is_whole && uses_tables(input);
    fp_findings_add(
        ret, (struct fp_finding){
                 .name = fp_finding_name("service-missing"),
                 .severity = is_bad ? FP_SEVERITY_WARNING : FP_SEVERITY_INFO,
                 .where = fp_xstrdup(jar->path),
                 .entry = fp_xasprintf("META-INF/services/%s", service),
                 .what = fp_xasprintf("the list names %s, which no jar has", words),
                 .effect = fp_xstrdup(is_bad ? "ServiceConfigurationError: \"Provider ... not "
                                               "found\" when SQL is run"
                                             : "the class is not offered"),
                 .advice = fp_xstrdup("put the class's library into the jar, or take the line out "
                                      "of the list")});
    return FP_OK;
}

/* The artifacts of a jar that have factories which no list names. */
static void find_lost(const struct fp_factories *factories, const char *path, struct fp_strv *ret)
{
    const char *name = NULL;
    json_t *jar = NULL;
    json_object_foreach(factories->there, name, jar)
    {
        const struct fp_identifier *identifier = fp_identifier_of_factory(name);
        if (strcmp(json_string_value(jar), path) == 0 && identifier != NULL &&
            identifier->built_in == 0 && fp_factories_lost(factories, identifier) &&
            !fp_strv_has(ret, identifier->artifact))
            fp_strv_add(ret, identifier->artifact);
    }
    fp_strv_sort(ret);
}

static void judge_lost(const struct fp_judge_input *input, const struct fp_judged_jar *jar,
                       const struct fp_factories *factories, struct fp_findings *ret)
{
    cleanup_strv struct fp_strv artifacts = {0};
    find_lost(factories, jar->path, &artifacts);
    if (artifacts.len == 0)
        return;
    cleanup_free char *words = fp_strv_join_first(&artifacts, 3);
    fp_findings_add(
        ret,
        (struct fp_finding){
            .name = fp_finding_name("services-lost"),
            .severity = uses_tables(input) ? FP_SEVERITY_WARNING : FP_SEVERITY_INFO,
            .where = fp_xstrdup(jar->path),
            .entry = fp_xstrdup("META-INF/services/" FP_FACTORIES),
            .what = fp_xasprintf("the jar has the classes of %s, and its list of services does "
                                 "not name them",
                                 words),
            .effect = fp_xstrdup("\"Could not find any factory for identifier\" when SQL that uses "
                                 "one is run"),
            .advice = fp_xstrdup("merge the lists: the maven-shade-plugin's "
                                 "ServicesResourceTransformer, Gradle's mergeServiceFiles()")});
}

static enum fp_code judge_jar(const struct fp_judge_input *input, const struct fp_judged_jar *jar,
                              struct fp_findings *ret, struct fp_error *err)
{
    json_t *lists = json_object_get(jar->facts, "servicesAbsent");
    const char *service = NULL;
    json_t *names = NULL;
    json_object_foreach(lists, service, names)
    {
        FP_TRY(judge_list(input, jar, service, names, ret, err));
    }
    return FP_OK;
}

enum fp_code fp_judge_services(const struct fp_judge_input *input, struct fp_findings *ret,
                               struct fp_error *err)
{
    cleanup_factories struct fp_factories factories = {0};
    fp_factories_read(input, &factories);
    for (size_t i = 0; i < input->jar_count; i++) {
        const struct fp_judged_jar *jar = &input->jars[i];
        if (jar->role == FP_JAR_PLUGIN)
            continue;
        judge_lost(input, jar, &factories, ret);
        /* Without the index nobody knows what Flink itself has. */
        if (input->api != NULL)
            FP_TRY(judge_jar(input, jar, ret, err));
    }
    return FP_OK;
}
