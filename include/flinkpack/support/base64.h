/**
 * @file
 * Base64 (RFC 4648).
 */
#ifndef FLINKPACK_SUPPORT_BASE64_H
#define FLINKPACK_SUPPORT_BASE64_H

#include <stdbool.h>
#include <stddef.h>

/** The text, padded, on one line. The caller owns it. */
char *fp_base64_encode(const void *data, size_t len);
/** The bytes of a text with or without padding, line breaks in it passed over, and a NUL behind
 * them; NULL: it is none. The caller owns them. */
unsigned char *fp_base64_decode(const char *text, size_t *ret_len);

#endif
