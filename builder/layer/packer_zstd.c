/* Compresses runs of bytes into zstd frames, with libzstd. */
#include "packer.h"

#include <string.h>
#include <zstd.h>

/* The frame header of a stored run (RFC 8878, 3.1.1.1): the magic number, a descriptor that says
 * "one segment, its size in 4 bytes, no checksum", and the size. */
#define HEADER_BYTES 9
#define DESCRIPTOR   '\xa0'
/* The size of a block's header, and the most bytes in a block (RFC 8878, 3.1.1.2). */
#define BLOCK_HEADER_BYTES 3
#define BLOCK_MAX          ((size_t) 128 << 10)

struct zstd_packer {
    struct fp_packer base;
    ZSTD_CCtx *context;
    int level;
};

static size_t zstd_bound(size_t len)
{
    size_t stored = len + (len / BLOCK_MAX + 1) * BLOCK_HEADER_BYTES + HEADER_BYTES;
    size_t packed = ZSTD_compressBound(len);
    return stored > packed ? stored : packed;
}

static size_t zstd_pack(struct fp_packer *base, const char *data, size_t len, char *out, size_t cap)
{
    struct zstd_packer *self = (struct zstd_packer *) base;
    size_t size = ZSTD_compressCCtx(self->context, out, cap, data, len, self->level);
    /* With enough room this fails only if memory is exhausted. */
    if (ZSTD_isError(size))
        fp_out_of_memory();
    return size;
}

static size_t zstd_store(const char *data, size_t len, char *out)
{
    static const char header[] = {'\x28', '\xb5', '\x2f', '\xfd', DESCRIPTOR};
    char *next = out;
    size_t done = 0;
    memcpy(next, header, sizeof(header));
    next = fp_packer_put(next + sizeof(header), (uint32_t) len, 4);
    do {
        size_t part = len - done < BLOCK_MAX ? len - done : BLOCK_MAX;
        uint32_t is_last = done + part == len;
        /* Last_Block, Block_Type 0 (raw), Block_Size */
        next = fp_packer_put(next, is_last | (uint32_t) part << 3, BLOCK_HEADER_BYTES);
        memcpy(next, data + done, part);
        next += part;
        done += part;
    } while (done < len);
    return (size_t) (next - out);
}

static void zstd_free(struct fp_packer *base)
{
    struct zstd_packer *self = (struct zstd_packer *) base;
    (void) ZSTD_freeCCtx(self->context);
    free(self);
}

struct fp_packer *fp_packer_zstd(int level)
{
    static const struct fp_packer_ops ops = {
        .bound = zstd_bound, .pack = zstd_pack, .store = zstd_store, .free = zstd_free};
    struct zstd_packer *self = fp_xcalloc(1, sizeof(*self));
    self->base.ops = &ops;
    self->level = level;
    self->context = ZSTD_createCCtx();
    if (self->context == NULL)
        fp_out_of_memory();
    return &self->base;
}
