/* Checks the value of a setting and stores it in the member that its option names. */
#include "option_store.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A setting, and the struct that it is stored in. */
struct target {
    struct fp_settings *settings;
    const struct fp_option *option;
    const char *title;
    const char *value; /* NULL: none was given */
    char *base;        /* the start of the struct */
};

bool fp_parse_bool(const char *text, bool *ret)
{
    static const struct {
        const char *word;
        bool value;
    } words[] = {
        {"true", true},   {"yes", true}, {"on", true},   {"1", true},
        {"false", false}, {"no", false}, {"off", false}, {"0", false},
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcasecmp(text, words[i].word) == 0) {
            *ret = words[i].value;
            return true;
        }
    }
    return false;
}

static void *member(const struct target *to)
{
    return to->base + to->option->offset;
}

static enum fp_code store_flag(const struct target *to, struct fp_error *err)
{
    bool value = true;
    if (to->value != NULL && !fp_parse_bool(to->value, &value))
        return fp_fail(err, FP_E_USAGE, "%s: expected true or false, not '%s'", to->title,
                       to->value);
    memcpy(member(to), &value, sizeof(value));
    return FP_OK;
}

static enum fp_code store_text(const struct target *to, struct fp_error *err)
{
    (void) err;
    memcpy(member(to), &to->value, sizeof(to->value));
    return FP_OK;
}

static enum fp_code store_choice(const struct target *to, struct fp_error *err)
{
    cleanup_strv struct fp_strv choices = {0};
    fp_strv_split(&choices, to->option->choices, ' ');
    if (fp_strv_has(&choices, to->value))
        return store_text(to, err);
    struct fp_suggestion suggestion = fp_suggestion_for(to->value);
    for (size_t i = 0; i < choices.len; i++)
        fp_suggestion_consider(&suggestion, choices.items[i]);
    enum fp_code code = fp_fail(err, FP_E_USAGE, "%s: expected one of %s, not '%s'", to->title,
                                to->option->choices, to->value);
    if (suggestion.best != NULL)
        return fp_hinted(code, err, "%s", suggestion.best);
    return code;
}

static enum fp_code store_number(const struct target *to, struct fp_error *err)
{
    char *end = NULL;
    errno = 0;
    int64_t value = strtoll(to->value, &end, 10);
    bool digits = to->value[strspn(to->value, "0123456789")] == '\0';
    if (!digits || *end != '\0' || errno != 0 || value < to->option->min || value > to->option->max)
        return fp_fail(err, FP_E_USAGE,
                       "%s: expected a whole number from %" PRId64 " to %" PRId64 ", not '%s'",
                       to->title, to->option->min, to->option->max, to->value);
    memcpy(member(to), &value, sizeof(value));
    return FP_OK;
}

static enum fp_code store_duration(const struct target *to, struct fp_error *err)
{
    int64_t value = 0;
    if (!fp_parse_duration(to->value, &value) || value < to->option->min || value > to->option->max)
        return fp_fail(err, FP_E_USAGE,
                       "%s: expected a time such as 500ms, 30s or 2m, from %" PRId64
                       "ms to %" PRId64 "s, not '%s'",
                       to->title, to->option->min, to->option->max / 1000, to->value);
    memcpy(member(to), &value, sizeof(value));
    return FP_OK;
}

static enum fp_code store_size(const struct target *to, struct fp_error *err)
{
    int64_t value = 0;
    if (!fp_parse_size(to->value, &value) || value < to->option->min || value > to->option->max)
        return fp_fail(err, FP_E_USAGE,
                       "%s: expected a size such as 64M or 1G, from %" PRId64 "K to %" PRId64
                       "M, not '%s'",
                       to->title, to->option->min >> 10, to->option->max >> 20, to->value);
    memcpy(member(to), &value, sizeof(value));
    return FP_OK;
}

static enum fp_code store_optional(const struct target *to, struct fp_error *err)
{
    bool given = true;
    struct target text = *to;
    if (to->value == NULL || fp_parse_bool(to->value, &given))
        text.value = NULL;
    memcpy(to->base + to->option->flag_offset, &given, sizeof(given));
    return store_text(&text, err);
}

static enum fp_code check_item(const struct target *to, const char *item, struct fp_error *err)
{
    if (to->option->is_valid == NULL || to->option->is_valid(item))
        return FP_OK;
    return fp_fail(err, FP_E_USAGE, "%s: expected %s, not '%s'", to->title, to->option->metavar,
                   item);
}

static enum fp_code store_list(const struct target *to, struct fp_error *err)
{
    (void) err;
    fp_strv_add(member(to), to->value);
    return FP_OK;
}

static enum fp_code store_commas(const struct target *to, struct fp_error *err)
{
    struct fp_strv *list = member(to);
    size_t before = list->len;
    bool is_file = (to->option->flags & FP_OPTION_FILES) != 0 && fp_path_exists(to->value);
    if (is_file)
        fp_strv_add(list, to->value);
    else
        fp_strv_split(list, to->value, ',');
    if (list->len == before)
        return fp_fail(err, FP_E_USAGE, "%s: nothing but commas in '%s'", to->title, to->value);
    for (size_t i = before; i < list->len; i++)
        FP_TRY(check_item(to, list->items[i], err));
    return FP_OK;
}

/* Lesser origins come first, so a later pair replaces an earlier one with the same key. */
static enum fp_code store_pair(const struct target *to, struct fp_error *err)
{
    struct fp_strv *list = member(to);
    size_t key_len = strcspn(to->value, "=");
    FP_TRY(check_item(to, to->value, err));
    if (key_len == 0)
        return fp_fail(err, FP_E_USAGE, "%s: expected %s, not '%s'", to->title, to->option->metavar,
                       to->value);
    for (size_t i = 0; i < list->len && to->value[key_len] == '='; i++) {
        if (strncmp(list->items[i], to->value, key_len + 1) != 0)
            continue;
        free(list->items[i]);
        list->items[i] = fp_xstrdup(to->value);
        return FP_OK;
    }
    fp_strv_add(list, to->value);
    return FP_OK;
}

static enum fp_code warn_ignored(const struct target *to, struct fp_error *err)
{
    (void) err;
    fp_strv_addf(&to->settings->warnings, "%s: %s", to->title, to->option->help);
    return FP_OK;
}

static enum fp_code refuse(const struct target *to, struct fp_error *err)
{
    return fp_fail(err, FP_E_USAGE, "%s: %s", to->title, to->option->help);
}

static enum fp_code (*const storers[])(const struct target *, struct fp_error *) = {
    [FP_OPTION_FLAG] = store_flag,         [FP_OPTION_TEXT] = store_text,
    [FP_OPTION_CHOICE] = store_choice,     [FP_OPTION_NUMBER] = store_number,
    [FP_OPTION_DURATION] = store_duration, [FP_OPTION_SIZE] = store_size,
    [FP_OPTION_OPTIONAL] = store_optional, [FP_OPTION_LIST] = store_list,
    [FP_OPTION_COMMAS] = store_commas,     [FP_OPTION_MAP] = store_pair,
    [FP_OPTION_IGNORED] = warn_ignored,    [FP_OPTION_REFUSED] = refuse,
};

enum fp_code fp_setting_store(struct fp_settings *settings, const struct fp_setting *setting,
                              void *target, struct fp_error *err)
{
    cleanup_free char *title = fp_setting_title(settings, setting);
    const struct target to = {settings, setting->option, title, setting->value, target};
    bool may_be_empty = (setting->option->flags & FP_OPTION_MAY_BE_EMPTY) != 0;
    if (setting->value != NULL && setting->value[0] == '\0' && !may_be_empty) {
        enum fp_code code = fp_fail(err, FP_E_USAGE, "%s: the value is empty", title);
        const char *hint = setting->option->if_empty;
        if (hint == NULL && setting->origin == FP_FROM_ENVIRONMENT)
            hint = "unset it where it is not meant";
        return hint != NULL ? fp_hinted(code, err, "%s", hint) : code;
    }
    return storers[setting->option->kind](&to, err);
}
