#include "option.h"

#include <string.h>

/* More is no configuration of a build. */
#define FILE_MAX_BYTES ((size_t) 1 << 20)

/* One key of the file. */
struct entry {
    const char *file;
    const struct fp_option *option;
    struct fp_settings *settings;
};

/* A scalar as the text that the command line would have, or NULL. The caller owns it. */
static char *scalar_text(const json_t *value)
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
    cleanup_free char *text = scalar_text(value);
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
    for (size_t i = 0; i < json_array_size(value); i++) {
        enum fp_code code = add_scalar(entry, json_array_get(value, i), err);
        if (code != FP_OK)
            return code;
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
        cleanup_free char *text = scalar_text(member);
        if (text == NULL)
            return fp_fail(err, FP_E_USAGE, "%s: %s: %s: expected a plain value", entry->file,
                           entry->option->name, key);
        cleanup_free char *pair = fp_xasprintf("%s=%s", key, text);
        fp_settings_add(entry->settings, entry->option, pair, FP_FROM_FILE);
    }
    return FP_OK;
}

static enum fp_code add_value(const struct entry *entry, json_t *value, struct fp_error *err)
{
    if (json_is_array(value))
        return add_sequence(entry, value, err);
    if (json_is_object(value))
        return add_mapping(entry, value, err);
    return add_scalar(entry, value, err);
}

static enum fp_code fail_unknown(fp_option_groups known, const char *file, const char *key,
                                 struct fp_error *err)
{
    enum fp_code code = fp_fail(err, FP_E_USAGE, "%s: %s: there is no such option", file, key);
    struct fp_suggestion suggestion = fp_suggestion_for(key);
    fp_suggestion_consider_options(&suggestion, known);
    if (suggestion.best != NULL)
        return fp_hint(err, "%s", suggestion.best);
    return code;
}

static enum fp_code add_key(fp_option_groups groups, fp_option_groups known, const char *key,
                            json_t *value, struct fp_settings *settings, struct fp_error *err)
{
    const struct fp_option *option = fp_option_find(known, key, strlen(key));
    if (option == NULL)
        return fail_unknown(known, settings->file, key, err);
    const struct fp_option *own = fp_option_find(groups, key, strlen(key));
    /* The file can mean another command's option of that name. */
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
    const struct entry entry = {settings->file, own, settings};
    return add_value(&entry, value, err);
}

enum fp_code fp_settings_from_yaml(fp_option_groups groups, fp_option_groups known,
                                   const char *name, const char *text, size_t len,
                                   struct fp_settings *settings, struct fp_error *err)
{
    cleanup_json json_t *document = NULL;
    /* A file that is no YAML is as wrong as one with an unknown key. */
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
        enum fp_code code = add_key(groups, known, key, value, settings, err);
        if (code != FP_OK)
            return code;
    }
    return FP_OK;
}

enum fp_code fp_settings_from_file(fp_option_groups groups, fp_option_groups known,
                                   const char *path, struct fp_settings *settings,
                                   struct fp_error *err)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(FILE_MAX_BYTES);
    enum fp_code code = fp_file_read(path, &text, err);
    if (code != FP_OK)
        return code;
    return fp_settings_from_yaml(groups, known, path, fp_buf_text(&text), text.len, settings, err);
}

/* REPOSITORY[:TAG][@DIGEST] of a mapping. */
static enum fp_code join_image(const json_t *image, const char *file, char **ret,
                               struct fp_error *err)
{
    const char *repository = fp_json_string(image, "repository");
    const char *key = NULL;
    json_t *member = NULL;
    json_object_foreach((json_t *) (uintptr_t) image, key, member)
    {
        if (strcmp(key, "repository") != 0 && strcmp(key, "tag") != 0 && strcmp(key, "digest") != 0)
            return fp_fail(err, FP_E_USAGE, "%s: image: %s: there is no such value", file, key);
    }
    const json_t *tag_value = json_object_get(image, "tag");
    cleanup_free char *tag = tag_value != NULL ? scalar_text(tag_value) : NULL;
    const char *digest = fp_json_string(image, "digest");
    if (repository == NULL)
        return fp_fail(err, FP_E_USAGE, "%s: image: repository is missing", file);
    *ret = fp_xasprintf("%s%s%s%s%s", repository, tag != NULL && *tag != '\0' ? ":" : "",
                        tag != NULL ? tag : "", digest != NULL && *digest != '\0' ? "@" : "",
                        digest != NULL ? digest : "");
    return FP_OK;
}

/* The mappings of a chart's values, as options. */
static enum fp_code flatten_values(json_t *document, const char *file, struct fp_error *err)
{
    static const struct {
        const char *key;
        const char *option;
    } members[] = {{"type", "type"}, {"version", "flink-version"}, {"parallelism", "parallelism"}};
    json_t *image = json_object_get(document, "image");
    json_t *flink = json_object_get(document, "flink");
    cleanup_free char *name = NULL;
    enum fp_code code = json_is_object(image) ? join_image(image, file, &name, err) : FP_OK;
    if (code == FP_OK && flink != NULL && !json_is_object(flink))
        code = fp_fail(err, FP_E_USAGE, "%s: flink: expected a mapping such as {type: job}", file);
    if (code != FP_OK)
        return code;
    if (name != NULL)
        (void) json_object_set_new(document, "image", json_string(name));
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        json_t *value = json_object_get(flink, members[i].key);
        if (value != NULL && json_object_get(document, members[i].option) != NULL)
            return fp_fail(err, FP_E_USAGE, "%s: flink: %s: is there twice, as %s too", file,
                           members[i].key, members[i].option);
        if (value != NULL)
            (void) json_object_set(document, members[i].option, value);
        (void) json_object_del(flink, members[i].key);
    }
    if (json_object_size(flink) > 0)
        return fp_fail(err, FP_E_USAGE, "%s: flink: %s: there is no such value", file,
                       json_object_iter_key(json_object_iter(flink)));
    (void) json_object_del(document, "flink");
    return FP_OK;
}

/* Options about this run of the program have no place among values. */
static enum fp_code add_values_key(fp_option_groups groups, const char *key, json_t *value,
                                   struct fp_settings *settings, struct fp_error *err)
{
    const struct fp_option *option = fp_option_find(groups, key, strlen(key));
    if (option == NULL)
        return fail_unknown(groups, settings->file, key, err);
    if ((option->flags & FP_OPTION_STOPS) != 0 || strcmp(key, "values") == 0)
        return fp_fail(err, FP_E_USAGE, "%s: %s: can only be given on the command line",
                       settings->file, key);
    const struct entry entry = {settings->file, option, settings};
    return add_value(&entry, value, err);
}

enum fp_code fp_settings_from_values(fp_option_groups groups, const char *path,
                                     struct fp_settings *settings, struct fp_error *err)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(FILE_MAX_BYTES);
    cleanup_json json_t *document = NULL;
    enum fp_code code = fp_file_read(path, &text, err);
    if (code != FP_OK)
        return fp_context(err, "--values");
    code = fp_yaml_parse(fp_buf_text(&text), text.len, path, &document, err);
    if (code == FP_OK && !json_is_object(document))
        code = fp_fail(err, FP_E_USAGE, "%s: expected a mapping", path);
    if (code == FP_OK)
        code = flatten_values(document, path, err);
    if (code != FP_OK)
        return code;
    free(settings->file);
    settings->file = fp_xstrdup(path);
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(document, key, value)
    {
        if (code == FP_OK)
            code = add_values_key(groups, key, value, settings, err);
    }
    return code;
}
