/* Parses numbers with units: durations and sizes. */
#include "option_store.h"

#include <string.h>
#include <strings.h>

struct option_unit {
    const char *name;
    int64_t factor;
};

static bool find_unit(const struct option_unit *units, size_t count, const char *name, int64_t *ret)
{
    for (size_t i = 0; i < count; i++) {
        if (strcasecmp(units[i].name, name) == 0) {
            *ret = units[i].factor;
            return true;
        }
    }
    return false;
}

static bool parse(const char *text, const struct option_unit *units, size_t count, int64_t *ret)
{
    int64_t value = 0;
    int64_t factor = 0;
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || !find_unit(units, count, text + digits, &factor))
        return false;
    for (size_t i = 0; i < digits; i++) {
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, text[i] - '0', &value))
            return false;
    }
    return !__builtin_mul_overflow(value, factor, ret);
}

bool fp_parse_duration(const char *text, int64_t *ret_ms)
{
    static const struct option_unit units[] = {
        {"ms", 1}, {"s", 1000}, {"", 1000}, {"m", 60000}, {"h", 3600000}};
    return parse(text, units, sizeof(units) / sizeof(units[0]), ret_ms);
}

bool fp_parse_size(const char *text, int64_t *ret_bytes)
{
    static const struct option_unit units[] = {{"", 1},         {"B", 1},         {"K", 1024},
                                               {"KB", 1024},    {"KiB", 1024},    {"M", 1 << 20},
                                               {"MB", 1 << 20}, {"MiB", 1 << 20}, {"G", 1 << 30},
                                               {"GB", 1 << 30}, {"GiB", 1 << 30}};
    return parse(text, units, sizeof(units) / sizeof(units[0]), ret_bytes);
}
