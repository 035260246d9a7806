/* Compresses a layer in independent blocks, which tasks compress in parallel. */
#include "flinkpack/layer/compress.h"

#include <pthread.h>
#include <string.h>

#include "packer.h"

/* The most blocks in memory: enough for all threads of a group and one that is filled. */
#define SLOTS (FP_GROUP_MAX + 2)

/* A packer of zstd takes up to 5 MiB, so that fewer threads keep within the ceiling of memory. */
#define ZSTD_THREADS_MAX 4U

enum slot_state { SLOT_IDLE, SLOT_QUEUED, SLOT_RUNNING, SLOT_DONE };

struct blocks;

struct slot {
    struct blocks *sink;
    enum slot_state state; /* guarded by the sink's lock */
    struct fp_packer *packer;
    char *in;
    size_t in_len;
    struct fp_tar_run runs[FP_TAR_RUNS_MAX]; /* what `in` consists of, once it is submitted */
    size_t run_count;
    char *out;
    size_t out_cap;
    size_t out_len;
};

struct blocks {
    struct fp_sink base;
    struct fp_sink *inner;
    struct fp_group *group; /* NULL until the first block is full */
    unsigned threads;
    pthread_mutex_t lock;
    pthread_cond_t done; /* a block is compressed */
    struct fp_compression compression;
    struct fp_tar_runs tar;
    uint64_t count;    /* number of submitted blocks */
    size_t slot_count; /* how many slots are used */
    size_t oldest;     /* the slot that is written next */
    size_t busy;       /* number of submitted slots, starting at `oldest` */
    struct slot slots[SLOTS];
};

static void prepare(struct blocks *self, struct slot *slot)
{
    if (slot->in != NULL)
        return;
    slot->sink = self;
    slot->in = fp_xmalloc(FP_BLOCK_BYTES);
    slot->packer = fp_packer_new(&self->compression);
    /* What a run may add to its bytes, each run may add. */
    slot->out_cap =
        slot->packer->ops->bound(FP_BLOCK_BYTES) + FP_TAR_RUNS_MAX * slot->packer->ops->bound(0);
    slot->out = fp_xmalloc(slot->out_cap);
}

static void pack(struct slot *slot)
{
    const struct fp_packer_ops *ops = slot->packer->ops;
    const char *in = slot->in;
    slot->out_len = 0;
    for (size_t i = 0; i < slot->run_count; i++) {
        const struct fp_tar_run *run = &slot->runs[i];
        char *out = slot->out + slot->out_len;
        slot->out_len += run->is_packed ? ops->store(in, run->len, out)
                                        : ops->pack(slot->packer, in, run->len, out,
                                                    slot->out_cap - slot->out_len);
        in += run->len;
    }
}

/* Compress a queued block. The caller holds the lock, which is released during compression. */
static void run(struct blocks *self, struct slot *slot)
{
    slot->state = SLOT_RUNNING;
    (void) pthread_mutex_unlock(&self->lock);
    pack(slot);
    (void) pthread_mutex_lock(&self->lock);
    slot->state = SLOT_DONE;
    (void) pthread_cond_signal(&self->done);
}

/* A task that does nothing if the writer has already compressed the block. */
static enum fp_code compress_task(void *context, struct fp_error *err)
{
    struct slot *slot = context;
    struct blocks *self = slot->sink;
    (void) err;
    (void) pthread_mutex_lock(&self->lock);
    if (slot->state == SLOT_QUEUED)
        run(self, slot);
    (void) pthread_mutex_unlock(&self->lock);
    return FP_OK;
}

static enum fp_code write_oldest(struct blocks *self, struct fp_error *err)
{
    struct slot *slot = &self->slots[self->oldest];
    (void) pthread_mutex_lock(&self->lock);
    /* A block that no task has started is compressed here. */
    if (slot->state == SLOT_QUEUED)
        run(self, slot);
    while (slot->state != SLOT_DONE)
        (void) pthread_cond_wait(&self->done, &self->lock);
    slot->state = SLOT_IDLE;
    self->oldest = (self->oldest + 1) % self->slot_count;
    (void) pthread_mutex_unlock(&self->lock);
    self->busy--;
    slot->in_len = 0;
    return fp_sink_write(self->inner, slot->out, slot->out_len, err);
}

static struct slot *current(struct blocks *self)
{
    struct slot *slot = &self->slots[(self->oldest + self->busy) % self->slot_count];
    prepare(self, slot);
    return slot;
}

static enum fp_code submit(struct blocks *self, struct fp_error *err)
{
    struct slot *slot = current(self);
    slot->run_count = fp_tar_runs_split(&self->tar, slot->in, slot->in_len, slot->runs);
    /* Nothing at all is an empty member. */
    if (slot->in_len == 0)
        slot->runs[slot->run_count++] = (struct fp_tar_run){0};
    (void) pthread_mutex_lock(&self->lock);
    slot->state = SLOT_QUEUED;
    (void) pthread_mutex_unlock(&self->lock);
    self->busy++;
    self->count++;
    if (self->group != NULL)
        fp_group_go(self->group, compress_task, slot);
    /* One slot stays free, so that it can be filled. */
    return self->group == NULL || self->busy == self->slot_count - 1 ? write_oldest(self, err)
                                                                     : FP_OK;
}

static enum fp_code blocks_write(struct fp_sink *base, const void *data, size_t len,
                                 struct fp_error *err)
{
    struct blocks *self = (struct blocks *) base;
    const char *next = data;
    enum fp_code code = FP_OK;
    while (len > 0 && code == FP_OK) {
        struct slot *slot = current(self);
        size_t room = FP_BLOCK_BYTES - slot->in_len;
        size_t part = len < room ? len : room;
        memcpy(slot->in + slot->in_len, next, part);
        slot->in_len += part;
        next += part;
        len -= part;
        if (slot->in_len < FP_BLOCK_BYTES)
            continue;
        /* Less than a block needs no threads. */
        if (self->group == NULL)
            self->group = fp_group_new(NULL, self->threads);
        code = submit(self, err);
    }
    return code;
}

static enum fp_code blocks_finish(struct fp_sink *base, struct fp_error *err)
{
    struct blocks *self = (struct blocks *) base;
    enum fp_code code = FP_OK;
    if (current(self)->in_len > 0 || self->count == 0)
        code = submit(self, err);
    while (code == FP_OK && self->busy > 0)
        code = write_oldest(self, err);
    return code == FP_OK ? fp_sink_finish(self->inner, err) : code;
}

static void blocks_free(struct fp_sink *base)
{
    struct blocks *self = (struct blocks *) base;
    fp_group_free(self->group);
    for (size_t i = 0; i < self->slot_count; i++) {
        if (self->slots[i].packer != NULL)
            self->slots[i].packer->ops->free(self->slots[i].packer);
        free(self->slots[i].in);
        free(self->slots[i].out);
    }
    fp_sink_free(self->inner);
    (void) pthread_cond_destroy(&self->done);
    (void) pthread_mutex_destroy(&self->lock);
    free(self);
}

static unsigned threads_for(const struct fp_compression *compression, unsigned wanted)
{
    unsigned most = compression->codec == FP_CODEC_ZSTD ? ZSTD_THREADS_MAX : FP_GROUP_MAX;
    return wanted < most ? wanted : most;
}

struct fp_sink *fp_sink_compressed(struct fp_sink *take_inner,
                                   const struct fp_compression *compression, unsigned threads)
{
    static const struct fp_sink_ops ops = {
        .write = blocks_write, .finish = blocks_finish, .free = blocks_free};
    if (compression->codec == FP_CODEC_NONE)
        return take_inner;
    struct blocks *self = fp_xcalloc(1, sizeof(*self));
    self->base.ops = &ops;
    self->inner = take_inner;
    self->threads = threads_for(compression, threads != 0 ? threads : fp_cpus());
    /* One slot more than threads, so that none waits, and one that is filled. */
    self->slot_count = self->threads + 2;
    self->compression = *compression;
    (void) pthread_mutex_init(&self->lock, NULL);
    (void) pthread_cond_init(&self->done, NULL);
    return &self->base;
}
