/* Texts with a meaning: bytes in base64, sizes, words of a shell. */
#include "flinkpack/support/text.h"

#include <stdio.h>
#include <string.h>

#include "flinkpack/support/buf.h"
#include "flinkpack/support/mem.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";

static int sextet(char c)
{
    const char *at = memchr(alphabet, c, 64); /* without the padding */
    return at != NULL ? (int) (at - alphabet) : -1;
}

unsigned char *fp_base64_decode(const char *text, size_t *ret_len)
{
    size_t len = strlen(text);
    while (len > 0 && strchr("=\r\n", text[len - 1]) != NULL)
        len--;
    unsigned char *decoded = fp_xmalloc(len + 1);
    size_t out = 0;
    size_t digits = 0;
    unsigned int bits = 0;
    bool is_good = true;
    for (size_t i = 0; i < len && is_good; i++) {
        int value = sextet(text[i]);
        if (text[i] == '\r' || text[i] == '\n')
            continue;
        is_good = value >= 0;
        bits = (bits << 6 | (unsigned int) value) & 0xffffff;
        if (digits % 4 != 0)
            decoded[out++] = (unsigned char) (bits >> (6 - 2 * (digits % 4)));
        digits++;
    }
    decoded[out] = '\0';
    *ret_len = out;
    if (is_good && digits % 4 != 1)
        return decoded;
    explicit_bzero(decoded, out);
    free(decoded);
    return NULL;
}

char *fp_base64_encode(const void *data, size_t len)
{
    const unsigned char *bytes = data;
    char *encoded = fp_xmalloc((len + 2) / 3 * 4 + 1);
    size_t out = 0;
    for (size_t i = 0; i < len; i += 3) {
        unsigned int bits = (unsigned int) bytes[i] << 16;
        if (i + 1 < len)
            bits |= (unsigned int) bytes[i + 1] << 8;
        if (i + 2 < len)
            bits |= bytes[i + 2];
        encoded[out++] = alphabet[bits >> 18];
        encoded[out++] = alphabet[bits >> 12 & 63];
        encoded[out++] = alphabet[i + 1 < len ? bits >> 6 & 63 : 64];
        encoded[out++] = alphabet[i + 2 < len ? bits & 63 : 64];
    }
    encoded[out] = '\0';
    return encoded;
}

void fp_format_bytes(uint64_t bytes, char ret[FP_FORMAT_MAX])
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    double value = (double) bytes;
    size_t unit = 0;
    /* 999.95 would be shown as 1000.0 */
    while (value >= 999.95 && unit + 1 < sizeof(units) / sizeof(units[0])) {
        value /= 1000;
        unit++;
    }
    int decimals = unit == 0 || value >= 99.95 ? 0 : 1;
    (void) snprintf(ret, FP_FORMAT_MAX, "%.*f %s", decimals, value, units[unit]);
}

char *fp_shell_word(const char *text)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                "/._-+:@%=,";
    if (*text != '\0' && text[strspn(text, plain)] == '\0')
        return fp_xstrdup(text);
    cleanup_buf struct fp_buf word = FP_BUF_INIT(SIZE_MAX);
    fp_buf_puts(&word, "'");
    for (const char *p = text; *p != '\0'; p++)
        fp_buf_put(&word, *p == '\'' ? "'\\''" : p, *p == '\'' ? 4 : 1);
    fp_buf_puts(&word, "'");
    return fp_buf_take(&word);
}
