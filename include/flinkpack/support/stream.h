/**
 * @file
 * Byte streams as stacked decorators: callers read from sources and write to sinks.
 *
 * A decorator owns what it wraps ("take"). So one pass over some bytes yields their digest, size,
 * inflated digest and the stored copy. Streams are for one thread at a time.
 */
#ifndef FLINKPACK_SUPPORT_STREAM_H
#define FLINKPACK_SUPPORT_STREAM_H

#include <stddef.h>
#include <stdint.h>

#include "flinkpack/support/buf.h"
#include "flinkpack/support/hash.h"
#include "flinkpack/support/mem.h"

struct fp_source;
struct fp_sink;

/** The operations of a source. */
struct fp_source_ops {
    /**
     * Read at least one and at most `cap` (> 0) bytes; `*ret_len` 0 means the end. After an error
     * or the end only free() may follow.
     */
    enum fp_code (*read)(struct fp_source *self, void *data, size_t cap, size_t *ret_len,
                         struct fp_error *err);
    /** Release everything, including the wrapped source. */
    void (*free)(struct fp_source *self);
};

/** Embedded as the first member of every source. */
struct fp_source {
    const struct fp_source_ops *ops;
};

/** The operations of a sink. */
struct fp_sink_ops {
    /** Take all `len` bytes. */
    enum fp_code (*write)(struct fp_sink *self, const void *data, size_t len, struct fp_error *err);
    /** No more bytes come: flush, also the wrapped sink. Called once, before free(). NULL: there is
     * nothing to flush. */
    enum fp_code (*finish)(struct fp_sink *self, struct fp_error *err);
    /** Release everything, including the wrapped sink. Without finish() before, the written bytes
     * are abandoned. */
    void (*free)(struct fp_sink *self);
};

/** Embedded as the first member of every sink. */
struct fp_sink {
    const struct fp_sink_ops *ops;
};

/** See struct fp_source_ops. Fails with FP_E_INTERRUPTED once the calling thread is cancelled. */
FP_CHECKED enum fp_code fp_source_read(struct fp_source *source, void *data, size_t cap,
                                       size_t *ret_len, struct fp_error *err);
/** Read `len` bytes, or fewer if the source ends before; `*ret_len` says how many. */
FP_CHECKED enum fp_code fp_source_read_full(struct fp_source *source, void *data, size_t len,
                                            size_t *ret_len, struct fp_error *err);
/** Free; NULL is fine. */
void fp_source_free(struct fp_source *source);
/** See struct fp_sink_ops. */
FP_CHECKED enum fp_code fp_sink_write(struct fp_sink *sink, const void *data, size_t len,
                                      struct fp_error *err);
/** See struct fp_sink_ops. */
FP_CHECKED enum fp_code fp_sink_finish(struct fp_sink *sink, struct fp_error *err);
/** Free; NULL is fine. */
void fp_sink_free(struct fp_sink *sink);

/**
 * Pump a source into a sink until its end; neither is finished nor freed.
 * @param ret_bytes How many bytes went through; may be NULL.
 */
FP_CHECKED enum fp_code fp_stream_copy(struct fp_source *source, struct fp_sink *sink,
                                       uint64_t *ret_bytes, struct fp_error *err);
/**
 * Read everything into `buf`, whose ceiling bounds it.
 * @return FP_E_INPUT when there is more than the ceiling; errors of the source.
 */
FP_CHECKED enum fp_code fp_source_read_all(struct fp_source *source, struct fp_buf *buf,
                                           struct fp_error *err);

/**
 * The digest of a file's content.
 * @param max_bytes More is FP_E_INPUT.
 * @param ret_hex   Lower-case hexadecimal; set only on success.
 * @param ret_bytes How many there were; may be NULL.
 */
FP_CHECKED enum fp_code fp_file_hash(const char *path, enum fp_hash_algorithm algorithm,
                                     uint64_t max_bytes, char ret_hex[FP_HASH_HEX_MAX],
                                     uint64_t *ret_bytes, struct fp_error *err);

/** Bytes in memory, borrowed until the source is freed. */
struct fp_source *fp_source_memory(const void *data, size_t len);
/**
 * A file, or a pipe, from its beginning. `ret` is owned by the caller. FP_E_NOT_FOUND, FP_E_IO,
 * FP_E_INPUT for a directory.
 */
FP_CHECKED enum fp_code fp_source_open(const char *path, struct fp_source **ret,
                                       struct fp_error *err);
/**
 * A part of a file, read with pread(), so that several sources can share an open file. A pipe can
 * only be read from offset 0.
 * @param take_fd Owned by the source.
 * @param name    For errors; copied.
 * @param offset  Where to begin, in bytes.
 * @param size    How many bytes to yield, or UINT64_MAX for all. A shorter file is FP_E_IO.
 */
struct fp_source *fp_source_fd(int take_fd, const char *name, uint64_t offset, uint64_t size);
/** Feeds the bytes that pass to `hash` (borrowed; read it at the end). */
struct fp_source *fp_source_hashed(struct fp_source *take_inner, struct fp_hash *hash);
/** Adds the number of bytes that pass to `*counter` (borrowed). */
struct fp_source *fp_source_counted(struct fp_source *take_inner, uint64_t *counter);
/** Fails with FP_E_INPUT, naming `what` (copied), when more than `max_bytes` come. */
struct fp_source *fp_source_limited(struct fp_source *take_inner, uint64_t max_bytes,
                                    const char *what);
/** Writes a copy of all bytes that pass to `sink` (borrowed; not finished). */
struct fp_source *fp_source_teed(struct fp_source *take_inner, struct fp_sink *sink);

/** Appends to `buf` (borrowed), whose ceiling bounds it. */
struct fp_sink *fp_sink_buf(struct fp_buf *buf);
/** Writes to a file descriptor (borrowed), errors naming `name` (copied). Buffers nothing. */
struct fp_sink *fp_sink_fd(int fd, const char *name);
/** Throws everything away. */
struct fp_sink *fp_sink_null(void);
/** Feeds the bytes that pass to `hash` (borrowed), then to the inner sink. */
struct fp_sink *fp_sink_hashed(struct fp_sink *take_inner, struct fp_hash *hash);
/** Adds the number of bytes that pass to `*counter` (borrowed), then writes on. */
struct fp_sink *fp_sink_counted(struct fp_sink *take_inner, uint64_t *counter);
/** Fails with FP_E_INPUT, naming `what` (copied), when more than `max_bytes` come. */
struct fp_sink *fp_sink_limited(struct fp_sink *take_inner, uint64_t max_bytes, const char *what);

FP_DEFINE_CLEANUP(fp_source_freep, struct fp_source, fp_source_free)
FP_DEFINE_CLEANUP(fp_sink_freep, struct fp_sink, fp_sink_free)
/** Declare a source that is freed at the end of its scope. */
#define cleanup_source __attribute__((cleanup(fp_source_freep)))
/** Declare a sink that is freed at the end of its scope. */
#define cleanup_sink __attribute__((cleanup(fp_sink_freep)))

#endif
