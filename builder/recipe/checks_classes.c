/* Checks, by the facts of the job's jars, whether their classes can be loaded: whether the base's
 * Java is new enough for them, and whether a jar has the connectors that the main class uses. */
#include "checks.h"

#include <string.h>

/* Packages that no distribution contains, because connectors belong in the job's jar. */
static const char *const CONNECTORS[] = {"org/apache/flink/streaming/connectors/",
                                         "org/apache/flink/connector/kafka/"};

/* Read the facts of a jar of the job, as the judge does, or recall them. */
static enum fp_code facts_of(const struct fp_plan *plan, size_t i, json_t **ret,
                             struct fp_error *err)
{
    return fp_jar_facts(plan->context->cache, plan->job_jars.items[i], plan->job_classname, ret,
                        err);
}

static enum fp_code fail_newer(const struct fp_plan *plan, const char *words, unsigned needed,
                               const char *base_name, unsigned java, struct fp_error *err)
{
    cleanup_free char *base = fp_base_for_java(&plan->base_directories, needed);
    enum fp_code code = fp_fail(err, FP_E_INPUT, "%s needs Java %u, and %s has Java %u", words,
                                needed, base_name, java);
    return fp_hinted(code, err, "compile it with --release %u, or take %s%s", java,
                     base != NULL ? "--base " : "a base of your own that has such a Java",
                     base != NULL ? base : "");
}

/* Check a jar: the class that the job begins with, what is sure to be loaded, what the job's own
 * code comes to, and what a list of services names. Of the rest the judge warns. */
static enum fp_code check_newer(const struct fp_plan *plan, size_t i, const char *base_name,
                                unsigned java, struct fp_error *err)
{
    const char *path = plan->job_jars.items[i];
    cleanup_json json_t *facts = NULL;
    cleanup_free char *words = NULL;
    struct fp_newer_class newer;
    FP_TRY(facts_of(plan, i, &facts, err));
    const struct fp_judged_jar jar = {.path = path, .facts = facts};
    if (!fp_judge_newer_class(&jar, java, &newer))
        return FP_OK;
    if (newer.is_entry)
        words = fp_xasprintf("%s: the job's class %s", path,
                             fp_json_string(json_object_get(facts, "entry"), "class"));
    else if (newer.is_reached && newer.by == NULL)
        words = fp_xasprintf("%s: class %s, which a list in META-INF/services names,", path,
                             newer.name);
    else if (newer.by != NULL &&
             (newer.severity == FP_SEVERITY_ERROR || (newer.is_reached && newer.is_own)))
        words = fp_xasprintf("%s: class %s, to which %s.class refers,", path, newer.name, newer.by);
    return words != NULL ? fail_newer(plan, words, newer.java, base_name, java, err) : FP_OK;
}

/* Whether it is known where some job begins. */
static bool has_main(const struct fp_plan *plan)
{
    bool has = plan->job_classname != NULL;
    for (size_t i = 0; i < plan->job_jars.len; i++)
        has = has || plan->jars[i].main_class != NULL;
    return has;
}

/* The Java version in the catalogue, if the user's options do not select another Java; then the
 * base itself is not examined again. 0: unknown. */
static unsigned java_to_check(const struct fp_check *check)
{
    const struct fp_plan *plan = check->plan;
    bool is_stated = check->bases->entry.name != NULL &&
                     fp_json_string(plan->env, "JAVA_HOME") == NULL &&
                     fp_json_string(plan->env, "PATH") == NULL;
    if (check->base == NULL)
        return is_stated ? check->bases->entry.java : 0;
    return is_stated ? 0 : check->base->facts.java;
}

enum fp_code fp_check_classes(const struct fp_check *check, struct fp_error *err)
{
    const struct fp_plan *plan = check->plan;
    unsigned java = plan->check.is_all ? 0 : java_to_check(check);
    for (size_t i = 0; i < plan->job_jars.len && java > 0; i++) {
        const struct fp_jar *jar = &plan->jars[i];
        unsigned needed = fp_java_of_class_major(jar->class_major);
        if (needed <= java)
            continue;
        FP_TRY(check_newer(plan, i, check->bases->name, java, err));
        cleanup_free char *words =
            fp_xasprintf("%s: class %s (class file version %u)", plan->job_jars.items[i],
                         jar->class_major_of, jar->class_major);
        if (!has_main(plan))
            return fail_newer(plan, words, needed, check->bases->name, java, err);
    }
    return FP_OK;
}

static bool is_connector(const char *class_name)
{
    for (size_t i = 0; i < sizeof(CONNECTORS) / sizeof(CONNECTORS[0]); i++)
        if (strncmp(class_name, CONNECTORS[i], strlen(CONNECTORS[i])) == 0)
            return true;
    return false;
}

static enum fp_code any_has(const struct fp_plan *plan, const struct fp_strv *jars,
                            const char *class_name, bool *ret_found, struct fp_error *err)
{
    for (size_t i = 0; i < jars->len && !*ret_found; i++)
        if (fp_text_ends_with(jars->items[i], ".jar"))
            FP_TRY(
                fp_jar_has_class(plan->context->cache, jars->items[i], class_name, ret_found, err));
    return FP_OK;
}

/* Check a class of Flink that a jar does not have, where `main` or what it is sure to run uses it.
 */
static enum fp_code check_reference(const struct fp_plan *plan, const char *path, const char *main,
                                    const json_t *row, struct fp_error *err)
{
    const char *class_name = fp_json_string(row, "class");
    const char *caller = fp_json_string(row, "by");
    cleanup_free char *by = fp_class_dots(caller != NULL ? caller : "");
    bool found = false;
    if (class_name == NULL || !is_connector(class_name) ||
        (strcmp(by, main) != 0 && !json_is_true(json_object_get(row, "sure"))))
        return FP_OK;
    FP_TRY(any_has(plan, &plan->job_jars, class_name, &found, err));
    FP_TRY(any_has(plan, &plan->libs, class_name, &found, err));
    return found ? FP_OK
                 : fp_hinted(fp_fail(err, FP_E_INPUT,
                                     "%s: class %s uses %s, which no jar of the job has", path, by,
                                     class_name),
                             err,
                             "connectors are not part of Flink: build the jar with its "
                             "dependencies (maven-shade-plugin, the connector without scope "
                             "'provided'), or add the connector's jar with --lib");
}

enum fp_code fp_check_connectors(const struct fp_check *check, struct fp_error *err)
{
    const struct fp_plan *plan = check->plan;
    /* Files that are not examined may have connectors: jars that somebody added to the
     * distribution, and the files of --add. */
    if (!check->flink->has_dist || check->flink->dist.has_added_jars || plan->add_count > 0)
        return FP_OK;
    for (size_t i = 0; i < plan->job_jars.len; i++) {
        const char *main =
            plan->job_classname != NULL ? plan->job_classname : plan->jars[i].main_class;
        cleanup_json json_t *facts = NULL;
        /* Flink also loads jars in lib/ of the job's jar if it is started with that jar. */
        if (main == NULL || plan->jars[i].sha256[0] == '\0' || plan->jars[i].has_jars)
            continue;
        FP_TRY(facts_of(plan, i, &facts, err));
        const json_t *rows = json_object_get(facts, "flink");
        for (size_t k = 0; k < json_array_size(rows); k++)
            FP_TRY(
                check_reference(plan, plan->job_jars.items[i], main, json_array_get(rows, k), err));
    }
    return FP_OK;
}
