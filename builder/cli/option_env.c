#include "option.h"

#include <string.h>

static const char prefix[] = "FLINKPACK_";

/* The value of a variable in "NAME=value" entries, or NULL. Borrowed. */
static const char *lookup(char *const *environment, const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; environment[i] != NULL; i++) {
        if (strncmp(environment[i], name, len) == 0 && environment[i][len] == '=')
            return environment[i] + len + 1;
    }
    return NULL;
}

static void take(const struct fp_option *option, const char *value, struct fp_settings *settings)
{
    if (!fp_option_is_list(option)) {
        fp_settings_add(settings, option, value, FP_FROM_ENVIRONMENT);
        return;
    }
    cleanup_strv struct fp_strv lines = {0};
    fp_strv_split(&lines, value, '\n');
    for (size_t i = 0; i < lines.len; i++)
        fp_settings_add(settings, option, lines.items[i], FP_FROM_ENVIRONMENT);
}

/* A misspelt variable would be passed over in silence, so near misses are told. */
static void warn_near_miss(fp_option_groups known, const char *entry, struct fp_settings *settings)
{
    if (strncmp(entry, prefix, strlen(prefix)) != 0)
        return;
    cleanup_free char *word = fp_xstrndup(entry, strcspn(entry, "="));
    cleanup_strv struct fp_strv names = {0};
    struct fp_option_cursor cursor = {0};
    const struct fp_option *option = NULL;
    while ((option = fp_option_next(known, &cursor)) != NULL) {
        if ((option->flags & (FP_OPTION_NO_ENV | FP_OPTION_HIDDEN)) == 0)
            fp_strv_take(&names, fp_option_environment(option));
    }
    if (fp_strv_has(&names, word))
        return;
    struct fp_suggestion suggestion = fp_suggestion_for(word + strlen(prefix));
    for (size_t i = 0; i < names.len; i++) {
        if (strncmp(names.items[i], prefix, strlen(prefix)) == 0)
            fp_suggestion_consider(&suggestion, names.items[i] + strlen(prefix));
    }
    if (suggestion.best != NULL)
        fp_strv_addf(&settings->warnings, "%s sets no option; did you mean %s%s?", word, prefix,
                     suggestion.best);
}

void fp_settings_from_environment(fp_option_groups groups, fp_option_groups known,
                                  char *const *environment, struct fp_settings *settings)
{
    struct fp_option_cursor cursor = {0};
    const struct fp_option *option = NULL;
    while ((option = fp_option_next(groups, &cursor)) != NULL) {
        if ((option->flags & FP_OPTION_NO_ENV) != 0)
            continue;
        cleanup_free char *name = fp_option_environment(option);
        const char *value = lookup(environment, name);
        if (value != NULL && *value != '\0')
            take(option, value, settings);
    }
    for (size_t i = 0; environment[i] != NULL; i++)
        warn_near_miss(known, environment[i], settings);
}
