/* Looks up options and collects their settings. */
#include "settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct fp_option *fp_option_next(fp_option_groups groups, struct fp_option_cursor *cursor)
{
    while (groups[cursor->group] != NULL && cursor->option >= groups[cursor->group]->count) {
        cursor->group++;
        cursor->option = 0;
    }
    if (groups[cursor->group] == NULL)
        return NULL;
    return &groups[cursor->group]->options[cursor->option++];
}

const struct fp_option *fp_option_find(fp_option_groups groups, const char *name, size_t len)
{
    struct fp_option_cursor cursor = {0};
    const struct fp_option *option = NULL;
    while ((option = fp_option_next(groups, &cursor)) != NULL) {
        if (strlen(option->name) == len && strncmp(option->name, name, len) == 0)
            return option;
    }
    return NULL;
}

const struct fp_option *fp_option_find_letter(fp_option_groups groups, char letter)
{
    struct fp_option_cursor cursor = {0};
    const struct fp_option *option = NULL;
    while ((option = fp_option_next(groups, &cursor)) != NULL) {
        if (option->letter == letter)
            return option;
    }
    return NULL;
}

bool fp_option_needs_value(const struct fp_option *option)
{
    return option->kind != FP_OPTION_FLAG && option->kind != FP_OPTION_OPTIONAL &&
           option->kind != FP_OPTION_REFUSED;
}

bool fp_option_is_list(const struct fp_option *option)
{
    return option->kind == FP_OPTION_LIST || option->kind == FP_OPTION_COMMAS ||
           option->kind == FP_OPTION_MAP;
}

/* Names of variables are in upper case, with '_' for '-'. */
static char variable_letter(char c)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz-";
    static const char in_variables[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    const char *at = strchr(letters, c);
    if (at == NULL)
        return c;
    return in_variables[at - letters];
}

char *fp_option_environment(const struct fp_option *option)
{
    if (option->environment != NULL)
        return fp_xstrdup(option->environment);
    char *name = fp_xasprintf("FLINKPACK_%s", option->name);
    for (char *p = name; *p != '\0'; p++)
        *p = variable_letter(*p);
    return name;
}

void fp_settings_add(struct fp_settings *settings, const struct fp_option *option,
                     const char *value, enum fp_setting_origin origin)
{
    settings->items =
        fp_xreallocarray(settings->items, settings->len + 1, sizeof(*settings->items));
    settings->items[settings->len++] = (struct fp_setting){
        .option = option,
        .value = fp_xstrdup(value),
        .origin = origin,
        .found_in =
            origin == FP_FROM_FILE && settings->is_found ? fp_xstrdup(settings->file) : NULL,
    };
}

const char *fp_settings_value(const struct fp_settings *settings, const char *name)
{
    const struct fp_setting *best = NULL;
    for (size_t i = 0; i < settings->len; i++) {
        const struct fp_setting *setting = &settings->items[i];
        if (strcmp(setting->option->name, name) != 0)
            continue;
        if (best == NULL || setting->origin >= best->origin)
            best = setting;
    }
    return best != NULL ? best->value : NULL;
}

char *fp_setting_title(const struct fp_settings *settings, const struct fp_setting *setting)
{
    switch (setting->origin) {
    case FP_FROM_FILE:
        return fp_xasprintf("%s: %s", settings->file != NULL ? settings->file : "configuration",
                            setting->option->name);
    case FP_FROM_ENVIRONMENT:
        return fp_option_environment(setting->option);
    case FP_FROM_COMMAND_LINE:
        break;
    }
    return fp_xasprintf("--%s", setting->option->name);
}

void fp_settings_clear(struct fp_settings *settings)
{
    for (size_t i = 0; i < settings->len; i++) {
        free(settings->items[i].value);
        free(settings->items[i].found_in);
    }
    free(settings->items);
    fp_strv_clear(&settings->operands);
    fp_strv_clear(&settings->warnings);
    free(settings->file);
    free(settings->missed_name);
    *settings = (struct fp_settings){0};
}

void fp_suggestion_consider_options(struct fp_suggestion *suggestion, fp_option_groups groups)
{
    struct fp_option_cursor cursor = {0};
    for (const struct fp_option *option = NULL;
         (option = fp_option_next(groups, &cursor)) != NULL;) {
        if ((option->flags & FP_OPTION_HIDDEN) == 0)
            fp_suggestion_consider(suggestion, option->name);
    }
}
