/* Collects settings from the environment. */
#include "settings.h"

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
    if (lines.len == 0)
        fp_strv_add(&lines, "");
    for (size_t i = 0; i < lines.len; i++)
        fp_settings_add(settings, option, lines.items[i], FP_FROM_ENVIRONMENT);
}

/* The option with the most similar variable, or NULL. `*ret_known` is set for an exact match. */
static const struct fp_option *nearest(fp_option_groups known, const char *word, bool *ret_known)
{
    const struct fp_option *best = NULL;
    struct fp_suggestion suggestion = fp_suggestion_for(word + strlen(prefix));
    struct fp_option_cursor cursor = {0};
    *ret_known = false;
    for (const struct fp_option *option = NULL;
         (option = fp_option_next(known, &cursor)) != NULL && !*ret_known;) {
        cleanup_free char *name = fp_option_environment(option);
        unsigned before = suggestion.distance;
        if ((option->flags & (FP_OPTION_NO_ENV | FP_OPTION_HIDDEN)) != 0 ||
            strncmp(name, prefix, strlen(prefix)) != 0)
            continue;
        *ret_known = strcmp(name, word) == 0;
        fp_suggestion_consider(&suggestion, name + strlen(prefix));
        if (suggestion.distance < before)
            best = option;
    }
    return best;
}

/* Variables of scripts/, which a flinkpack that a script runs inherits, and the password of a key,
 * which is no option, so that it stands on no command line. */
static bool is_no_option(const char *word)
{
    static const char *const names[] = {"FLINKPACK_DEBIAN_MIRROR", "FLINKPACK_TEST_CACHE",
                                        "FLINKPACK_TESTS_LONG", "FLINKPACK_RELEASE",
                                        "FLINKPACK_KEY_PASSWORD"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(word, names[i]) == 0)
            return true;
    }
    return false;
}

/* Warn of a misspelt variable, which would be ignored silently. */
static void warn_unknown(fp_option_groups groups, fp_option_groups known, const char *entry,
                         struct fp_settings *settings)
{
    bool is_known = false;
    if (strncmp(entry, prefix, strlen(prefix)) != 0)
        return;
    cleanup_free char *word = fp_xstrndup(entry, strcspn(entry, "="));
    const struct fp_option *option = nearest(known, word, &is_known);
    cleanup_free char *name = option != NULL ? fp_option_environment(option) : NULL;
    if (is_known || is_no_option(word))
        return;
    fp_strv_addf(&settings->warnings, "%s sets no option%s%s%s", word,
                 name != NULL ? "; did you mean " : "", name != NULL ? name : "",
                 name != NULL ? "?" : "");
    if (option == NULL || option->if_empty == NULL ||
        fp_option_find(groups, option->name, strlen(option->name)) == NULL)
        return;
    free(settings->missed_name);
    settings->missed = option;
    settings->missed_name = steal_pointer(&word);
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
        bool is_ours = strncmp(name, prefix, strlen(prefix)) == 0;
        if (value != NULL && (*value != '\0' || is_ours))
            take(option, value, settings);
    }
    for (size_t i = 0; environment[i] != NULL; i++)
        warn_unknown(groups, known, environment[i], settings);
}
