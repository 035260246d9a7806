/* Sinks that examine the bytes that pass, and forward them. */
#include "flinkpack/support/stream.h"

/* One structure serves all decorators of sinks: each sets the members it needs. */
struct wrap_sink {
    struct fp_sink base;
    struct fp_sink *inner;
    struct fp_hash *hash; /* NULL: not hashed */
    uint64_t *counter;    /* NULL: not counted */
    char *what;           /* NULL: not limited */
    uint64_t left;
    uint64_t max_bytes;
};

static enum fp_code wrap_write(struct fp_sink *self, const void *data, size_t len,
                               struct fp_error *err)
{
    struct wrap_sink *outer = (struct wrap_sink *) self;
    if (outer->what != NULL && len > outer->left)
        return fp_fail(err, FP_E_INPUT, "%s: more than the limit of %llu bytes", outer->what,
                       (unsigned long long) outer->max_bytes);
    outer->left -= outer->what != NULL ? len : 0;
    if (outer->hash != NULL)
        fp_hash_update(outer->hash, data, len);
    if (outer->counter != NULL)
        *outer->counter += len;
    return fp_sink_write(outer->inner, data, len, err);
}

static enum fp_code wrap_finish(struct fp_sink *self, struct fp_error *err)
{
    return fp_sink_finish(((struct wrap_sink *) self)->inner, err);
}

static void wrap_free(struct fp_sink *self)
{
    struct wrap_sink *outer = (struct wrap_sink *) self;
    fp_sink_free(outer->inner);
    free(outer->what);
    free(outer);
}

static struct wrap_sink *wrap(struct fp_sink *take_inner)
{
    static const struct fp_sink_ops ops = {
        .write = wrap_write, .finish = wrap_finish, .free = wrap_free};
    struct wrap_sink *self = fp_xcalloc(1, sizeof(*self));
    self->base.ops = &ops;
    self->inner = take_inner;
    return self;
}

struct fp_sink *fp_sink_hashed(struct fp_sink *take_inner, struct fp_hash *hash)
{
    struct wrap_sink *self = wrap(take_inner);
    self->hash = hash;
    return &self->base;
}

struct fp_sink *fp_sink_counted(struct fp_sink *take_inner, uint64_t *counter)
{
    struct wrap_sink *self = wrap(take_inner);
    self->counter = counter;
    return &self->base;
}

struct fp_sink *fp_sink_limited(struct fp_sink *take_inner, uint64_t max_bytes, const char *what)
{
    struct wrap_sink *self = wrap(take_inner);
    self->left = self->max_bytes = max_bytes;
    self->what = fp_xstrdup(what);
    return &self->base;
}
