/* The base64 in which the values of extended attributes are kept. */
#include "internal.h"

#include <openssl/evp.h>
#include <string.h>

char *fp_xattr_encode(const void *value, size_t len)
{
    size_t cap = (len + 2) / 3 * 4 + 1;
    char *text = fp_xmalloc(cap);
    (void) EVP_EncodeBlock((unsigned char *) text, value, (int) len);
    return text;
}

unsigned char *fp_xattr_decode(const char *text, size_t *ret_len)
{
    size_t len = strlen(text);
    if (len % 4 != 0 || len > FP_XATTR_MAX_BYTES * 2)
        return NULL;
    size_t padding = 0;
    while (padding < 2 && padding < len && text[len - 1 - padding] == '=')
        padding++;
    unsigned char *value = fp_xmalloc(len / 4 * 3 + 1);
    int got = EVP_DecodeBlock(value, (const unsigned char *) text, (int) len);
    if (got < 0 || (size_t) got != len / 4 * 3) {
        free(value);
        return NULL;
    }
    *ret_len = (size_t) got - padding;
    return value;
}
