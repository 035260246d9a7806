/* Inflates gzip with zlib. */
#include "inflate.h"

#include <limits.h>
#include <zlib.h>

#include "flinkpack/support.h"

struct zlib_inflater {
    struct fp_inflater base;
    z_stream stream;
};

/* 15 is the window size; 16 selects the gzip wrapper, whose CRC and length zlib checks. */
#define GZIP_WINDOW_BITS (15 + 16)

static uInt clamp(size_t len)
{
    return len < UINT_MAX ? (uInt) len : UINT_MAX;
}

static const char *zlib_step(struct fp_inflater *base, struct fp_inflate_io *io, bool *ret_end)
{
    struct zlib_inflater *self = (struct zlib_inflater *) base;
    z_stream *stream = &self->stream;
    stream->next_in = (Bytef *) (uintptr_t) io->in;
    stream->avail_in = clamp(io->in_len);
    stream->next_out = io->out;
    stream->avail_out = clamp(io->out_len);
    int status = inflate(stream, Z_NO_FLUSH);
    io->in_len -= (size_t) (stream->next_in - io->in);
    io->in = stream->next_in;
    io->out_len -= (size_t) (stream->next_out - io->out);
    io->out = stream->next_out;
    if (status == Z_STREAM_END) {
        *ret_end = true;
        return inflateReset(stream) == Z_OK ? NULL : "zlib cannot start again";
    }
    if (status == Z_OK || status == Z_BUF_ERROR)
        return NULL;
    return status == Z_DATA_ERROR ? "damaged gzip data" : "gzip data that zlib cannot read";
}

static void zlib_free(struct fp_inflater *base)
{
    struct zlib_inflater *self = (struct zlib_inflater *) base;
    (void) inflateEnd(&self->stream);
    free(self);
}

struct fp_inflater *fp_inflater_gzip_zlib(void)
{
    static const struct fp_inflater_ops ops = {.step = zlib_step, .free = zlib_free};
    struct zlib_inflater *self = fp_xcalloc(1, sizeof(*self));
    self->base.ops = &ops;
    self->stream.zalloc = fp_zalloc;
    self->stream.zfree = fp_zfree;
    if (inflateInit2(&self->stream, GZIP_WINDOW_BITS) != Z_OK)
        abort();
    return &self->base;
}
