#include "internal.h"

#include <string.h>

/* From 1.14 on Flink's RocksDB comes with libraries for musl, too (FLINK-14482). */
#define FIRST_MUSL_MAJOR 1
#define FIRST_MUSL_MINOR 14

static bool rocksdb_knows_musl(const struct fp_flink_version *version)
{
    return version->major > FIRST_MUSL_MAJOR ||
           (version->major == FIRST_MUSL_MAJOR && version->minor >= FIRST_MUSL_MINOR);
}

static bool names_rocksdb(const char *value)
{
    return strcasestr(value, "rocksdb") != NULL;
}

/* "state.backend: rocksdb" in the distribution's own configuration. */
static bool file_chooses_rocksdb(const struct fp_flink *flink)
{
    cleanup_free char *path = fp_path_join("conf", flink->traits->config_file);
    const struct fp_dist_file *file =
        flink->has_dist ? fp_distribution_file(&flink->dist, path) : NULL;
    cleanup_strv struct fp_strv lines = {0};
    cleanup_free char *text = file != NULL ? fp_xstrndup(file->data, file->len) : NULL;
    if (text == NULL)
        return false;
    fp_strv_split(&lines, text, '\n');
    for (size_t i = 0; i < lines.len; i++) {
        if (strncmp(lines.items[i], "state.backend", strlen("state.backend")) == 0 &&
            lines.items[i][strcspn(lines.items[i], ":")] == ':' &&
            names_rocksdb(strchr(lines.items[i], ':')))
            return true;
    }
    return false;
}

/* What chooses RocksDB, in words; NULL: nothing does. */
static char *rocksdb_chosen_by(const struct fp_plan *plan, const struct fp_flink *flink)
{
    for (size_t i = 0; i < plan->conf_keys.len; i++) {
        const char *key = plan->conf_keys.items[i];
        if ((strcmp(key, "state.backend") == 0 || strcmp(key, "state.backend.type") == 0) &&
            names_rocksdb(plan->conf_values.items[i]))
            return fp_xasprintf("--conf %s: RocksDB", key);
    }
    if (file_chooses_rocksdb(flink))
        return fp_xasprintf("conf/%s: RocksDB", flink->traits->config_file);
    return NULL;
}

/* What chooses native code that musl cannot load. */
static char *chosen_by(const struct fp_plan *plan, const struct fp_flink *flink, bool old)
{
    char *rocksdb = old ? rocksdb_chosen_by(plan, flink) : NULL;
    if (rocksdb != NULL)
        return rocksdb;
    for (size_t i = 0; i < plan->job_jars.len; i++) {
        if (plan->jars[i].glibc_native != NULL && !plan->jars[i].has_musl_native)
            return fp_xasprintf("%s: %s", plan->job_jars.items[i], plan->jars[i].glibc_native);
    }
    return NULL;
}

enum fp_code fp_check_natives(const struct fp_plan *plan, const struct fp_flink *flink,
                              const struct fp_base_image *base, const char *base_name,
                              struct fp_error *err)
{
    struct fp_reporter *reporter = plan->context->reporter;
    if (!base->facts.musl)
        return FP_OK;
    bool old = !rocksdb_knows_musl(&flink->version);
    cleanup_free char *chosen = chosen_by(plan, flink, old);
    if (chosen == NULL && old && flink->has_dist) {
        fp_report(reporter, FP_EVENT_WARNING,
                  "the RocksDB of Flink %s is native code for glibc, and %s has musl: jobs on it "
                  "cannot use that state backend (--base temurin-%u-jre can)",
                  flink->version.text, base_name, flink->traits->default_java);
        return FP_OK;
    }
    if (chosen == NULL)
        return FP_OK;
    if (!old || plan->options->allow_musl_natives) {
        fp_report(reporter, FP_EVENT_WARNING, "%s is native code for glibc, and %s has musl",
                  chosen, base_name);
        return FP_OK;
    }
    return fp_hinted(
        fp_fail(err, FP_E_INPUT, "%s is native code for glibc, and %s has musl", chosen, base_name),
        err, "use --base temurin-%u-jre, or --allow-musl-natives if you know better",
        flink->traits->default_java);
}
