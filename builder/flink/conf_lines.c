/* Splitting Flink's configuration into lines: flat keys of flink-conf.yaml and nested ones of
 * config.yaml. */
#include "conf_lines.h"

#include <string.h>

/* The state of a reader of config.yaml. */
struct conf_reader {
    struct fp_conf_lines *lines;
    const char *name;
    size_t current;     /* the last key, or FP_NO_LINE */
    bool in_scalar;     /* its value is a block scalar, in which comments are text */
    size_t item_indent; /* of the "- " items of its value; FP_NO_LINE: it is not a sequence */
};

static void split_lines(const char *text, struct fp_conf_lines *ret)
{
    size_t count = 1;
    for (const char *p = text; *p != '\0'; p++)
        count += *p == '\n';
    ret->items = fp_xcalloc(count, sizeof(*ret->items));
    for (const char *p = text; *p != '\0';) {
        struct fp_conf_line *line = &ret->items[ret->len++];
        size_t len = strcspn(p, "\n");
        line->text = p;
        line->len = len;
        while (line->len > 0 && p[line->len - 1] == '\r')
            line->len--;
        while (line->indent < line->len && p[line->indent] == ' ')
            line->indent++;
        line->parent = line->owner = FP_NO_LINE;
        p += len + (p[len] == '\n' ? 1 : 0);
    }
}

static bool is_item(const struct fp_conf_line *line)
{
    const char *p = line->text + line->indent;
    size_t left = line->len - line->indent;
    return left > 0 && p[0] == '-' && (left == 1 || p[1] == ' ');
}

/* The length of a scalar without its comment, which begins at '#' after a space. */
static size_t scalar_len(const char *text, size_t len)
{
    size_t end = len;
    char quote = '\0';
    if (len > 0 && (text[0] == '"' || text[0] == '\''))
        quote = text[0];
    for (size_t i = 1; i < len && end == len; i++) {
        if (quote == '\0' && text[i] == '#' && text[i - 1] == ' ')
            end = i;
        else if ((quote == '"' && text[i] == '\\') ||
                 (quote == '\'' && text[i] == '\'' && i + 1 < len && text[i + 1] == '\''))
            i++; /* escaped: \x in double quotes, '' in single ones */
        else if (text[i] == quote)
            quote = '\0';
    }
    while (end > 0 && (text[end - 1] == ' ' || text[end - 1] == '\t'))
        end--;
    return end;
}

static void set_value(struct fp_conf_line *line, size_t from)
{
    while (from < line->len && (line->text[from] == ' ' || line->text[from] == '\t'))
        from++;
    line->value_start = from;
    if (from < line->len && line->text[from] != '#')
        line->value_len = scalar_len(line->text + from, line->len - from);
}

static enum fp_code fail_line(const char *name, size_t index, const char *what,
                              struct fp_error *err)
{
    return fp_fail(err, FP_E_INPUT, "%s: line %zu: %s", name, index + 1, what);
}

/* Find the ':' that ends the key at the line's indent; *ret_key is the bare key. */
static bool find_key(const struct fp_conf_line *line, const char **ret_key, size_t *ret_len,
                     size_t *ret_colon)
{
    const char *start = line->text + line->indent;
    const char *end = line->text + line->len;
    if (*start == '"' || *start == '\'') {
        const char *close = memchr(start + 1, *start, (size_t) (end - start - 1));
        if (close == NULL || close + 1 == end || close[1] != ':')
            return false;
        *ret_key = start + 1;
        *ret_len = (size_t) (close - start - 1);
        *ret_colon = (size_t) (close + 1 - line->text);
        return *ret_len > 0;
    }
    if (strchr("{}[]&*!|>%@`?,#", *start) != NULL)
        return false;
    const char *colon = start;
    while (colon < end && !(*colon == ':' && (colon + 1 == end || colon[1] == ' ')))
        colon++;
    *ret_key = start;
    *ret_len = (size_t) (colon - start);
    *ret_colon = (size_t) (colon - line->text);
    while (*ret_len > 0 && start[*ret_len - 1] == ' ')
        (*ret_len)--;
    return *ret_len > 0 && colon < end;
}

/* Whether the line continues the value of the current key. */
static bool is_continuation(struct conf_reader *reader, const struct fp_conf_line *line)
{
    if (reader->current == FP_NO_LINE)
        return false;
    const struct fp_conf_line *key = &reader->lines->items[reader->current];
    if (key->value_len > 0)
        return line->indent > key->indent;
    if (reader->item_indent == FP_NO_LINE && is_item(line) && line->indent >= key->indent)
        reader->item_indent = line->indent;
    if (reader->item_indent == FP_NO_LINE)
        return false;
    return line->indent > reader->item_indent ||
           (line->indent == reader->item_indent && is_item(line));
}

static size_t find_parent(const struct conf_reader *reader, size_t indent)
{
    size_t parent = reader->current;
    while (parent != FP_NO_LINE && reader->lines->items[parent].indent >= indent)
        parent = reader->lines->items[parent].parent;
    return parent;
}

static enum fp_code read_key(struct conf_reader *reader, size_t index, struct fp_error *err)
{
    struct fp_conf_line *line = &reader->lines->items[index];
    const char *key = NULL;
    size_t key_len = 0;
    size_t colon = 0;
    if (!find_key(line, &key, &key_len, &colon))
        return fail_line(reader->name, index, "not understood, expected \"key: value\"", err);
    set_value(line, colon + 1);
    line->parent = find_parent(reader, line->indent);
    if (line->parent == FP_NO_LINE) {
        line->path = fp_xstrndup(key, key_len);
    } else {
        struct fp_conf_line *parent = &reader->lines->items[line->parent];
        line->path = fp_xasprintf("%s.%.*s", parent->path, (int) key_len, key);
        parent->is_inner = true;
        parent->children++;
    }
    reader->current = index;
    reader->item_indent = FP_NO_LINE;
    const char *value = line->text + line->value_start;
    reader->in_scalar = line->value_len > 0 && (*value == '|' || *value == '>');
    return FP_OK;
}

static enum fp_code read_line(struct conf_reader *reader, size_t index, struct fp_error *err)
{
    struct fp_conf_line *line = &reader->lines->items[index];
    bool in_scalar = reader->in_scalar && reader->current != FP_NO_LINE &&
                     line->indent > reader->lines->items[reader->current].indent;
    bool is_comment = line->indent < line->len && line->text[line->indent] == '#';
    if ((line->indent == line->len || is_comment) && !in_scalar)
        return FP_OK;
    if (index == 0 && line->len >= 3 && memcmp(line->text, "---", 3) == 0)
        return FP_OK;
    if (line->text[line->indent] == '\t')
        return fail_line(reader->name, index, "indented by a tab, which YAML does not allow", err);
    if (in_scalar || is_continuation(reader, line)) {
        line->owner = reader->current;
        return FP_OK;
    }
    return read_key(reader, index, err);
}

enum fp_code fp_conf_lines_yaml(const char *text, const char *name, struct fp_conf_lines *ret,
                                struct fp_error *err)
{
    split_lines(text, ret);
    struct conf_reader reader = {
        .lines = ret, .name = name, .current = FP_NO_LINE, .item_indent = FP_NO_LINE};
    for (size_t i = 0; i < ret->len; i++)
        FP_TRY(read_line(&reader, i, err));
    return FP_OK;
}

/* Read a line like Flink, which cuts it at '#' and then splits it at the first ": ". */
static bool read_flat(struct fp_conf_line *line)
{
    const char *start = line->text + line->indent;
    const char *comment = memchr(start, '#', line->len - line->indent);
    size_t len = comment != NULL ? (size_t) (comment - start) : line->len - line->indent;
    while (len > 0 && (start[len - 1] == ' ' || start[len - 1] == '\t'))
        len--;
    const char *colon = len > 0 ? memchr(start, ':', len) : NULL;
    while (colon != NULL && colon + 1 < start + len && colon[1] != ' ')
        colon = memchr(colon + 1, ':', (size_t) (start + len - colon - 1));
    if (colon == NULL || colon == start)
        return len == 0;
    line->path = fp_xstrndup(start, (size_t) (colon - start));
    size_t from = (size_t) (colon + 1 - start);
    while (from < len && start[from] == ' ')
        from++;
    line->value_start = line->indent + from;
    line->value_len = len - from;
    return true;
}

enum fp_code fp_conf_lines_flat(const char *text, const char *name, struct fp_conf_lines *ret,
                                struct fp_error *err)
{
    split_lines(text, ret);
    for (size_t i = 0; i < ret->len; i++)
        if (!read_flat(&ret->items[i]))
            return fail_line(name, i, "not understood, expected \"key: value\"", err);
    return FP_OK;
}

void fp_conf_lines_clear(struct fp_conf_lines *lines)
{
    for (size_t i = 0; i < lines->len; i++) {
        free(lines->items[i].path);
        free(lines->items[i].new_value);
    }
    free(lines->items);
    lines->items = NULL;
    lines->len = 0;
}
