/* Lookups in the table of Flink's options. */
#include "options.h"

#include <limits.h>
#include <string.h>

/* The newest version that the table has read. */
#define NEWEST 203U

unsigned fp_conf_option_version(const struct fp_flink_version *version, bool *ret_is_new)
{
    unsigned number = version->major * 100 + version->minor;
    *ret_is_new = number > NEWEST;
    return number;
}

bool fp_conf_word_is(struct fp_conf_word word, const char *text)
{
    return strlen(text) == word.len && memcmp(word.text, text, word.len) == 0;
}

/* The length of the word up to a separator or the line's end. */
static size_t word_len(const char *text, char separator)
{
    size_t len = 0;
    while (text[len] != '\0' && text[len] != '\n' && text[len] != separator)
        len++;
    return len;
}

/* Take the word at `*p`, and what separates it from the next. */
static struct fp_conf_word take_word(const char **p, char separator)
{
    struct fp_conf_word word = {*p, word_len(*p, separator)};
    *p += word.len;
    if (**p != '\0' && **p != '\n')
        (*p)++;
    return word;
}

/* "1.20" as 120; nothing as `none`. */
static unsigned number_of(struct fp_conf_word word, unsigned none)
{
    unsigned parts[2] = {0, 0};
    size_t part = 0;
    for (size_t i = 0; i < word.len; i++) {
        if (word.text[i] == '.')
            part = 1;
        else
            parts[part] = parts[part] * 10 + (unsigned) (word.text[i] - '0');
    }
    return word.len > 0 ? parts[0] * 100 + parts[1] : none;
}

bool fp_conf_option_next(const char **cursor, struct fp_conf_option *ret)
{
    const char *p = *cursor;
    if (*p == '\0')
        return false;
    ret->key = take_word(&p, ' ');
    ret->first = number_of(take_word(&p, '-'), 0);
    ret->last = number_of(take_word(&p, ' '), UINT_MAX);
    ret->relation = '\0';
    ret->is_read_at_start = *p == '!';
    p += ret->is_read_at_start;
    if (*p == '>' || *p == '=') {
        ret->relation = *p;
        p += 2;
    }
    ret->value = take_word(&p, '\n');
    *cursor = *p == '\n' ? p + 1 : p;
    return true;
}

const char *fp_conf_option_begin(void)
{
    const char *p = fp_conf_options_table;
    while (*p == '#')
        p += word_len(p, '\n') + 1;
    return p;
}

static int compare(const char *line, const char *key, size_t key_len)
{
    size_t len = word_len(line, ' ');
    int order = memcmp(line, key, len < key_len ? len : key_len);
    return order != 0 ? order : len < key_len ? -1 : len > key_len;
}

const char *fp_conf_option_lines(const char *key, size_t key_len)
{
    const char *low = fp_conf_option_begin();
    const char *begin = low;
    const char *high = low + strlen(low);
    while (low < high) {
        const char *middle = low + (high - low) / 2;
        while (middle > begin && middle[-1] != '\n')
            middle--;
        const char *after = middle + word_len(middle, '\n') + 1;
        if (compare(middle, key, key_len) < 0)
            low = after;
        else
            high = middle;
    }
    return *low != '\0' && compare(low, key, key_len) == 0 ? low : NULL;
}

enum fp_conf_known fp_conf_option_find(const char *key, unsigned version,
                                       struct fp_conf_option *ret)
{
    const char *cursor = fp_conf_option_lines(key, strlen(key));
    enum fp_conf_known known = FP_CONF_KNOWN_NOT;
    struct fp_conf_option option;
    while (cursor != NULL && fp_conf_option_next(&cursor, &option) &&
           fp_conf_word_is(option.key, key)) {
        if (option.last < version) {
            known = FP_CONF_KNOWN_EARLIER;
            *ret = option;
        } else if (option.first > version) {
            if (known == FP_CONF_KNOWN_NOT) {
                known = FP_CONF_KNOWN_LATER;
                *ret = option;
            }
            return known;
        } else {
            *ret = option;
            return FP_CONF_KNOWN;
        }
    }
    return known;
}

/* Whether a line, or the option that it is another name of, is a map of any words. */
static bool is_map(const struct fp_conf_option *option)
{
    struct fp_conf_option named;
    const char *cursor = option->relation == '\0'
                             ? NULL
                             : fp_conf_option_lines(option->value.text, option->value.len);
    return cursor != NULL && fp_conf_option_next(&cursor, &named)
               ? fp_conf_word_is(named.value, "map")
               : fp_conf_word_is(option->value, "map");
}

bool fp_conf_option_of_map(const char *key, unsigned version)
{
    for (size_t len = strlen(key); len > 0; len--) {
        const char *cursor = key[len] == '.' ? fp_conf_option_lines(key, len) : NULL;
        struct fp_conf_option option;
        while (cursor != NULL && fp_conf_option_next(&cursor, &option) && option.key.len == len &&
               memcmp(option.key.text, key, len) == 0)
            if (option.first <= version && version <= option.last && is_map(&option))
                return true;
    }
    return false;
}
