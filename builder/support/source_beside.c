/* A digest that a thread of its own takes of what passes through a source. */
#include "flinkpack/support/pool.h"
#include "flinkpack/support/stream.h"

/* Large enough to make nothing of handing them over, small enough for a processor's cache. */
#define PART_BYTES ((size_t) 512 << 10)

/* A part of what passes, on its way to the reader and into the hash. */
struct part {
    struct fp_hash *hash; /* borrowed */
    char *data;           /* of PART_BYTES */
    size_t len;
};

/* While the reader works on one part and the thread hashes it, the other one is filled. */
struct beside_source {
    struct fp_source base;
    struct fp_source *inner;
    struct fp_pool *pool; /* of one thread */
    struct part parts[2];
    size_t current; /* the part that the reader gets */
    size_t given;   /* bytes of it that the reader has got */
};

static enum fp_code hash_part(void *context, struct fp_error *err)
{
    const struct part *part = context;
    (void) err;
    fp_hash_update(part->hash, part->data, part->len);
    return FP_OK;
}

/* The next part, which becomes the current one; an empty one is the end, when all is hashed. */
static enum fp_code next_part(struct beside_source *self, struct fp_error *err)
{
    size_t next = 1 - self->current;
    struct part *part = &self->parts[next];
    enum fp_code code = fp_source_read_full(self->inner, part->data, PART_BYTES, &part->len, err);
    enum fp_code hashed = fp_pool_wait(self->pool, code == FP_OK ? err : NULL);
    if (code != FP_OK || hashed != FP_OK)
        return code != FP_OK ? code : hashed;
    self->current = next;
    self->given = 0;
    if (part->len > 0)
        fp_pool_add(self->pool, hash_part, part);
    return FP_OK;
}

static enum fp_code beside_read(struct fp_source *base, void *data, size_t cap, size_t *ret_len,
                                struct fp_error *err)
{
    struct beside_source *self = (struct beside_source *) base;
    *ret_len = 0;
    enum fp_code code =
        self->given == self->parts[self->current].len ? next_part(self, err) : FP_OK;
    if (code != FP_OK)
        return code;
    const struct part *part = &self->parts[self->current];
    size_t left = part->len - self->given;
    *ret_len = left < cap ? left : cap;
    if (*ret_len > 0)
        memcpy(data, part->data + self->given, *ret_len);
    self->given += *ret_len;
    return FP_OK;
}

static void beside_free(struct fp_source *base)
{
    struct beside_source *self = (struct beside_source *) base;
    fp_pool_free(self->pool);
    fp_source_free(self->inner);
    free(self->parts[0].data);
    free(self->parts[1].data);
    free(self);
}

struct fp_source *fp_source_hashed_beside(struct fp_source *take_inner, struct fp_hash *hash)
{
    static const struct fp_source_ops ops = {.read = beside_read, .free = beside_free};
    struct beside_source *self = fp_xcalloc(1, sizeof(*self));
    self->base.ops = &ops;
    self->inner = take_inner;
    self->pool = fp_pool_new(1);
    for (size_t i = 0; i < 2; i++)
        self->parts[i] = (struct part){.hash = hash, .data = fp_xmalloc(PART_BYTES)};
    return &self->base;
}
