/**
 * @file
 * Engines that inflate a stream step by step. codec.c feeds them.
 */
#ifndef FLINKPACK_LAYER_INFLATE_H
#define FLINKPACK_LAYER_INFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The largest accepted window, in bytes and as a power of two. */
#define FP_INFLATE_MAX_WINDOW      ((size_t) 128 << 20)
#define FP_INFLATE_MAX_WINDOW_LOG2 27

/** The input and output buffers of a step. */
struct fp_inflate_io {
    const uint8_t *in; /**< advanced by the consumed bytes */
    size_t in_len;
    uint8_t *out; /**< advanced by the produced bytes */
    size_t out_len;
    bool in_ends; /**< the input ends after `in` */
};

struct fp_inflater;

/** The operations of an engine. */
struct fp_inflater_ops {
    /**
     * Consume and produce as much as possible.
     * @param ret_end Set if a member (gzip), frame (zstd) or the whole stream (xz) has ended and
     *                all of its output has been produced. The next step begins a new one.
     * @return NULL, or a text that names the fault in the data. Static.
     */
    const char *(*step)(struct fp_inflater *self, struct fp_inflate_io *io, bool *ret_end);
    /** Release everything. */
    void (*free)(struct fp_inflater *self);
};

/** Embedded as the first member of every engine. */
struct fp_inflater {
    const struct fp_inflater_ops *ops;
};

/** gzip by zlib. */
struct fp_inflater *fp_inflater_gzip_zlib(void);
/** gzip by ISA-L's igzip, two to three times as fast; NULL if the build lacks it. */
struct fp_inflater *fp_inflater_gzip_isal(void);
/** zstd by libzstd. */
struct fp_inflater *fp_inflater_zstd(void);
/** xz by liblzma. */
struct fp_inflater *fp_inflater_xz(void);

#endif
