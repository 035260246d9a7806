/* gzip, zstd, xz and plain bytes: the output is bounded, and independent of the read sizes. */
#include "flinkpack/layer/codec.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LIMIT ((size_t) 1 << 20)

static enum fp_code inflate_in(const uint8_t *data, size_t size, size_t piece, struct fp_buf *out)
{
    struct fp_error err = {0};
    struct fp_inflate_info info;
    char buffer[4096];
    cleanup_source struct fp_source *source =
        fp_source_inflate(fp_source_memory(data, size), "x", LIMIT, &info);
    for (;;) {
        size_t len = 0;
        enum fp_code code = fp_source_read(source, buffer, piece, &len, &err);
        if (code != FP_OK || len == 0)
            return code;
        if (len > piece || info.out_bytes > LIMIT || info.in_bytes > size)
            abort();
        fp_buf_put(out, buffer, len);
        if (out->is_full)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup_buf struct fp_buf large = FP_BUF_INIT(LIMIT);
    cleanup_buf struct fp_buf small = FP_BUF_INIT(LIMIT);
    enum fp_code code = inflate_in(data, size, 4096, &large);
    if (code != FP_OK && code != FP_E_INPUT)
        abort();
    if (large.len > 10000)
        return 0;
    if (inflate_in(data, size, 7, &small) != code)
        abort();
    if (code == FP_OK && (small.len != large.len ||
                          (small.len > 0 && memcmp(small.data, large.data, small.len) != 0)))
        abort();
    return 0;
}
