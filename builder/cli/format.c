/* Formats durations and rates, and makes text from outside safe for a terminal. */
#include "format.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "flinkpack/support/buf.h"

#define DIGITS  "0123456789"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

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

/* Whether a character changes the direction of the text, ends the line, or is invisible. Such
 * characters can make a line look like another one (CVE-2021-42574). */
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

/* CI systems take commands out of a log: "##[group]" and "##vso[task.setvariable ...]" (Azure,
 * GitHub), "##teamcity[...]" anywhere in a line, "::add-mask::x" and "::error file=x::" (GitHub) at
 * its beginning, "section_start:1700000000:name" (GitLab). Returns the offset from `p` of the byte
 * to replace so that it is no longer a command; 0 if there is no command. */
static size_t command_byte(const char *text, const char *p)
{
    if (p[0] == '#' && p[1] == '#')
        return p[2 + strspn(p + 2, LETTERS)] == '[' ? 1 : 0;
    if (p[0] == ':' && p[1] == ':') {
        const char *name_end = p + 2 + strspn(p + 2, LETTERS "-_");
        /* Names of C++ and Rust look similar, but follow a letter or digit and have no dash. */
        bool is_first = p == text || strchr(LETTERS DIGITS, p[-1]) == NULL ||
                        memchr(p + 2, '-', (size_t) (name_end - p) - 2) != NULL;
        bool is_name = name_end > p + 2 && (*name_end == ' ' || strncmp(name_end, "::", 2) == 0);
        return is_first && is_name && strstr(name_end, "::") != NULL ? 1 : 0;
    }
    if (strncmp(p, "section_", 8) != 0)
        return 0;
    size_t word = strncmp(p + 8, "start:", 6) == 0 ? 13 : strncmp(p + 8, "end:", 4) == 0 ? 11 : 0;
    return word > 0 && strchr(DIGITS, p[word + 1]) != NULL && p[word + 1] != '\0' ? word : 0;
}

void fp_make_printable(char *text)
{
    for (char *p = text; *p != '\0';) {
        size_t len = printable_length((unsigned char *) p);
        size_t command = command_byte(text, p);
        if (command > 0)
            p[command] = '?';
        if (len == 0) {
            *p = '?';
            len = 1;
        }
        p += len;
    }
}

void fp_make_lines_printable(char *text)
{
    for (char *line = text; line != NULL;) {
        char *end = strchr(line, '\n');
        if (end != NULL)
            *end = '\0';
        fp_make_printable(line);
        if (end != NULL)
            *end++ = '\n';
        line = end;
    }
}

/* The code point of the character at `p`, which has `len` bytes in UTF-8. */
static unsigned point_of(const unsigned char *p, size_t len)
{
    unsigned value = len == 1 ? p[0] : p[0] & (0x7fU >> len);
    for (size_t i = 1; i < len; i++)
        value = value << 6 | (p[i] & 0x3fU);
    return value;
}

char *fp_json_printable(const char *json)
{
    cleanup_buf struct fp_buf out = FP_BUF_INIT(6 * strlen(json) + 1);
    const char *command = NULL;
    for (const char *p = json; *p != '\0';) {
        const unsigned char *at = (const unsigned char *) p;
        size_t byte = command_byte(json, p);
        command = byte > 0 ? p + byte : command;
        size_t len = *at < 0x80 ? 1 : *at < 0xe0 ? 2 : *at < 0xf0 ? 3 : 4;
        if (p == command || (printable_length(at) == 0 && *p != '\n'))
            fp_buf_putf(&out, "\\u%04x", point_of(at, len));
        else
            fp_buf_put(&out, p, len);
        p += len;
    }
    return fp_buf_take(&out);
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
