/* Writes strings as YAML scalars that every reader reads back as the same string. */
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "text.h"

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS  "0123456789"

/* Units of quantities such as "1728Mi" and "500m", which no YAML version reads as numbers. */
static const char *const units[] = {"m", "Ki", "Mi", "Gi", "Ti", NULL};

/* Whether YAML 1.1 or 1.2 reads it, in any letter case, as true, false or null. */
static bool is_reserved(const char *text)
{
    static const char *const words[] = {"y",   "n",    "yes",   "no",   "on",
                                        "off", "true", "false", "null", NULL};
    cleanup_free char *lower = fp_xstrdup(text);
    fp_make_lower(lower);
    return fp_is_one_of(lower, words);
}

/* Whether the text begins safely without quotes: numbers never begin with a letter, "/" or "_", and
 * "-Dkey" and "--key" are not block sequences. */
static bool begins_plain(const char *text)
{
    size_t dashes = strspn(text, "-");
    const char *first = text + dashes;
    return dashes <= 2 && *first != '\0' &&
           strchr(dashes > 0 ? LETTERS : LETTERS "/_", *first) != NULL;
}

bool fp_yaml_is_plain(const char *text)
{
    size_t len = strlen(text);
    size_t digits = strspn(text, DIGITS);
    if (digits > 0 && fp_is_one_of(text + digits, units))
        return true;
    return begins_plain(text) && !is_reserved(text) && text[len - 1] != ':' &&
           strspn(text, LETTERS DIGITS "/_-.:@%+=,()$") == len;
}

/* Return the code point at `*text`, and move `*text` past it. The text is valid UTF-8. */
static uint32_t next_point(const unsigned char **text)
{
    const unsigned char *p = *text;
    size_t more = p[0] < 0x80 ? 0 : p[0] < 0xe0 ? 1 : p[0] < 0xf0 ? 2 : 3;
    static const unsigned char masks[] = {0x7f, 0x1f, 0x0f, 0x07};
    uint32_t point = p[0] & masks[more];
    for (size_t i = 1; i <= more && p[i] != '\0'; i++)
        point = point << 6 | (p[i] & 0x3fU);
    *text = p + more + 1;
    return point;
}

/* Whether YAML cannot print it, or it is a line break or mark that readers treat differently. */
static bool needs_escape(uint32_t point)
{
    return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x2028 || point == 0x2029 ||
           point == 0xfeff || (point >= 0xfff0 && point <= 0xffff);
}

bool fp_yaml_is_printable(const char *text)
{
    const unsigned char *p = (const unsigned char *) text;
    while (*p != '\0') {
        if (needs_escape(next_point(&p)))
            return false;
    }
    return true;
}

bool fp_yaml_is_literal(const char *text)
{
    size_t len = strlen(text);
    if (len < 2 || text[len - 1] != '\n' || text[len - 2] == '\n' || text[0] == ' ' ||
        text[0] == '\n')
        return false;
    const unsigned char *p = (const unsigned char *) text;
    while (*p != '\0') {
        uint32_t point = next_point(&p);
        if (point != '\n' && needs_escape(point))
            return false;
    }
    return true;
}

static void put_point(struct fp_buf *out, const unsigned char *at, size_t len, uint32_t point)
{
    if (point == '"' || point == '\\')
        fp_buf_putf(out, "\\%c", (char) point);
    else if (point == '\n')
        fp_buf_puts(out, "\\n");
    else if (point == '\t')
        fp_buf_puts(out, "\\t");
    else if (needs_escape(point))
        fp_buf_putf(out, "\\u%04x", point);
    else
        fp_buf_put(out, at, len);
}

void fp_yaml_put_quoted(struct fp_buf *out, const char *text)
{
    const unsigned char *p = (const unsigned char *) text;
    fp_buf_puts(out, "\"");
    while (*p != '\0') {
        const unsigned char *at = p;
        uint32_t point = next_point(&p);
        put_point(out, at, (size_t) (p - at), point);
    }
    fp_buf_puts(out, "\"");
}
