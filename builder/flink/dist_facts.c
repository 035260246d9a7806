/* The few facts about a distribution that are needed if its layer is not read, as JSON. */
#include <string.h>

#include "dist_json.h"
#include "dist_list.h"

/* The longest Scala version, which is a part of a file's name. */
#define MAX_SCALA 255

json_t *fp_distribution_facts(const struct fp_distribution *distribution)
{
    json_t *facts = json_object();
    fp_json_set_text(facts, "flink", distribution->version.text);
    fp_json_set_text(facts, "scala", distribution->scala_version);
    fp_json_set(facts, "newest", json_integer(distribution->newest_mtime_s));
    if (distribution->chooses_rocksdb)
        fp_json_set(facts, "rocksdb", json_true());
    if (distribution->has_added_jars)
        fp_json_set(facts, "addedJars", json_true());
    return facts;
}

enum fp_code fp_dist_parse_facts(const json_t *json, const char *title, struct fp_distribution *ret,
                                 struct fp_error *err)
{
    const char *version = NULL;
    const char *scala = fp_json_string(json, "scala");
    uint64_t newest = 0;
    FP_TRY(fp_json_need_string(json, "flink", title, &version, err));
    if (fp_flink_version_parse(version, &ret->version, err) != FP_OK)
        return fp_context(FP_E_INPUT, err, "%s", title);
    FP_TRY(fp_json_need_size(json, "newest", title, &newest, err));
    if (newest > (uint64_t) FP_DIST_MAX_TIME_S || (scala != NULL && strlen(scala) > MAX_SCALA))
        return fp_fail(err, FP_E_INPUT, "%s: not the facts of a distribution", title);
    ret->newest_mtime_s = (int64_t) newest;
    ret->scala_version = fp_xstrdup(scala);
    ret->top = fp_xasprintf("flink-%s", ret->version.text);
    ret->chooses_rocksdb = json_is_true(json_object_get(json, "rocksdb"));
    ret->has_added_jars = json_is_true(json_object_get(json, "addedJars"));
    return FP_OK;
}

enum fp_code fp_distribution_facts_parse(const json_t *json, const char *title,
                                         struct fp_distribution *ret, struct fp_error *err)
{
    cleanup_distribution struct fp_distribution dist = {.is_outline = true};
    FP_TRY(fp_dist_parse_facts(json, title, &dist, err));
    *ret = steal_value(&dist);
    return FP_OK;
}
