/* Decides which settings are in force, and stores them in the options of a command. */
#include "settings.h"

#include <string.h>

#include "option_store.h"

/* Whether a setting is in force. A flag can be turned off with =false. */
static bool in_force(const struct fp_setting *setting)
{
    bool value = true;
    bool can_be_off =
        setting->option->kind == FP_OPTION_FLAG || setting->option->kind == FP_OPTION_OPTIONAL;
    if (setting->passed_over)
        return false;
    if (can_be_off && setting->value != NULL && fp_parse_bool(setting->value, &value))
        return value;
    return true;
}

static bool are_rivals(const struct fp_setting *a, const struct fp_setting *b)
{
    return a->option != b->option && a->option->rivals != NULL && b->option->rivals != NULL &&
           strcmp(a->option->rivals, b->option->rivals) == 0;
}

/* A rival from a greater origin overrides `setting`. A rival from the same one is an error. */
static enum fp_code check_rivals(struct fp_settings *settings, struct fp_setting *setting,
                                 struct fp_error *err)
{
    if (setting->option->rivals == NULL || !in_force(setting))
        return FP_OK;
    for (size_t i = 0; i < settings->len; i++) {
        const struct fp_setting *other = &settings->items[i];
        if (!are_rivals(setting, other) || !in_force(other) || other->origin < setting->origin)
            continue;
        if (other->origin > setting->origin) {
            setting->passed_over = true;
            return FP_OK;
        }
        cleanup_free char *first = fp_setting_title(settings, setting);
        cleanup_free char *second = fp_setting_title(settings, other);
        return fp_fail(err, FP_E_USAGE, "%s and %s: only one of them can be given", first, second);
    }
    return FP_OK;
}

static bool is_in_force(const struct fp_settings *settings, const char *name)
{
    for (size_t i = 0; i < settings->len; i++) {
        const struct fp_setting *setting = &settings->items[i];
        if (strcmp(setting->option->name, name) == 0 && in_force(setting))
            return true;
    }
    return false;
}

/* Ignore a setting if the option that it depends on is not in force, because it is meant for other
 * builds. On the command line that is a mistake, which later checks report. */
static void check_with(const struct fp_settings *settings, struct fp_setting *setting)
{
    const char *with = setting->option->with;
    if (with == NULL || setting->origin == FP_FROM_COMMAND_LINE)
        return;
    bool wanted = with[0] != '!';
    if (is_in_force(settings, wanted ? with : with + 1) != wanted)
        setting->passed_over = true;
}

/* The greatest origin that sets `option`, or -1. */
static int greatest_origin(const struct fp_settings *settings, const struct fp_option *option)
{
    int greatest = -1;
    for (size_t i = 0; i < settings->len; i++) {
        const struct fp_setting *setting = &settings->items[i];
        if (setting->option == option && !setting->passed_over && (int) setting->origin > greatest)
            greatest = (int) setting->origin;
    }
    return greatest;
}

static enum fp_code store_from(const struct fp_option *option, int origin,
                               struct fp_settings *settings, void *target, struct fp_error *err)
{
    for (size_t i = 0; i < settings->len; i++) {
        const struct fp_setting *setting = &settings->items[i];
        if (setting->option != option || setting->passed_over || (int) setting->origin != origin)
            continue;
        FP_TRY(fp_setting_store(settings, setting, target, err));
    }
    return FP_OK;
}

static enum fp_code apply_option(const struct fp_option *option, struct fp_settings *settings,
                                 void *target, struct fp_error *err)
{
    int greatest = greatest_origin(settings, option);
    int least = option->kind == FP_OPTION_MAP ? (int) FP_FROM_FILE : greatest;
    for (int origin = least; origin >= 0 && origin <= greatest; origin++) {
        FP_TRY(store_from(option, origin, settings, target, err));
    }
    return FP_OK;
}

/* Fail if a misspelt variable was meant to name the job: the image would lack the job. */
static enum fp_code check_missed(const struct fp_settings *settings, struct fp_error *err)
{
    if (settings->missed == NULL)
        return FP_OK;
    for (size_t i = 0; i < settings->len; i++) {
        const struct fp_setting *setting = &settings->items[i];
        if (setting->option->if_empty != NULL && in_force(setting))
            return FP_OK;
    }
    cleanup_free char *name = fp_option_environment(settings->missed);
    return fp_hinted(fp_fail(err, FP_E_USAGE, "%s sets no option, and nothing else names a job",
                             settings->missed_name),
                     err, "%s; or unset it for a session image", name);
}

enum fp_code fp_settings_apply(fp_option_groups groups, struct fp_settings *settings, void *target,
                               struct fp_error *err)
{
    for (size_t i = 0; i < settings->len; i++) {
        FP_TRY(check_rivals(settings, &settings->items[i], err));
    }
    for (size_t i = 0; i < settings->len; i++)
        check_with(settings, &settings->items[i]);
    struct fp_option_cursor cursor = {0};
    const struct fp_option *option = NULL;
    while ((option = fp_option_next(groups, &cursor)) != NULL) {
        FP_TRY(apply_option(option, settings, target, err));
    }
    return check_missed(settings, err);
}

void fp_options_clear(fp_option_groups groups, void *target)
{
    char *base = target;
    struct fp_option_cursor cursor = {0};
    const struct fp_option *option = NULL;
    while ((option = fp_option_next(groups, &cursor)) != NULL) {
        if (fp_option_is_list(option))
            fp_strv_clear((struct fp_strv *) (void *) (base + option->offset));
    }
}
