#include <string.h>

#include "yaml_scalar.h"
#include "yaml_write.h"

/* A document being written. The first failure stays, and nothing is written after it. */
struct writer {
    struct fp_buf *out;
    struct fp_error *err;
    enum fp_code code;
    enum fp_yaml_dialect dialect;
};

static void put(struct writer *writer, const char *text)
{
    if (writer->code == FP_OK)
        writer->code = fp_buf_add_text(writer->out, text, writer->err);
}

static void put_indent(struct writer *writer, size_t indent)
{
    if (writer->code == FP_OK)
        writer->code = fp_buf_addf(writer->out, writer->err, "%*s", (int) indent, "");
}

/* Lines of `text`, each at `indent` and after `lead`. */
static void put_lines(struct writer *writer, size_t indent, const char *lead, const char *text)
{
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        if (len > 0) {
            put_indent(writer, indent);
            put(writer, lead);
        }
        if (writer->code == FP_OK)
            writer->code = fp_buf_add(writer->out, text, len, writer->err);
        put(writer, "\n");
        text += len + (text[len] == '\n' ? 1 : 0);
    }
}

/* Charts: braces of the user's are no actions of a template. */
static char *escape_braces(const char *text)
{
    struct fp_buf out = FP_BUF_INIT(FP_DEPLOY_FILE_MAX);
    enum fp_code code = FP_OK;
    for (const char *p = text; *p != '\0' && code == FP_OK;) {
        bool opens = strncmp(p, "{{", 2) == 0;
        code = opens ? fp_buf_add_text(&out, "{{ `{{` }}", NULL) : fp_buf_add(&out, p, 1, NULL);
        p += opens ? 2 : 1;
    }
    return fp_buf_take(&out);
}

static void put_string(struct writer *writer, const char *text, size_t indent, bool is_key)
{
    cleanup_free char *escaped =
        writer->dialect == FP_YAML_CHART && strstr(text, "{{") != NULL ? escape_braces(text) : NULL;
    const char *shown = escaped != NULL ? escaped : text;
    if (fp_yaml_is_plain(text)) {
        put(writer, text);
    } else if (!is_key && fp_yaml_is_literal(text)) {
        put(writer, "|\n");
        put_lines(writer, indent + 2, "", shown);
    } else if (writer->code == FP_OK) {
        writer->code = fp_yaml_put_quoted(writer->out, shown, writer->err);
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

/* What stands verbatim: only in charts and templates, whose text is not YAML yet. */
static const char *verbatim(const struct writer *writer, const json_t *value)
{
    return writer->dialect == FP_YAML_PURE ? NULL : fp_json_string(value, FP_YAML_RAW);
}

/* A value that fits behind "key:" or "-" on the same line; a literal block goes on below. */
static bool put_inline(struct writer *writer, const json_t *value, size_t indent)
{
    const char *raw = verbatim(writer, value);
    if (raw != NULL)
        put(writer, raw);
    else if (json_is_string(value))
        put_string(writer, json_string_value(value), indent, false);
    else if (json_is_integer(value) && writer->code == FP_OK)
        writer->code =
            fp_buf_addf(writer->out, writer->err, "%lld", (long long) json_integer_value(value));
    else if (json_is_real(value) && writer->code == FP_OK)
        writer->code = fp_buf_addf(writer->out, writer->err, "%.3f", json_real_value(value));
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

static void put_value(struct writer *writer, const json_t *value, size_t indent, bool inline_first);

static bool begins_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

static bool is_nested(const struct writer *writer, const json_t *value)
{
    if (json_is_array(value))
        return json_array_size(value) > 0;
    return json_is_object(value) && member_count(value) > 0 && verbatim(writer, value) == NULL;
}

static void put_member(struct writer *writer, const char *key, const json_t *value, size_t indent)
{
    bool nested = is_nested(writer, value);
    put_string(writer, key, indent, true);
    put(writer, nested ? ":\n" : ": ");
    if (nested)
        put_value(writer, value, indent + 2, false);
    else
        (void) put_inline(writer, value, indent);
}

/* The first member of an item stands behind its "- ". */
static void put_object(struct writer *writer, const json_t *object, size_t indent,
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
        if (writer->dialect != FP_YAML_PURE && begins_with(key, FP_YAML_LINES)) {
            put_lines(writer, indent, "", json_string_value(value));
            continue;
        }
        if (!inline_first)
            put_indent(writer, indent);
        inline_first = false;
        put_member(writer, key, value, indent);
    }
}

static void put_item(struct writer *writer, const json_t *item, size_t indent)
{
    const char *lines =
        writer->dialect == FP_YAML_PURE ? NULL : fp_json_string(item, FP_YAML_LINES);
    const char *comment = fp_json_string(item, "#");
    if (lines != NULL) {
        put_lines(writer, indent, "", lines);
        return;
    }
    if (comment != NULL)
        put_lines(writer, indent, "# ", comment);
    put_indent(writer, indent);
    put(writer, "- ");
    if (!put_inline(writer, item, indent))
        put_value(writer, item, indent + 2, true);
}

/* Recursion is bounded: what is written was made here or parsed within FP_JSON_MAX_DEPTH. */
static void put_value(struct writer *writer, const json_t *value, size_t indent, bool inline_first)
{
    if (json_is_object(value)) {
        put_object(writer, value, indent, inline_first);
        return;
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        /* A list in a list: its first item follows the "- " of the outer one. */
        if (i == 0 && inline_first) {
            put(writer, "- ");
            if (!put_inline(writer, json_array_get(value, i), indent))
                put_value(writer, json_array_get(value, i), indent + 2, true);
            continue;
        }
        put_item(writer, json_array_get(value, i), indent);
    }
}

enum fp_code fp_yaml_write_as(struct fp_buf *out, const json_t *value, enum fp_yaml_dialect dialect,
                              struct fp_error *err)
{
    struct writer writer = {.out = out, .err = err, .code = FP_OK, .dialect = dialect};
    const char *comment = fp_json_string(value, "#");
    if (comment != NULL)
        put_lines(&writer, 0, "# ", comment);
    if (!put_inline(&writer, value, 0))
        put_value(&writer, value, 0, false);
    return writer.code;
}

enum fp_code fp_yaml_write(struct fp_buf *out, const json_t *value, struct fp_error *err)
{
    return fp_yaml_write_as(out, value, FP_YAML_PURE, err);
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
