/* --conf: settings of Flink, and files of settings, flat or nested. */
#include "plan_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The deepest nesting of keys in a file of settings. */
#define CONF_DEPTH_MAX 16

static enum fp_code add(struct fp_plan *plan, const char *path, const char *key, const char *value,
                        struct fp_error *err)
{
    if (strpbrk(value, "\n\r") != NULL)
        return fp_fail(err, FP_E_INPUT, "--conf '%s': the value of %s has more than one line", path,
                       key);
    fp_strv_add(&plan->conf_keys, key);
    fp_strv_add(&plan->conf_values, value);
    return FP_OK;
}

/* Write a scalar for flink-conf.yaml. The caller owns it; NULL for mappings and lists. */
static char *scalar_text(const json_t *value)
{
    if (json_is_integer(value))
        return fp_xasprintf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
    if (json_is_boolean(value))
        return fp_xstrdup(json_is_true(value) ? "true" : "false");
    return json_is_null(value)     ? fp_xstrdup("")
           : json_is_string(value) ? fp_xstrdup(json_string_value(value))
                                   : NULL;
}

/* Write a list with ';' as the separator, which every version of Flink reads. */
static char *list_text(const json_t *list)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(FP_SMALL_FILE_MAX);
    for (size_t i = 0; i < json_array_size(list); i++) {
        cleanup_free char *item = scalar_text(json_array_get(list, i));
        if (item == NULL)
            return NULL;
        fp_buf_putf(&text, "%s%s", i > 0 ? ";" : "", item);
    }
    return text.is_full ? NULL : fp_buf_take(&text);
}

static enum fp_code flatten(struct fp_plan *plan, const char *path, const char *prefix,
                            const json_t *object, int depth, struct fp_error *err);

static enum fp_code add_value(struct fp_plan *plan, const char *path, const char *key,
                              const json_t *value, int depth, struct fp_error *err)
{
    if (json_is_object(value))
        return flatten(plan, path, key, value, depth + 1, err);
    cleanup_free char *text = json_is_array(value) ? list_text(value) : scalar_text(value);
    if (text == NULL)
        return fp_fail(err, FP_E_INPUT,
                       "--conf '%s': the value of %s is neither a text nor a list of texts", path,
                       key);
    return add(plan, path, key, text, err);
}

/* Nested keys become flat ones: {a: {b: c}} is a.b: c. */
static enum fp_code flatten(struct fp_plan *plan, const char *path, const char *prefix,
                            const json_t *object, int depth, struct fp_error *err)
{
    const char *name = NULL;
    json_t *value = NULL;
    if (depth > CONF_DEPTH_MAX)
        return fp_fail(err, FP_E_INPUT, "--conf '%s': keys nested too deeply", path);
    json_object_foreach((json_t *) (uintptr_t) object, name, value)
    {
        cleanup_free char *key =
            prefix[0] != '\0' ? fp_xasprintf("%s.%s", prefix, name) : fp_xstrdup(name);
        FP_TRY(add_value(plan, path, key, value, depth, err));
    }
    return FP_OK;
}

/* Whether a value continues on the next line: it has an open bracket or quote, or is a block. */
static bool is_open(const char *value)
{
    static const char openers[] = "[{\"'";
    static const char closers[] = "]}\"'";
    const char *opener = *value != '\0' ? strchr(openers, *value) : NULL;
    if (opener != NULL)
        return strchr(value + 1, closers[opener - openers]) == NULL;
    return (*value == '|' || *value == '>') &&
           strspn(value + 1, "+-0123456789 \t\r") == strlen(value + 1);
}

/* Whether a line can only be YAML: it is indented, a list item, a map in braces, a document marker,
 * or a key whose value follows or continues on the next line. */
static bool is_nested(const char *line)
{
    const char *colon = strstr(line, ": ");
    size_t len = strlen(line);
    while (len > 0 && strchr(" \t\r", line[len - 1]) != NULL)
        len--;
    return strchr(" -{%", line[0]) != NULL || strncmp(line, "...", 3) == 0 ||
           (len > 0 && line[len - 1] == ':') ||
           (colon != NULL && is_open(colon + 1 + strspn(colon + 1, " \t")));
}

static bool is_blank(const char *line)
{
    const char *text = line + strspn(line, " \t\r");
    return *text == '#' || *text == '\0' || strcmp(text, "---") == 0;
}

/* Parse "KEY: VALUE" at the first ": ", as in flink-conf.yaml, where values need no quotes. Errors
 * name a line only by its number, because it may contain a password. */
static enum fp_code add_line(struct fp_plan *plan, const char *path, size_t number,
                             const char *line, struct fp_error *err)
{
    const char *colon = strstr(line, ": ");
    if (colon == NULL || colon == line)
        return fp_fail(err, FP_E_INPUT, "--conf '%s': line %zu is not 'KEY: VALUE'", path, number);
    cleanup_free char *key = fp_xstrndup(line, (size_t) (colon - line));
    cleanup_free char *value = fp_xstrdup(colon + 1 + strspn(colon + 1, " \t"));
    for (size_t len = strlen(value); len > 0 && strchr(" \t\r", value[len - 1]) != NULL;)
        value[--len] = '\0';
    return add(plan, path, key, value, err);
}

static enum fp_code add_nested(struct fp_plan *plan, const char *path, const struct fp_buf *text,
                               struct fp_error *err)
{
    cleanup_json json_t *document = NULL;
    FP_TRY(fp_context(fp_yaml_parse(fp_buf_text(text), text->len, path, &document, err), err,
                      "--conf"));
    if (!json_is_object(document))
        return fp_fail(err, FP_E_INPUT, "--conf '%s': not a mapping of keys to values", path);
    return flatten(plan, path, "", document, 0, err);
}

/* Split a text into lines, including empty ones. */
static void split_lines(const char *text, struct fp_strv *ret)
{
    for (size_t len = strcspn(text, "\n");; len = strcspn(text, "\n")) {
        fp_strv_take(ret, fp_xstrndup(text, len));
        if (text[len] == '\0')
            return;
        text += len + 1;
    }
}

static enum fp_code add_file(struct fp_plan *plan, const char *path, struct fp_error *err)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(FP_SMALL_FILE_MAX);
    cleanup_strv struct fp_strv lines = {0};
    FP_TRY(fp_context(fp_file_read(path, &text, err), err, "--conf"));
    split_lines(fp_buf_text(&text), &lines);
    for (size_t i = 0; i < lines.len; i++)
        if (!is_blank(lines.items[i]) && is_nested(lines.items[i]))
            return add_nested(plan, path, &text, err);
    for (size_t i = 0; i < lines.len; i++) {
        if (!is_blank(lines.items[i]))
            FP_TRY(add_line(plan, path, i + 1, lines.items[i], err));
    }
    return FP_OK;
}

static enum fp_code add_setting(struct fp_plan *plan, const char *text, struct fp_error *err)
{
    const char *equals = strchr(text, '=');
    if (equals == NULL || equals == text) {
        return fp_fail(err, FP_E_USAGE, "--conf '%s': neither KEY=VALUE nor a file that exists",
                       text);
    }
    cleanup_free char *key = fp_xstrndup(text, (size_t) (equals - text));
    if (strpbrk(text, "\n\r") != NULL)
        return fp_fail(err, FP_E_USAGE, "--conf '%s=...': a value is one line", key);
    fp_strv_add(&plan->conf_keys, key);
    fp_strv_add(&plan->conf_values, equals + 1);
    return FP_OK;
}

static enum fp_code check_keys(const struct fp_strv *keys, struct fp_error *err)
{
    static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    for (size_t i = 0; i < keys->len; i++) {
        const char *key = keys->items[i];
        if (key[0] == '\0' || key[strspn(key, good)] != '\0')
            return fp_fail(err, FP_E_USAGE,
                           "--conf: '%s' is no key of Flink's configuration, such as "
                           "'taskmanager.numberOfTaskSlots'",
                           key);
    }
    return FP_OK;
}

enum fp_code fp_plan_conf(struct fp_plan *plan, const struct fp_build_options *options,
                          struct fp_error *err)
{
    const struct fp_strv *texts = &options->conf;
    for (size_t i = 0; i < texts->len; i++)
        FP_TRY(fp_path_exists(texts->items[i]) ? add_file(plan, texts->items[i], err)
                                               : add_setting(plan, texts->items[i], err));
    return check_keys(&plan->conf_keys, err);
}
