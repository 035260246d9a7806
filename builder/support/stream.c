/* Sources and sinks of bytes, those in memory, and copying from one to the other. */
#include "flinkpack/support/stream.h"

#include <string.h>

#include "flinkpack/support/cancel.h"

/* Large enough to make the cost of calls negligible, and small enough for the cache. */
#define COPY_BYTES ((size_t) 256 << 10)

enum fp_code fp_source_read(struct fp_source *source, void *data, size_t cap, size_t *ret_len,
                            struct fp_error *err)
{
    *ret_len = 0;
    FP_TRY(fp_cancel_check(err));
    return source->ops->read(source, data, cap, ret_len, err);
}

enum fp_code fp_source_read_full(struct fp_source *source, void *data, size_t len, size_t *ret_len,
                                 struct fp_error *err)
{
    char *next = data;
    size_t done = 0;
    *ret_len = 0;
    while (done < len) {
        size_t got = 0;
        FP_TRY(fp_source_read(source, next + done, len - done, &got, err));
        if (got == 0)
            break;
        done += got;
    }
    *ret_len = done;
    return FP_OK;
}

void fp_source_free(struct fp_source *source)
{
    if (source != NULL)
        source->ops->free(source);
}

enum fp_code fp_sink_write(struct fp_sink *sink, const void *data, size_t len, struct fp_error *err)
{
    return len > 0 ? sink->ops->write(sink, data, len, err) : FP_OK;
}

enum fp_code fp_sink_finish(struct fp_sink *sink, struct fp_error *err)
{
    return sink->ops->finish != NULL ? sink->ops->finish(sink, err) : FP_OK;
}

void fp_sink_free(struct fp_sink *sink)
{
    if (sink != NULL)
        sink->ops->free(sink);
}

enum fp_code fp_stream_copy(struct fp_source *source, struct fp_sink *sink, uint64_t *ret_bytes,
                            struct fp_error *err)
{
    cleanup_free char *data = fp_xmalloc(COPY_BYTES);
    uint64_t total = 0;
    for (;;) {
        size_t len = 0;
        FP_TRY(fp_source_read(source, data, COPY_BYTES, &len, err));
        if (len == 0)
            break;
        FP_TRY(fp_sink_write(sink, data, len, err));
        total += len;
    }
    if (ret_bytes != NULL)
        *ret_bytes = total;
    return FP_OK;
}

enum fp_code fp_source_read_all(struct fp_source *source, struct fp_buf *buf, struct fp_error *err)
{
    cleanup_sink struct fp_sink *sink = fp_sink_buf(buf);
    return fp_stream_copy(source, sink, NULL, err);
}

struct memory_source {
    struct fp_source base;
    const char *data;
    size_t len;
};

static enum fp_code memory_read(struct fp_source *self, void *data, size_t cap, size_t *ret_len,
                                struct fp_error *err)
{
    (void) err;
    struct memory_source *memory = (struct memory_source *) self;
    size_t len = memory->len < cap ? memory->len : cap;
    if (len > 0)
        memcpy(data, memory->data, len);
    memory->data += len;
    memory->len -= len;
    *ret_len = len;
    return FP_OK;
}

static void memory_free(struct fp_source *self)
{
    free(self);
}

struct fp_source *fp_source_memory(const void *data, size_t len)
{
    static const struct fp_source_ops ops = {.read = memory_read, .free = memory_free};
    struct memory_source *memory = fp_xcalloc(1, sizeof(*memory));
    memory->base.ops = &ops;
    memory->data = len > 0 ? data : "";
    memory->len = len;
    return &memory->base;
}

struct buf_sink {
    struct fp_sink base;
    struct fp_buf *buf; /* NULL: discarded */
};

static enum fp_code buf_write(struct fp_sink *self, const void *data, size_t len,
                              struct fp_error *err)
{
    struct buf_sink *sink = (struct buf_sink *) self;
    if (sink->buf == NULL)
        return FP_OK;
    fp_buf_put(sink->buf, data, len);
    return fp_buf_check(sink->buf, err);
}

static void buf_free(struct fp_sink *self)
{
    free(self);
}

struct fp_sink *fp_sink_buf(struct fp_buf *buf)
{
    static const struct fp_sink_ops ops = {.write = buf_write, .free = buf_free};
    struct buf_sink *sink = fp_xcalloc(1, sizeof(*sink));
    sink->base.ops = &ops;
    sink->buf = buf;
    return &sink->base;
}

struct fp_sink *fp_sink_null(void)
{
    return fp_sink_buf(NULL);
}
