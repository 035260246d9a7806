/* Inflates zstd with libzstd, in bounded memory. */
#include "inflate.h"

#include <zstd.h>
#include <zstd_errors.h>

#include "flinkpack/support.h"

struct zstd_inflater {
    struct fp_inflater base;
    ZSTD_DCtx *context;
    bool in_frame;
};

static const char *fault(size_t status)
{
    switch (ZSTD_getErrorCode(status)) {
    case ZSTD_error_memory_allocation:
        fp_out_of_memory();
    case ZSTD_error_frameParameter_windowTooLarge:
        return "a zstd window of more than 128 MiB";
    case ZSTD_error_checksum_wrong:
        return "damaged zstd data (wrong checksum)";
    case ZSTD_error_prefix_unknown:
        return "bytes behind the end of the zstd data";
    default:
        return "damaged zstd data";
    }
}

static const char *zstd_step(struct fp_inflater *base, struct fp_inflate_io *io, bool *ret_end)
{
    struct zstd_inflater *self = (struct zstd_inflater *) base;
    /* libzstd checks a complete frame in another way than a frame in pieces. The first byte is
     * always passed alone, so that the result does not depend on the size of the input. */
    size_t len = !self->in_frame && io->in_len > 1 ? 1 : io->in_len;
    ZSTD_inBuffer in = {.src = io->in, .size = len, .pos = 0};
    ZSTD_outBuffer out = {.dst = io->out, .size = io->out_len, .pos = 0};
    size_t status = ZSTD_decompressStream(self->context, &out, &in);
    io->in += in.pos;
    io->in_len -= in.pos;
    io->out += out.pos;
    io->out_len -= out.pos;
    if (ZSTD_isError(status))
        return fault(status);
    *ret_end = status == 0;
    self->in_frame = status != 0 && (self->in_frame || in.pos > 0);
    return NULL;
}

static void zstd_free(struct fp_inflater *base)
{
    struct zstd_inflater *self = (struct zstd_inflater *) base;
    (void) ZSTD_freeDCtx(self->context);
    free(self);
}

struct fp_inflater *fp_inflater_zstd(void)
{
    static const struct fp_inflater_ops ops = {.step = zstd_step, .free = zstd_free};
    struct zstd_inflater *self = fp_xcalloc(1, sizeof(*self));
    self->base.ops = &ops;
    self->context = ZSTD_createDCtx();
    /* This fails only if memory is exhausted. */
    if (self->context == NULL ||
        ZSTD_isError(
            ZSTD_DCtx_setParameter(self->context, ZSTD_d_windowLogMax, FP_INFLATE_MAX_WINDOW_LOG2)))
        fp_out_of_memory();
    return &self->base;
}
