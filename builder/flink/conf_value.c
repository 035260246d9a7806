/* Checking keys and values of Flink's configuration, and quoting values like Flink reads them. */
#include "conf_lines.h"

#include <string.h>

#define DIGITS         "0123456789"
#define LETTERS        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define KEY_CHARACTERS LETTERS DIGITS "_-./$"

/* Whether a mapping has a key without a value, such as "{host}", which stops Flink. */
static bool has_null(json_t *value)
{
    const char *key = NULL;
    json_t *member = NULL;
    json_object_foreach(value, key, member)
    {
        if (json_is_null(member) || has_null(member))
            return true;
    }
    return false;
}

/* Whether the user wrote YAML: a quoted scalar, a flow sequence or a flow mapping. Two quoted words
 * are not valid YAML. */
static bool is_written_as_yaml(const char *value)
{
    if (value[0] == '\0' || strchr("\"'[{", value[0]) == NULL)
        return false;
    cleanup_free char *text = fp_xasprintf("v: %s\n", value);
    cleanup_json json_t *document = NULL;
    return fp_yaml_parse(text, strlen(text), "value", &document, NULL) == FP_OK &&
           json_object_size(document) == 1 && !has_null(document);
}

/* The length of a YAML value without a comment after it, as otherwise the comment would be repeated
 * each time that the value is set. */
static size_t without_comment(const char *value)
{
    for (const char *at = strstr(value, " #"); at != NULL; at = strstr(at + 1, " #")) {
        cleanup_free char *front = fp_xstrndup(value, (size_t) (at - value));
        size_t len = strlen(front);
        while (len > 0 && front[len - 1] == ' ')
            len--;
        if (is_written_as_yaml(front))
            return len;
    }
    return strlen(value);
}

/* Whether a YAML reader keeps the spelling of a number: 4 and 0.25, but not 007, 1.10 or 1e3. */
static bool is_stable_number(const char *value, size_t len)
{
    size_t whole = strspn(value, DIGITS);
    if (whole == 0 || len > 15 || (whole > 1 && value[0] == '0'))
        return false;
    if (whole == len)
        return true;
    size_t fraction = value[whole] == '.' ? strspn(value + whole + 1, DIGITS) : 0;
    return fraction > 0 && whole + 1 + fraction == len && value[len - 1] != '0';
}

/* Whether readers of YAML 1.1 or 1.2 do not read a word as text. */
static bool is_yaml_word(const char *value)
{
    static const char *const WORDS[] = {"null", "yes", "no", "on", "off", "y", "n"};
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
        if (strcasecmp(value, WORDS[i]) == 0)
            return true;
    /* A YAML reader would change "True" to "true". */
    return (strcasecmp(value, "true") == 0 && strcmp(value, "true") != 0) ||
           (strcasecmp(value, "false") == 0 && strcmp(value, "false") != 0);
}

/* Whether a text needs no quotes: it has a safe first character and neither ": " nor " #". */
static bool is_plain_text(const char *value, size_t len)
{
    char first = value[0];
    bool letter = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z');
    bool option = first == '-' && len > 1 && value[1] != ' ' && strspn(value + 1, DIGITS) == 0 &&
                  value[1] != '.';
    if (!letter && first != '/' && first != '_' && !option)
        return false;
    return !is_yaml_word(value) && strstr(value, ": ") == NULL && strstr(value, " #") == NULL &&
           value[len - 1] != ':' && value[len - 1] != ' ';
}

/* Whether a value is a size or duration, such as 1600m or "10 s", which YAML reads as text. */
static bool is_quantity(const char *value, size_t len)
{
    size_t digits = strspn(value, DIGITS);
    size_t unit = digits + strspn(value + digits, " ");
    size_t letters = strspn(value + unit, "abcdfghijklmnpqrstuvwyzABCDFGHIJKLMNPQRSTUVWYZ");
    return digits > 0 && letters > 0 && unit + letters == len;
}

static char *quote(const char *value)
{
    size_t quotes = 0;
    for (const char *p = value; *p != '\0'; p++)
        quotes += *p == '\'';
    char *quoted = fp_xmalloc(strlen(value) + quotes + 3);
    char *out = quoted;
    *out++ = '\'';
    for (const char *p = value; *p != '\0'; p++) {
        if (*p == '\'')
            *out++ = '\'';
        *out++ = *p;
    }
    *out++ = '\'';
    *out = '\0';
    return quoted;
}

static bool has_control(const char *text)
{
    for (const char *p = text; *p != '\0'; p++)
        if ((unsigned char) *p < 0x20 || *p == 0x7f)
            return true;
    return false;
}

static enum fp_code check_entry(const struct fp_conf_entry *entry, bool yaml, struct fp_error *err)
{
    size_t len = strspn(entry->key, KEY_CHARACTERS);
    if (len == 0 || entry->key[len] != '\0' || strchr("-./$", entry->key[0]) != NULL)
        return fp_fail(err, FP_E_USAGE, "'%s' is not a key of Flink's configuration", entry->key);
    if (has_control(entry->value))
        return fp_fail(err, FP_E_USAGE, "%s: the value has a line break or control character",
                       entry->key);
    if (!yaml && strchr(entry->value, '#') != NULL) {
        return fp_hinted(fp_fail(err, FP_E_USAGE,
                                 "%s: the value holds '#', where Flink before 1.19 cuts it off",
                                 entry->key),
                         err, "pass it at start instead: -D%s=...", entry->key);
    }
    return FP_OK;
}

enum fp_code fp_conf_value(const struct fp_conf_entry *entry, bool yaml, char **ret,
                           struct fp_error *err)
{
    FP_TRY(check_entry(entry, yaml, err));
    const char *value = entry->value + strspn(entry->value, " ");
    size_t len = strlen(value);
    while (len > 0 && value[len - 1] == ' ')
        len--;
    cleanup_free char *trimmed = fp_xstrndup(value, len);
    if (yaml && is_written_as_yaml(trimmed))
        trimmed[without_comment(trimmed)] = '\0';
    len = strlen(trimmed);
    /* The value is kept if a YAML reader reads the same text, or if the user wrote YAML. */
    bool as_is =
        !yaml || (len > 0 && (is_written_as_yaml(trimmed) || is_stable_number(trimmed, len) ||
                              is_plain_text(trimmed, len) || is_quantity(trimmed, len)));
    *ret = as_is ? steal_pointer(&trimmed) : quote(entry->value);
    return FP_OK;
}
