/* JSON with bounds, by jansson. */
#include "flinkpack/support/json.h"

#include <string.h>

/* The counts of a scan over the bytes, which happens before memory is allocated for values. */
struct scan {
    size_t tokens; /* strings, other scalars and opening brackets */
    size_t depth;
    size_t max_depth;
    bool in_string;
    bool escaped;
    bool in_word; /* a number, true, false or null */
};

static void scan_string(struct scan *scan, char c)
{
    if (scan->escaped)
        scan->escaped = false;
    else if (c == '\\')
        scan->escaped = true;
    else if (c == '"')
        scan->in_string = false;
}

static void scan_open(struct scan *scan)
{
    scan->tokens++;
    scan->depth++;
    if (scan->depth > scan->max_depth)
        scan->max_depth = scan->depth;
}

static void scan_byte(struct scan *scan, char c)
{
    bool word = strchr(" \t\r\n,:[]{}\"", c) == NULL;
    if (word && !scan->in_word)
        scan->tokens++;
    scan->in_word = word;
    if (c == '"') {
        scan->tokens++;
        scan->in_string = true;
    } else if (c == '[' || c == '{') {
        scan_open(scan);
    } else if ((c == ']' || c == '}') && scan->depth > 0) {
        scan->depth--;
    }
}

static enum fp_code check_bounds(const char *text, size_t len, const char *name,
                                 struct fp_error *err)
{
    struct scan scan = {0};
    if (memchr(text, '\0', len) != NULL)
        return fp_fail(err, FP_E_INPUT, "%s: not valid JSON: it contains a NUL byte", name);
    for (size_t i = 0; i < len; i++) {
        if (scan.in_string)
            scan_string(&scan, text[i]);
        else
            scan_byte(&scan, text[i]);
        if (scan.tokens > FP_JSON_MAX_TOKENS)
            return fp_fail(err, FP_E_INPUT, "%s: JSON with more than %d values", name,
                           FP_JSON_MAX_TOKENS);
        if (scan.max_depth > FP_JSON_MAX_DEPTH)
            return fp_fail(err, FP_E_INPUT, "%s: JSON nested deeper than %d levels", name,
                           FP_JSON_MAX_DEPTH);
    }
    if (scan.tokens == 0)
        return fp_fail(err, FP_E_INPUT, "%s: not valid JSON: it is empty", name);
    return FP_OK;
}

enum fp_code fp_json_parse(const char *text, size_t len, const char *name, json_t **ret,
                           struct fp_error *err)
{
    text = len > 0 ? text : "";
    FP_TRY(check_bounds(text, len, name, err));
    json_error_t cause = {0};
    json_t *value = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &cause);
    if (value == NULL) {
        /* jansson quotes the text at the error. It may be a credential, so it is cut off. */
        char *near = strstr(cause.text, " near ");
        if (near != NULL)
            *near = '\0';
        return fp_fail(err, FP_E_INPUT, "%s: not valid JSON: line %d, column %d: %s", name,
                       cause.line, cause.column, cause.text);
    }
    *ret = value;
    return FP_OK;
}

static char *dump(const json_t *value, size_t flags)
{
    char *text = json_dumps(value, flags | JSON_SORT_KEYS | JSON_ENCODE_ANY);
    if (text == NULL)
        abort(); /* out of memory: values that this room builds can always be written */
    return text;
}

char *fp_json_canonical(const json_t *value)
{
    return dump(value, JSON_COMPACT);
}

char *fp_json_pretty(const json_t *value)
{
    return dump(value, JSON_INDENT(2));
}

/* The length of the character at `text`, by its first byte. */
static size_t character_len(const char *text)
{
    unsigned char first = (unsigned char) *text;
    size_t len = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    return strnlen(text, len);
}

json_t *fp_json_text(const char *text)
{
    if (text == NULL)
        return json_null();
    json_t *whole = json_string(text);
    if (whole != NULL)
        return whole;
    cleanup_buf struct fp_buf good = FP_BUF_INIT(3 * strlen(text) + 1);
    while (*text != '\0') {
        size_t len = character_len(text);
        cleanup_json json_t *character = json_stringn(text, len);
        fp_buf_put(&good, character != NULL ? text : "\xef\xbf\xbd", character != NULL ? len : 3);
        text += character != NULL ? len : 1;
    }
    return json_string(fp_buf_text(&good));
}

json_t *fp_json_texts(const struct fp_strv *list)
{
    json_t *array = json_array();
    for (size_t i = 0; i < list->len; i++)
        fp_json_append(array, fp_json_text(list->items[i]));
    return array;
}

bool fp_json_set(json_t *object, const char *key, json_t *take_value)
{
    return take_value == NULL || json_object_set_new(object, key, take_value) == 0;
}

void fp_json_set_text(json_t *object, const char *key, const char *text)
{
    if (text != NULL)
        (void) fp_json_set(object, key, fp_json_text(text));
}

void fp_json_append(json_t *array, json_t *take_value)
{
    if (take_value != NULL)
        (void) json_array_append_new(array, take_value);
}

const char *fp_json_string(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static enum fp_code missing(const json_t *value, const char *key, const char *name,
                            const char *expected, struct fp_error *err)
{
    if (value == NULL)
        return fp_fail(err, FP_E_INPUT, "%s: \"%s\" is missing, %s was expected", name, key,
                       expected);
    return fp_fail(err, FP_E_INPUT, "%s: \"%s\" is not %s", name, key, expected);
}

enum fp_code fp_json_need_string(const json_t *object, const char *key, const char *name,
                                 const char **ret, struct fp_error *err)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_string(value))
        return missing(value, key, name, "a string", err);
    *ret = json_string_value(value);
    return FP_OK;
}

enum fp_code fp_json_need_size(const json_t *object, const char *key, const char *name,
                               uint64_t *ret, struct fp_error *err)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return missing(value, key, name, "an integer of 0 or more", err);
    *ret = (uint64_t) json_integer_value(value);
    return FP_OK;
}
