/* A check for thin jars without the connector that the main class uses, which fail when run. */
#include <string.h>

#include "checks.h"

/* Packages that no distribution contains, because connectors belong in the job's jar. */
static const char *const CONNECTORS[] = {"org/apache/flink/streaming/connectors/",
                                         "org/apache/flink/connector/kafka/"};

static enum fp_code any_has(const struct fp_plan *plan, const struct fp_strv *jars,
                            const char *class_name, bool *ret_found, struct fp_error *err)
{
    for (size_t i = 0; i < jars->len && !*ret_found; i++)
        if (fp_text_ends_with(jars->items[i], ".jar"))
            FP_TRY(
                fp_jar_has_class(plan->context->cache, jars->items[i], class_name, ret_found, err));
    return FP_OK;
}

/* Check that the job's jars have the connector classes that `main` of the jar at `path` uses. */
static enum fp_code check_class(const struct fp_plan *plan, const char *path, const char *main,
                                struct fp_error *err)
{
    cleanup_strv struct fp_strv used = {0};
    for (size_t i = 0; i < sizeof(CONNECTORS) / sizeof(CONNECTORS[0]); i++)
        FP_TRY(fp_jar_class_uses(plan->context->cache, path, main, CONNECTORS[i], &used, err));
    for (size_t i = 0; i < used.len; i++) {
        bool found = false;
        FP_TRY(fp_jar_has_class(plan->context->cache, path, used.items[i], &found, err));
        FP_TRY(any_has(plan, &plan->job_jars, used.items[i], &found, err));
        FP_TRY(any_has(plan, &plan->libs, used.items[i], &found, err));
        if (!found)
            return fp_hinted(
                fp_fail(err, FP_E_INPUT, "%s: class %s uses %s, which no jar of the job has", path,
                        main, used.items[i]),
                err,
                "connectors are not part of Flink: build the jar with its dependencies "
                "(maven-shade-plugin, the connector without scope 'provided'), or add the "
                "connector's jar with --lib");
    }
    return FP_OK;
}

enum fp_code fp_check_connectors(const struct fp_check *check, struct fp_error *err)
{
    const struct fp_plan *plan = check->plan;
    /* Files that are not examined may have connectors: jars that somebody added to the
     * distribution, and the files of --add. */
    if (!check->flink->has_dist || check->flink->dist.has_added_jars || plan->add_count > 0)
        return FP_OK;
    for (size_t i = 0; i < plan->job_jars.len; i++) {
        const char *named = plan->job_classname;
        const char *main = named != NULL ? named : plan->jars[i].main_class;
        /* Flink also loads jars in lib/ of the job's jar if it is started with that jar. */
        if (main != NULL && plan->jars[i].sha256[0] != '\0' && !plan->jars[i].has_jars)
            FP_TRY(check_class(plan, plan->job_jars.items[i], main, err));
    }
    return FP_OK;
}
