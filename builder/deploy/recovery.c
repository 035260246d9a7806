/* The checkpoint interval and the restart strategy of a job, without which high availability and
 * other settings have no effect. */
#include <string.h>

#include "setting.h"
#include "text.h"

#define INTERVAL "execution.checkpointing.interval"

/* A short interval limits the work that is repeated. The job's own code overrides it. */
#define DEFAULT_INTERVAL "1min"

/* Flink refuses intervals below the first limit, and uses the second one for any that exceed it. */
#define LEAST_MS 10
#define MOST_MS  (365LL * 24 * 60 * 60 * 1000)

static const struct time_unit {
    const char *names[6]; /* all versions accept the first; the last is NULL */
    int64_t ms;
} units[] = {
    {{"ms", "milli", "millis", "millisecond", "milliseconds"}, 1},
    {{"s", "sec", "second", "seconds"}, 1000},
    {{"min", "m", "minute", "minutes"}, 60000},
    {{"h", "hour", "hours"}, 3600000},
    {{"d", "day", "days"}, 86400000},
};

/* Write "1 min" as "1min", because official images remove spaces from settings. */
static enum fp_code parse_interval(const char *text, char **ret, struct fp_error *err)
{
    size_t digits = strspn(text, "0123456789");
    cleanup_free char *number = fp_xstrndup(text, digits);
    const char *unit = text + digits + strspn(text + digits, " ");
    int64_t value = 0;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]) && fp_parse_count(number, &value);
         i++) {
        if (fp_is_one_of(unit, units[i].names) && value <= MOST_MS / units[i].ms &&
            value * units[i].ms >= LEAST_MS) {
            *ret = fp_xasprintf("%lld%s", (long long) value, units[i].names[0]);
            return FP_OK;
        }
    }
    return fp_hinted(fp_fail(err, FP_E_USAGE,
                             "--checkpoint-interval: expected a duration from 10ms to 365d, or "
                             "off, not '%s'",
                             text),
                     err, "for example 30s, 1min or 1h");
}

static bool is_set(const struct fp_deployment *d, const char *key)
{
    const char *alias = fp_setting_alias(key);
    return json_object_get(d->conf, key) != NULL ||
           (alias != NULL && json_object_get(d->conf, alias) != NULL);
}

static void set(struct fp_deployment *d, const char *key, const char *value)
{
    if (!is_set(d, key))
        fp_json_set_text(d->conf, key, value);
}

static bool loses_pods(const struct fp_deployment *d)
{
    return fp_is_highly_available(d) || d->options->autoscale != NULL;
}

static enum fp_code set_interval(struct fp_deployment *d, struct fp_error *err)
{
    const struct fp_deploy_options *o = d->options;
    const char *given = o->checkpoint_interval;
    /* Before 1.10.1 a job's cluster did not pass its configuration to the job (FLINK-16560). */
    bool known = fp_flink_at_least(&d->version, 1, 10, 1);
    cleanup_free char *interval = NULL;
    if (given != NULL && strcmp(given, "off") == 0)
        return FP_OK;
    if (given != NULL && !known)
        return fp_fail(err, FP_E_USAGE,
                       "--checkpoint-interval: Flink %s takes it from the job's code alone; 1.10.1 "
                       "is the first that has a setting for it",
                       d->version.text);
    bool wanted = d->is_job && known && (loses_pods(d) || o->checkpoint_dir != NULL);
    if (given == NULL && !wanted)
        return FP_OK;
    FP_TRY(parse_interval(given != NULL ? given : DEFAULT_INTERVAL, &interval, err));
    set(d, INTERVAL, interval);
    return FP_OK;
}

static enum fp_code check_strategy(const struct fp_deployment *d, const char *name,
                                   struct fp_error *err)
{
    static const char *const names[] = {"none", "fixed-delay", "failure-rate", "exponential-delay",
                                        NULL};
    if (!fp_is_one_of(name, names))
        return fp_fail(err, FP_E_USAGE,
                       "--restart-strategy: expected exponential-delay, fixed-delay, failure-rate "
                       "or none, not '%s'",
                       name);
    if (strcmp(name, "exponential-delay") == 0 && !fp_flink_at_least(&d->version, 1, 13, 0))
        return fp_fail(err, FP_E_USAGE,
                       "--restart-strategy: Flink %s has no exponential-delay; 1.13 is the first",
                       d->version.text);
    if (strcmp(name, "none") == 0 && d->options->autoscale != NULL)
        return fp_fail(err, FP_E_USAGE,
                       "--restart-strategy none: with --autoscale it ends the job when the first "
                       "TaskManager goes");
    return FP_OK;
}

static enum fp_code set_strategy(struct fp_deployment *d, struct fp_error *err)
{
    const char *name = d->options->restart_strategy;
    if (name == NULL && d->is_job && loses_pods(d) &&
        !fp_gives_settings(d, "restart-strategy", NULL))
        name = fp_flink_at_least(&d->version, 1, 13, 0) ? "exponential-delay" : "fixed-delay";
    if (name == NULL)
        return FP_OK;
    FP_TRY(check_strategy(d, name, err));
    set(d, fp_flink_at_least(&d->version, 1, 17, 0) ? "restart-strategy.type" : "restart-strategy",
        name);
    /* Flink's own default is one attempt. */
    if (strcmp(name, "fixed-delay") == 0) {
        set(d, "restart-strategy.fixed-delay.attempts", "2147483647");
        set(d, "restart-strategy.fixed-delay.delay", "10s");
    }
    return FP_OK;
}

/* Sets defaults that high availability, --autoscale and --checkpoint-dir rely on. The user's
 * settings, which are set by now, and the job's code override them. The jobs of a session have
 * settings of their own. */
enum fp_code fp_deployment_recover(struct fp_deployment *d, struct fp_error *err)
{
    FP_TRY(set_interval(d, err));
    return set_strategy(d, err);
}

void fp_deployment_warn_of_recovery(struct fp_deployment *d)
{
    static const char *const off[] = {"none", "off", "disable", NULL};
    const char *strategy = fp_json_string(d->conf, "restart-strategy.type");
    if (strategy == NULL)
        strategy = fp_json_string(d->conf, "restart-strategy");
    if (d->options->autoscale != NULL && strategy != NULL && fp_is_one_of(strategy, off))
        fp_strv_addf(&d->warnings,
                     "--conf: restart-strategy %s: with --autoscale it ends the job when the first "
                     "TaskManager goes",
                     strategy);
    if (d->is_job && json_object_get(d->conf, INTERVAL) != NULL &&
        !is_set(d, "execution.checkpointing.dir"))
        fp_strv_addf(&d->warnings,
                     "--checkpoint-dir: is not given; unless the job or its image says where, "
                     "checkpoints stay in the JobManager%s, with at most 5 MiB for each task",
                     fp_is_highly_available(d) ? " and in high-availability.storageDir" : "");
}
