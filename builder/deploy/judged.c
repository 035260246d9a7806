/* Warns of settings that this version of Flink ignores or refuses. */
#include "flinkpack/judge/conf.h"

#include <stdlib.h>
#include <string.h>

#include "setting.h"

/* A setting, and where its value is from. */
static struct fp_judged_setting setting_of(const struct fp_deployment *d, const char *key,
                                           const char *value)
{
    const struct fp_deploy_options *o = d->options;
    const char *from = fp_given_setting(d, key) != NULL ? "--conf" : "the manifests";
    if (o->jobmanager_memory != NULL && strcmp(key, d->jobmanager.memory_key) == 0)
        from = "--jobmanager-memory";
    if (o->taskmanager_memory != NULL && strcmp(key, d->taskmanager.memory_key) == 0)
        from = "--taskmanager-memory";
    return (struct fp_judged_setting){key, value, from};
}

/* Older names of keys are no problem of a deployment, whose image can change. */
static void warn_of(struct fp_deployment *d, const struct fp_finding *finding)
{
    if (finding->severity == FP_SEVERITY_INFO)
        return;
    fp_strv_addf(&d->warnings, "%s: %s: %s: %s%s%s", finding->where, finding->entry, finding->what,
                 finding->effect, finding->advice != NULL ? "; " : "",
                 finding->advice != NULL ? finding->advice : "");
}

void fp_deployment_judge(struct fp_deployment *d)
{
    cleanup_findings struct fp_findings findings = {0};
    const struct fp_role *roles[] = {&d->jobmanager, &d->taskmanager};
    struct fp_judged_setting *settings =
        fp_xcalloc(json_object_size(d->conf) + 2, sizeof(*settings));
    size_t count = 0;
    const char *key = NULL;
    json_t *value = NULL;
    /* The operator sets the sizes itself, out of the resources of its own document. */
    cleanup_strv struct fp_strv sizes = {0};
    for (size_t i = 0; i < 2; i++) {
        fp_strv_addf(&sizes, "%lld%s", (long long) roles[i]->memory_value, roles[i]->memory_unit);
        settings[count++] = setting_of(d, roles[i]->memory_key, sizes.items[i]);
    }
    json_object_foreach(d->conf, key, value)
    {
        settings[count++] = setting_of(d, key, json_string_value(value));
    }
    fp_judge_settings(&d->version, settings, count, true, &findings);
    fp_findings_sort(&findings);
    for (size_t i = 0; i < findings.len; i++)
        warn_of(d, &findings.items[i]);
    free(settings);
}
