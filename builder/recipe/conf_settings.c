/* Reading the settings in a configuration file of Flink. */
#include "conf_settings.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The deepest nesting of keys in a file of settings. */
#define CONF_DEPTH_MAX 16

/* Where settings go. */
struct conf_target {
    const char *title;
    struct fp_strv *keys;
    struct fp_strv *values;
};

static enum fp_code add(const struct conf_target *to, const char *key, const char *value,
                        struct fp_error *err)
{
    if (strpbrk(value, "\n\r") != NULL)
        return fp_fail(err, FP_E_INPUT, "%s: the value of %s has more than one line", to->title,
                       key);
    fp_strv_add(to->keys, key);
    fp_strv_add(to->values, value);
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
    cleanup_buf struct fp_buf text = FP_BUF_INIT((size_t) 1 << 20);
    for (size_t i = 0; i < json_array_size(list); i++) {
        cleanup_free char *item = scalar_text(json_array_get(list, i));
        if (item == NULL)
            return NULL;
        fp_buf_putf(&text, "%s%s", i > 0 ? ";" : "", item);
    }
    return text.is_full ? NULL : fp_buf_take(&text);
}

static enum fp_code flatten(const struct conf_target *to, const char *prefix, const json_t *object,
                            int depth, struct fp_error *err);

static enum fp_code add_value(const struct conf_target *to, const char *key, const json_t *value,
                              int depth, struct fp_error *err)
{
    if (json_is_object(value))
        return flatten(to, key, value, depth + 1, err);
    cleanup_free char *text = json_is_array(value) ? list_text(value) : scalar_text(value);
    if (text == NULL)
        return fp_fail(err, FP_E_INPUT, "%s: the value of %s is neither a text nor a list of texts",
                       to->title, key);
    return add(to, key, text, err);
}

/* Nested keys become flat ones: {a: {b: c}} is a.b: c. */
static enum fp_code flatten(const struct conf_target *to, const char *prefix, const json_t *object,
                            int depth, struct fp_error *err)
{
    const char *name = NULL;
    json_t *value = NULL;
    if (depth > CONF_DEPTH_MAX)
        return fp_fail(err, FP_E_INPUT, "%s: keys nested too deeply", to->title);
    json_object_foreach((json_t *) (uintptr_t) object, name, value)
    {
        cleanup_free char *key =
            prefix[0] != '\0' ? fp_xasprintf("%s.%s", prefix, name) : fp_xstrdup(name);
        FP_TRY(add_value(to, key, value, depth, err));
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
static enum fp_code add_line(const struct conf_target *to, size_t number, const char *line,
                             struct fp_error *err)
{
    const char *colon = strstr(line, ": ");
    if (colon == NULL || colon == line)
        return fp_fail(err, FP_E_INPUT, "%s: line %zu is not 'KEY: VALUE'", to->title, number);
    cleanup_free char *key = fp_xstrndup(line, (size_t) (colon - line));
    cleanup_free char *value = fp_xstrdup(colon + 1 + strspn(colon + 1, " \t"));
    for (size_t len = strlen(value); len > 0 && strchr(" \t\r", value[len - 1]) != NULL;)
        value[--len] = '\0';
    return add(to, key, value, err);
}

static enum fp_code add_nested(const struct conf_target *to, const struct fp_buf *text,
                               struct fp_error *err)
{
    cleanup_json json_t *document = NULL;
    FP_TRY(fp_yaml_parse(fp_buf_text(text), text->len, to->title, &document, err));
    if (!json_is_object(document))
        return fp_fail(err, FP_E_INPUT, "%s: not a mapping of keys to values", to->title);
    return flatten(to, "", document, 0, err);
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

enum fp_code fp_conf_settings(const char *title, const struct fp_buf *text, struct fp_strv *keys,
                              struct fp_strv *values, struct fp_error *err)
{
    const struct conf_target to = {title, keys, values};
    cleanup_strv struct fp_strv lines = {0};
    split_lines(fp_buf_text(text), &lines);
    for (size_t i = 0; i < lines.len; i++)
        if (!is_blank(lines.items[i]) && is_nested(lines.items[i]))
            return add_nested(&to, text, err);
    for (size_t i = 0; i < lines.len; i++) {
        if (!is_blank(lines.items[i]))
            FP_TRY(add_line(&to, i + 1, lines.items[i], err));
    }
    return FP_OK;
}
