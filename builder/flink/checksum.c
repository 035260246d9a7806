/* Parsing checksum files in the formats of Apache and Maven. */
#include <ctype.h>
#include <string.h>

#include "release.h"

#define HEX_DIGITS "0123456789abcdefABCDEF"

static const struct {
    size_t digits;
    const char *suffix;
    const char *label;
} ALGORITHMS[] = {
    [FP_SHA1] = {40, "sha1", "SHA-1"},
    [FP_SHA256] = {64, "sha256", "SHA-256"},
    [FP_SHA512] = {128, "sha512", "SHA-512"},
};

const char *fp_checksum_suffix(enum fp_hash_algorithm algorithm)
{
    return ALGORITHMS[algorithm].suffix;
}

static void lower_copy(const char *from, size_t len, char *to)
{
    for (size_t i = 0; i < len; i++)
        to[i] = (char) tolower((unsigned char) from[i]);
    to[len] = '\0';
}

/* Whether a line names the wanted file, with any directories before the name. */
static bool names_file(const char *text, size_t len, const char *name)
{
    size_t name_len = strlen(name);
    if (len < name_len || strncmp(text + len - name_len, name, name_len) != 0)
        return false;
    return len == name_len || text[len - name_len - 1] == '/';
}

/* Parse "HEX  NAME", "HEX *NAME", or the digest alone. */
static bool parse_sum_line(const char *line, size_t len, size_t digits, const char *name,
                           char *ret_hex)
{
    size_t hex_len = strspn(line, HEX_DIGITS);
    if (hex_len != digits || hex_len > len)
        return false;
    size_t at = hex_len;
    while (at < len && (line[at] == ' ' || line[at] == '\t' || line[at] == '*'))
        at++;
    if (at < len && (at == hex_len || !names_file(line + at, len - at, name)))
        return false;
    lower_copy(line, digits, ret_hex);
    return true;
}

/* Parse "SHA512 (NAME) = HEX", the format of BSD's tools and openssl. */
static bool parse_bsd_line(const char *line, size_t len, size_t digits, const char *name,
                           char *ret_hex)
{
    const char *open = memchr(line, '(', len);
    const char *close = open != NULL ? memchr(open, ')', len - (size_t) (open - line)) : NULL;
    if (close == NULL || !names_file(open + 1, (size_t) (close - open - 1), name))
        return false;
    const char *hex = close + 1;
    hex += strspn(hex, " =");
    if (strspn(hex, HEX_DIGITS) != digits || hex + digits > line + len)
        return false;
    lower_copy(hex, digits, ret_hex);
    return true;
}

/* Collect hexadecimal digits, with white space between them, until there are enough. */
static bool collect_digits(const char *text, size_t digits, char *ret_hex)
{
    size_t count = 0;
    const char *p = text;
    for (; count < digits && (isxdigit((unsigned char) *p) || isspace((unsigned char) *p)); p++)
        if (isxdigit((unsigned char) *p))
            ret_hex[count++] = (char) tolower((unsigned char) *p);
    ret_hex[count] = '\0';
    return count == digits;
}

/* Parse "NAME: 12AB 34CD ..." over several lines, the format of gpg --print-md. */
static bool parse_gpg(const char *line, size_t len, size_t digits, const char *name, char *ret_hex)
{
    const char *colon = memchr(line, ':', len);
    return colon != NULL && names_file(line, (size_t) (colon - line), name) &&
           collect_digits(colon + 1, digits, ret_hex);
}

enum fp_code fp_checksum_parse_as(enum fp_hash_algorithm algorithm, const char *text,
                                  const char *name, const char *origin,
                                  char ret_hex[FP_HASH_HEX_MAX], struct fp_error *err)
{
    const size_t digits = ALGORITHMS[algorithm].digits;
    char hex[FP_HASH_HEX_MAX] = "";
    for (const char *line = text; *line != '\0';) {
        size_t full = strcspn(line, "\n");
        size_t len = full > 0 && line[full - 1] == '\r' ? full - 1 : full;
        if (parse_sum_line(line, len, digits, name, hex) ||
            parse_bsd_line(line, len, digits, name, hex) ||
            parse_gpg(line, len, digits, name, hex)) {
            memcpy(ret_hex, hex, sizeof(hex));
            return FP_OK;
        }
        line += full + (line[full] == '\n' ? 1 : 0);
    }
    if (text[strspn(text, " \t\r\n")] == '<')
        return fp_fail(err, FP_E_INPUT, "%s: an HTML page, not a checksum", origin);
    return fp_fail(err, FP_E_INPUT, "%s: no %s of %s in it", origin, ALGORITHMS[algorithm].label,
                   name);
}

enum fp_code fp_checksum_parse(const char *text, const char *name, const char *origin,
                               char ret_hex[FP_HASH_HEX_MAX], struct fp_error *err)
{
    return fp_checksum_parse_as(FP_SHA512, text, name, origin, ret_hex, err);
}
