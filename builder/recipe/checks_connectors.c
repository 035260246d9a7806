/* A thin jar without the connector that its main class uses builds, and dies when it runs. */
#include <string.h>

#include "checks.h"

/* No distribution has any of these: connectors belong into the job's jar. */
static const char *const CONNECTORS[] = {"org/apache/flink/streaming/connectors/",
                                         "org/apache/flink/connector/kafka/"};

/* A jar of Flink's own lib/, none of which has a connector of these. */
static bool is_stock(const char *name)
{
    if (strncmp(name, "flink-", 6) == 0)
        return strstr(name, "connector") == NULL || strncmp(name, "flink-connector-files", 21) == 0;
    return strncmp(name, "log4j-", 6) == 0 || strncmp(name, "slf4j-", 6) == 0;
}

/* What is not looked into may have them: other jars that somebody has put into the distribution,
 * and what --add brings. */
static bool may_have_connectors(const struct fp_plan *plan, const struct fp_flink *flink)
{
    for (size_t i = 0; i < flink->dist.lib_jars.len; i++) {
        if (!is_stock(flink->dist.lib_jars.items[i]))
            return true;
    }
    return plan->add_count > 0;
}

static enum fp_code any_has(const struct fp_strv *jars, const char *class_name, bool *ret_found,
                            struct fp_error *err)
{
    for (size_t i = 0; i < jars->len && !*ret_found; i++)
        if (fp_text_ends_with(jars->items[i], ".jar"))
            FP_TRY(fp_jar_has_class(jars->items[i], class_name, ret_found, err));
    return FP_OK;
}

/* The connectors' classes that `main` of the jar at `path` uses are in one of the jars. */
static enum fp_code check_class(const struct fp_plan *plan, const char *path, const char *main,
                                struct fp_error *err)
{
    cleanup_strv struct fp_strv used = {0};
    for (size_t i = 0; i < sizeof(CONNECTORS) / sizeof(CONNECTORS[0]); i++)
        FP_TRY(fp_jar_class_uses(path, main, CONNECTORS[i], &used, err));
    for (size_t i = 0; i < used.len; i++) {
        bool found = false;
        FP_TRY(fp_jar_has_class(path, used.items[i], &found, err));
        FP_TRY(any_has(&plan->job_jars, used.items[i], &found, err));
        FP_TRY(any_has(&plan->libs, used.items[i], &found, err));
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
    if (!check->flink->has_dist || may_have_connectors(plan, check->flink))
        return FP_OK;
    for (size_t i = 0; i < plan->job_jars.len; i++) {
        const char *named = plan->job_classname;
        const char *main = named != NULL ? named : plan->jars[i].main_class;
        /* Flink also loads jars in lib/ of the job's jar, where it is handed that jar. */
        if (main != NULL && plan->jars[i].sha256[0] != '\0' && !plan->jars[i].has_jars)
            FP_TRY(check_class(plan, plan->job_jars.items[i], main, err));
    }
    return FP_OK;
}
