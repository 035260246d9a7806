/* The number of slots and TaskManagers, and the memory of the two roles. */
#include <string.h>

#include "setting.h"
#include "text.h"

/* Whether this version's memory setting sizes the whole process, not only the heap. */
static bool sizes_process(const struct fp_deployment *d, bool is_jobmanager)
{
    return fp_flink_at_least(&d->version, 1, is_jobmanager ? 11 : 10, 0);
}

static const char *memory_key(const struct fp_deployment *d, bool is_jobmanager)
{
    if (sizes_process(d, is_jobmanager))
        return is_jobmanager ? "jobmanager.memory.process.size" : "taskmanager.memory.process.size";
    if (fp_flink_at_least(&d->version, 1, 6, 0))
        return is_jobmanager ? "jobmanager.heap.size" : "taskmanager.heap.size";
    return is_jobmanager ? "jobmanager.heap.mb" : "taskmanager.heap.mb";
}

/* Whether the key's value is a number of MiB without a unit. */
static bool is_bare(const char *key)
{
    return fp_text_ends_with(key, ".mb");
}

/* Take a number that an option or a setting can give; if both are given, they must agree. */
static enum fp_code take_number(const struct fp_deployment *d, const char *title, const char *key,
                                int64_t option, int64_t *ret, struct fp_error *err)
{
    const char *conf = fp_given_setting(d, key);
    int64_t value = 0;
    if (conf != NULL && (!fp_parse_count(conf, &value) || value < 1))
        return fp_fail(err, FP_E_USAGE, "%s: expected a whole number from 1, not '%s'", key, conf);
    if (conf != NULL && option > 0 && option != value)
        return fp_fail(err, FP_E_USAGE, "%s %lld and %s=%s: say different things", title,
                       (long long) option, key, conf);
    *ret = option > 0 ? option : value;
    return FP_OK;
}

/* The least memory with which Flink starts. A JobManager needs heap, metaspace and overhead; a
 * TaskManager also needs network and managed memory, with their default fractions. */
static int64_t least_mib(const struct fp_deployment *d, bool is_jobmanager)
{
    if (!sizes_process(d, is_jobmanager))
        return 400;
    if (is_jobmanager)
        return 704;
    return fp_flink_at_least(&d->version, 1, 11, 0) ? 982 : 822;
}

/* Parse the value of a memory setting into MiB. */
static enum fp_code parse_memory(const char *key, const char *value, int64_t *ret,
                                 struct fp_error *err)
{
    if (!is_bare(key))
        return fp_parse_mib(value, key, ret, err);
    if (fp_parse_count(value, ret) && *ret > 0)
        return FP_OK;
    return fp_fail(err, FP_E_USAGE, "%s: expected a number of MiB without unit, not '%s'", key,
                   value);
}

/* Take the memory of a role's container in MiB from an option, a setting or the default. */
static enum fp_code take_memory(const struct fp_deployment *d, bool is_jobmanager, int64_t *ret,
                                struct fp_error *err)
{
    const struct fp_deploy_options *o = d->options;
    const char *option = is_jobmanager ? o->jobmanager_memory : o->taskmanager_memory;
    const char *title = is_jobmanager ? "--jobmanager-memory" : "--taskmanager-memory";
    const char *key = memory_key(d, is_jobmanager);
    const char *conf = fp_given_setting(d, key);
    int64_t from_conf = 0;
    *ret = !is_jobmanager ? 1728 : sizes_process(d, true) ? 1600 : 1024;
    if (option != NULL)
        FP_TRY(fp_parse_mib(option, title, ret, err));
    if (conf != NULL)
        FP_TRY(parse_memory(key, conf, &from_conf, err));
    if (conf != NULL && !sizes_process(d, is_jobmanager))
        from_conf = (from_conf * 4 + 2) / 3;
    if (conf != NULL && option != NULL && from_conf != *ret)
        return fp_fail(err, FP_E_USAGE, "%s %s and %s=%s: do not add up; give one of them", title,
                       option, key, conf);
    *ret = conf != NULL ? from_conf : *ret;
    const char *prefix = is_jobmanager ? "jobmanager.memory." : "taskmanager.memory.";
    int64_t least = least_mib(d, is_jobmanager);
    if (*ret >= least || fp_gives_settings(d, prefix, key))
        return FP_OK;
    return fp_hinted(fp_fail(err, FP_E_USAGE,
                             "%s: %lldMi cannot hold what Flink %s needs at the least: %lldMi",
                             title, (long long) *ret, d->version.text, (long long) least),
                     err, "give more, or set its parts with -D %s...", prefix);
}

static enum fp_code take_role(const struct fp_deployment *d, bool is_jobmanager,
                              struct fp_role *ret, struct fp_error *err)
{
    const char *cpu = is_jobmanager ? d->options->jobmanager_cpu : d->options->taskmanager_cpu;
    ret->component = is_jobmanager ? "jobmanager" : "taskmanager";
    ret->is_jobmanager = is_jobmanager;
    ret->cpu = cpu != NULL ? cpu : "1";
    FP_TRY(take_memory(d, is_jobmanager, &ret->mib, err));
    ret->memory_key = memory_key(d, is_jobmanager);
    ret->memory_value = sizes_process(d, is_jobmanager) ? ret->mib : ret->mib * 3 / 4;
    ret->memory_unit = is_bare(ret->memory_key) ? "" : "m";
    return FP_OK;
}

static enum fp_code take_autoscale(struct fp_deployment *d, struct fp_error *err)
{
    const struct fp_deploy_options *o = d->options;
    if (o->autoscale == NULL)
        return FP_OK;
    struct fp_split split = fp_split_at(o->autoscale, ':');
    bool fine = split.rest != NULL && fp_parse_count(split.first, &d->min_replicas) &&
                fp_parse_count(split.rest, &d->max_replicas) && d->min_replicas > 0 &&
                d->max_replicas >= d->min_replicas;
    free(split.first);
    if (!fine)
        return fp_fail(err, FP_E_USAGE, "--autoscale: expected MIN:MAX such as 1:8, not '%s'",
                       o->autoscale);
    if (o->parallelism > 0 || o->replicas > 0)
        return fp_fail(err, FP_E_USAGE,
                       "--autoscale: goes with neither --parallelism nor "
                       "--replicas: the job takes all slots that there are");
    return FP_OK;
}

static enum fp_code count_replicas(struct fp_deployment *d, struct fp_error *err)
{
    int64_t needed = (d->parallelism + d->slots - 1) / d->slots;
    d->replicas = d->options->replicas > 0 ? d->options->replicas : needed;
    if (d->is_job && d->replicas < needed)
        return fp_hinted(fp_fail(err, FP_E_USAGE,
                                 "--replicas %lld: with %lld slots each that is less than the "
                                 "parallelism %lld",
                                 (long long) d->replicas, (long long) d->slots,
                                 (long long) d->parallelism),
                         err, "%lld are needed", (long long) needed);
    return FP_OK;
}

enum fp_code fp_deployment_size(struct fp_deployment *d, struct fp_error *err)
{
    const struct fp_deploy_options *o = d->options;
    FP_TRY(take_number(d, "--slots", "taskmanager.numberOfTaskSlots", o->slots, &d->slots, err));
    FP_TRY(take_number(d, "--parallelism", "parallelism.default", o->parallelism, &d->parallelism,
                       err));
    d->slots = d->slots > 0 ? d->slots : 1;
    if (d->parallelism == 0)
        d->parallelism = o->replicas > 0 ? o->replicas * d->slots : 1;
    FP_TRY(take_autoscale(d, err));
    FP_TRY(count_replicas(d, err));
    FP_TRY(take_role(d, true, &d->jobmanager, err));
    return take_role(d, false, &d->taskmanager, err);
}
