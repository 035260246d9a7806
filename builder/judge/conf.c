/* Settings of Flink's configuration, judged by the options that its versions have. */
#include "flinkpack/judge/conf.h"

#include <stdio.h>
#include <string.h>

#include "judge.h"
#include "memory.h"
#include "near.h"
#include "value.h"

/* Keys that are like no option are looked for in the whole table, as long as they are this few. */
#define SLIPS_MAX 256

/* The settings being judged. */
struct judging {
    const struct fp_flink_version *version;
    unsigned number; /* the version, as the table has it */
    bool is_new;     /* later than all that the table knows */
    const struct fp_judged_setting *settings;
    size_t count;
    size_t slips;
    struct fp_findings *ret;
};

static void add(struct judging *judging, const char *name, enum fp_severity severity,
                const struct fp_judged_setting *setting, char *take_what, const char *effect,
                char *take_advice)
{
    fp_findings_add(judging->ret, (struct fp_finding){
                                      .name = fp_finding_name(name),
                                      .severity = severity,
                                      .where = fp_xstrdup(setting->from),
                                      .entry = fp_xstrdup(setting->key),
                                      .what = take_what,
                                      .effect = effect != NULL ? fp_xstrdup(effect) : NULL,
                                      .advice = take_advice,
                                  });
}

/* Whether a later setting has the same key. */
static bool is_overridden(const struct judging *judging, size_t index)
{
    for (size_t i = index + 1; i < judging->count; i++)
        if (strcmp(judging->settings[i].key, judging->settings[index].key) == 0)
            return true;
    return false;
}

/* "1.20" of 120. */
static void write_version(unsigned number, char ret[16])
{
    (void) snprintf(ret, 16, "%u.%u", number / 100, number % 100);
}

/* What took the place of keys that went without leaving their name to another. */
static const char *const REPLACED[][2] = {
    {"cluster.evenly-spread-out-slots", "taskmanager.load-balance.mode: SLOTS"},
    {"containerized.heap-cutoff-min", "jobmanager.memory.jvm-overhead.min"},
    {"containerized.heap-cutoff-ratio", "jobmanager.memory.jvm-overhead.fraction"},
    {"jobmanager.heap.mb", "jobmanager.memory.process.size"},
    {"jobmanager.heap.size", "jobmanager.memory.process.size"},
    {"jobmanager.web.address", "rest.address"},
    {"security.ssl.enabled", "security.ssl.internal.enabled and security.ssl.rest.enabled"},
    {"taskmanager.heap.mb", "taskmanager.memory.process.size"},
    {"taskmanager.heap.size", "taskmanager.memory.process.size"},
    {"taskmanager.hostname", "taskmanager.host"},
    {"taskmanager.memory.fraction", "taskmanager.memory.managed.fraction"},
    {"taskmanager.network.memory.fraction", "taskmanager.memory.network.fraction"},
    {"taskmanager.network.memory.max", "taskmanager.memory.network.max"},
    {"taskmanager.network.memory.min", "taskmanager.memory.network.min"},
    {"taskmanager.network.numberOfBuffers", "taskmanager.memory.network.fraction"},
    {"web.address", "rest.address"},
    {"web.port", "rest.port"},
    {"web.ssl.enabled", "security.ssl.rest.enabled"},
};

/* Advice for a key that went: what has its place now. NULL: nothing has. */
static char *replacement_of(const struct fp_conf_option *option)
{
    if (option->relation == '>')
        return fp_xasprintf("set %.*s", (int) option->value.len, option->value.text);
    for (size_t i = 0; i < sizeof(REPLACED) / sizeof(REPLACED[0]); i++)
        if (fp_conf_word_is(option->key, REPLACED[i][0]))
            return fp_xasprintf("set %s", REPLACED[i][1]);
    return NULL;
}

/* Advice for a key that came later: the older name of the same option. NULL: it had none. */
static char *older_name_of(const struct judging *judging, const char *key)
{
    const char *cursor = fp_conf_option_begin();
    struct fp_conf_option option;
    struct fp_conf_option older;
    while (fp_conf_option_next(&cursor, &option)) {
        if (option.relation == '\0' || !fp_conf_word_is(option.value, key))
            continue;
        cleanup_free char *name = fp_xstrndup(option.key.text, option.key.len);
        if (fp_conf_option_find(name, judging->number, &older) == FP_CONF_KNOWN)
            return fp_xasprintf("set %s", name);
    }
    return NULL;
}

static void tell_of_other_version(struct judging *judging, const struct fp_judged_setting *setting,
                                  enum fp_conf_known known, const struct fp_conf_option *option)
{
    char other[16];
    bool gone = known == FP_CONF_KNOWN_EARLIER;
    write_version(gone ? option->last : option->first, other);
    char *what = gone ? fp_xasprintf("Flink %s has no such option any more; %s was the last",
                                     judging->version->text, other)
                      : fp_xasprintf("Flink %s has no such option yet; %s was the first",
                                     judging->version->text, other);
    add(judging, "conf-version", FP_SEVERITY_WARNING, setting, what, "Flink ignores the setting",
        gone ? replacement_of(option) : older_name_of(judging, setting->key));
}

static void judge_value(struct judging *judging, const struct fp_judged_setting *setting,
                        const struct fp_conf_option *option)
{
    char expected[FP_EXPECTED_MAX];
    bool choice = fp_conf_choice_refused(option, judging->number, setting->value, expected);
    /* Before 1.10 Flink warns of a value that it cannot read, and takes the default. */
    bool lenient = !fp_flink_at_least(judging->version, 1, 10, 0);
    if (!choice && !fp_conf_value_refused(option->value, setting->value, expected))
        return;
    bool by_class = choice && !fp_conf_word_is(option->key, "restart-strategy.type");
    bool sure = choice || (option->is_read_at_start && !lenient);
    const char *effect =
        choice    ? "jobs do not start: Flink knows no such word, and finds no class of this name"
        : lenient ? "Flink takes its default"
        : sure    ? "Flink does not start, or the job: \"Could not parse value\""
                  : "Flink fails as soon as it reads the setting: \"Could not parse value\"";
    add(judging, "conf-value", sure ? FP_SEVERITY_ERROR : FP_SEVERITY_WARNING, setting,
        fp_is_secret(setting->key, setting->value)
            ? fp_xasprintf("the value is none that Flink %s takes", judging->version->text)
            : fp_xasprintf("'%.100s' is no value that Flink %s takes", setting->value,
                           judging->version->text),
        effect,
        fp_xasprintf("it takes %s%s", expected, by_class ? ", or the name of a class" : ""));
}

/* A key that names an option by an older or another name: its value is judged as the option's. */
static void judge_known(struct judging *judging, const struct fp_judged_setting *setting,
                        struct fp_conf_option option)
{
    if (option.relation == '>')
        add(judging, "conf-version", FP_SEVERITY_INFO, setting,
            fp_xasprintf("%s is an older name of %.*s, and Flink %s still reads it", setting->key,
                         (int) option.value.len, option.value.text, judging->version->text),
            NULL, fp_xasprintf("set %.*s", (int) option.value.len, option.value.text));
    if (option.relation != '\0') {
        cleanup_free char *name = fp_xstrndup(option.value.text, option.value.len);
        if (fp_conf_option_find(name, judging->number, &option) != FP_CONF_KNOWN ||
            option.relation != '\0')
            return;
    }
    judge_value(judging, setting, &option);
}

static void judge_unknown(struct judging *judging, const struct fp_judged_setting *setting)
{
    struct fp_conf_word near;
    if (judging->is_new || judging->slips++ >= SLIPS_MAX ||
        fp_conf_option_of_map(setting->key, judging->number) ||
        !fp_conf_option_near(setting->key, judging->number, &near))
        return;
    add(judging, "conf-unknown", FP_SEVERITY_WARNING, setting,
        fp_xasprintf("no option of Flink %s", judging->version->text), "Flink ignores the setting",
        fp_xasprintf("did you mean %.*s?", (int) near.len, near.text));
}

static void judge_setting(struct judging *judging, size_t index)
{
    const struct fp_judged_setting *setting = &judging->settings[index];
    struct fp_conf_option option;
    if (is_overridden(judging, index) || fp_conf_key_is_free(setting->key))
        return;
    enum fp_conf_known known = fp_conf_option_find(setting->key, judging->number, &option);
    if (known == FP_CONF_KNOWN)
        judge_known(judging, setting, option);
    else if (known == FP_CONF_KNOWN_NOT)
        judge_unknown(judging, setting);
    else if (!fp_conf_option_of_map(setting->key, judging->number))
        tell_of_other_version(judging, setting, known, &option);
}

void fp_judge_settings(const struct fp_flink_version *version,
                       const struct fp_judged_setting *settings, size_t count, bool is_whole,
                       struct fp_findings *ret)
{
    struct judging judging = {.version = version, .settings = settings, .ret = ret};
    judging.number = fp_conf_option_version(version, &judging.is_new);
    judging.count = count < FP_JUDGED_SETTINGS ? count : FP_JUDGED_SETTINGS;
    if (!fp_flink_at_least(version, 1, 6, 0))
        return;
    for (size_t i = 0; i < judging.count; i++)
        judge_setting(&judging, i);
    fp_judge_memory(version, settings, judging.count, is_whole, ret);
}

enum fp_code fp_judge_conf(const struct fp_judge_input *input, struct fp_findings *ret,
                           struct fp_error *err)
{
    (void) err;
    fp_judge_settings(input->version, input->settings, input->setting_count,
                      input->has_all_settings, ret);
    return FP_OK;
}
