/**
 * @file
 * Codecs: telling them apart, and reading gzip, zstd and xz.
 */
#ifndef FLINKPACK_LAYER_CODEC_H
#define FLINKPACK_LAYER_CODEC_H

#include "flinkpack/support.h"

/** The compression formats. */
enum fp_codec { FP_CODEC_GZIP, FP_CODEC_NONE, FP_CODEC_ZSTD, FP_CODEC_XZ };

/** Detect it by the first bytes ("1f 8b", "28 b5 2f fd" or "5? 2a 4d 18", "fd 37 7a 58 5a"). */
enum fp_codec fp_codec_sniff(const void *data, size_t len);
/** Detect the codec of an open file by its first bytes, whatever its position. FP_E_IO, naming
 * `path`. */
FP_CHECKED enum fp_code fp_sniff_fd(int fd, const char *path, enum fp_codec *ret,
                                    struct fp_error *err);
/** "gzip". Static. */
const char *fp_codec_name(enum fp_codec codec);
/** The media type of a layer with that compression; NULL if no runtime reads it. Static. */
const char *fp_codec_media(enum fp_codec codec);

/** The most bytes that an archive, or the layers of an image, of `packed_bytes` may inflate to: a
 * hundred times as many, at least 512 MiB and at most 64 GiB. */
uint64_t fp_inflate_limit(uint64_t packed_bytes);

/** Facts about a compressed stream that were found while reading it. */
struct fp_inflate_info {
    enum fp_codec codec;
    bool single_member; /**< gzip: one member and nothing after it */
    uint64_t in_bytes;  /**< compressed bytes consumed so far */
    uint64_t out_bytes; /**< inflated bytes yielded so far */
};

/**
 * Inflate a stream whose codec is known by its first bytes, and pass any other stream through. CRC
 * and length are checked. Truncation, trailing garbage (gzip may have trailing zero bytes, as tar
 * writes them), windows over 128 MiB and more than `max_bytes` of output are refused.
 *
 * @param name For errors; copied.
 * @param info Kept up to date while reading; borrowed; may be NULL.
 * @return Never NULL. Its read() gives FP_E_INPUT for damaged data.
 */
struct fp_source *fp_source_inflate(struct fp_source *take_inner, const char *name,
                                    uint64_t max_bytes, struct fp_inflate_info *info);

#endif
