/* Sources that look at what passes, and hand it on. */
#include "flinkpack/support/stream.h"

/* One structure serves all decorators of sources: each uses the members it needs. */
struct wrap_source {
    struct fp_source base;
    struct fp_source *inner;
    struct fp_hash *hash;
    struct fp_sink *sink;
    uint64_t *counter;
    uint64_t left;
    uint64_t max_bytes;
    char *what;
};

static struct wrap_source *wrap(struct fp_source *take_inner, const struct fp_source_ops *ops)
{
    struct wrap_source *self = fp_xcalloc(1, sizeof(*self));
    self->base.ops = ops;
    self->inner = take_inner;
    return self;
}

static void wrap_free(struct fp_source *self)
{
    struct wrap_source *outer = (struct wrap_source *) self;
    fp_source_free(outer->inner);
    free(outer->what);
    free(outer);
}

static enum fp_code hashed_read(struct fp_source *self, void *data, size_t cap, size_t *ret_len,
                                struct fp_error *err)
{
    struct wrap_source *outer = (struct wrap_source *) self;
    FP_TRY(fp_source_read(outer->inner, data, cap, ret_len, err));
    if (*ret_len > 0)
        fp_hash_update(outer->hash, data, *ret_len);
    return FP_OK;
}

struct fp_source *fp_source_hashed(struct fp_source *take_inner, struct fp_hash *hash)
{
    static const struct fp_source_ops ops = {.read = hashed_read, .free = wrap_free};
    struct wrap_source *self = wrap(take_inner, &ops);
    self->hash = hash;
    return &self->base;
}

static enum fp_code counted_read(struct fp_source *self, void *data, size_t cap, size_t *ret_len,
                                 struct fp_error *err)
{
    struct wrap_source *outer = (struct wrap_source *) self;
    FP_TRY(fp_source_read(outer->inner, data, cap, ret_len, err));
    *outer->counter += *ret_len;
    return FP_OK;
}

struct fp_source *fp_source_counted(struct fp_source *take_inner, uint64_t *counter)
{
    static const struct fp_source_ops ops = {.read = counted_read, .free = wrap_free};
    struct wrap_source *self = wrap(take_inner, &ops);
    self->counter = counter;
    return &self->base;
}

static enum fp_code limited_read(struct fp_source *self, void *data, size_t cap, size_t *ret_len,
                                 struct fp_error *err)
{
    struct wrap_source *outer = (struct wrap_source *) self;
    FP_TRY(fp_source_read(outer->inner, data, cap, ret_len, err));
    if (*ret_len > outer->left) {
        *ret_len = 0;
        return fp_fail(err, FP_E_INPUT, "%s: more than the limit of %llu bytes", outer->what,
                       (unsigned long long) outer->max_bytes);
    }
    outer->left -= *ret_len;
    return FP_OK;
}

struct fp_source *fp_source_limited(struct fp_source *take_inner, uint64_t max_bytes,
                                    const char *what)
{
    static const struct fp_source_ops ops = {.read = limited_read, .free = wrap_free};
    struct wrap_source *self = wrap(take_inner, &ops);
    self->left = self->max_bytes = max_bytes;
    self->what = fp_xstrdup(what);
    return &self->base;
}

static enum fp_code teed_read(struct fp_source *self, void *data, size_t cap, size_t *ret_len,
                              struct fp_error *err)
{
    struct wrap_source *outer = (struct wrap_source *) self;
    FP_TRY(fp_source_read(outer->inner, data, cap, ret_len, err));
    enum fp_code code = fp_sink_write(outer->sink, data, *ret_len, err);
    if (code != FP_OK)
        *ret_len = 0;
    return code;
}

struct fp_source *fp_source_teed(struct fp_source *take_inner, struct fp_sink *sink)
{
    static const struct fp_source_ops ops = {.read = teed_read, .free = wrap_free};
    struct wrap_source *self = wrap(take_inner, &ops);
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
