#include "parts.h"

#include <zlib.h>

static void put_entry(struct fp_buf *tar, const char *name, char type, const char *link,
                      const void *data, size_t len)
{
    char block[512] = "";
    (void) snprintf(block, 100, "%s", name);
    (void) snprintf(block + 100, 8, "0000644");
    (void) snprintf(block + 108, 8, "0000000");
    (void) snprintf(block + 116, 8, "0000000");
    (void) snprintf(block + 124, 12, "%011o", (unsigned) len);
    (void) snprintf(block + 136, 12, "00000000001");
    memset(block + 148, ' ', 8);
    block[156] = type;
    (void) snprintf(block + 157, 100, "%s", link);
    memcpy(block + 257, "ustar\00000", 8);
    (void) snprintf(block + 265, 32, "games");
    unsigned sum = 0;
    for (size_t i = 0; i < sizeof(block); i++)
        sum += (unsigned char) block[i];
    (void) snprintf(block + 148, 8, "%06o", sum);
    fp_buf_put(tar, block, sizeof(block));
    fp_buf_put(tar, data, len);
    static const char zeros[512];
    fp_buf_put(tar, zeros, (512 - len % 512) % 512);
}

void put_member(struct fp_buf *tar, const char *name, char type, const char *link, const char *text)
{
    put_entry(tar, name, type, link, text, strlen(text));
}

void put_bytes(struct fp_buf *tar, const char *name, const void *data, size_t len)
{
    put_entry(tar, name, '0', "", data, len);
}

void put_gzip(struct fp_buf *file, const struct fp_buf *tar)
{
    static unsigned char out[1 << 20];
    z_stream z = {.next_in = (unsigned char *) tar->data, .avail_in = (uInt) tar->len};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_out = out;
    z.avail_out = sizeof(out);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    fp_buf_put(file, out, sizeof(out) - z.avail_out);
    (void) deflateEnd(&z);
}
