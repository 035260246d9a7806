/**
 * @file
 * Compression of the layers that are made here: which codec, how hard, and a name for its bytes.
 */
#ifndef FLINKPACK_LAYER_COMPRESS_H
#define FLINKPACK_LAYER_COMPRESS_H

#include "flinkpack/layer/codec.h"

/** The default levels. */
#define FP_GZIP_LEVEL 4
#define FP_ZSTD_LEVEL 3
/** The highest levels; the lowest is 1. */
#define FP_GZIP_LEVEL_MAX 9
#define FP_ZSTD_LEVEL_MAX 19

/** How a layer is compressed. All zero: gzip at its default level. */
struct fp_compression {
    enum fp_codec codec; /**< FP_CODEC_GZIP, FP_CODEC_ZSTD or FP_CODEC_NONE */
    int level;           /**< 1 to the codec's highest; 0: its default */
};

/** The level that is used: the default if none is given, and 0 for FP_CODEC_NONE. */
int fp_compression_level(const struct fp_compression *compression);
/**
 * A version of the codec's output for recipe keys: equal tars give equal blobs, at this level, as
 * long as it stays the same. It is a number for how a tar is split, followed by a digest of what
 * the library makes of a sample, as libraries change their output between versions, and the one
 * that runs need not be the one that was compiled against. Static; any thread may ask.
 */
const char *fp_compression_version(const struct fp_compression *compression);

/**
 * Compress a tar in blocks, each by itself, which the sink's own threads do side by side. Contents
 * that are compressed already, by their first bytes, such as jars, are stored: deflate gains 6 % on
 * a distribution of Flink, and costs most of the time. The stream is a gzip file of several
 * members, a zstd file of several frames, or for FP_CODEC_NONE the tar itself. Its bytes depend
 * only on the input, the level and fp_compression_version(), never on the number of threads or on
 * the sizes of the writes. The sink takes at most 12 MiB of memory; with zstd up to 32 MiB, as the
 * level asks.
 *
 * @param threads Number of threads, of which zstd uses at most 4; 0: fp_cpus(). None is started for
 *                less than a block of input.
 */
struct fp_sink *fp_sink_compressed(struct fp_sink *take_inner,
                                   const struct fp_compression *compression, unsigned threads);

#endif
