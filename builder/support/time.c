/* Times as text (RFC 3339). */
#include "flinkpack/support/text.h"

#include <stdio.h>
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

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && is_leap ? 1 : 0);
}

static bool take_date(const char **cursor, struct tm *ret)
{
    bool ok = take_digits(cursor, 4, 0, 9999, &ret->tm_year) && take_char(cursor, "-") &&
              take_digits(cursor, 2, 1, 12, &ret->tm_mon) && take_char(cursor, "-") &&
              take_digits(cursor, 2, 1, 31, &ret->tm_mday);
    if (!ok || ret->tm_mday > month_days(ret->tm_year, ret->tm_mon))
        return false;
    ret->tm_year -= 1900;
    ret->tm_mon -= 1;
    return true;
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

bool fp_time_parse(const char *text, int64_t *ret_s)
{
    struct tm at = {0};
    int64_t offset_s = 0;
    const char *cursor = text;
    if (text == NULL || !take_date(&cursor, &at) || !take_char(&cursor, "Tt ") ||
        !take_clock(&cursor, &at) || !take_offset(&cursor, &offset_s) || *cursor != '\0')
        return false;
    *ret_s = (int64_t) timegm(&at) - offset_s;
    return true;
}

void fp_time_text(int64_t epoch_s, char ret_text[FP_TIME_TEXT])
{
    struct tm parts;
    time_t when = (time_t) epoch_s;
    if (gmtime_r(&when, &parts) == NULL ||
        strftime(ret_text, FP_TIME_TEXT, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
        (void) snprintf(ret_text, FP_TIME_TEXT, "1980-01-01T00:00:00Z");
}
