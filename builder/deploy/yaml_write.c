/* Writes documents as YAML in block style. */
#include "text.h"

#include <string.h>

/* The state of writing a document. */
struct yaml_writer {
    struct fp_buf *out;
    bool takes_raw; /* values of FP_YAML_RAW are written verbatim */
};

static void put(struct yaml_writer *writer, const char *text)
{
    fp_buf_puts(writer->out, text);
}

static void put_indent(struct yaml_writer *writer, size_t indent)
{
    fp_buf_putf(writer->out, "%*s", (int) indent, "");
}

/* Write each line of `text` with an indent, and with `lead` before it. */
static void put_lines(struct yaml_writer *writer, size_t indent, const char *lead, const char *text)
{
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        if (len > 0) {
            put_indent(writer, indent);
            put(writer, lead);
        }
        fp_buf_put(writer->out, text, len);
        put(writer, "\n");
        text += len + (text[len] == '\n' ? 1 : 0);
    }
}

static void put_string(struct yaml_writer *writer, const char *text, size_t indent, bool is_key)
{
    if (fp_yaml_is_plain(text)) {
        put(writer, text);
    } else if (!is_key && fp_yaml_is_literal(text)) {
        put(writer, "|\n");
        put_lines(writer, indent + 2, "", text);
    } else {
        fp_yaml_put_quoted(writer->out, text);
    }
}

static bool is_comment(const char *key)
{
    return key[0] == '#';
}

static size_t member_count(const json_t *object)
{
    size_t count = 0;
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(fp_iterable(object), key, value)
    {
        count += is_comment(key) ? 0 : 1;
    }
    return count;
}

/* The text to write verbatim, in templates only, which are not valid YAML yet; NULL: none. */
static const char *verbatim(const struct yaml_writer *writer, const json_t *value)
{
    return writer->takes_raw ? fp_json_string(value, FP_YAML_RAW) : NULL;
}

/* Write a value on the line of "key:" or "-", where a literal block only begins, if it fits. */
static bool put_inline(struct yaml_writer *writer, const json_t *value, size_t indent)
{
    const char *raw = verbatim(writer, value);
    if (raw != NULL)
        put(writer, raw);
    else if (json_is_string(value))
        put_string(writer, json_string_value(value), indent, false);
    else if (json_is_integer(value))
        fp_buf_putf(writer->out, "%lld", (long long) json_integer_value(value));
    else if (json_is_real(value))
        fp_buf_putf(writer->out, "%.3f", json_real_value(value));
    else if (json_is_boolean(value))
        put(writer, json_is_true(value) ? "true" : "false");
    else if (json_is_null(value))
        put(writer, "null");
    else if (json_is_array(value) && json_array_size(value) == 0)
        put(writer, "[]");
    else if (json_is_object(value) && member_count(value) == 0)
        put(writer, "{}");
    else
        return false;
    bool is_block =
        raw == NULL && json_is_string(value) && fp_yaml_is_literal(json_string_value(value));
    if (!is_block)
        put(writer, "\n");
    return true;
}

static void put_value(struct yaml_writer *writer, const json_t *value, size_t indent,
                      bool inline_first);

static bool is_nested(const struct yaml_writer *writer, const json_t *value)
{
    if (json_is_array(value))
        return json_array_size(value) > 0;
    return json_is_object(value) && member_count(value) > 0 && verbatim(writer, value) == NULL;
}

static void put_member(struct yaml_writer *writer, const char *key, const json_t *value,
                       size_t indent)
{
    bool nested = is_nested(writer, value);
    put_string(writer, key, indent, true);
    put(writer, nested ? ":\n" : ": ");
    if (nested)
        put_value(writer, value, indent + 2, false);
    else
        (void) put_inline(writer, value, indent);
}

/* Write an object's members; with `inline_first` the first one follows the "- " of an item. */
static void put_object(struct yaml_writer *writer, const json_t *object, size_t indent,
                       bool inline_first)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(fp_iterable(object), key, value)
    {
        if (is_comment(key))
            continue;
        cleanup_free char *comment_key = fp_xasprintf("#%s", key);
        const char *comment = fp_json_string(object, comment_key);
        if (comment != NULL && !inline_first)
            put_lines(writer, indent, "# ", comment);
        if (!inline_first)
            put_indent(writer, indent);
        inline_first = false;
        put_member(writer, key, value, indent);
    }
}

static void put_item(struct yaml_writer *writer, const json_t *item, size_t indent)
{
    const char *comment = fp_json_string(item, "#");
    if (comment != NULL)
        put_lines(writer, indent, "# ", comment);
    put_indent(writer, indent);
    put(writer, "- ");
    if (!put_inline(writer, item, indent))
        put_value(writer, item, indent + 2, true);
}

/* Recursion is bounded: the value was built by this program or parsed within FP_JSON_MAX_DEPTH. */
static void put_value(struct yaml_writer *writer, const json_t *value, size_t indent,
                      bool inline_first)
{
    if (json_is_object(value)) {
        put_object(writer, value, indent, inline_first);
        return;
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        /* The first item of a list in a list follows the "- " of the outer item. */
        if (i == 0 && inline_first) {
            put(writer, "- ");
            if (!put_inline(writer, json_array_get(value, i), indent))
                put_value(writer, json_array_get(value, i), indent + 2, true);
            continue;
        }
        put_item(writer, json_array_get(value, i), indent);
    }
}

enum fp_code fp_yaml_write_as(struct fp_buf *out, const json_t *value, bool takes_raw,
                              struct fp_error *err)
{
    struct yaml_writer writer = {out, takes_raw};
    const char *comment = fp_json_string(value, "#");
    if (comment != NULL)
        put_lines(&writer, 0, "# ", comment);
    if (!put_inline(&writer, value, 0))
        put_value(&writer, value, 0, false);
    return fp_buf_check(out, err);
}

enum fp_code fp_yaml_write(struct fp_buf *out, const json_t *value, struct fp_error *err)
{
    return fp_yaml_write_as(out, value, false, err);
}

json_t *fp_deploy_without_comments(const json_t *value)
{
    json_t *copy = json_is_object(value) ? json_object() : json_array();
    const char *key = NULL;
    json_t *member = NULL;
    if (!json_is_object(value) && !json_is_array(value)) {
        json_decref(copy);
        return json_deep_copy(value);
    }
    json_object_foreach(fp_iterable(value), key, member)
    {
        if (!is_comment(key))
            (void) json_object_set_new(copy, key, fp_deploy_without_comments(member));
    }
    for (size_t i = 0; i < json_array_size(value); i++)
        (void) json_array_append_new(copy, fp_deploy_without_comments(json_array_get(value, i)));
    return copy;
}
