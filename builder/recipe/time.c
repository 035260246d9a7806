/* Times as RFC 3339 text. */
#include "image.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

void fp_time_text(int64_t epoch_s, char text[32])
{
    struct tm parts;
    time_t when = (time_t) epoch_s;
    if (gmtime_r(&when, &parts) == NULL || strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
        (void) snprintf(text, 32, "1980-01-01T00:00:00Z");
}

/* Digits of a fixed width at `*text`, or -1. */
static int take_number(const char **text, int width)
{
    int value = 0;
    for (int i = 0; i < width; i++) {
        char c = (*text)[i];
        if (c < '0' || c > '9')
            return -1;
        value = value * 10 + (c - '0');
    }
    *text += width;
    return value;
}

static bool take_char(const char **text, const char *any)
{
    if (**text == '\0' || strchr(any, **text) == NULL)
        return false;
    (*text)++;
    return true;
}

/* "Z", "+02:00": seconds east of UTC. */
static bool take_zone(const char **text, int *ret_offset_s)
{
    *ret_offset_s = 0;
    if (take_char(text, "Zz"))
        return true;
    int sign = **text == '-' ? -1 : 1;
    if (!take_char(text, "+-"))
        return false;
    int hours = take_number(text, 2);
    bool colon = hours >= 0 && take_char(text, ":");
    int minutes = colon ? take_number(text, 2) : -1;
    if (minutes < 0)
        return false;
    *ret_offset_s = sign * (hours * 3600 + minutes * 60);
    return true;
}

int64_t fp_time_parse(const char *text)
{
    struct tm parts = {0};
    int offset_s = 0;
    parts.tm_year = take_number(&text, 4) - 1900;
    if (parts.tm_year < -1899 || !take_char(&text, "-"))
        return -1;
    parts.tm_mon = take_number(&text, 2) - 1;
    if (parts.tm_mon < 0 || parts.tm_mon > 11 || !take_char(&text, "-"))
        return -1;
    parts.tm_mday = take_number(&text, 2);
    if (parts.tm_mday < 1 || parts.tm_mday > 31 || !take_char(&text, "Tt "))
        return -1;
    parts.tm_hour = take_number(&text, 2);
    if (parts.tm_hour < 0 || parts.tm_hour > 23 || !take_char(&text, ":"))
        return -1;
    parts.tm_min = take_number(&text, 2);
    if (parts.tm_min < 0 || parts.tm_min > 59 || !take_char(&text, ":"))
        return -1;
    parts.tm_sec = take_number(&text, 2);
    if (parts.tm_sec < 0 || parts.tm_sec > 60)
        return -1;
    if (take_char(&text, ".")) {
        while (take_number(&text, 1) >= 0)
            continue;
    }
    if (!take_zone(&text, &offset_s) || *text != '\0')
        return -1;
    return (int64_t) timegm(&parts) - offset_s;
}
