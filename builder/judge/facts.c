/* The facts of a jar: one pass over its directory, then its classes. */
#include "flinkpack/judge/facts.h"

#include <string.h>
#include <strings.h>

#include "flinkpack/flink/jar_ask.h"
#include "scan_classes.h"
#include "scan_resources.h"

/* It has to be another one whenever the facts of some jar would be. */
#define FACTS_VERSION 3

/* A jar being read. */
struct facts_reading {
    struct fp_class_scan *classes;
    struct fp_resources *resources;
};

static enum fp_code visit(void *context, struct fp_zip *zip, const struct fp_zip_entry *entry,
                          struct fp_error *err)
{
    struct facts_reading *reading = context;
    FP_TRY(fp_resources_entry(reading->resources, zip, entry, err));
    return fp_class_scan_entry(reading->classes, zip, entry, err);
}

static enum fp_code read_facts(const char *path, const char *entry, json_t *facts,
                               struct fp_error *err)
{
    cleanup_zip struct fp_zip *zip = NULL;
    cleanup_class_scan struct fp_class_scan *classes = fp_class_scan_new();
    cleanup_resources struct fp_resources *resources = fp_resources_new();
    struct facts_reading reading = {classes, resources};
    FP_TRY(fp_zip_open(path, &zip, err));
    FP_TRY(fp_zip_each(zip, visit, &reading, err));
    if (entry == NULL)
        entry = fp_resources_entry_class(resources);
    const char *releases = fp_resources_attribute(resources, "Multi-Release");
    bool is_multi_release = releases != NULL && strcasecmp(releases, "true") == 0;
    FP_TRY(fp_class_scan_finish(classes, zip, entry, is_multi_release, facts, err));
    fp_resources_finish(resources, entry, fp_class_scan_has, classes, facts);
    return FP_OK;
}

/* A large file that is no jar is not hashed. */
enum fp_code fp_jar_facts(struct fp_cache *cache, const char *path, const char *entry, json_t **ret,
                          struct fp_error *err)
{
    cleanup_zip struct fp_zip *probe = NULL;
    cleanup_json json_t *facts = NULL;
    struct fp_jar_question question = {0};
    cleanup_free char *words =
        fp_xasprintf("facts %d of %s", FACTS_VERSION, entry != NULL ? entry : "");
    FP_TRY(fp_zip_open(path, &probe, err));
    FP_TRY(fp_jar_ask(cache, path, words, &question, &facts, err));
    if (!json_is_object(facts)) {
        json_decref(facts);
        facts = json_object();
        FP_TRY(fp_context(read_facts(path, entry, facts, err), err, "%s", path));
        fp_jar_answer(&question, json_incref(facts));
    }
    *ret = steal_pointer(&facts);
    return FP_OK;
}
