/* Inflates gzip with ISA-L, if the build has it. */
#include "inflate.h"

#include "flinkpack/support.h"

#ifdef FLINKPACK_WITH_ISAL

#include <isa-l/igzip_lib.h>
#include <limits.h>

struct isal_inflater {
    struct fp_inflater base;
    struct inflate_state state;
};

static void restart(struct isal_inflater *self)
{
    isal_inflate_reset(&self->state);
    self->state.crc_flag = ISAL_GZIP; /* reads the wrapper, checks CRC and length */
}

static uint32_t clamp(size_t len)
{
    return len < UINT32_MAX ? (uint32_t) len : UINT32_MAX;
}

static const char *fault(int status)
{
    switch (status) {
    case ISAL_DECOMP_OK:
        return NULL;
    case ISAL_INVALID_WRAPPER:
    case ISAL_UNSUPPORTED_METHOD:
        return "not a gzip header";
    case ISAL_INCORRECT_CHECKSUM:
        return "damaged gzip data (wrong CRC or length)";
    default:
        return "damaged gzip data";
    }
}

static const char *isal_step(struct fp_inflater *base, struct fp_inflate_io *io, bool *ret_end)
{
    struct isal_inflater *self = (struct isal_inflater *) base;
    struct inflate_state *state = &self->state;
    state->next_in = (uint8_t *) (uintptr_t) io->in;
    state->avail_in = clamp(io->in_len);
    state->next_out = io->out;
    state->avail_out = clamp(io->out_len);
    int status = isal_inflate(state);
    io->in_len -= (size_t) (state->next_in - io->in);
    io->in = state->next_in;
    io->out_len -= (size_t) (state->next_out - io->out);
    io->out = state->next_out;
    if (status == ISAL_DECOMP_OK && state->block_state == ISAL_BLOCK_FINISH) {
        *ret_end = true;
        restart(self);
    }
    return fault(status);
}

static void isal_free(struct fp_inflater *base)
{
    free(base);
}

struct fp_inflater *fp_inflater_gzip_isal(void)
{
    static const struct fp_inflater_ops ops = {.step = isal_step, .free = isal_free};
    struct isal_inflater *self = fp_xcalloc(1, sizeof(*self));
    self->base.ops = &ops;
    isal_inflate_init(&self->state);
    restart(self);
    return &self->base;
}

#else

struct fp_inflater *fp_inflater_gzip_isal(void)
{
    return NULL;
}

#endif
