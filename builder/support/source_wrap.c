/* Sources that examine the bytes that pass, and forward them. */
#include "flinkpack/support/stream.h"

/* One structure serves all decorators of sources: each sets the members it needs. */
struct wrap_source {
    struct fp_source base;
    struct fp_source *inner;
    struct fp_hash *hash; /* NULL: not hashed */
    struct fp_sink *sink; /* NULL: nothing is copied */
    uint64_t *counter;    /* NULL: not counted */
    char *what;           /* NULL: not limited */
    uint64_t left;
    uint64_t max_bytes;
};

/* Process bytes that were read. */
static enum fp_code take_note(struct wrap_source *outer, const void *data, size_t len,
                              struct fp_error *err)
{
    if (outer->what != NULL && len > outer->left)
        return fp_fail(err, FP_E_INPUT, "%s: more than the limit of %llu bytes", outer->what,
                       (unsigned long long) outer->max_bytes);
    outer->left -= outer->what != NULL ? len : 0;
    if (outer->hash != NULL && len > 0)
        fp_hash_update(outer->hash, data, len);
    if (outer->counter != NULL)
        *outer->counter += len;
    return outer->sink != NULL ? fp_sink_write(outer->sink, data, len, err) : FP_OK;
}

static enum fp_code wrap_read(struct fp_source *self, void *data, size_t cap, size_t *ret_len,
                              struct fp_error *err)
{
    struct wrap_source *outer = (struct wrap_source *) self;
    FP_TRY(fp_source_read(outer->inner, data, cap, ret_len, err));
    enum fp_code code = take_note(outer, data, *ret_len, err);
    if (code != FP_OK)
        *ret_len = 0;
    return code;
}

static void wrap_free(struct fp_source *self)
{
    struct wrap_source *outer = (struct wrap_source *) self;
    fp_source_free(outer->inner);
    free(outer->what);
    free(outer);
}

static struct wrap_source *wrap(struct fp_source *take_inner)
{
    static const struct fp_source_ops ops = {.read = wrap_read, .free = wrap_free};
    struct wrap_source *self = fp_xcalloc(1, sizeof(*self));
    self->base.ops = &ops;
    self->inner = take_inner;
    return self;
}

struct fp_source *fp_source_hashed(struct fp_source *take_inner, struct fp_hash *hash)
{
    struct wrap_source *self = wrap(take_inner);
    self->hash = hash;
    return &self->base;
}

struct fp_source *fp_source_counted(struct fp_source *take_inner, uint64_t *counter)
{
    struct wrap_source *self = wrap(take_inner);
    self->counter = counter;
    return &self->base;
}

struct fp_source *fp_source_limited(struct fp_source *take_inner, uint64_t max_bytes,
                                    const char *what)
{
    struct wrap_source *self = wrap(take_inner);
    self->left = self->max_bytes = max_bytes;
    self->what = fp_xstrdup(what);
    return &self->base;
}

struct fp_source *fp_source_teed(struct fp_source *take_inner, struct fp_sink *sink)
{
    struct wrap_source *self = wrap(take_inner);
    self->sink = sink;
    return &self->base;
}

enum fp_code fp_file_hash(const char *path, enum fp_hash_algorithm algorithm, uint64_t max_bytes,
                          char ret_hex[FP_HASH_HEX_MAX], uint64_t *ret_bytes, struct fp_error *err)
{
    struct fp_source *file = NULL;
    FP_TRY(fp_source_open(path, &file, err));
    cleanup_hash struct fp_hash *hash = fp_hash_new(algorithm);
    cleanup_source struct fp_source *hashed =
        fp_source_hashed(fp_source_limited(file, max_bytes, path), hash);
    cleanup_sink struct fp_sink *nowhere = fp_sink_null();
    FP_TRY(fp_stream_copy(hashed, nowhere, ret_bytes, err));
    fp_hash_hex(hash, ret_hex);
    return FP_OK;
}
