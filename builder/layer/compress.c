/* Names what compresses the layers that are made here: codec, level, version. */
#include "flinkpack/layer/compress.h"

#include <pthread.h>
#include <string.h>

#include "flinkpack/image.h"
#include "packer.h"

/* How a tar is split into runs and these into members or frames, and how a run is stored; it
 * changes with each of these. */
#define GZIP_SCHEME "libdeflate-blocks-2"
#define ZSTD_SCHEME "libzstd-blocks-1"

/* The size of the sample, and the number of its words. */
#define SAMPLE_BYTES ((size_t) 32 << 10)
#define SAMPLE_WORDS 16

int fp_compression_level(const struct fp_compression *compression)
{
    if (compression->codec == FP_CODEC_NONE)
        return 0;
    if (compression->level != 0)
        return compression->level;
    return compression->codec == FP_CODEC_ZSTD ? FP_ZSTD_LEVEL : FP_GZIP_LEVEL;
}

struct fp_packer *fp_packer_new(const struct fp_compression *compression)
{
    int level = fp_compression_level(compression);
    return compression->codec == FP_CODEC_ZSTD ? fp_packer_zstd(level) : fp_packer_gzip(level);
}

/* Words and numbers, in which a codec finds matches of many lengths and distances. */
static void fill_sample(struct fp_buf *sample)
{
    static const char *const words[SAMPLE_WORDS] = {"org/apache/flink/",
                                                    "runtime/",
                                                    "streaming/",
                                                    "java/lang/Object",
                                                    "State",
                                                    "Task",
                                                    "Manager",
                                                    "Factory",
                                                    ".class",
                                                    "\n",
                                                    ": ",
                                                    "\0\1",
                                                    "-2.12",
                                                    "0644",
                                                    "\xca\xfe\xba\xbe",
                                                    "            "};
    uint32_t state = 1;
    while (sample->len < SAMPLE_BYTES) {
        state = state * 1664525 + 1013904223;
        fp_buf_puts(sample, words[state >> 28]);
        if ((state >> 24 & 3) == 0)
            fp_buf_put(sample, &state, sizeof(state));
    }
}

/* The digest of what the library makes of the sample. */
static struct fp_digest probe(const struct fp_compression *compression)
{
    cleanup_buf struct fp_buf sample = FP_BUF_INIT(2 * SAMPLE_BYTES);
    struct fp_packer *packer = fp_packer_new(compression);
    fill_sample(&sample);
    size_t cap = packer->ops->bound(sample.len);
    cleanup_free char *packed = fp_xmalloc(cap);
    size_t len = packer->ops->pack(packer, sample.data, sample.len, packed, cap);
    packer->ops->free(packer);
    return fp_digest_of(packed, len);
}

const char *fp_compression_version(const struct fp_compression *compression)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static char versions[2][FP_ZSTD_LEVEL_MAX + 1][48];
    if (compression->codec == FP_CODEC_NONE)
        return "none";
    bool is_zstd = compression->codec == FP_CODEC_ZSTD;
    char *version = versions[is_zstd][fp_compression_level(compression)];
    (void) pthread_mutex_lock(&lock);
    if (version[0] == '\0') {
        const struct fp_digest digest = probe(compression);
        (void) snprintf(version, sizeof(versions[0][0]), "%s-%.8s",
                        is_zstd ? ZSTD_SCHEME : GZIP_SCHEME, fp_digest_hex(&digest));
    }
    (void) pthread_mutex_unlock(&lock);
    return version;
}
