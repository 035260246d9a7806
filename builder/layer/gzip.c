/* Writes gzip in independent blocks, which tasks compress in parallel. */
#include "flinkpack/layer/codec.h"

#include <pthread.h>
#include <string.h>

#include "gzip_block.h"

/*
 * Each block is a gzip member of its own. Concatenated members are one gzip file (RFC 1952, 2.2),
 * which every reader of layers accepts, and a block does not depend on the last bit of the one
 * before. The header is fixed: no name, no time, system 255.
 */

/* The number of blocks in memory: enough for all threads of a group and one that is filled. */
#define SLOTS (FP_GROUP_MAX + 2)

enum slot_state { SLOT_IDLE, SLOT_QUEUED, SLOT_RUNNING, SLOT_DONE };

struct gzip_sink;

struct slot {
    struct gzip_sink *sink;
    enum slot_state state; /* guarded by the sink's lock */
    struct libdeflate_compressor *compressor;
    char *in;
    size_t in_len;
    char *out;
    size_t out_len;
};

struct gzip_sink {
    struct fp_sink base;
    struct fp_sink *inner;
    struct fp_group *group; /* NULL until the first block is full */
    unsigned threads;
    pthread_mutex_t lock;
    pthread_cond_t done; /* a block is compressed */
    int level;
    size_t out_cap;
    uint64_t blocks; /* number of submitted blocks */
    size_t oldest;   /* the slot that is written next */
    size_t busy;     /* number of submitted slots, starting at `oldest` */
    struct slot slots[SLOTS];
};

const char *fp_gzip_version(void)
{
    return "libdeflate-blocks-1";
}

static void prepare(struct gzip_sink *self, struct slot *slot)
{
    if (slot->in != NULL)
        return;
    slot->sink = self;
    slot->in = fp_xmalloc(FP_GZIP_BLOCK_BYTES);
    slot->out = fp_xmalloc(self->out_cap);
    slot->compressor = libdeflate_alloc_compressor(self->level);
    if (slot->compressor == NULL)
        fp_out_of_memory();
}

/* Compress a queued block. The caller holds the lock, which is released during compression. */
static void run(struct gzip_sink *self, struct slot *slot)
{
    slot->state = SLOT_RUNNING;
    (void) pthread_mutex_unlock(&self->lock);
    slot->out_len =
        fp_gzip_block(slot->compressor, slot->in, slot->in_len, slot->out, self->out_cap);
    (void) pthread_mutex_lock(&self->lock);
    slot->state = SLOT_DONE;
    (void) pthread_cond_signal(&self->done);
}

/* A task that does nothing if the writer has already compressed the block. */
static enum fp_code compress_task(void *context, struct fp_error *err)
{
    struct slot *slot = context;
    struct gzip_sink *self = slot->sink;
    (void) err;
    (void) pthread_mutex_lock(&self->lock);
    if (slot->state == SLOT_QUEUED)
        run(self, slot);
    (void) pthread_mutex_unlock(&self->lock);
    return FP_OK;
}

static enum fp_code write_oldest(struct gzip_sink *self, struct fp_error *err)
{
    struct slot *slot = &self->slots[self->oldest];
    (void) pthread_mutex_lock(&self->lock);
    /* A block that no task has started is compressed here. */
    if (slot->state == SLOT_QUEUED)
        run(self, slot);
    while (slot->state != SLOT_DONE)
        (void) pthread_cond_wait(&self->done, &self->lock);
    slot->state = SLOT_IDLE;
    self->oldest = (self->oldest + 1) % SLOTS;
    (void) pthread_mutex_unlock(&self->lock);
    self->busy--;
    slot->in_len = 0;
    return fp_sink_write(self->inner, slot->out, slot->out_len, err);
}

static struct slot *current(struct gzip_sink *self)
{
    struct slot *slot = &self->slots[(self->oldest + self->busy) % SLOTS];
    prepare(self, slot);
    return slot;
}

static enum fp_code submit(struct gzip_sink *self, struct fp_error *err)
{
    struct slot *slot = current(self);
    (void) pthread_mutex_lock(&self->lock);
    slot->state = SLOT_QUEUED;
    (void) pthread_mutex_unlock(&self->lock);
    self->busy++;
    self->blocks++;
    if (self->group != NULL)
        fp_group_go(self->group, compress_task, slot);
    /* One slot stays free, so that it can be filled. */
    return self->group == NULL || self->busy == SLOTS - 1 ? write_oldest(self, err) : FP_OK;
}

static enum fp_code gzip_write(struct fp_sink *base, const void *data, size_t len,
                               struct fp_error *err)
{
    struct gzip_sink *self = (struct gzip_sink *) base;
    const char *next = data;
    enum fp_code code = FP_OK;
    while (len > 0 && code == FP_OK) {
        struct slot *slot = current(self);
        size_t room = FP_GZIP_BLOCK_BYTES - slot->in_len;
        size_t part = len < room ? len : room;
        memcpy(slot->in + slot->in_len, next, part);
        slot->in_len += part;
        next += part;
        len -= part;
        if (slot->in_len < FP_GZIP_BLOCK_BYTES)
            continue;
        /* Less than a block needs no threads. */
        if (self->group == NULL)
            self->group = fp_group_new(NULL, self->threads);
        code = submit(self, err);
    }
    return code;
}

static enum fp_code gzip_finish(struct fp_sink *base, struct fp_error *err)
{
    struct gzip_sink *self = (struct gzip_sink *) base;
    enum fp_code code = FP_OK;
    /* Empty input becomes one empty member. */
    if (current(self)->in_len > 0 || self->blocks == 0)
        code = submit(self, err);
    while (code == FP_OK && self->busy > 0)
        code = write_oldest(self, err);
    return code == FP_OK ? fp_sink_finish(self->inner, err) : code;
}

static void gzip_free(struct fp_sink *base)
{
    struct gzip_sink *self = (struct gzip_sink *) base;
    fp_group_free(self->group);
    for (size_t i = 0; i < SLOTS; i++) {
        libdeflate_free_compressor(self->slots[i].compressor);
        free(self->slots[i].in);
        free(self->slots[i].out);
    }
    fp_sink_free(self->inner);
    (void) pthread_cond_destroy(&self->done);
    (void) pthread_mutex_destroy(&self->lock);
    free(self);
}

/* Level 1 is not used: its algorithm's output has changed between versions of libdeflate. */
static int clamp_level(int level)
{
    if (level < 2)
        return 2;
    return level > 9 ? 9 : level;
}

struct fp_sink *fp_sink_gzip(struct fp_sink *take_inner, int level, unsigned threads)
{
    static const struct fp_sink_ops ops = {
        .write = gzip_write, .finish = gzip_finish, .free = gzip_free};
    struct gzip_sink *self = fp_xcalloc(1, sizeof(*self));
    self->base.ops = &ops;
    self->inner = take_inner;
    self->threads = threads != 0 ? threads : fp_cpus();
    self->level = clamp_level(level);
    self->out_cap = fp_gzip_block_bound();
    (void) pthread_mutex_init(&self->lock, NULL);
    (void) pthread_cond_init(&self->done, NULL);
    return &self->base;
}
