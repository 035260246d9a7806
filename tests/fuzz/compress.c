/* Any bytes, as the tar of a layer: they read back, and neither threads nor writes change a byte.
 */
#include "flinkpack/layer/compress.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LIMIT ((size_t) 8 << 20)

static void check(enum fp_code code)
{
    if (code != FP_OK)
        abort();
}

static void compress_in(const uint8_t *data, size_t size, size_t piece, unsigned threads,
                        const struct fp_compression *compression, struct fp_buf *out)
{
    struct fp_error err = {0};
    cleanup_sink struct fp_sink *sink = fp_sink_compressed(fp_sink_buf(out), compression, threads);
    for (size_t at = 0; at < size; at += piece)
        check(fp_sink_write(sink, data + at, size - at < piece ? size - at : piece, &err));
    check(fp_sink_finish(sink, &err));
}

static void check_same(const struct fp_buf *buf, const void *data, size_t size)
{
    if (buf->len != size || (size > 0 && memcmp(buf->data, data, size) != 0))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum fp_codec codecs[] = {FP_CODEC_GZIP, FP_CODEC_ZSTD};
    for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]) && size < LIMIT / 2; i++) {
        const struct fp_compression compression = {.codec = codecs[i]};
        struct fp_error err = {0};
        cleanup_buf struct fp_buf one = FP_BUF_INIT(LIMIT);
        cleanup_buf struct fp_buf other = FP_BUF_INIT(LIMIT);
        cleanup_buf struct fp_buf back = FP_BUF_INIT(LIMIT);
        compress_in(data, size, size + 1, 1, &compression, &one);
        compress_in(data, size, 97, 3, &compression, &other);
        check_same(&other, one.data, one.len);
        cleanup_source struct fp_source *source =
            fp_source_inflate(fp_source_memory(one.data, one.len), "x", LIMIT, NULL);
        check(fp_source_read_all(source, &back, &err));
        check_same(&back, data, size);
    }
    return 0;
}
