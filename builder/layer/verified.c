/* A source that fails at its end if its bytes do not have the expected size and digest. */
#include "flinkpack/layer/blob.h"

#include <inttypes.h>

/* The source passes bytes through until there are more than the descriptor allows. */
struct verified {
    struct fp_source base;
    struct fp_source *inner;
    struct fp_hash *hash;
    struct fp_digest digest; /* expected */
    uint64_t size;           /* expected */
    uint64_t seen;
    char *name;
};

static enum fp_code check_end(struct verified *self, struct fp_error *err)
{
    if (self->seen != self->size)
        return fp_fail(err, FP_E_VERIFY, "%s: expected %" PRIu64 " bytes, got %" PRIu64, self->name,
                       self->size, self->seen);
    struct fp_digest actual = fp_digest_finish(self->hash, fp_digest_algorithm(&self->digest));
    if (!fp_digest_equal(&actual, &self->digest))
        return fp_fail(err, FP_E_VERIFY, "%s: expected %s, got %s", self->name, self->digest.text,
                       actual.text);
    return FP_OK;
}

static enum fp_code verified_read(struct fp_source *base, void *data, size_t cap, size_t *ret_len,
                                  struct fp_error *err)
{
    struct verified *self = (struct verified *) base;
    FP_TRY(fp_source_read(self->inner, data, cap, ret_len, err));
    if (*ret_len == 0)
        return check_end(self, err);
    if (*ret_len > self->size - self->seen)
        return fp_fail(err, FP_E_VERIFY, "%s: expected %" PRIu64 " bytes, got more", self->name,
                       self->size);
    fp_hash_update(self->hash, data, *ret_len);
    self->seen += *ret_len;
    return FP_OK;
}

static void verified_free(struct fp_source *base)
{
    struct verified *self = (struct verified *) base;
    fp_source_free(self->inner);
    fp_hash_free(self->hash);
    free(self->name);
    free(self);
}

struct fp_source *fp_source_verified(struct fp_source *take_inner,
                                     const struct fp_descriptor *descriptor, const char *name)
{
    static const struct fp_source_ops ops = {.read = verified_read, .free = verified_free};
    struct verified *self = fp_xcalloc(1, sizeof(*self));
    self->base.ops = &ops;
    self->inner = take_inner;
    self->digest = descriptor->digest;
    self->size = descriptor->size;
    self->hash = fp_hash_new(fp_digest_algorithm(&descriptor->digest));
    self->name = fp_xstrdup(name);
    return &self->base;
}
