/** Distributions: used as they are, repacked, or refused. */
#include "dist_place.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void test_used_as_it_is(void **state)
{
    struct place *place = *state;
    cleanup_buf struct fp_buf tar = FP_BUF_INIT((size_t) 1 << 20);
    cleanup_buf struct fp_buf whole = FP_BUF_INIT((size_t) 1 << 20);
    char hex[FP_HASH_HEX_MAX] = "";
    struct fp_error err = {0};
    dist_tar(&tar, &(struct dist_shape){.owner = "0000766"});
    write_gzip(place->archive, tar.data, tar.len, false);
    assert_int_equal(fp_file_read(place->archive, &whole, &err), FP_OK);

    struct fp_distribution dist = read_dist(place);
    assert_true(dist.as_is);
    assert_null(dist.repack_reason);
    assert_string_equal(dist.version.text, "1.20.0");
    assert_string_equal(dist.scala_version, "2.12");
    assert_string_equal(dist.top, "flink-1.20.0");
    fp_hash_bytes(FP_SHA256, tar.data, tar.len, hex);
    assert_string_equal(fp_digest_hex(&dist.layer.diff_id), hex);
    assert_int_equal(dist.layer.tar_bytes, tar.len);
    fp_hash_bytes(FP_SHA256, whole.data, whole.len, hex);
    assert_string_equal(dist.sha256, hex);
    assert_string_equal(fp_digest_hex(&fp_blob_descriptor(dist.layer.blob)->digest), hex);
    assert_int_equal(fp_blob_descriptor(dist.layer.blob)->size, whole.len);
    assert_string_equal(fp_distribution_file(&dist, "conf/config.yaml")->data,
                        "rest:\n  port: 8081\n");
    assert_null(fp_distribution_file(&dist, "conf/flink-conf.yaml"));
    assert_int_equal(dist.file_count, 3);
    assert_int_equal(dist.lib_jars.len, 2);
    assert_string_equal(dist.lib_jars.items[0], "flink-dist-1.20.0.jar");
    assert_int_equal(dist.opt_jars.len, 2);
    assert_int_equal(fp_tree_get(dist.tree, "flink-1.20.0/lib/flink-dist-1.20.0.jar")->uid, 0766);
    fp_distribution_clear(&dist);
}

/* A good archive in another codec keeps its diff_id; an unfit one is repacked, as always. */
static void test_converted(void **state)
{
    static const enum fp_codec codecs[] = {FP_CODEC_ZSTD, FP_CODEC_NONE};
    struct place *place = *state;
    for (size_t i = 0; i < 4; i++) {
        write_dist(place, &(struct dist_shape){.owner = i < 2 ? NULL : "0177777"});
        place->layer.compression.codec = FP_CODEC_GZIP;
        struct fp_distribution good = read_dist(place);
        place->layer.compression.codec = codecs[i % 2];
        struct fp_distribution dist = read_dist(place);
        const struct fp_descriptor *descriptor = fp_blob_descriptor(dist.layer.blob);
        assert_int_equal(good.as_is, i < 2);
        assert_false(dist.as_is);
        assert_string_equal(dist.repack_reason, i >= 2   ? good.repack_reason
                                                : i == 0 ? "--compression zstd, not gzip"
                                                         : "--compression none, not gzip");
        assert_string_equal(dist.layer.diff_id.text, good.layer.diff_id.text);
        assert_int_equal(dist.layer.tar_bytes, good.layer.tar_bytes);
        assert_string_equal(dist.sha256, good.sha256);
        assert_string_equal(descriptor->media_type, fp_codec_media(codecs[i % 2]));
        if (i % 2 == 1)
            assert_string_equal(descriptor->digest.text, dist.layer.diff_id.text);
        fp_distribution_clear(&good);
        fp_distribution_clear(&dist);
    }
}

/* Each flaw makes the archive unusable as a layer. Repacking gives the layer of a good one. */
static void test_repacked(void **state)
{
    struct place *place = *state;
    static const struct {
        const char *reason;
        struct dist_shape shape;
    } CASES[] = {
        {"is spelled in another way", {.rooted = "./"}},
        {"its folder is 'flink', not 'flink-1.20.0'", {.top = "flink"}},
        {"its folder is 'a/b', not 'flink-1.20.0'", {.top = "a/b"}},
        {"has an owner above 65533", {.owner = "0177777"}},
        {"bin/taskmanager.sh cannot be run by everyone", {.script_mode = "0000644"}},
        {"cannot be read by everyone", {.file_mode = "0000600"}},
        {"is writable for everyone", {.file_mode = "0000666"}},
        {"has a setuid, setgid or sticky bit", {.script_mode = "0004755"}},
        {"comes before its folder", {.without_folders = true}},
        {"lies outside the top folder", {.extra = {.name = "other", .data = "x"}}},
        {"is a macOS resource file", {.extra = {.name = "flink-1.20.0/lib/._x.jar", .data = "x"}}},
        {"bin is there twice",
         {.extra = {.name = "flink-1.20.0/bin/", .type = '5', .mode = "0000755"}}},
    };
    write_dist(place, &(struct dist_shape){0});
    place->options.slim = true;
    cleanup_strv struct fp_strv keep = {0};
    fp_strv_split(&keep, "opt examples", ' ');
    place->options.keep = &keep;
    struct fp_distribution good = read_dist(place);
    place->options.slim = false;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        write_dist(place, &CASES[i].shape);
        struct fp_distribution dist = read_dist(place);
        assert_false(dist.as_is);
        if (strstr(dist.repack_reason, CASES[i].reason) == NULL)
            fail_msg("'%s' is not '%s'", dist.repack_reason, CASES[i].reason);
        /* Directories that are not in the archive get the time of the newest file. */
        assert_string_equal(dist.layer.diff_id.text, good.layer.diff_id.text);
        fp_distribution_clear(&dist);
    }
    const struct fp_entry *script = fp_tree_get(good.tree, "flink-1.20.0/bin/taskmanager.sh");
    assert_int_equal(script->mode, 0755);
    assert_int_equal(script->uid, 0);
    fp_distribution_clear(&good);
}

/* Write into a file like a process that has it open, and restore the times of the file. */
static void write_into(const char *path, const char *data, size_t len, off_t at)
{
    struct stat st = {0};
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(pwrite(fd, data, len, at), (ssize_t) len);
    assert_int_equal(futimens(fd, (struct timespec[]){st.st_atim, st.st_mtim}), 0);
    assert_int_equal(close(fd), 0);
}

/* After the archive was verified and before the layer is made, replacing the file has no effect,
 * and changing its bytes is an error, in every way of reading. */
static void test_what_was_verified_is_what_is_used(void **state)
{
    struct place *place = *state;
    const struct dist_shape shapes[] = {{0}, {0}, {.rooted = "./"}};
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        struct fp_error err = {0};
        struct fp_distribution dist = {0};
        char sha512[FP_HASH_HEX_MAX] = "";
        cleanup_input struct fp_input *input = NULL;
        write_dist(place, &shapes[i]);
        assert_int_equal(fp_input_open(place->archive, &input, &err), FP_OK);
        assert_int_equal(fp_input_hash(input, FP_SHA512, sha512, &err), FP_OK);
        input->is_pinned = true;
        place->options.slim = i == 1;
        place->options.input = input;
        assert_int_equal(unlink(place->archive), 0);
        write_dist(place, &(struct dist_shape){.top = "evil"});
        dist = read_dist(place);
        assert_int_equal(dist.as_is, i == 0);
        assert_string_equal(dist.sha256, input->sha256);
        cleanup_source struct fp_source *layer = NULL;
        cleanup_sink struct fp_sink *nowhere = fp_sink_null();
        assert_int_equal(fp_blob_open(dist.layer.blob, 0, &layer, &err), FP_OK);
        layer = fp_source_verified(layer, fp_blob_descriptor(dist.layer.blob), "layer");
        assert_int_equal(fp_stream_copy(layer, nowhere, NULL, &err), FP_OK);
        fp_distribution_clear(&dist);

        /* Offset 4, the time in the gzip header, keeps the archive valid. Offset 40 damages it. */
        for (off_t at = 4; at <= 40; at += 36) {
            assert_int_equal(unlink(place->archive), 0);
            write_dist(place, &shapes[i]);
            fp_input_free(input);
            assert_int_equal(fp_input_open(place->archive, &input, &err), FP_OK);
            place->options.input = input;
            assert_int_equal(fp_input_hash(input, FP_SHA512, sha512, &err), FP_OK);
            input->is_pinned = true;
            write_into(place->archive, "\x5a\xa5", 2, at);
            refused(place, FP_E_VERIFY, "changed while it was read");
        }
        /* Without a checksum or an earlier reading, the time of the file shows the change. */
        fp_input_free(input);
        assert_int_equal(fp_input_open(place->archive, &input, &err), FP_OK);
        place->options.input = input;
        assert_int_equal(utimensat(AT_FDCWD, place->archive, (struct timespec[2]){0}, 0), 0);
        refused(place, FP_E_INPUT, "changed while it was read");
    }
}

static void test_repacked_for_its_end(void **state)
{
    struct place *place = *state;
    cleanup_buf struct fp_buf tar = FP_BUF_INIT((size_t) 1 << 20);
    dist_tar(&tar, &(struct dist_shape){0});
    fp_buf_puts(&tar, "something more");
    write_gzip(place->archive, tar.data, tar.len, false);
    struct fp_distribution dist = read_dist(place);
    assert_string_equal(dist.repack_reason, "something follows the end of the archive");
    fp_distribution_clear(&dist);

    write_gzip(place->archive, tar.data, 1024, false);
    write_gzip(place->archive, tar.data + 1024, tar.len - 1024 - 14, true);
    dist = read_dist(place);
    assert_string_equal(dist.repack_reason, "something follows the end of the archive");
    fp_distribution_clear(&dist);

    write_plain(place->archive, tar.data, tar.len - 14);
    dist = read_dist(place);
    assert_string_equal(dist.repack_reason, "it is not compressed with gzip");
    assert_int_equal(strlen(dist.sha256), 64);
    fp_distribution_clear(&dist);
}

static void test_hard_links(void **state)
{
    struct place *place = *state;
    write_dist(place,
               &(struct dist_shape){.extra = {.name = "flink-1.20.0/lib/again.jar",
                                              .type = '1',
                                              .link = "flink-1.20.0/opt/flink-cep-1.20.0.jar"}});
    struct fp_distribution dist = read_dist(place);
    assert_true(dist.as_is);
    fp_distribution_clear(&dist);
    place->options.slim = true;
    refused(place, FP_E_INPUT, "is a hard link to flink-1.20.0/opt/flink-cep-1.20.0.jar, which");
}

static void test_links(void **state)
{
    struct place *place = *state;
    static const struct {
        const char *target;
        bool is_inside;
    } CASES[] = {{"../conf/config.yaml", true}, {"x", true},      {"./a/../../conf", true},
                 {"/etc/passwd", false},        {"../..", false}, {"../../flink-1.20.0/x", false},
                 {"a/../../../x", false}};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        write_dist(place, &(struct dist_shape){.extra = {.name = "flink-1.20.0/lib/link",
                                                         .type = '2',
                                                         .link = CASES[i].target}});
        if (!CASES[i].is_inside) {
            refused(place, FP_E_INPUT, "outside the distribution");
            continue;
        }
        struct fp_distribution dist = read_dist(place);
        assert_true(dist.as_is);
        fp_distribution_clear(&dist);
    }
}

/* Of several distributions, the least nested one is taken. Two at the same depth are refused. */
static void test_several(void **state)
{
    struct place *place = *state;
    static const struct {
        const char *other;
        const char *words; /* NULL: the other one is ignored */
    } CASES[] = {{"a/b/lib/flink-dist-1.6.0.jar", NULL},
                 {"flink-1.20.0/x/lib/flink-dist-1.6.0.jar", NULL},
                 {"a/lib/flink-dist-1.6.0.jar", "several Flinks in it: flink-1.20.0 and a"},
                 {"flink-1.20.0/lib/flink-dist-1.6.0.jar", "holds 2 flink-dist jars"}};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        write_dist(place, &(struct dist_shape){.extra = {.name = CASES[i].other, .data = "PK"}});
        if (CASES[i].words != NULL) {
            refused(place, FP_E_INPUT, CASES[i].words);
            continue;
        }
        struct fp_distribution dist = read_dist(place);
        assert_string_equal(dist.top, "flink-1.20.0");
        fp_distribution_clear(&dist);
    }
    write_dist(place, &(struct dist_shape){.top = "a/b/c/flink"});
    refused(place, FP_E_INPUT, "Flink lies too deep in it, in a/b/c/flink");
}

static void test_slim(void **state)
{
    struct place *place = *state;
    write_dist(place, &(struct dist_shape){0});
    place->options.slim = true;
    cleanup_strv struct fp_strv keep = {0};
    fp_strv_add(&keep, "opt/flink-s3-fs-hadoop-*.jar");
    place->options.keep = &keep;
    struct fp_distribution dist = read_dist(place);
    assert_non_null(fp_tree_get(dist.tree, "flink-1.20.0/opt/flink-s3-fs-hadoop-1.20.0.jar"));
    assert_null(fp_tree_get(dist.tree, "flink-1.20.0/opt/flink-cep-1.20.0.jar"));
    assert_null(fp_tree_get(dist.tree, "flink-1.20.0/examples"));
    assert_non_null(fp_tree_get(dist.tree, "flink-1.20.0/lib/flink-dist-1.20.0.jar"));
    /* The result still lists all jars that could have been kept. */
    assert_int_equal(dist.opt_jars.len, 2);
    fp_distribution_clear(&dist);
}

static void test_names(void **state)
{
    struct place *place = *state;
    static const struct {
        const char *jar;
        const char *top;
        const char *scala;
    } CASES[] = {{"flink-dist_2.11-1.6.0.jar", "flink-1.6.0", "2.11"},
                 {"flink-dist-2.4-SNAPSHOT.jar", "flink-2.4-SNAPSHOT", "2.12"}};
    for (size_t i = 0; i < 2; i++) {
        write_dist(place, &(struct dist_shape){.jar = CASES[i].jar, .top = CASES[i].top});
        struct fp_distribution dist = read_dist(place);
        assert_true(dist.as_is);
        assert_string_equal(dist.top, CASES[i].top);
        assert_string_equal(dist.scala_version, CASES[i].scala);
        fp_distribution_clear(&dist);
    }
    write_dist(place, &(struct dist_shape){.jar = "flink-dist_2.11-1.4.2.jar"});
    refused(place, FP_E_INPUT, "1.5.0 is the oldest");
    write_dist(place, &(struct dist_shape){.jar = "flink-dist.jar"});
    refused(place, FP_E_INPUT, "lib/flink-dist.jar: '' is not a version");
    write_dist(place, &(struct dist_shape){.jar = "flink-core-1.20.0.jar"});
    refused(place, FP_E_INPUT, "looked for lib/flink-dist*.jar, found flink-1.20.0");
    write_dist(place, &(struct dist_shape){
                          .extra = {.name = "flink-1.20.0/lib/flink-dist-1.jar", .data = "x"}});
    refused(place, FP_E_INPUT, "lib/ holds 2 flink-dist jars");
}

static void test_no_distribution(void **state)
{
    struct place *place = *state;
    cleanup_buf struct fp_buf tar = FP_BUF_INIT((size_t) 1 << 20);
    refused(place, FP_E_NOT_FOUND, place->archive);
    write_plain(place->archive, "", 0);
    refused(place, FP_E_INPUT, "the file is empty");
    write_plain(place->archive, "\n <html>404</html>", 18);
    refused(place, FP_E_INPUT, "HTML");
    write_plain(place->archive, "PK\3\4jar", 7);
    refused(place, FP_E_INPUT, "--job-jar");
    tar_add(&tar, &(struct tar_entry){.name = "flink-1.20.0/pom.xml", .data = "<project/>"});
    tar_end(&tar);
    write_gzip(place->archive, tar.data, tar.len, false);
    refused(place, FP_E_INPUT, "this is source code");
    fp_buf_clear(&tar);
    tar_end(&tar);
    write_gzip(place->archive, tar.data, tar.len, false);
    refused(place, FP_E_INPUT, "found nothing at all");
}

static void test_damaged(void **state)
{
    struct place *place = *state;
    struct stat st = {0};
    write_dist(place, &(struct dist_shape){0});
    assert_int_equal(stat(place->archive, &st), 0);
    assert_int_equal(truncate(place->archive, st.st_size - 20), 0);
    refused(place, FP_E_INPUT, place->archive);
    write_dist(place, &(struct dist_shape){.extra = {.name = "flink-1.20.0/../x", .data = "x"}});
    refused(place, FP_E_INPUT, place->archive);
    write_dist(place, &(struct dist_shape){.rooted = "./",
                                           .extra = {.name = "flink-1.20.0/.wh.lib", .data = "x"}});
    refused(place, FP_E_INPUT, "deleted files");
}

/* Archives extended with "tar -r" can hold a name twice. The last one wins, as in tar. */
static void test_added_to(void **state)
{
    struct place *place = *state;
    write_dist(place, &(struct dist_shape){
                          .extra = {.name = "flink-1.20.0/conf/config.yaml", .data = "a: b\n"}});
    struct fp_distribution dist = read_dist(place);
    assert_false(dist.as_is);
    assert_int_equal(dist.file_count, 3);
    assert_string_equal(fp_distribution_file(&dist, "conf/config.yaml")->data, "a: b\n");
    fp_distribution_clear(&dist);
    write_dist(place, &(struct dist_shape){
                          .extra = {.name = "flink-1.20.0/lib", .type = '2', .link = "opt"}});
    refused(place, FP_E_INPUT, place->archive);
    refused(place, FP_E_INPUT, "/flink-1.20.0/lib is no directory");
}

/* RFC 3339 ends with the year 9999, and Docker refuses images with a later "created". */
static void test_times_beyond_words(void **state)
{
    struct place *place = *state;
    cleanup_buf struct fp_buf tar = FP_BUF_INIT((size_t) 1 << 20);
    tar_pax(&tar, "mtime", "253402300800");
    tar_add(&tar, &(struct tar_entry){.name = "flink-1.20.0/late", .data = "x"});
    dist_tar(&tar, &(struct dist_shape){0});
    write_gzip(place->archive, tar.data, tar.len, false);
    struct fp_distribution dist = read_dist(place);
    assert_int_equal(dist.newest_mtime_s, 1500000000);
    fp_distribution_clear(&dist);
}

/* Write an archive with `count` entries NAME0, NAME1, ... */
static void write_many(const struct place *place, const char *name, int count)
{
    cleanup_buf struct fp_buf tar = FP_BUF_INIT((size_t) 32 << 20);
    for (int i = 0; i < count; i++) {
        cleanup_free char *numbered = fp_xasprintf("%s%d", name, i);
        if (strlen(numbered) > 100)
            tar_pax(&tar, "path", numbered);
        tar_add(&tar, &(struct tar_entry){.name = numbered, .data = "x"});
    }
    tar_end(&tar);
    write_gzip(place->archive, tar.data, tar.len, false);
}

/* A path "flink-1.20.0/nnn/nnn/" with `folders` directories, each name of `bytes` bytes. */
static char *nested(int folders, int bytes)
{
    char *name = fp_xstrdup("flink-1.20.0/");
    for (int i = 0; i < folders; i++) {
        char *longer = fp_xasprintf("%s%0*d/", name, bytes, 0);
        free(name);
        name = longer;
    }
    return name;
}

static void test_limits(void **state)
{
    struct place *place = *state;
    cleanup_free char *deep = nested(40, 1);
    cleanup_free char *wide = nested(10, 200);
    write_many(place, "flink-1.20.0/f", 20001);
    refused(place, FP_E_INPUT, "more than 20000 entries");
    write_many(place, deep, 1);
    refused(place, FP_E_INPUT, "nested too deeply");
    write_many(place, wide, 5000);
    refused(place, FP_E_INPUT, "more than 8 MiB of names");
    cleanup_buf struct fp_buf tar = FP_BUF_INIT((size_t) 4 << 20);
    for (int i = 0; i < 1000; i++) {
        cleanup_free char *name = fp_xasprintf("flink-1.20.0/bin/%d", i);
        tar_add(&tar, &(struct tar_entry){.name = name, .data = "x"});
    }
    dist_tar(&tar, &(struct dist_shape){0});
    write_gzip(place->archive, tar.data, tar.len, false);
    refused(place, FP_E_INPUT, "1000 files");
}

/* The archive inflates from 80 KiB to 80 MiB of zeros. */
static void test_bomb(void **state)
{
    struct place *place = *state;
    cleanup_buf struct fp_buf tar = FP_BUF_INIT((size_t) 1 << 20);
    tar_add(&tar, &(struct tar_entry){.name = "zeros", .size = "00500000000"});
    gzFile file = gzopen(place->archive, "wb1");
    assert_int_equal(gzwrite(file, tar.data, (unsigned) tar.len), tar.len);
    cleanup_free char *zeros = fp_xcalloc(1 << 20, 1);
    for (int i = 0; i < 80; i++)
        assert_int_equal(gzwrite(file, zeros, 1 << 20), 1 << 20);
    assert_int_equal(gzclose(file), Z_OK);
    refused(place, FP_E_INPUT, place->archive);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_used_as_it_is),
        TEST(test_converted),
        TEST(test_repacked),
        TEST(test_repacked_for_its_end),
        TEST(test_hard_links),
        TEST(test_links),
        TEST(test_several),
        TEST(test_slim),
        TEST(test_what_was_verified_is_what_is_used),
        TEST(test_names),
        TEST(test_damaged),
        TEST(test_no_distribution),
        TEST(test_bomb),
        TEST(test_added_to),
        TEST(test_times_beyond_words),
        TEST(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
