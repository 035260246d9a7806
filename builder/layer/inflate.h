/**
 * @file
 * Inflating engines: bytes in, bytes out, one call at a time. codec.c feeds them.
 */
#ifndef FLINKPACK_LAYER_INFLATE_H
#define FLINKPACK_LAYER_INFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The largest window that is accepted, in bytes, and as a power of two. */
#define FP_INFLATE_MAX_WINDOW      ((size_t) 128 << 20)
#define FP_INFLATE_MAX_WINDOW_LOG2 27

/** What a step may take and give. */
struct fp_inflate_io {
    const uint8_t *in; /**< moved on by what was taken */
    size_t in_len;
    uint8_t *out; /**< moved on by what was given */
    size_t out_len;
    bool in_ends; /**< nothing comes behind `in` */
};

struct fp_inflater;

/** What an engine does. */
struct fp_inflater_ops {
    /**
     * Take and give as much as possible.
     * @param ret_end Set where a member (gzip), frame (zstd) or everything (xz) has ended and all
     *                of it has been given. The next step begins a new one.
     * @return NULL, or what is wrong with the data. Static.
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
/** gzip by ISA-L's igzip, two to three times as fast; NULL where the build lacks it. */
struct fp_inflater *fp_inflater_gzip_isal(void);
/** zstd by libzstd. */
struct fp_inflater *fp_inflater_zstd(void);
/** xz by liblzma. */
struct fp_inflater *fp_inflater_xz(void);

#endif
