#include "flinkpack/layer/compress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "../../../builder/layer/packer.h"
#include "tar_maker.h"

#define LIMIT ((size_t) 16 << 20)

static const struct fp_compression CODECS[] = {
    {.codec = FP_CODEC_GZIP}, {.codec = FP_CODEC_ZSTD}, {.codec = FP_CODEC_NONE}};
#define CODEC_COUNT (sizeof(CODECS) / sizeof(CODECS[0]))

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

/* Sample data of words, which can be compressed, and noise, which cannot. It is always equal. */
static void add_sample(struct fp_buf *out, size_t len)
{
    uint32_t state = 1;
    cleanup_free char *data = fp_xmalloc(len);
    for (size_t i = 0; i < len; i++)
        data[i] = "flinkpack "[(i >> 18) % 2 == 0 ? i % 10 : 0];
    for (size_t i = 0; i < len; i++) {
        const uint32_t noise = next_random(&state);
        if ((i >> 18) % 2 == 1)
            memcpy(&data[i], &noise, 1);
    }
    fp_buf_put(out, data, len);
}

static void compress(struct fp_buf *out, const struct fp_buf *plain, size_t slice,
                     const struct fp_compression *compression, unsigned threads)
{
    struct fp_error err = {0};
    cleanup_sink struct fp_sink *sink = fp_sink_compressed(fp_sink_buf(out), compression, threads);
    for (size_t at = 0; at < plain->len; at += slice) {
        size_t len = plain->len - at < slice ? plain->len - at : slice;
        assert_int_equal(fp_sink_write(sink, plain->data + at, len, &err), FP_OK);
    }
    assert_int_equal(fp_sink_finish(sink, &err), FP_OK);
}

static void assert_same(const struct fp_buf *a, const struct fp_buf *b)
{
    assert_int_equal(a->len, b->len);
    if (a->len > 0)
        assert_memory_equal(a->data, b->data, a->len);
}

static void assert_reads_back(const struct fp_buf *packed, const struct fp_buf *plain)
{
    struct fp_error err = {0};
    cleanup_buf struct fp_buf back = FP_BUF_INIT(LIMIT);
    cleanup_source struct fp_source *source =
        fp_source_inflate(fp_source_memory(packed->data, packed->len), "layer", UINT64_MAX, NULL);
    assert_int_equal(fp_source_read_all(source, &back, &err), FP_OK);
    assert_same(&back, plain);
}

/* All ways of writing a tar give the same bytes, which read back as the tar. */
static void check(const struct fp_buf *plain, const struct fp_compression *compression)
{
    cleanup_buf struct fp_buf reference = FP_BUF_INIT(LIMIT);
    compress(&reference, plain, plain->len + 1, compression, 1);
    for (unsigned threads = 1; threads <= 8; threads += 7) {
        cleanup_buf struct fp_buf out = FP_BUF_INIT(LIMIT);
        compress(&out, plain, 1000 * threads - 1, compression, threads);
        assert_same(&out, &reference);
    }
    assert_reads_back(&reference, plain);
}

static void bytes_depend_on_input_and_level_alone(void **state)
{
    (void) state;
    cleanup_buf struct fp_buf plain = FP_BUF_INIT(LIMIT);
    add_sample(&plain, 3000001);
    for (size_t i = 0; i < CODEC_COUNT; i++)
        check(&plain, &CODECS[i]);
    for (unsigned threads = 1; threads <= 8; threads++) {
        cleanup_buf struct fp_buf one = FP_BUF_INIT(LIMIT);
        cleanup_buf struct fp_buf many = FP_BUF_INIT(LIMIT);
        compress(&one, &plain, plain.len, &CODECS[0], 1);
        compress(&many, &plain, 100000, &CODECS[0], threads);
        assert_same(&one, &many);
        /* One half is noise, the other half is words. */
        assert_true(one.len < plain.len * 6 / 10);
    }
}

static void every_level_reads_back(void **state)
{
    (void) state;
    static const int highest[] = {
        [FP_CODEC_GZIP] = FP_GZIP_LEVEL_MAX, [FP_CODEC_ZSTD] = FP_ZSTD_LEVEL_MAX};
    cleanup_buf struct fp_buf plain = FP_BUF_INIT(LIMIT);
    add_sample(&plain, 300000);
    for (size_t i = 0; i < 2; i++) {
        struct fp_compression compression = CODECS[i];
        for (int level = 1; level <= highest[compression.codec]; level++) {
            cleanup_buf struct fp_buf out = FP_BUF_INIT(LIMIT);
            compression.level = level;
            compress(&out, &plain, plain.len, &compression, 2);
            assert_reads_back(&out, &plain);
            assert_int_equal(fp_codec_sniff(out.data, out.len), compression.codec);
        }
    }
}

static void add_file(struct fp_buf *tar, const char *name, const char *data, size_t len)
{
    const struct tar_entry entry = {.name = name, .data = data, .data_len = len};
    tar_add(tar, &entry);
}

static size_t count_of(const struct fp_buf *in, const void *what, size_t len)
{
    size_t count = 0;
    for (const char *at = in->data;
         (at = memmem(at, in->len - (size_t) (at - in->data), what, len)) != NULL; at++)
        count++;
    return count;
}

/* A jar of words, which deflate would make smaller if it were asked. */
static void contents_that_are_packed_are_stored(void **state)
{
    (void) state;
    static const char *const starts[] = {"PK\3\4", "\x1f\x8b\x08", "\x89PNG\r\n\x1a\n", "BZh91AY"};
    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
        char jar[3000];
        char text[3000];
        memset(jar, 'j', sizeof(jar));
        memset(text, 't', sizeof(text));
        memcpy(jar, starts[i], strlen(starts[i]));
        for (size_t codec = 0; codec < 2; codec++) {
            cleanup_buf struct fp_buf tar = FP_BUF_INIT(LIMIT);
            cleanup_buf struct fp_buf out = FP_BUF_INIT(LIMIT);
            add_file(&tar, "a.txt", text, sizeof(text));
            add_file(&tar, "b.jar", jar, sizeof(jar));
            add_file(&tar, "c.txt", text, sizeof(text));
            compress(&out, &tar, 7, &CODECS[codec], 1);
            assert_int_equal(count_of(&out, jar, sizeof(jar)), 1);
            assert_int_equal(count_of(&out, text, 64), 0);
            assert_true(out.len < sizeof(jar) + 1200);
            check(&tar, &CODECS[codec]);
        }
    }
}

static void only_the_beginning_of_a_file_counts(void **state)
{
    (void) state;
    assert_true(fp_is_packed("RIFF\1\2\3\4WEBP", 12));
    assert_false(fp_is_packed("RIFF\1\2\3\4WAVE", 12));
    assert_false(fp_is_packed("RIFF\1\2\3\4WEBP", 11));
    assert_true(fp_is_packed("PK\3\4", 4));
    assert_false(fp_is_packed("PK\3", 3));
    assert_false(fp_is_packed("", 0));
    assert_false(fp_is_packed("\xca\xfe\xba\xbe", 4)); /* a class */
    assert_false(fp_is_packed("\x7f"
                              "ELF",
                              4));
    cleanup_buf struct fp_buf tar = FP_BUF_INIT(LIMIT);
    struct fp_tar_run runs[FP_TAR_RUNS_MAX];
    struct fp_tar_runs position = {0};
    char text[2048] = "";
    memcpy(text + 512, "PK\3\4", 4); /* inside a content */
    add_file(&tar, "a", text, sizeof(text));
    tar_add(&tar, &(struct tar_entry){.name = "long", .type = 'L', .data = "PK\3\4 a name"});
    tar_add(&tar, &(struct tar_entry){.name = "link", .type = '2', .size = "00000001000"});
    add_file(&tar, "b", "PK\3\4", 4);
    size_t count = fp_tar_runs_split(&position, tar.data, tar.len, runs);
    assert_int_equal(count, 2);
    assert_false(runs[0].is_packed);
    assert_int_equal(runs[0].len, tar.len - 512);
    assert_true(runs[1].is_packed);
}

/* A jar that begins with the last block, or is cut by the end of one, or fills several. */
static void contents_may_begin_and_end_anywhere(void **state)
{
    (void) state;
    static const size_t before[] = {0, 1, 509, 510, 511, 512};
    static const size_t sizes[] = {
        1, 511, 512, 513, FP_BLOCK_BYTES - 512, FP_BLOCK_BYTES, 3 * FP_BLOCK_BYTES + 5};
    cleanup_free char *jar = fp_xcalloc(1, sizes[6]);
    cleanup_free char *text = fp_xcalloc(512, FP_TAR_BLOCK);
    memcpy(jar, "PK\3\4", 4);
    for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
        for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
            cleanup_buf struct fp_buf tar = FP_BUF_INIT(LIMIT);
            cleanup_buf struct fp_buf out = FP_BUF_INIT(LIMIT);
            add_file(&tar, "text", text, before[i] * 512);
            add_file(&tar, "jar", jar, sizes[k]);
            add_file(&tar, "end", "", 0);
            compress(&out, &tar, 5000, &CODECS[k % 2], 2);
            assert_reads_back(&out, &tar);
            assert_true(out.len > sizes[k] - (sizes[k] < 4 ? sizes[k] : 0));
        }
    }
}

/* Headers of all kinds and sizes, true and false, over and over. */
static void any_tar_reads_back(void **state)
{
    (void) state;
    static const char *const starts[] = {"PK\3\4", "\x1f\x8b\x08", "text", "", "wOF2"};
    static const char types[] = {'0', '0', '0', '5', '2', 'x', 'L', '7'};
    uint32_t random = 7;
    cleanup_free char *data = fp_xcalloc(1, (size_t) 1 << 20);
    for (unsigned round = 0; round < 24; round++) {
        cleanup_buf struct fp_buf tar = FP_BUF_INIT(LIMIT);
        for (unsigned i = 0; i < 60; i++) {
            const char *start = starts[next_random(&random) % 5];
            size_t len = next_random(&random) % (i % 20 == 0 ? 700000 : 3000);
            memcpy(data, start, strlen(start));
            struct tar_entry entry = {.name = "entry",
                                      .type = types[next_random(&random) % 8],
                                      .data = data,
                                      .data_len = len,
                                      .size = round % 3 == 0 && i % 7 == 0 ? "77777777777" : NULL};
            tar_add(&tar, &entry);
            if (round % 4 == 0 && i % 9 == 0)
                fp_buf_put(&tar, data, len % 700); /* what follows is out of step */
        }
        check(&tar, &CODECS[round % 2]);
    }
}

static void stored_runs_of_every_length_are_sound(void **state)
{
    (void) state;
    static const size_t sizes[] = {0,      1,      65534,  65535,         65536,
                                   131071, 131072, 131073, FP_BLOCK_BYTES};
    cleanup_free char *data = fp_xcalloc(1, FP_BLOCK_BYTES);
    for (size_t i = 0; i < 2 * sizeof(sizes) / sizeof(sizes[0]); i++) {
        size_t len = sizes[i / 2];
        struct fp_packer *packer = fp_packer_new(&CODECS[i % 2]);
        size_t cap = packer->ops->bound(len);
        cleanup_buf struct fp_buf plain = FP_BUF_INIT(LIMIT);
        cleanup_buf struct fp_buf packed = FP_BUF_INIT(LIMIT);
        cleanup_free char *out = fp_xmalloc(cap);
        fp_buf_put(&plain, data, len);
        fp_buf_put(&packed, out, packer->ops->store(data, len, out));
        assert_true(packed.len <= cap);
        assert_reads_back(&packed, &plain);
        packer->ops->free(packer);
    }
}

/* What a stored run looks like is ours alone: a digest must not change without the scheme. */
static void stored_bytes_are_promised(void **state)
{
    (void) state;
    static const char gzip[] = "\x1f\x8b\x08\0\0\0\0\0\0\xff\1\3\0\xfc\xff"
                               "abc\xc2\x41\x24\x35\3\0\0";
    static const char zstd[] = "\x28\xb5\x2f\xfd\xa0\3\0\0\0\x19\0\0"
                               "abc";
    char out[64];
    struct fp_packer *packers[] = {fp_packer_gzip(4), fp_packer_zstd(3)};
    assert_int_equal(packers[0]->ops->store("abc", 3, out), sizeof(gzip));
    assert_memory_equal(out, gzip, sizeof(gzip));
    assert_int_equal(packers[1]->ops->store("abc", 3, out), sizeof(zstd) - 1);
    assert_memory_equal(out, zstd, sizeof(zstd) - 1);
    for (size_t i = 0; i < 2; i++)
        packers[i]->ops->free(packers[i]);
}

static void zeros_are_the_default(void **state)
{
    (void) state;
    const struct fp_compression zeros = {0};
    const struct fp_compression four = {.codec = FP_CODEC_GZIP, .level = 4};
    const struct fp_compression six = {.codec = FP_CODEC_GZIP, .level = 6};
    const struct fp_compression none = {.codec = FP_CODEC_NONE, .level = 6};
    const struct fp_compression zstd = {.codec = FP_CODEC_ZSTD};
    assert_int_equal(fp_compression_level(&zeros), FP_GZIP_LEVEL);
    assert_int_equal(fp_compression_level(&six), 6);
    assert_int_equal(fp_compression_level(&none), 0);
    assert_int_equal(fp_compression_level(&zstd), FP_ZSTD_LEVEL);
    /* A version is a constant text, so that pointers may be kept. */
    assert_ptr_equal(fp_compression_version(&zeros), fp_compression_version(&four));
    assert_string_not_equal(fp_compression_version(&zeros), fp_compression_version(&six));
    assert_string_equal(fp_compression_version(&none), "none");
    assert_memory_equal(fp_compression_version(&zeros), "libdeflate-blocks-2-", 20);
    assert_memory_equal(fp_compression_version(&zstd), "libzstd-blocks-1-", 17);
}

static void nothing_is_one_empty_member(void **state)
{
    (void) state;
    const struct fp_buf nothing = FP_BUF_INIT(1);
    for (size_t i = 0; i < CODEC_COUNT; i++) {
        cleanup_buf struct fp_buf out = FP_BUF_INIT(100);
        compress(&out, &nothing, 1, &CODECS[i], 1);
        if (CODECS[i].codec == FP_CODEC_NONE)
            assert_int_equal(out.len, 0);
        else
            assert_int_equal(fp_codec_sniff(out.data, out.len), CODECS[i].codec);
        assert_reads_back(&out, &nothing);
    }
}

static void abandoned_and_failing_sinks_free_everything(void **state)
{
    (void) state;
    cleanup_buf struct fp_buf plain = FP_BUF_INIT(LIMIT);
    add_sample(&plain, 4000000);
    for (size_t i = 0; i < 2; i++) {
        struct fp_error err = {0};
        struct fp_sink *abandoned = fp_sink_compressed(fp_sink_null(), &CODECS[i], 2);
        assert_int_equal(fp_sink_write(abandoned, plain.data, 1500000, &err), FP_OK);
        fp_sink_free(abandoned);
        cleanup_buf struct fp_buf small = FP_BUF_INIT(10);
        struct fp_sink *full = fp_sink_compressed(fp_sink_buf(&small), &CODECS[i], 2);
        assert_int_equal(fp_sink_write(full, plain.data, plain.len, &err), FP_E_INPUT);
        fp_sink_free(full);
    }
}

static enum fp_code compress_task(void *context, struct fp_error *err)
{
    struct fp_buf *out = context;
    cleanup_buf struct fp_buf plain = FP_BUF_INIT(LIMIT);
    add_sample(&plain, 3000000);
    cleanup_sink struct fp_sink *sink = fp_sink_compressed(fp_sink_buf(out), &CODECS[0], 2);
    FP_TRY(fp_sink_write(sink, plain.data, plain.len, err));
    return fp_sink_finish(sink, err);
}

static void layers_are_compressed_side_by_side(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_buf outs[6];
    cleanup_group struct fp_group *group = fp_group_new(NULL, 2);
    for (int i = 0; i < 6; i++) {
        outs[i] = (struct fp_buf) FP_BUF_INIT(LIMIT);
        fp_group_go(group, compress_task, &outs[i]);
    }
    assert_int_equal(fp_group_wait(group, &err), FP_OK);
    for (int i = 0; i < 6; i++)
        assert_same(&outs[i], &outs[0]);
    for (int i = 0; i < 6; i++)
        fp_buf_clear(&outs[i]);
}

/* In a cancelled group, the tasks of the sink never start. It must not wait for them. */
static void a_sink_does_without_its_tasks(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_cancel cancel = {0};
    cleanup_buf struct fp_buf alone = FP_BUF_INIT(LIMIT);
    cleanup_buf struct fp_buf helped = FP_BUF_INIT(LIMIT);
    assert_int_equal(compress_task(&helped, &err), FP_OK);
    cleanup_cancel struct fp_cancel *before = fp_cancel_enter(&cancel);
    assert_true(fp_cancel(&cancel, FP_CANCEL_FAILURE));
    assert_int_equal(compress_task(&alone, &err), FP_OK);
    assert_same(&alone, &helped);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_depend_on_input_and_level_alone),
        cmocka_unit_test(every_level_reads_back),
        cmocka_unit_test(contents_that_are_packed_are_stored),
        cmocka_unit_test(only_the_beginning_of_a_file_counts),
        cmocka_unit_test(contents_may_begin_and_end_anywhere),
        cmocka_unit_test(any_tar_reads_back),
        cmocka_unit_test(stored_runs_of_every_length_are_sound),
        cmocka_unit_test(stored_bytes_are_promised),
        cmocka_unit_test(zeros_are_the_default),
        cmocka_unit_test(nothing_is_one_empty_member),
        cmocka_unit_test(abandoned_and_failing_sinks_free_everything),
        cmocka_unit_test(layers_are_compressed_side_by_side),
        cmocka_unit_test(a_sink_does_without_its_tasks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
