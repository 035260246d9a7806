/* Judges the state backend that settings choose: whether a jar has it. */
#include <string.h>

#include "judge.h"

#define ROCKSDB "RocksDBStateBackendFactory"

/* The factories of RocksDB's backend, from old to new. */
static const char *const ROCKSDB_FACTORIES[] = {
    "org/apache/flink/contrib/streaming/state/" ROCKSDB,
    "org/apache/flink/contrib/streaming/state/Embedded" ROCKSDB,
    "org/apache/flink/state/rocksdb/Embedded" ROCKSDB};

static bool has_class(const struct fp_judge_input *input, const char *name)
{
    cleanup_free char *path = fp_xstrdup(name);
    for (char *dot = strchr(path, '.'); dot != NULL; dot = strchr(dot, '.'))
        *dot = '/';
    return fp_api_find(input->api, path, NULL, NULL) != FP_API_NO_CLASS;
}

/* Whether a backend is there: RocksDB, or a factory by its class. Short names are Flink's own. */
static bool is_there(const struct fp_judge_input *input, const char *value)
{
    bool found = false;
    if (strcasecmp(value, "rocksdb") != 0)
        return strchr(value, '.') == NULL || has_class(input, value);
    for (size_t i = 0; i < sizeof(ROCKSDB_FACTORIES) / sizeof(ROCKSDB_FACTORIES[0]); i++)
        found = found || has_class(input, ROCKSDB_FACTORIES[i]);
    return found;
}

enum fp_code fp_judge_state_backend(const struct fp_judge_input *input, struct fp_findings *ret,
                                    struct fp_error *err)
{
    (void) err;
    for (size_t i = 0; i < input->setting_count && input->api != NULL; i++) {
        const struct fp_judged_setting *item = &input->settings[i];
        if ((strcmp(item->key, "state.backend") != 0 &&
             strcmp(item->key, "state.backend.type") != 0) ||
            is_there(input, item->value))
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
