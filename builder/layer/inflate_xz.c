/* Inflates xz with liblzma, in bounded memory. */
#include "inflate.h"

#include <lzma.h>

#include "flinkpack/support.h"

/* libarchive can read xz too, but its memory limit is 1 GiB. */

struct xz_inflater {
    struct fp_inflater base;
    lzma_stream stream;
};

static const char *fault(lzma_ret status)
{
    switch (status) {
    case LZMA_OK:
    case LZMA_STREAM_END:
        return NULL;
    case LZMA_MEMLIMIT_ERROR:
        return "an xz dictionary of more than 128 MiB";
    case LZMA_BUF_ERROR:
        return "truncated xz data";
    case LZMA_OPTIONS_ERROR:
    case LZMA_UNSUPPORTED_CHECK:
        return "xz data with options that are not supported";
    default:
        return "damaged xz data";
    }
}

static const char *xz_step(struct fp_inflater *base, struct fp_inflate_io *io, bool *ret_end)
{
    struct xz_inflater *self = (struct xz_inflater *) base;
    lzma_stream *stream = &self->stream;
    stream->next_in = io->in;
    stream->avail_in = io->in_len;
    stream->next_out = io->out;
    stream->avail_out = io->out_len;
    lzma_ret status = lzma_code(stream, io->in_ends ? LZMA_FINISH : LZMA_RUN);
    io->in = stream->next_in;
    io->in_len = stream->avail_in;
    io->out = stream->next_out;
    io->out_len = stream->avail_out;
    *ret_end = status == LZMA_STREAM_END;
    /* LZMA_BUF_ERROR only means that there is no progress without more input. */
    return status == LZMA_BUF_ERROR && !io->in_ends ? NULL : fault(status);
}

static void xz_free(struct fp_inflater *base)
{
    struct xz_inflater *self = (struct xz_inflater *) base;
    lzma_end(&self->stream);
    free(self);
}

static void *allocate(void *opaque, size_t count, size_t size)
{
    (void) opaque;
    return fp_xreallocarray(NULL, count, size);
}

struct fp_inflater *fp_inflater_xz(void)
{
    static const lzma_allocator allocator = {.alloc = allocate, .free = fp_zfree};
    static const struct fp_inflater_ops ops = {.step = xz_step, .free = xz_free};
    struct xz_inflater *self = fp_xcalloc(1, sizeof(*self));
    self->base.ops = &ops;
    self->stream = (lzma_stream) LZMA_STREAM_INIT;
    /* The limit allows a dictionary and some tables. A file may be several streams. */
    self->stream.allocator = &allocator;
    if (lzma_stream_decoder(&self->stream, FP_INFLATE_MAX_WINDOW + ((uint64_t) 1 << 20),
                            LZMA_CONCATENATED | LZMA_TELL_UNSUPPORTED_CHECK) != LZMA_OK)
        abort();
    return &self->base;
}
