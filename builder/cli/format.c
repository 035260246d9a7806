#include "format.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

void fp_format_duration(uint64_t ms, char ret[FP_FORMAT_MAX])
{
    uint64_t seconds = ms / 1000;
    if (seconds < 60)
        (void) snprintf(ret, FP_FORMAT_MAX, "%" PRIu64 ".%" PRIu64 " s", seconds, ms % 1000 / 100);
    else if (seconds < 3600)
        (void) snprintf(ret, FP_FORMAT_MAX, "%" PRIu64 " min %02" PRIu64 " s", seconds / 60,
                        seconds % 60);
    else
        (void) snprintf(ret, FP_FORMAT_MAX, "%" PRIu64 " h %02" PRIu64 " min", seconds / 3600,
                        seconds % 3600 / 60);
}

void fp_format_rate(uint64_t bytes, uint64_t ms, char ret[FP_FORMAT_MAX])
{
    ret[0] = '\0';
    if (bytes == 0 || ms == 0)
        return;
    char size[FP_FORMAT_MAX];
    fp_format_bytes((uint64_t) ((double) bytes * 1000.0 / (double) ms), size);
    (void) snprintf(ret, FP_FORMAT_MAX, "%.28s/s", size);
}

/* What turns the direction of the text that follows, ends the line, or is not to be seen: with it a
 * line may look like another one (CVE-2021-42574). */
static bool is_deceptive(unsigned value)
{
    return (value >= 0x200b && value <= 0x200f) || (value >= 0x2028 && value <= 0x202e) ||
           (value >= 0x2060 && value <= 0x206f) || value == 0x061c || value == 0xfeff;
}

/* The length of the well-formed UTF-8 sequence of a printable character at `p`, or 0. */
static size_t printable_length(const unsigned char *p)
{
    static const struct {
        unsigned char mask;
        unsigned char lead;
        unsigned least;
    } forms[] = {
        {0x80, 0x00, 0x20}, {0xe0, 0xc0, 0xa0}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
    size_t len = 0;
    while (len < 4 && (p[0] & forms[len].mask) != forms[len].lead)
        len++;
    if (len == 4)
        return 0;
    unsigned value = p[0] & (unsigned char) ~forms[len].mask;
    for (size_t i = 1; i <= len; i++) {
        if ((p[i] & 0xc0U) != 0x80U)
            return 0;
        value = value << 6 | (p[i] & 0x3fU);
    }
    bool surrogate = value >= 0xd800 && value <= 0xdfff;
    bool good = value >= forms[len].least && value <= 0x10ffff && value != 0x7f && !surrogate &&
                !is_deceptive(value);
    return good ? len + 1 : 0;
}

void fp_make_printable(char *text)
{
    for (unsigned char *p = (unsigned char *) text; *p != '\0';) {
        size_t len = printable_length(p);
        if (len == 0) {
            *p = '?';
            len = 1;
        }
        p += len;
    }
}

size_t fp_text_columns(const char *text)
{
    size_t columns = 0;
    for (const char *p = text; *p != '\0'; p++)
        columns += ((unsigned char) *p & 0xc0U) != 0x80U;
    return columns;
}

void fp_text_cut(char *text, size_t columns)
{
    size_t seen = 0;
    for (char *p = text; *p != '\0'; p++) {
        if (((unsigned char) *p & 0xc0U) == 0x80U)
            continue;
        if (seen == columns) {
            *p = '\0';
            return;
        }
        seen++;
    }
}
