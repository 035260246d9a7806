/* Compresses runs of bytes into gzip members, with libdeflate. */
#include "packer.h"

#include <libdeflate.h>
#include <string.h>

#define HEADER_BYTES  10
#define TRAILER_BYTES 8
#define STORED_MAX    ((size_t) 65535)
/* The size of the header of a stored block (RFC 1951, 3.2.4). */
#define STORED_HEADER_BYTES 5

struct gzip_packer {
    struct fp_packer base;
    struct libdeflate_compressor *compressor;
};

char *fp_packer_put(char *out, uint32_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        out[i] = (char) (unsigned char) (value >> (8 * i));
    return out + bytes;
}

static size_t gzip_bound(size_t len)
{
    size_t stored =
        len + (len / STORED_MAX + 1) * STORED_HEADER_BYTES + HEADER_BYTES + TRAILER_BYTES;
    size_t packed = libdeflate_gzip_compress_bound(NULL, len);
    return stored > packed ? stored : packed;
}

static size_t gzip_pack(struct fp_packer *base, const char *data, size_t len, char *out, size_t cap)
{
    struct gzip_packer *self = (struct gzip_packer *) base;
    return libdeflate_gzip_compress(self->compressor, data, len, out, cap);
}

static size_t gzip_store(const char *data, size_t len, char *out)
{
    /* No name, no time, an unknown system, as libdeflate has it. */
    static const char header[HEADER_BYTES] = {'\x1f', '\x8b', 8, 0, 0, 0, 0, 0, 0, '\xff'};
    char *next = out;
    size_t done = 0;
    memcpy(next, header, HEADER_BYTES);
    next += HEADER_BYTES;
    do {
        size_t part = len - done < STORED_MAX ? len - done : STORED_MAX;
        *next++ = done + part == len ? 1 : 0; /* BFINAL, BTYPE 00 */
        next = fp_packer_put(next, (uint32_t) part, 2);
        next = fp_packer_put(next, ~(uint32_t) part, 2);
        memcpy(next, data + done, part);
        next += part;
        done += part;
    } while (done < len);
    next = fp_packer_put(next, libdeflate_crc32(0, data, len), 4);
    next = fp_packer_put(next, (uint32_t) len, 4);
    return (size_t) (next - out);
}

static void gzip_free(struct fp_packer *base)
{
    struct gzip_packer *self = (struct gzip_packer *) base;
    libdeflate_free_compressor(self->compressor);
    free(self);
}

struct fp_packer *fp_packer_gzip(int level)
{
    static const struct fp_packer_ops ops = {
        .bound = gzip_bound, .pack = gzip_pack, .store = gzip_store, .free = gzip_free};
    struct gzip_packer *self = fp_xcalloc(1, sizeof(*self));
    self->base.ops = &ops;
    /* Level 1 is not used: its algorithm's output has changed between versions of libdeflate. */
    self->compressor = libdeflate_alloc_compressor(level < 2 ? 2 : level);
    if (self->compressor == NULL)
        fp_out_of_memory();
    return &self->base;
}
