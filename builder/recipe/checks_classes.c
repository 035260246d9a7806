/* A check whether the Java of a base can load the classes that a job is sure to load. */
#include "checks.h"

#include <stdlib.h>
#include <string.h>

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

/* The jar and version of the class "com.example.Job" if it is newer, else NULL. Borrowed. */
static const json_t *find_newer(const json_t *newer, const char *class_name)
{
    cleanup_free char *path = fp_xstrdup(class_name);
    for (char *dot = strchr(path, '.'); dot != NULL; dot = strchr(dot, '.'))
        *dot = '/';
    return json_object_get(newer, path);
}

/* The class that Flink will start, or one that it may start; NULL: unknown. `*ret_newer` is the
 * result of find_newer() for it. */
static const char *find_main(const struct fp_plan *plan, const json_t *newer,
                             const json_t **ret_newer)
{
    const char *found = plan->job_classname;
    *ret_newer = found != NULL ? find_newer(newer, found) : NULL;
    for (size_t i = 0; i < plan->job_jars.len && plan->job_classname == NULL; i++) {
        const char *name = plan->jars[i].main_class;
        if (name == NULL || *ret_newer != NULL)
            continue;
        found = name;
        *ret_newer = find_newer(newer, name);
    }
    return found;
}

/* Find a reference to a newer class, which will be loaded; `ret` stays empty if there is none. */
static enum fp_code find_reference(const struct fp_plan *plan, unsigned class_major, json_t *newer,
                                   struct fp_jar_reference *ret, struct fp_error *err)
{
    for (size_t i = 0; i < plan->job_jars.len; i++)
        if (plan->jars[i].class_major > 0)
            FP_TRY(fp_jar_newer_classes(plan->job_jars.items[i], class_major, newer, err));
    for (size_t i = 0; i < plan->job_jars.len && ret->name == NULL; i++)
        if (plan->jars[i].class_major > 0)
            FP_TRY(fp_jar_refers_to(plan->job_jars.items[i], class_major, newer, ret, err));
    return FP_OK;
}

/* The beginning of a message about a jar's newest class. */
static char *words_of_jar(const struct fp_plan *plan, size_t i)
{
    return fp_xasprintf("%s: class %s (class file version %u)", plan->job_jars.items[i],
                        plan->jars[i].class_major_of, plan->jars[i].class_major);
}

static bool is_newer(const struct fp_jar *jar, unsigned java)
{
    return jar->class_major > 0 && fp_java_of_class_major(jar->class_major) > java;
}

/* `first` is the first jar with newer classes. */
static enum fp_code check_newer(const struct fp_plan *plan, size_t first, const char *base_name,
                                unsigned java, struct fp_error *err)
{
    cleanup_json json_t *newer = json_object();
    __attribute__((cleanup(fp_jar_reference_clear))) struct fp_jar_reference reference = {0};
    const json_t *loaded = NULL;
    FP_TRY(find_reference(plan, fp_class_major_of_java(java), newer, &reference, err));
    const char *main_class = find_main(plan, newer, &loaded);
    bool is_main = loaded != NULL;
    if (!is_main && reference.name != NULL)
        loaded = json_object_get(newer, reference.name);
    cleanup_free char *words =
        is_main ? fp_xasprintf("%s: the job's class %s", fp_json_string(loaded, "jar"), main_class)
        : loaded != NULL ? fp_xasprintf("%s: class %s, to which %s refers,",
                                        fp_json_string(loaded, "jar"), reference.name, reference.by)
                         : words_of_jar(plan, first);
    unsigned major = loaded != NULL
                         ? (unsigned) json_integer_value(json_object_get(loaded, "major"))
                         : plan->jars[first].class_major;
    /* What nothing refers to is only found by the judge. */
    if (loaded == NULL && main_class != NULL)
        return FP_OK;
    return fail_newer(plan, words, fp_java_of_class_major(major), base_name, java, err);
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
    for (size_t i = 0; i < plan->job_jars.len && java > 0; i++)
        if (is_newer(&plan->jars[i], java))
            return check_newer(plan, i, check->bases->name, java, err);
    return FP_OK;
}
