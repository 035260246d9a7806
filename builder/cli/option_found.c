/* Finds the options that files set, and warns of important ones that come from a file which the
 * user has not named. */
#include "settings.h"

#include <string.h>

static const char *const decided[] = {
    [FP_DECIDES_CREDENTIALS] = "who gets credentials",
    [FP_DECIDES_SOURCE] = "who is asked, or believed, for what goes in",
    [FP_DECIDES_PLACE] = "where something is sent or written",
};

/* The setting in force for an option: the last one of the greatest origin, or NULL. */
static const struct fp_setting *in_force(const struct fp_settings *settings, const char *name)
{
    const struct fp_setting *best = NULL;
    for (size_t i = 0; i < settings->len; i++) {
        const struct fp_setting *setting = &settings->items[i];
        if (!setting->passed_over && strcmp(setting->option->name, name) == 0 &&
            (best == NULL || setting->origin >= best->origin))
            best = setting;
    }
    return best;
}

bool fp_settings_is_found(const struct fp_settings *settings, const char *name)
{
    const struct fp_setting *setting = in_force(settings, name);
    return setting != NULL && setting->found_in != NULL;
}

void fp_settings_list_of_file(const struct fp_settings *settings, struct fp_strv *ret)
{
    for (size_t i = 0; i < settings->len; i++) {
        const struct fp_setting *setting = &settings->items[i];
        const char *name = setting->option->name;
        const struct fp_setting *counts = in_force(settings, name);
        if (setting->passed_over || setting->origin != FP_FROM_FILE)
            continue;
        if (setting->option->kind == FP_OPTION_MAP)
            fp_strv_addf(ret, "%s %.*s", name, (int) strcspn(setting->value, "="), setting->value);
        if (counts != NULL && counts->origin == FP_FROM_FILE && !fp_strv_has(ret, name))
            fp_strv_add(ret, name);
    }
}

void fp_settings_warn_of_found(struct fp_settings *settings, const char *config)
{
    for (size_t i = 0; i < settings->len; i++) {
        const struct fp_setting *setting = &settings->items[i];
        const char *what = decided[setting->option->decides];
        if (what == NULL || setting->found_in == NULL ||
            in_force(settings, setting->option->name) != setting)
            continue;
        fp_strv_addf(&settings->warnings,
                     "%s, found in the working directory, sets %s, and so %s; if that is meant: "
                     "--config %s",
                     setting->found_in, setting->option->name, what, config);
    }
}
