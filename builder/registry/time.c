/* Times of token servers (RFC 3339). */
#include "token.h"

#include <string.h>
#include <time.h>

/* A number of exactly `len` digits within bounds. */
static bool take_digits(const char **cursor, size_t len, int min, int max, int *ret)
{
    int value = 0;
    for (size_t i = 0; i < len; i++) {
        char c = (*cursor)[i];
        if (c < '0' || c > '9')
            return false;
        value = value * 10 + (c - '0');
    }
    *cursor += len;
    *ret = value;
    return value >= min && value <= max;
}

static bool take_char(const char **cursor, const char *any_of)
{
    if (**cursor == '\0' || strchr(any_of, **cursor) == NULL)
        return false;
    ++*cursor;
    return true;
}

static bool take_date(const char **cursor, struct tm *ret)
{
    bool ok = take_digits(cursor, 4, 1970, 9999, &ret->tm_year) && take_char(cursor, "-") &&
              take_digits(cursor, 2, 1, 12, &ret->tm_mon) && take_char(cursor, "-") &&
              take_digits(cursor, 2, 1, 31, &ret->tm_mday);
    ret->tm_year -= 1900;
    ret->tm_mon -= 1;
    return ok;
}

static bool take_clock(const char **cursor, struct tm *ret)
{
    if (!take_digits(cursor, 2, 0, 23, &ret->tm_hour) || !take_char(cursor, ":") ||
        !take_digits(cursor, 2, 0, 59, &ret->tm_min) || !take_char(cursor, ":") ||
        !take_digits(cursor, 2, 0, 60, &ret->tm_sec))
        return false;
    if (!take_char(cursor, "."))
        return true;
    size_t fraction = strspn(*cursor, "0123456789");
    *cursor += fraction;
    return fraction > 0;
}

static bool take_offset(const char **cursor, int64_t *ret_s)
{
    int hours = 0;
    int minutes = 0;
    *ret_s = 0;
    if (take_char(cursor, "Zz"))
        return true;
    bool is_west = **cursor == '-';
    if (!take_char(cursor, "+-") || !take_digits(cursor, 2, 0, 23, &hours) ||
        !take_char(cursor, ":") || !take_digits(cursor, 2, 0, 59, &minutes))
        return false;
    *ret_s = ((int64_t) hours * 60 + minutes) * (is_west ? -60 : 60);
    return true;
}

bool fp_parse_rfc3339(const char *text, int64_t *ret_s)
{
    struct tm at = {0};
    int64_t offset_s = 0;
    const char *cursor = text;
    if (!take_date(&cursor, &at) || !take_char(&cursor, "Tt ") || !take_clock(&cursor, &at) ||
        !take_offset(&cursor, &offset_s) || *cursor != '\0')
        return false;
    *ret_s = (int64_t) timegm(&at) - offset_s;
    return true;
}
