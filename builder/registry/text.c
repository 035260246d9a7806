/* Base64, and text from outside made fit to be shown. */
#include "answer.h"

#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";

char *fp_clean_text(const char *text, size_t len, size_t max)
{
    size_t used = len < max ? len : max;
    char *clean = fp_xmalloc(used + 1);
    size_t out = 0;
    for (size_t i = 0; i < used; i++) {
        unsigned char c = (unsigned char) text[i];
        bool is_control = c <= 0x20 || c == 0x7f;
        if (is_control && (out == 0 || clean[out - 1] == ' '))
            continue;
        clean[out++] = (char) (is_control ? ' ' : c);
    }
    while (out > 0 && clean[out - 1] == ' ')
        out--;
    clean[out] = '\0';
    return clean;
}

static int sextet(char c)
{
    const char *at = memchr(alphabet, c, 64); /* without the padding */
    return at != NULL ? (int) (at - alphabet) : -1;
}

char *fp_base64_decode(const char *text)
{
    size_t len = strlen(text);
    while (len > 0 && strchr("=\r\n", text[len - 1]) != NULL)
        len--;
    char *decoded = fp_xmalloc(len + 1);
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
            decoded[out++] = (char) (bits >> (6 - 2 * (digits % 4)));
        digits++;
    }
    decoded[out] = '\0';
    while (out > 0 && decoded[out - 1] == '\0')
        out--;
    if (is_good && digits % 4 != 1 && strlen(decoded) == out)
        return decoded;
    free(decoded);
    return NULL;
}

char *fp_base64_encode(const char *text)
{
    size_t len = strlen(text);
    char *encoded = fp_xmalloc((len + 2) / 3 * 4 + 1);
    size_t out = 0;
    for (size_t i = 0; i < len; i += 3) {
        unsigned int bits = (unsigned int) (unsigned char) text[i] << 16;
        if (i + 1 < len)
            bits |= (unsigned int) (unsigned char) text[i + 1] << 8;
        if (i + 2 < len)
            bits |= (unsigned char) text[i + 2];
        encoded[out++] = alphabet[bits >> 18];
        encoded[out++] = alphabet[bits >> 12 & 63];
        encoded[out++] = alphabet[i + 1 < len ? bits >> 6 & 63 : 64];
        encoded[out++] = alphabet[i + 2 < len ? bits & 63 : 64];
    }
    encoded[out] = '\0';
    return encoded;
}

char *fp_basic_authorization(const char *username, const char *password)
{
    char *pair = fp_xasprintf("%s:%s", username, password != NULL ? password : "");
    char *encoded = fp_base64_encode(pair);
    char *value = fp_xasprintf("Basic %s", encoded);
    explicit_bzero(pair, strlen(pair));
    explicit_bzero(encoded, strlen(encoded));
    free(pair);
    free(encoded);
    return value;
}
