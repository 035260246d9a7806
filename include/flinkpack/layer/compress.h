/**
 * @file
 * Compression of the layers that are made here: which codec, how hard, and a name for its bytes.
 */
#ifndef FLINKPACK_LAYER_COMPRESS_H
#define FLINKPACK_LAYER_COMPRESS_H

#include "flinkpack/layer/codec.h"

/** How a layer is compressed. All zero: gzip at its default level. */
struct fp_compression {
    enum fp_codec codec; /**< FP_CODEC_GZIP, FP_CODEC_ZSTD or FP_CODEC_NONE */
    int level;           /**< 1 to 9 for gzip, 1 to 19 for zstd; 0: the codec's default */
};

/** The level that is used: the default if none is given, and 0 for FP_CODEC_NONE. */
int fp_compression_level(const struct fp_compression *compression);
/** A version of the codec's output for recipe keys: for a level, equal tars give equal blobs as
 * long as it stays the same. Static. */
const char *fp_compression_version(const struct fp_compression *compression);

#endif
