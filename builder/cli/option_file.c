/* Collects settings from a YAML file. */
#include "settings.h"

#include <string.h>

#include "option_store.h"

/* A larger file is not a configuration of a build. */
#define FILE_MAX_BYTES ((size_t) 1 << 20)

/* One key of the file. */
struct entry {
    const char *file;
    const struct fp_option *option;
    struct fp_settings *settings;
};

char *fp_option_text_of(const json_t *value)
{
    if (json_is_string(value))
        return fp_xstrdup(json_string_value(value));
    if (json_is_integer(value))
        return fp_xasprintf("%lld", (long long) json_integer_value(value));
    if (json_is_boolean(value))
        return fp_xstrdup(json_is_true(value) ? "true" : "false");
    return NULL;
}

static enum fp_code fail_value(const struct entry *entry, const char *expected,
                               struct fp_error *err)
{
    return fp_fail(err, FP_E_USAGE, "%s: %s: expected %s", entry->file, entry->option->name,
                   expected);
}

static enum fp_code add_scalar(const struct entry *entry, const json_t *value, struct fp_error *err)
{
    cleanup_free char *text = fp_option_text_of(value);
    if (text == NULL)
        return fail_value(entry, "a plain value", err);
    fp_settings_add(entry->settings, entry->option, text, FP_FROM_FILE);
    return FP_OK;
}

static enum fp_code add_sequence(const struct entry *entry, const json_t *value,
                                 struct fp_error *err)
{
    if (!fp_option_is_list(entry->option))
        return fail_value(entry, "one value, not a list", err);
    if (json_array_size(value) == 0 && entry->option->if_empty != NULL)
        return fp_hinted(fail_value(entry, "a value, not an empty list", err), err, "%s",
                         entry->option->if_empty);
    for (size_t i = 0; i < json_array_size(value); i++) {
        FP_TRY(add_scalar(entry, json_array_get(value, i), err));
    }
    return FP_OK;
}

static enum fp_code add_mapping(const struct entry *entry, json_t *value, struct fp_error *err)
{
    if (entry->option->kind != FP_OPTION_MAP)
        return fail_value(entry, "a value, not a mapping", err);
    const char *key = NULL;
    json_t *member = NULL;
    json_object_foreach(value, key, member)
    {
        cleanup_free char *text = fp_option_text_of(member);
        if (text == NULL)
            return fp_fail(err, FP_E_USAGE, "%s: %s: %s: expected a plain value", entry->file,
                           entry->option->name, key);
        cleanup_free char *pair = fp_xasprintf("%s=%s", key, text);
        fp_settings_add(entry->settings, entry->option, pair, FP_FROM_FILE);
    }
    return FP_OK;
}

enum fp_code fp_option_add_value(const struct fp_option *option, json_t *value,
                                 struct fp_settings *settings, struct fp_error *err)
{
    const struct entry entry = {settings->file, option, settings};
    if (json_is_array(value))
        return add_sequence(&entry, value, err);
    if (json_is_object(value))
        return add_mapping(&entry, value, err);
    return add_scalar(&entry, value, err);
}

static enum fp_code fail_unknown(fp_option_groups known, const char *file, const char *key,
                                 struct fp_error *err)
{
    enum fp_code code = fp_fail(err, FP_E_USAGE, "%s: %s: there is no such option", file, key);
    struct fp_suggestion suggestion = fp_suggestion_for(key);
    fp_suggestion_consider_options(&suggestion, known);
    if (suggestion.best != NULL)
        return fp_hinted(code, err, "%s", suggestion.best);
    return code;
}

static enum fp_code add_key(fp_option_groups groups, fp_option_groups known, const char *key,
                            json_t *value, struct fp_settings *settings, struct fp_error *err)
{
    const struct fp_option *option = fp_option_find(known, key, strlen(key));
    if (option == NULL)
        return fail_unknown(known, settings->file, key, err);
    const struct fp_option *own = fp_option_find(groups, key, strlen(key));
    /* The key may be meant for an option of another command that has the same name. */
    if (own != NULL && (own->flags & FP_OPTION_NO_FILE) != 0 &&
        (option->flags & FP_OPTION_NO_FILE) == 0)
        return FP_OK;
    if (own != NULL)
        option = own;
    if ((option->flags & FP_OPTION_NO_FILE) != 0)
        return fp_fail(err, FP_E_USAGE, "%s: %s: can only be given on the command line",
                       settings->file, key);
    if (own == NULL)
        return FP_OK;
    return fp_option_add_value(own, value, settings, err);
}

enum fp_code fp_settings_from_yaml(fp_option_groups groups, fp_option_groups known,
                                   const char *name, const char *text, size_t len,
                                   struct fp_settings *settings, struct fp_error *err)
{
    cleanup_json json_t *document = NULL;
    /* Invalid YAML is a usage error, like an unknown key. */
    if (fp_yaml_parse(text, len, name, &document, err) != FP_OK) {
        if (err != NULL)
            err->code = FP_E_USAGE;
        return FP_E_USAGE;
    }
    if (!json_is_object(document))
        return fp_fail(err, FP_E_USAGE, "%s: expected a mapping from option names to values", name);
    free(settings->file);
    settings->file = fp_xstrdup(name);
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(document, key, value)
    {
        FP_TRY(add_key(groups, known, key, value, settings, err));
    }
    return FP_OK;
}

enum fp_code fp_settings_from_file(fp_option_groups groups, fp_option_groups known,
                                   const char *path, struct fp_settings *settings,
                                   struct fp_error *err)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(FILE_MAX_BYTES);
    FP_TRY(fp_file_read(path, &text, err));
    return fp_settings_from_yaml(groups, known, path, fp_buf_text(&text), text.len, settings, err);
}
