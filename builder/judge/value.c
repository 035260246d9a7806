/* Which values Flink refuses for options of a type: what its ConfigurationUtils, MemorySize and
 * TimeUtils throw at. When in doubt, a value is fine. */
#include "value.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DIGITS "0123456789"

char *fp_conf_value_bare(const char *value)
{
    value += strspn(value, " \t");
    size_t len = strlen(value);
    while (len > 0 && (value[len - 1] == ' ' || value[len - 1] == '\t'))
        len--;
    bool quoted = len >= 2 && (value[0] == '"' || value[0] == '\'') && value[len - 1] == value[0];
    return quoted ? fp_xstrndup(value + 1, len - 2) : fp_xstrndup(value, len);
}

/* A number of Java's, in decimal notation. */
static bool is_whole(const char *value, long long least, long long most)
{
    const char *digits = value + (*value == '-' || *value == '+');
    if (*digits == '\0' || digits[strspn(digits, DIGITS)] != '\0')
        return false;
    errno = 0;
    long long number = strtoll(value, NULL, 10);
    return errno == 0 && number >= least && number <= most;
}

/* Whether YAML 1.2 reads a whole number in another notation. */
static bool is_other_base(const char *value)
{
    return value[0] == '0' && (value[1] == 'x' || value[1] == 'o');
}

/* Java takes what strtod() does, but for the locale's point, and a letter for the type. */
static bool is_real(const char *value)
{
    char *end = NULL;
    (void) strtod(value, &end);
    if (end != value && *end != '\0' && strchr("dDfF", *end) != NULL)
        end++;
    return end != value && *end == '\0';
}

/* Whether a word is in a list with '|' between its words, whatever its case. */
static bool is_listed(const char *list, size_t list_len, const char *word)
{
    size_t len = strlen(word);
    for (const char *p = list; p < list + list_len;) {
        size_t here = 0;
        while (p + here < list + list_len && p[here] != '|')
            here++;
        if (here == len && strncasecmp(p, word, len) == 0)
            return true;
        p += here + 1;
    }
    return false;
}

/* The unit behind the digits of a quantity. NULL: there are no digits, or more than 64 bits. */
static const char *take_quantity(const char *value, uint64_t *ret)
{
    size_t digits = strspn(value, DIGITS);
    errno = 0;
    unsigned long long number = strtoull(value, NULL, 10);
    if (digits == 0 || errno != 0 || number > (unsigned long long) LLONG_MAX)
        return NULL;
    *ret = number;
    return value + digits + strspn(value + digits, " \t");
}

bool fp_conf_value_bytes(const char *value, uint64_t *ret)
{
    static const char *const UNITS[] = {"b|bytes", "k|kb|kibibytes", "m|mb|mebibytes",
                                        "g|gb|gibibytes", "t|tb|tebibytes"};
    const char *unit = take_quantity(value, ret);
    if (unit == NULL)
        return false;
    if (*unit == '\0')
        return true;
    for (unsigned i = 0; i < sizeof(UNITS) / sizeof(UNITS[0]); i++) {
        if (!is_listed(UNITS[i], strlen(UNITS[i]), unit))
            continue;
        if (*ret > (uint64_t) LLONG_MAX >> (10 * i))
            return false;
        *ret <<= 10 * i;
        return true;
    }
    return false;
}

static bool is_duration(const char *value)
{
    static const char UNITS[] =
        "d|day|days|h|hour|hours|min|m|minute|minutes|s|sec|secs|second|seconds|ms|milli|millis|"
        "millisecond|milliseconds|\xc2\xb5s|micro|micros|microsecond|microseconds|ns|nano|nanos|"
        "nanosecond|nanoseconds";
    uint64_t number = 0;
    const char *unit = take_quantity(value, &number);
    /* Newer versions take ISO 8601 too, PT10S, and numbers of any size. */
    if (unit == NULL)
        return value[0] != '\0' && strchr("Pp+" DIGITS, value[0]) != NULL;
    return *unit == '\0' || is_listed(UNITS, strlen(UNITS), unit);
}

static bool fits(struct fp_conf_word type, const char *value)
{
    if (fp_conf_word_is(type, "bool"))
        return strcasecmp(value, "true") == 0 || strcasecmp(value, "false") == 0;
    if (fp_conf_word_is(type, "int"))
        return is_whole(value, INT32_MIN, INT32_MAX) || is_other_base(value);
    if (fp_conf_word_is(type, "long"))
        return is_whole(value, LLONG_MIN, LLONG_MAX) || is_other_base(value);
    if (fp_conf_word_is(type, "float") || fp_conf_word_is(type, "double"))
        return is_real(value);
    uint64_t bytes = 0;
    if (fp_conf_word_is(type, "memory"))
        return fp_conf_value_bytes(value, &bytes);
    if (fp_conf_word_is(type, "duration"))
        return is_duration(value);
    if (type.len > 5 && memcmp(type.text, "enum:", 5) == 0)
        return is_listed(type.text + 5, type.len - 5, value);
    return true;
}

/* "a, b or c" of "a|b|c". */
static void write_words(const char *words, size_t len, char ret[FP_EXPECTED_MAX])
{
    cleanup_buf struct fp_buf out = FP_BUF_INIT(FP_EXPECTED_MAX - 1);
    const char *last = words;
    for (size_t i = 0; i < len; i++)
        last = words[i] == '|' ? words + i : last;
    for (const char *p = words; p < words + len; p++) {
        if (*p != '|')
            fp_buf_put(&out, p, 1);
        else
            fp_buf_puts(&out, p == last ? " or " : ", ");
    }
    (void) snprintf(ret, FP_EXPECTED_MAX, "%s", fp_buf_text(&out));
}

static void write_expected(struct fp_conf_word type, char ret[FP_EXPECTED_MAX])
{
    static const char *const WORDS[][2] = {
        {"bool", "true or false"},
        {"int", "a whole number of 32 bits"},
        {"long", "a whole number of 64 bits"},
        {"float", "a number"},
        {"double", "a number"},
        {"memory", "a whole number and a unit, such as 1728m or 2gb"},
        {"duration", "a whole number and a unit, such as 10s or 5min"},
    };
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
        if (fp_conf_word_is(type, WORDS[i][0]))
            (void) snprintf(ret, FP_EXPECTED_MAX, "%s", WORDS[i][1]);
    if (type.len > 5 && memcmp(type.text, "enum:", 5) == 0)
        write_words(type.text + 5, type.len - 5, ret);
}

/* A variable that is put in later, or no value at all, says nothing. */
static bool is_told(const char *value)
{
    return *value != '\0' && strpbrk(value, "${") == NULL;
}

bool fp_conf_value_refused(struct fp_conf_word type, const char *value,
                           char ret_expected[FP_EXPECTED_MAX])
{
    cleanup_free char *bare = fp_conf_value_bare(value);
    ret_expected[0] = '\0';
    if (!is_told(bare) || fits(type, bare))
        return false;
    write_expected(type, ret_expected);
    return true;
}

/* Options that take some words, or, but for restart strategies, the name of a class. */
static const struct word_choice {
    const char *key;
    unsigned since;
    const char *words;
} CHOICES[] = {
    {"state.backend", 106, "jobmanager|filesystem|rocksdb"},
    {"state.backend", 113, "hashmap|rocksdb|filesystem|jobmanager"},
    {"state.backend.type", 117, "hashmap|rocksdb|filesystem|jobmanager"},
    {"state.backend", 200, "hashmap|rocksdb|forst"},
    {"state.backend.type", 200, "hashmap|rocksdb|forst"},
    {"state.checkpoint-storage", 113, "jobmanager|filesystem"},
    {"execution.checkpointing.storage", 120, "jobmanager|filesystem"},
    {"restart-strategy.type", 119,
     "none|disable|off|fixed-delay|failure-rate|exponential-delay|fixeddelay|failurerate|"
     "exponentialdelay"},
};

bool fp_conf_choice_refused(const struct fp_conf_option *option, unsigned version,
                            const char *value, char ret_expected[FP_EXPECTED_MAX])
{
    cleanup_free char *bare = fp_conf_value_bare(value);
    const char *words = NULL;
    for (size_t i = 0; i < sizeof(CHOICES) / sizeof(CHOICES[0]); i++)
        if (fp_conf_word_is(option->key, CHOICES[i].key) && version >= CHOICES[i].since)
            words = CHOICES[i].words;
    if (words == NULL || !is_told(bare) || strchr(bare, '.') != NULL ||
        is_listed(words, strlen(words), bare))
        return false;
    write_words(words, strlen(words), ret_expected);
    return true;
}
