#include "flinkpack/layer/codec.h"

#include <lzma.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include <cmocka.h>

#include "../../../builder/layer/inflate.h"

#define LIMIT ((size_t) 8 << 20)

struct bytes {
    uint8_t *data;
    size_t len;
};

static void bytes_clear(struct bytes *bytes)
{
    free(bytes->data);
}
#define cleanup_bytes __attribute__((cleanup(bytes_clear)))

/* Sample data of words, which can be compressed, and noise, which cannot. It is always equal. */
static struct bytes sample(size_t len)
{
    struct bytes bytes = {fp_xmalloc(len), len};
    uint32_t state = 1;
    for (size_t i = 0; i < len; i++) {
        state = state * 1664525 + 1013904223;
        bytes.data[i] =
            (i >> 18) % 2 == 0 ? (uint8_t) "flinkpack "[i % 10] : (uint8_t) (state >> 24);
    }
    return bytes;
}

/* A source that gives `slice` bytes at a time. */
struct sliced {
    struct fp_source base;
    const uint8_t *data;
    size_t len;
    size_t slice;
};

static enum fp_code sliced_read(struct fp_source *self, void *data, size_t cap, size_t *ret_len,
                                struct fp_error *err)
{
    struct sliced *sliced = (struct sliced *) self;
    (void) err;
    size_t len = sliced->slice < cap ? sliced->slice : cap;
    len = len < sliced->len ? len : sliced->len;
    memcpy(data, sliced->data, len);
    sliced->data += len;
    sliced->len -= len;
    *ret_len = len;
    return FP_OK;
}

static void sliced_free(struct fp_source *self)
{
    free(self);
}

static struct fp_source *sliced_source(const void *data, size_t len, size_t slice)
{
    static const struct fp_source_ops ops = {sliced_read, sliced_free};
    struct sliced *self = fp_xcalloc(1, sizeof(*self));
    *self = (struct sliced){{&ops}, data, len, slice};
    return &self->base;
}

static enum fp_code inflate_all(const void *data, size_t len, size_t slice, struct fp_buf *out,
                                struct fp_inflate_info *info, struct fp_error *err)
{
    cleanup_source struct fp_source *source =
        fp_source_inflate(sliced_source(data, len, slice), "x.tgz", LIMIT, info);
    return fp_source_read_all(source, out, err);
}

static struct bytes gzip_member(const void *data, size_t len)
{
    struct bytes bytes = {fp_xmalloc(len + 1000), len + 1000};
    z_stream stream = {.next_in = (Bytef *) (uintptr_t) data,
                       .avail_in = (uInt) len,
                       .next_out = bytes.data,
                       .avail_out = (uInt) bytes.len};
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    bytes.len = stream.total_out;
    (void) deflateEnd(&stream);
    return bytes;
}

static struct bytes joined(const struct bytes *a, const void *b, size_t b_len)
{
    struct bytes bytes = {fp_xmalloc(a->len + b_len), a->len + b_len};
    memcpy(bytes.data, a->data, a->len);
    memcpy(bytes.data + a->len, b, b_len);
    return bytes;
}

static void sniffs_by_first_bytes(void **state)
{
    (void) state;
    assert_int_equal(fp_codec_sniff("\x1f\x8b\x08", 3), FP_CODEC_GZIP);
    assert_int_equal(fp_codec_sniff("\x1f", 1), FP_CODEC_NONE);
    assert_int_equal(fp_codec_sniff("\x28\xb5\x2f\xfd", 4), FP_CODEC_ZSTD);
    assert_int_equal(fp_codec_sniff("\x50\x2a\x4d\x18", 4), FP_CODEC_ZSTD);
    assert_int_equal(fp_codec_sniff("\x5f\x2a\x4d\x18", 4), FP_CODEC_ZSTD);
    assert_int_equal(fp_codec_sniff("\x4f\x2a\x4d\x18", 4), FP_CODEC_NONE);
    assert_int_equal(fp_codec_sniff("\xfd\x37zXZ", 5), FP_CODEC_XZ);
    assert_int_equal(fp_codec_sniff("", 0), FP_CODEC_NONE);
    assert_string_equal(fp_codec_name(FP_CODEC_ZSTD), "zstd");
}

static void passes_plain_bytes_through(void **state)
{
    (void) state;
    static const char *const plain[] = {"", "x", "plain text, longer than any signature"};
    for (size_t i = 0; i < 3; i++) {
        cleanup_buf struct fp_buf out = FP_BUF_INIT(100);
        struct fp_inflate_info info;
        struct fp_error err = {0};
        assert_int_equal(inflate_all(plain[i], strlen(plain[i]), 1, &out, &info, &err), FP_OK);
        assert_string_equal(fp_buf_text(&out), plain[i]);
        assert_int_equal(info.codec, FP_CODEC_NONE);
        assert_int_equal(info.in_bytes, strlen(plain[i]));
        assert_int_equal(info.out_bytes, strlen(plain[i]));
    }
}

static void assert_inflates(const struct bytes *packed, const struct bytes *expected,
                            enum fp_codec codec, bool single)
{
    static const size_t slices[] = {1, 7, 4096, SIZE_MAX};
    for (size_t i = 0; i < 4; i++) {
        cleanup_buf struct fp_buf out = FP_BUF_INIT(LIMIT);
        struct fp_inflate_info info;
        struct fp_error err = {0};
        enum fp_code code = inflate_all(packed->data, packed->len, slices[i], &out, &info, &err);
        assert_string_equal(err.text, "");
        assert_int_equal(code, FP_OK);
        assert_int_equal(out.len, expected->len);
        assert_memory_equal(out.data, expected->data, out.len);
        assert_int_equal(info.codec, codec);
        assert_int_equal(info.in_bytes, packed->len);
        assert_int_equal(info.out_bytes, expected->len);
        assert_int_equal(info.single_member, single);
    }
}

static void inflates_gzip(void **state)
{
    (void) state;
    cleanup_bytes struct bytes plain = sample(280000);
    cleanup_bytes struct bytes one = gzip_member(plain.data, plain.len);
    assert_inflates(&one, &plain, FP_CODEC_GZIP, true);
    cleanup_bytes struct bytes first = gzip_member(plain.data, 1000);
    cleanup_bytes struct bytes second = gzip_member(plain.data + 1000, plain.len - 1000);
    cleanup_bytes struct bytes two = joined(&first, second.data, second.len);
    assert_inflates(&two, &plain, FP_CODEC_GZIP, false);
    const char zeros[5000] = "";
    cleanup_bytes struct bytes padded = joined(&one, zeros, sizeof(zeros));
    assert_inflates(&padded, &plain, FP_CODEC_GZIP, false);
}

static void inflates_zstd(void **state)
{
    (void) state;
    cleanup_bytes struct bytes plain = sample(280000);
    cleanup_bytes struct bytes packed = {fp_xmalloc(700000), 700000};
    size_t half = ZSTD_compress(packed.data, packed.len, plain.data, 140000, 3);
    size_t rest =
        ZSTD_compress(packed.data + half, packed.len - half, plain.data + 140000, 140000, 3);
    packed.len = half + rest;
    assert_inflates(&packed, &plain, FP_CODEC_ZSTD, false);
}

static void inflates_xz(void **state)
{
    (void) state;
    cleanup_bytes struct bytes plain = sample(280000);
    cleanup_bytes struct bytes packed = {fp_xmalloc(400000), 0};
    assert_int_equal(lzma_easy_buffer_encode(1, LZMA_CHECK_CRC64, NULL, plain.data, plain.len,
                                             packed.data, &packed.len, 400000),
                     LZMA_OK);
    assert_inflates(&packed, &plain, FP_CODEC_XZ, true);
}

static void assert_refused(const void *data, size_t len, const char *text)
{
    static const size_t slices[] = {1, SIZE_MAX};
    for (size_t i = 0; i < 2; i++) {
        cleanup_buf struct fp_buf out = FP_BUF_INIT(LIMIT);
        struct fp_error err = {0};
        assert_int_equal(inflate_all(data, len, slices[i], &out, NULL, &err), FP_E_INPUT);
        assert_non_null(strstr(err.text, "x.tgz: "));
        if (strstr(err.text, text) == NULL)
            fail_msg("\"%s\" lacks \"%s\"", err.text, text);
    }
}

static void refuses_garbage_behind(void **state)
{
    (void) state;
    cleanup_bytes struct bytes gzip = gzip_member("hello", 5);
    cleanup_bytes struct bytes a = joined(&gzip, "x", 1);
    assert_refused(a.data, a.len, "bytes behind the end");
    cleanup_bytes struct bytes b = joined(&gzip, "\0\0\0x", 4);
    assert_refused(b.data, b.len, "bytes behind the end");
    cleanup_bytes struct bytes padding = joined(&gzip, "\0", 1);
    cleanup_bytes struct bytes c = joined(&padding, gzip.data, gzip.len);
    assert_refused(c.data, c.len, "bytes behind the end");
    cleanup_bytes struct bytes d = joined(&gzip, "\x1f", 1);
    assert_refused(d.data, d.len, "bytes behind the end");
    cleanup_bytes struct bytes zstd = {fp_xmalloc(100), 0};
    zstd.len = ZSTD_compress(zstd.data, 100, "hello", 5, 3);
    cleanup_bytes struct bytes e = joined(&zstd, "garbage", 7);
    assert_refused(e.data, e.len, "bytes behind the end");
    cleanup_bytes struct bytes f = joined(&zstd, "\0", 1);
    assert_refused(f.data, f.len, "x.tgz");
}

static void refuses_truncation_at_every_byte(void **state)
{
    (void) state;
    cleanup_bytes struct bytes gzip = gzip_member("hello, hello, hello", 19);
    for (size_t len = 2; len < gzip.len; len++)
        assert_refused(gzip.data, len, "truncated");
    cleanup_bytes struct bytes zstd = {fp_xmalloc(100), 0};
    zstd.len = ZSTD_compress(zstd.data, 100, "hello, hello, hello", 19, 3);
    for (size_t len = 4; len < zstd.len; len++)
        assert_refused(zstd.data, len, "truncated");
    cleanup_bytes struct bytes xz = {fp_xmalloc(1000), 0};
    assert_int_equal(lzma_easy_buffer_encode(1, LZMA_CHECK_CRC32, NULL, (const uint8_t *) "hello",
                                             5, xz.data, &xz.len, 1000),
                     LZMA_OK);
    for (size_t len = 5; len < xz.len; len++)
        assert_refused(xz.data, len, "truncated");
}

static void flipped_bits_never_change_the_content(void **state)
{
    (void) state;
    static const char text[] = "hello, hello, hello, a little longer";
    cleanup_bytes struct bytes gzip = gzip_member(text, sizeof(text));
    unsigned refused = 0;
    for (size_t bit = 0; bit < gzip.len * 8; bit++) {
        cleanup_buf struct fp_buf out = FP_BUF_INIT(LIMIT);
        struct fp_error err = {0};
        struct fp_inflate_info info;
        gzip.data[bit / 8] ^= (uint8_t) (1U << (bit % 8));
        enum fp_code code = inflate_all(gzip.data, gzip.len, SIZE_MAX, &out, &info, &err);
        gzip.data[bit / 8] ^= (uint8_t) (1U << (bit % 8));
        refused += code == FP_E_INPUT;
        if (code != FP_OK || info.codec == FP_CODEC_NONE)
            continue;
        assert_int_equal(out.len, sizeof(text));
        assert_memory_equal(out.data, text, sizeof(text));
    }
    /* Only changes to the time, flags and system in the header are accepted. */
    assert_true(refused > (gzip.len - 10) * 8);
}

static void stops_a_bomb_at_the_limit(void **state)
{
    (void) state;
    /* A thousand members with a megabyte of zeros each make a gigabyte from one megabyte. */
    cleanup_free char *zeros = fp_xcalloc(1 << 20, 1);
    cleanup_bytes struct bytes member = gzip_member(zeros, 1 << 20);
    struct bytes bomb = {fp_xmalloc(member.len * 1000), member.len * 1000};
    for (size_t i = 0; i < 1000; i++)
        memcpy(bomb.data + i * member.len, member.data, member.len);
    struct fp_inflate_info info;
    cleanup_source struct fp_source *source =
        fp_source_inflate(sliced_source(bomb.data, bomb.len, SIZE_MAX), "bomb", LIMIT, &info);
    struct fp_error err = {0};
    cleanup_sink struct fp_sink *sink = fp_sink_null();
    assert_int_equal(fp_stream_copy(source, sink, NULL, &err), FP_E_INPUT);
    assert_string_equal(err.text, "bomb: inflates to more than the limit of 8388608 bytes");
    assert_true(info.out_bytes < LIMIT + (1 << 20));
    free(bomb.data);
}

/* Append the CRC of the `len` bytes of an xz header. */
static void put_crc(uint8_t *data, size_t len)
{
    uint32_t crc = lzma_crc32(data, len, 0);
    for (size_t i = 0; i < 4; i++)
        data[len + i] = (uint8_t) (crc >> (8 * i));
}

static void refuses_huge_windows(void **state)
{
    (void) state;
    /* A zstd frame header that asks for 2 GiB. */
    assert_refused("\x28\xb5\x2f\xfd\x00\xa8\x00\x00\x00\x00\x00", 11, "more than 128 MiB");
    /* An xz block header that asks for a dictionary of 256 MiB (LZMA2 properties byte 0x20). */
    uint8_t xz[24] = "\xfd\x37zXZ\0\0\1\0\0\0\0\2\0\x21\1\x20";
    put_crc(xz + 6, 2);
    put_crc(xz + 12, 8);
    assert_refused(xz, sizeof(xz), "more than 128 MiB");
}

static void both_gzip_engines_agree(void **state)
{
    (void) state;
    cleanup_bytes struct bytes plain = sample(400000);
    cleanup_bytes struct bytes packed = gzip_member(plain.data, plain.len);
    struct fp_inflater *engines[] = {fp_inflater_gzip_zlib(), fp_inflater_gzip_isal()};
    for (size_t i = 0; i < 2; i++) {
        if (engines[i] == NULL)
            continue;
        cleanup_bytes struct bytes out = {fp_xmalloc(plain.len + 1), plain.len + 1};
        struct fp_inflate_io io = {
            .in = packed.data, .in_len = packed.len, .out = out.data, .out_len = out.len};
        bool end = false;
        for (unsigned steps = 0; !end && steps < 100; steps++)
            assert_null(engines[i]->ops->step(engines[i], &io, &end));
        assert_true(end);
        assert_int_equal(io.in_len, 0);
        assert_int_equal(io.out_len, 1);
        assert_memory_equal(out.data, plain.data, plain.len);
        /* The next member is read from its beginning. */
        io = (struct fp_inflate_io){.in = (const uint8_t *) "nonsense, long enough",
                                    .in_len = 21,
                                    .out = out.data,
                                    .out_len = out.len};
        assert_non_null(engines[i]->ops->step(engines[i], &io, &end));
        engines[i]->ops->free(engines[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sniffs_by_first_bytes),
        cmocka_unit_test(passes_plain_bytes_through),
        cmocka_unit_test(inflates_gzip),
        cmocka_unit_test(inflates_zstd),
        cmocka_unit_test(inflates_xz),
        cmocka_unit_test(refuses_garbage_behind),
        cmocka_unit_test(refuses_truncation_at_every_byte),
        cmocka_unit_test(flipped_bits_never_change_the_content),
        cmocka_unit_test(stops_a_bomb_at_the_limit),
        cmocka_unit_test(refuses_huge_windows),
        cmocka_unit_test(both_gzip_engines_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
