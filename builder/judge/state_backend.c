/* Judges the state backend that settings choose: whether a jar has it. */
#include <string.h>

#include "flinkpack/flink/job.h"
#include "judge.h"

#define ROCKSDB "RocksDBStateBackendFactory"

/* The factories of RocksDB's backend, from old to new. */
static const char *const ROCKSDB_FACTORIES[] = {
    "org/apache/flink/contrib/streaming/state/" ROCKSDB,
    "org/apache/flink/contrib/streaming/state/Embedded" ROCKSDB,
    "org/apache/flink/state/rocksdb/Embedded" ROCKSDB};

/* The classes of which one is the backend: RocksDB's, or a factory by its name. Short names are
 * Flink's own: none. */
static void list_classes(const char *value, struct fp_strv *ret)
{
    if (strcasecmp(value, "rocksdb") == 0)
        for (size_t i = 0; i < sizeof(ROCKSDB_FACTORIES) / sizeof(ROCKSDB_FACTORIES[0]); i++)
            fp_strv_add(ret, ROCKSDB_FACTORIES[i]);
    else if (strchr(value, '.') != NULL && strchr(value, '$') == NULL)
        fp_strv_take(ret, fp_class_slashes(value));
}

/* Whether Flink has one of these classes, or a jar that the job's class loader sees. */
static enum fp_code is_there(const struct fp_judge_input *input, const struct fp_strv *classes,
                             bool *ret, struct fp_error *err)
{
    *ret = classes->len == 0;
    for (size_t i = 0; i < classes->len && !*ret; i++) {
        *ret = fp_api_find(input->api, classes->items[i], NULL, NULL) != FP_API_NO_CLASS;
        cleanup_free char *name = fp_class_dots(classes->items[i]);
        for (size_t k = 0; k < input->jar_count && !*ret; k++)
            if (input->jars[k].role != FP_JAR_PLUGIN)
                FP_TRY(fp_jar_has_class(NULL, input->jars[k].path, name, ret, err));
    }
    return FP_OK;
}

enum fp_code fp_judge_state_backend(const struct fp_judge_input *input, struct fp_findings *ret,
                                    struct fp_error *err)
{
    for (size_t i = 0; i < input->setting_count && input->api != NULL; i++) {
        const struct fp_judged_setting *item = &input->settings[i];
        if (strcmp(item->key, "state.backend") != 0 && strcmp(item->key, "state.backend.type") != 0)
            continue;
        cleanup_strv struct fp_strv classes = {0};
        bool is_found = false;
        list_classes(item->value, &classes);
        FP_TRY(is_there(input, &classes, &is_found, err));
        if (is_found)
            continue;
        fp_findings_add(
            ret, (struct fp_finding){
                     .name = fp_finding_name("state-backend-missing"),
                     .severity = input->is_whole ? FP_SEVERITY_ERROR : FP_SEVERITY_WARNING,
                     .where = fp_xstrdup(item->from),
                     .entry = fp_xstrdup(item->key),
                     .what = fp_xasprintf("the state backend %s is in no jar", item->value),
                     .effect = fp_xstrdup("no job starts: \"Cannot find configured state backend "
                                          "factory class\""),
                     .advice = fp_xstrdup("add its jar with --lib (RocksDB: "
                                          "flink-statebackend-rocksdb), or choose hashmap")});
    }
    return FP_OK;
}
