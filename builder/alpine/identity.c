/* Converts the identity of a package, "Q1" and a SHA-1 in base64, to and from hexadecimal. */
#include "flinkpack/alpine/index.h"

#include <string.h>

#define SHA1_BYTES  20
#define BASE64_TEXT 28

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool fp_apk_identity_hex(const char *identity, char ret_hex[41])
{
    if (identity == NULL || strncmp(identity, "Q1", 2) != 0 || strlen(identity) != 2 + BASE64_TEXT)
        return false;
    /* In base64, 20 bytes are 27 characters and one '='. */
    size_t len = 0;
    cleanup_free unsigned char *bytes = fp_base64_decode(identity + 2, &len);
    if (strchr(identity, '=') != identity + 2 + BASE64_TEXT - 1 || bytes == NULL ||
        len != SHA1_BYTES)
        return false;
    for (size_t i = 0; i < SHA1_BYTES; i++)
        (void) snprintf(ret_hex + 2 * i, 3, "%02x", bytes[i]);
    return true;
}

void fp_apk_identity_text(const char *sha1_hex, char ret_text[32])
{
    unsigned char bytes[SHA1_BYTES] = {0};
    for (size_t i = 0; i < SHA1_BYTES; i++)
        bytes[i] =
            (unsigned char) (hex_value(sha1_hex[2 * i]) * 16 + hex_value(sha1_hex[2 * i + 1]));
    cleanup_free char *text = fp_base64_encode(bytes, SHA1_BYTES);
    (void) snprintf(ret_text, 32, "Q1%s", text);
}
