/* Helpers for the texts of options, and for members of documents. */
#include "text.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

struct fp_split fp_split_at(const char *text, char separator)
{
    const char *found = strchr(text, separator);
    if (found == NULL)
        return (struct fp_split){fp_xstrdup(text), NULL};
    return (struct fp_split){fp_xstrndup(text, (size_t) (found - text)), found + 1};
}

#define LOWER  "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

bool fp_is_dns_label(const char *text, size_t max)
{
    size_t len = strlen(text);
    return len > 0 && len <= max && strspn(text, LOWER DIGITS "-") == len && text[0] != '-' &&
           text[len - 1] != '-';
}

bool fp_is_dns_name(const char *text)
{
    if (strlen(text) > 253)
        return false;
    for (const char *p = text;;) {
        struct fp_split split = fp_split_at(p, '.');
        bool fine = fp_is_dns_label(split.first, 63);
        free(split.first);
        if (!fine || split.rest == NULL)
            return fine;
        p = split.rest;
    }
}

bool fp_parse_count(const char *text, int64_t *ret)
{
    size_t len = strlen(text);
    if (len == 0 || len > 9 || strspn(text, DIGITS) != len)
        return false;
    *ret = strtoll(text, NULL, 10);
    return true;
}

/* The units of Flink and Kubernetes. "m" is Flink's mebibyte, because nobody means Kubernetes' "m",
 * a thousandth of a byte. */
static const struct size_unit {
    const char *name;
    int64_t kib;
} units[] = {
    {"m", 1024},     {"mb", 1024},     {"mi", 1024}, {"mib", 1024}, {"g", 1048576}, {"gb", 1048576},
    {"gi", 1048576}, {"gib", 1048576}, {"k", 1},     {"kb", 1},     {"ki", 1},      {"kib", 1},
};

enum fp_code fp_parse_mib(const char *text, const char *title, int64_t *ret, struct fp_error *err)
{
    size_t digits = strspn(text, DIGITS);
    cleanup_free char *number = fp_xstrndup(text, digits);
    const char *unit = text + digits + strspn(text + digits, " ");
    int64_t value = 0;
    if (fp_parse_count(number, &value)) {
        for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
            if (strcasecmp(unit, units[i].name) == 0 && value * units[i].kib >= 1024) {
                *ret = value * units[i].kib / 1024;
                return FP_OK;
            }
        }
    }
    return fp_hinted(fp_fail(err, FP_E_USAGE, "%s: '%s' is no size", title, text), err,
                     "for example 1600Mi or 2Gi");
}

json_t *fp_kube_literal(const char *text)
{
    cleanup_buf struct fp_buf out = FP_BUF_INIT(SIZE_MAX);
    for (const char *p = text; *p != '\0'; p++)
        fp_buf_put(&out, *p == '$' ? "$$" : p, *p == '$' ? 2 : 1);
    return json_string(fp_buf_text(&out));
}

void fp_add_pairs(json_t *object, const struct fp_strv *pairs)
{
    for (size_t i = 0; i < pairs->len; i++) {
        struct fp_split split = fp_split_at(pairs->items[i], '=');
        fp_json_set_text(object, split.first, split.rest != NULL ? split.rest : "");
        free(split.first);
    }
}

json_t *fp_pairs(const struct fp_strv *pairs)
{
    json_t *object = json_object();
    fp_add_pairs(object, pairs);
    return object;
}

json_t *fp_raw(const char *text)
{
    return json_pack("{s:s}", FP_YAML_RAW, text);
}

void fp_pick(json_t *object, const json_t *from, const char *const *keys)
{
    for (; *keys != NULL; keys++)
        fp_json_set(object, *keys, json_incref(json_object_get(from, *keys)));
}

bool fp_is_one_of(const char *text, const char *const *list)
{
    while (*list != NULL && strcmp(text, *list) != 0)
        list++;
    return *list != NULL;
}

void fp_make_lower(char *text)
{
    for (; *text != '\0'; text++)
        *text = (char) (*text >= 'A' && *text <= 'Z' ? *text - 'A' + 'a' : *text);
}

json_t *fp_unless_empty(json_t *take_value)
{
    if (json_array_size(take_value) > 0 || json_object_size(take_value) > 0)
        return take_value;
    json_decref(take_value);
    return NULL;
}
