/**
 * @file
 * Compression: reading gzip, zstd and xz, writing gzip in independent blocks side by side.
 */
#ifndef FLINKPACK_LAYER_CODEC_H
#define FLINKPACK_LAYER_CODEC_H

#include "flinkpack/support.h"

/** How bytes are compressed. */
enum fp_codec { FP_CODEC_NONE, FP_CODEC_GZIP, FP_CODEC_ZSTD, FP_CODEC_XZ };

/** By the first bytes ("1f 8b", "28 b5 2f fd" or "5? 2a 4d 18", "fd 37 7a 58 5a"). */
enum fp_codec fp_codec_sniff(const void *data, size_t len);
/** Of a file that is open, by its first bytes; where it stands does not matter. FP_E_IO, naming
 * `path`. */
FP_CHECKED enum fp_code fp_sniff_fd(int fd, const char *path, enum fp_codec *ret,
                                    struct fp_error *err);
/** "gzip". Static. */
const char *fp_codec_name(enum fp_codec codec);
/** The media type of a layer that is compressed so; NULL where no runtime reads it. Static. */
const char *fp_codec_media(enum fp_codec codec);

/** The most bytes that an archive, or the layers of an image, of `packed_bytes` may inflate to: a
 * hundred times as many, at least 512 MiB and at most 64 GiB. */
uint64_t fp_inflate_limit(uint64_t packed_bytes);

/** What reading a compressed stream told. */
struct fp_inflate_info {
    enum fp_codec codec;
    bool single_member; /**< gzip: one member, nothing behind it */
    uint64_t in_bytes;  /**< compressed bytes consumed so far */
    uint64_t out_bytes; /**< inflated bytes yielded so far */
};

/**
 * Inflates what it recognises by its first bytes and passes anything else through. Checks CRC and
 * length, refuses truncation and trailing garbage (trailing zero bytes are allowed for gzip, as
 * tar writes them), windows over 128 MiB, and more than `max_bytes` of output.
 *
 * @param name For errors; copied.
 * @param info Kept up to date while reading; borrowed; may be NULL.
 * @return Never NULL. Its read() gives FP_E_INPUT for damaged data.
 */
struct fp_source *fp_source_inflate(struct fp_source *take_inner, const char *name,
                                    uint64_t max_bytes, struct fp_inflate_info *info);

/** Level of gzip written by flinkpack when nothing else is asked for. */
#define FP_GZIP_LEVEL 4
/** Names the bytes that this codec makes, for recipe keys: changes whenever they do. */
const char *fp_gzip_version(void);

/**
 * A gzip stream of independent blocks of fixed size, each a member of its own, compressed by
 * threads of the sink's own. The bytes depend on the input, the level and
 * fp_gzip_version() alone, never on the number of threads or on how the input was cut into
 * writes. Blocks that do not get smaller are stored. Memory: about 12 MiB at most.
 *
 * @param level   1 to 9; 1 is the same as 2.
 * @param threads How many; 0: fp_cpus(). None is started for less than a block.
 */
struct fp_sink *fp_sink_gzip(struct fp_sink *take_inner, int level, unsigned threads);

#endif
