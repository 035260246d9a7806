#include "flinkpack/layer/write.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../../builder/layer/tar.h"
#include "flinkpack/layer/scan.h"

#define MTIME          1700000000
#define GOLDEN_DIFF_ID "sha256:d23c0c4a8e11af8d7c9c9a5a3b64d001eae5e42ac057d07abc2330e2c8988325"
#define GOLDEN_LISTING "sha256:3ccb3a3f4f68af50da5b7d57d5de8ded98e462f69537ecd16726a100b0324b2e"
#define TEXT_MAX       ((size_t) 1 << 20)

static enum fp_code add(struct fp_layer_builder *builder, struct fp_entry entry, const char *text,
                        struct fp_error *err)
{
    struct fp_content content = {.text = text, .text_len = text != NULL ? strlen(text) : 0};
    if (entry.kind == FP_ENTRY_FILE)
        entry.size = content.text_len;
    entry.mtime_s = -1;
    fp_layer_builder_add(builder, &entry, text != NULL ? &content : NULL);
    return fp_layer_builder_check(builder, err);
}

static void must_add(struct fp_layer_builder *builder, struct fp_entry entry, const char *text)
{
    struct fp_error err = {0};
    enum fp_code code = add(builder, entry, text, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(code, FP_OK);
}

static void add_file(struct fp_layer_builder *builder, const char *path, const char *text)
{
    must_add(builder, (struct fp_entry){.path = path, .kind = FP_ENTRY_FILE, .mode = 0644}, text);
}

static void add_dir(struct fp_layer_builder *builder, const char *path)
{
    must_add(builder, (struct fp_entry){.path = path, .kind = FP_ENTRY_DIR, .mode = 0755}, NULL);
}

static void add_link(struct fp_layer_builder *builder, const char *path, const char *link)
{
    must_add(builder,
             (struct fp_entry){.path = path, .kind = FP_ENTRY_SYMLINK, .mode = 0777, .link = link},
             NULL);
}

static struct fp_layer write_layer(struct fp_layer_builder *builder, unsigned threads)
{
    struct fp_layer layer = {0};
    struct fp_error err = {0};
    struct fp_layer_options options = {.folder = ".", .threads = threads};
    enum fp_code code = fp_layer_builder_write(builder, &options, &layer, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(code, FP_OK);
    return layer;
}

static struct fp_source *open_tar(const struct fp_layer *layer)
{
    struct fp_error err = {0};
    struct fp_source *source = NULL;
    assert_int_equal(fp_blob_open(layer->blob, 0, &source, &err), FP_OK);
    return fp_source_inflate(source, "layer", UINT64_MAX, NULL);
}

static enum fp_code list_entry(void *context, struct fp_scan *scan, const struct fp_entry *entry,
                               const char *raw_path, enum fp_scan_action *ret_action,
                               struct fp_error *err)
{
    char data[64] = "";
    size_t len = 0;
    (void) ret_action;
    if (entry->kind == FP_ENTRY_FILE) {
        enum fp_code code = fp_scan_read(scan, data, sizeof(data), &len, err);
        if (code != FP_OK)
            return code;
    }
    cleanup_free char *xattrs =
        entry->xattrs != NULL ? fp_json_canonical(entry->xattrs) : fp_xstrdup("");
    fp_buf_putf(context, "%s %o %ju:%ju %jd [%s] %s%.*s\n", raw_path, entry->mode,
                (uintmax_t) entry->uid, (uintmax_t) entry->gid, (intmax_t) entry->mtime_s,
                entry->link != NULL ? entry->link : "", xattrs, (int) len, data);
    return fp_buf_check(context, err);
}

/* Read the blob back, check the descriptor of the layer, and list the entries. */
static char *list(const struct fp_layer *layer)
{
    struct fp_buf text = FP_BUF_INIT(TEXT_MAX);
    struct fp_error err = {0};
    struct fp_scan_summary summary = {0};
    cleanup_hash struct fp_hash *hash = fp_hash_new(FP_SHA256);
    cleanup_source struct fp_source *tar = fp_source_hashed(open_tar(layer), hash);
    enum fp_code code = fp_scan_tar_summary(tar, "layer", false, list_entry, &text, &summary, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(code, FP_OK);
    assert_true(summary.has_end && !summary.has_trailing);
    assert_int_equal(summary.tar_bytes, layer->tar_bytes);
    struct fp_digest diff_id = fp_digest_finish(hash, FP_SHA256);
    assert_string_equal(diff_id.text, layer->diff_id.text);
    struct fp_source *opened = NULL;
    assert_int_equal(fp_blob_open(layer->blob, 0, &opened, &err), FP_OK);
    cleanup_source struct fp_source *blob =
        fp_source_verified(opened, fp_blob_descriptor(layer->blob), "blob");
    cleanup_sink struct fp_sink *sink = fp_sink_null();
    assert_int_equal(fp_stream_copy(blob, sink, NULL, &err), FP_OK);
    return fp_buf_take(&text);
}

static void layers_are_sorted_and_read_back(void **state)
{
    (void) state;
    cleanup_layer_builder struct fp_layer_builder *builder = fp_layer_builder_new(MTIME);
    struct fp_error err = {0};
    add_link(builder, "opt/flink/opt", "/flink-1.20.5/opt");
    must_add(
        builder,
        (struct fp_entry){.path = "a", .kind = FP_ENTRY_HARDLINK, .mode = 0644, .link = "opt/z"},
        NULL);
    add_file(builder, "opt/flink-x", "x");
    add_file(builder, "opt/flink/conf/config.yaml", "hello");
    add_file(builder, "opt/z", "z");
    must_add(
        builder,
        (struct fp_entry){
            .path = "opt/flink", .kind = FP_ENTRY_DIR, .mode = 02775, .uid = 9999, .gid = 9999},
        NULL);
    assert_int_equal(fp_layer_builder_finish(builder, NULL, &err), FP_OK);
    struct fp_layer layer = write_layer(builder, 1);
    cleanup_free char *text = list(&layer);
    assert_string_equal(text, "opt/ 755 0:0 1700000000 [] \n"
                              "opt/flink/ 2775 9999:9999 1700000000 [] \n"
                              "opt/flink/conf/ 755 0:0 1700000000 [] \n"
                              "opt/flink/conf/config.yaml 644 0:0 1700000000 [] hello\n"
                              "opt/flink/opt 777 0:0 1700000000 [/flink-1.20.5/opt] \n"
                              "opt/flink-x 644 0:0 1700000000 [] x\n"
                              "opt/z 644 0:0 1700000000 [] z\n"
                              "a 644 0:0 1700000000 [opt/z] \n");
    assert_string_equal(fp_blob_descriptor(layer.blob)->media_type, FP_MEDIA_OCI_LAYER_GZIP);
    assert_true(fp_blob_fd(layer.blob) >= 0);
    assert_null(fp_blob_path(layer.blob));
    fp_layer_clear(&layer);
}

/* A layer with everything that fits into ustar headers, and everything that does not. */
static struct fp_layer_builder *everything(void)
{
    struct fp_layer_builder *builder = fp_layer_builder_new(MTIME);
    struct fp_error err = {0};
    char path[400] = "";
    for (size_t len = 0; len < 300; len += 50) {
        memset(path + len, 'd', 49);
        path[len + 49] = '/';
        (void) snprintf(path + len + 50, 100, "file-%zu", len);
        add_file(builder, path, "content");
    }
    memset(path, 'n', 101);
    path[101] = '\0';
    add_file(builder, path, "a name that no split helps");
    path[100] = '\0';
    add_file(builder, path, "a name that just fits");
    path[99] = '\0';
    add_dir(builder, path);
    path[99] = 'm';
    add_dir(builder, path);
    path[100] = 'n';
    add_link(builder, "link-100",
             "0123456789012345678901234567890123456789012345678901234567890123"
             "456789012345678901234567890123456789");
    add_link(builder, "link-101", path);
    add_link(builder, "\xc3\xbcmlaut", "\xc3\xa4");
    json_t *xattrs = json_pack("{ssss}", "user.b", "AQID", "security.capability", "AAD/Cg==");
    must_add(builder,
             (struct fp_entry){.path = "ping",
                               .kind = FP_ENTRY_FILE,
                               .mode = 04755,
                               .uid = 2097152,
                               .gid = 4294967294U,
                               .xattrs = xattrs},
             "elf");
    json_decref(xattrs);
    must_add(
        builder,
        (struct fp_entry){.path = "zz", .kind = FP_ENTRY_HARDLINK, .mode = 04755, .link = "ping"},
        NULL);
    assert_int_equal(fp_layer_builder_finish(builder, NULL, &err), FP_OK);
    return builder;
}

static void diff_ids_are_what_they_were(void **state)
{
    (void) state;
    cleanup_layer_builder struct fp_layer_builder *builder = everything();
    struct fp_layer layer = write_layer(builder, 1);
    /* This must not change, because all layers of all users would change. */
    assert_string_equal(layer.diff_id.text, GOLDEN_DIFF_ID);
    cleanup_free char *text = list(&layer);
    assert_string_equal(fp_digest_of(text, strlen(text)).text, GOLDEN_LISTING);
    assert_non_null(strstr(text,
                           "ping 4755 2097152:4294967294 1700000000 [] "
                           "{\"security.capability\":\"AAD/Cg==\",\"user.b\":\"AQID\"}elf\n"));
    assert_non_null(strstr(text, "\n\xc3\xbcmlaut 777 0:0 1700000000 [\xc3\xa4] \n"));
    assert_non_null(strstr(text, "] a name that no split helps\n"));
    fp_layer_clear(&layer);
}

static void empty_layer_is_two_zero_blocks(void **state)
{
    (void) state;
    cleanup_layer_builder struct fp_layer_builder *builder = fp_layer_builder_new(MTIME);
    struct fp_layer layer = write_layer(builder, 1);
    assert_int_equal(layer.tar_bytes, 1024);
    /* This is the well-known digest of 1024 zero bytes. */
    assert_string_equal(layer.diff_id.text,
                        "sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef");
    fp_layer_clear(&layer);
}

static enum fp_code stop_at_first(void *context, struct fp_scan *scan, const struct fp_entry *entry,
                                  const char *raw_path, enum fp_scan_action *ret_action,
                                  struct fp_error *err)
{
    (void) scan, (void) raw_path, (void) err;
    *(struct fp_entry *) context = *entry;
    *ret_action = FP_SCAN_STOP;
    return FP_OK;
}

static void huge_numbers_are_pax_records(void **state)
{
    (void) state;
    static const struct fp_entry entries[] = {
        {.size = 077777777777, .uid = 2097151, .mtime_s = 077777777777},
        {.size = (uint64_t) 1 << 33, .uid = 2097152, .mtime_s = (int64_t) 1 << 33},
        {.size = (uint64_t) 1 << 60, .uid = 4294967294U, .mtime_s = 1},
    };
    for (size_t i = 0; i < 3; i++) {
        struct fp_entry entry = entries[i];
        struct fp_entry back = {0};
        struct fp_error err = {0};
        cleanup_buf struct fp_buf tar = FP_BUF_INIT(TEXT_MAX);
        entry.path = "huge";
        assert_int_equal(fp_tar_header(&entry, &tar, &err), FP_OK);
        assert_int_equal(tar.len, i == 0 ? 512 : 3 * 512);
        cleanup_source struct fp_source *source = fp_source_memory(tar.data, tar.len);
        assert_int_equal(fp_scan_tar(source, "tar", false, stop_at_first, &back, &err), FP_OK);
        assert_int_equal(back.size, entry.size);
        assert_int_equal(back.uid, entry.uid);
        assert_int_equal(back.mtime_s, entry.mtime_s);
    }
}

static void pax_record_lengths_count_themselves(void **state)
{
    (void) state;
    /* These lengths include those at which the length field gets another digit. */
    for (size_t len = 101; len < 1010; len++) {
        char link[1100] = "";
        struct fp_error err = {0};
        memset(link, 'l', len);
        struct fp_entry entry = {.path = "l", .kind = FP_ENTRY_SYMLINK, .link = link};
        cleanup_buf struct fp_buf tar = FP_BUF_INIT(TEXT_MAX);
        assert_int_equal(fp_tar_header(&entry, &tar, &err), FP_OK);
        size_t record = len + strlen(" linkpath=\n") + 3;
        if (record >= 1000)
            record++;
        cleanup_free char *expected = fp_xasprintf("%zu linkpath=l", record);
        assert_memory_equal(tar.data + 512, expected, strlen(expected));
        assert_int_equal(tar.data[512 + record - 1], '\n');
        if (record % 512 != 0)
            assert_int_equal(tar.data[512 + record], 0);
    }
}

static void bytes_do_not_depend_on_order_or_threads(void **state)
{
    (void) state;
    char digests[2][FP_DIGEST_TEXT_MAX];
    cleanup_free char *big = fp_xmalloc(3000001);
    for (size_t i = 0; i < 3000000; i++)
        big[i] = (char) ('a' + i * i % 26);
    big[3000000] = '\0';
    for (int i = 0; i < 2; i++) {
        cleanup_layer_builder struct fp_layer_builder *builder = fp_layer_builder_new(MTIME);
        mode_t before = umask(i == 1 ? 077 : 022);
        add_dir(builder, "d");
        if (i == 1)
            add_file(builder, "d/b", "b");
        add_file(builder, "d/a", big);
        if (i == 0)
            add_file(builder, "d/b", "b");
        add_dir(builder, "d");
        struct fp_layer layer = write_layer(builder, i == 1 ? 3 : 1);
        (void) umask(before);
        memcpy(digests[i], fp_blob_descriptor(layer.blob)->digest.text, FP_DIGEST_TEXT_MAX);
        fp_layer_clear(&layer);
    }
    assert_string_equal(digests[0], digests[1]);
}

static void bad_entries_are_refused(void **state)
{
    (void) state;
    static const struct {
        struct fp_entry entry;
        const char *text;
    } bad[] = {
        {{.path = "/abs"}, "is absolute"},
        {{.path = "a/../b"}, "\"..\" part"},
        {{.path = "a//b"}, "empty part"},
        {{.path = ""}, "empty part"},
        {{.path = "a/.wh.b"}, "mean removal"},
        {{.path = "dev", .kind = FP_ENTRY_DEVICE}, "devices"},
        {{.path = "l", .kind = FP_ENTRY_SYMLINK, .link = ""}, "empty"},
        {{.path = "l", .kind = FP_ENTRY_HARDLINK, .link = "../x"}, "clean path"},
        {{.path = "x", .kind = FP_ENTRY_DIR, .uid = (uint64_t) 1 << 32}, "out of range"},
        {{.path = "file"}, "put into the same layer twice"},
        {{.path = "dir", .kind = FP_ENTRY_DIR, .mode = 0700}, "put into the same layer twice"},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct fp_error err = {0};
        cleanup_layer_builder struct fp_layer_builder *builder = fp_layer_builder_new(MTIME);
        add_file(builder, "file", "x");
        add_dir(builder, "dir");
        add_dir(builder, "dir");
        const char *content = bad[i].entry.kind == FP_ENTRY_FILE ? "x" : NULL;
        assert_int_equal(add(builder, bad[i].entry, content, &err), FP_E_INPUT);
        if (strstr(err.text, bad[i].text) == NULL)
            fail_msg("\"%s\" lacks \"%s\"", err.text, bad[i].text);
    }
}

/* Finishing and writing report the first failure, no matter what is added later. */
static void first_failure_is_kept(void **state)
{
    (void) state;
    cleanup_layer_builder struct fp_layer_builder *builder = fp_layer_builder_new(MTIME);
    struct fp_error err = {0};
    struct fp_layer layer = {0};
    const struct fp_layer_options options = {.folder = "."};
    add_file(builder, "file", "x");
    fp_layer_builder_remove(builder, "/first");
    const struct fp_entry dir = {.path = "a//b", .kind = FP_ENTRY_DIR};
    fp_layer_builder_add(builder, &dir, NULL);
    fp_layer_builder_remove(builder, "fine");
    assert_null(fp_layer_builder_get(builder, ".wh.fine"));
    fp_layer_builder_fail(builder, &(struct fp_error){.code = FP_E_IO, .text = "later"});
    assert_int_equal(fp_layer_builder_finish(builder, NULL, &err), FP_E_INPUT);
    assert_string_equal(err.text, "//first: the path in the image is absolute");
    assert_int_equal(fp_layer_builder_write(builder, &options, &layer, NULL), FP_E_INPUT);
    cleanup_layer_builder struct fp_layer_builder *other = fp_layer_builder_new(MTIME);
    fp_layer_builder_fail(other, &(struct fp_error){.code = FP_E_IO, .text = "of a tree"});
    assert_int_equal(fp_layer_builder_check(other, &err), FP_E_IO);
    assert_string_equal(err.text, "of a tree");
}

static void parents_have_to_be_declared(void **state)
{
    (void) state;
    cleanup_layer_builder struct fp_layer_builder *builder = fp_layer_builder_new(MTIME);
    struct fp_error err = {0};
    struct fp_layer layer = {0};
    struct fp_layer_options options = {.folder = "."};
    add_file(builder, "no/parent", "x");
    assert_int_equal(fp_layer_builder_write(builder, &options, &layer, &err), FP_E_INTERNAL);
    assert_string_equal(err.text, "/no/parent: its parent has not been declared");
    options.folder = "no-such-folder";
    assert_int_equal(fp_layer_builder_write(builder, &options, &layer, &err), FP_E_NOT_FOUND);
}

static void parents_repeat_the_base(void **state)
{
    (void) state;
    cleanup_tree struct fp_tree *below = fp_tree_new();
    cleanup_layer_builder struct fp_layer_builder *builder = fp_layer_builder_new(MTIME);
    struct fp_error err = {0};
    cleanup_json json_t *xattrs = json_pack("{ss}", "user.a", "AQ==");
    struct fp_entry tmp = {.path = "tmp",
                           .kind = FP_ENTRY_DIR,
                           .mode = 01777,
                           .gid = 5,
                           .mtime_s = 7,
                           .xattrs = xattrs};
    struct fp_entry link = {.path = "lib", .kind = FP_ENTRY_SYMLINK, .link = "usr/lib"};
    struct fp_entry lib = {.path = "usr/lib", .kind = FP_ENTRY_DIR, .mode = 0711, .mtime_s = 9};
    assert_int_equal(fp_tree_put(below, &tmp, &err), FP_OK);
    assert_int_equal(fp_tree_put(below, &link, &err), FP_OK);
    assert_int_equal(fp_tree_put(below, &lib, &err), FP_OK);
    add_file(builder, "tmp/new/x", "x");
    add_file(builder, "lib/y", "y");
    add_dir(builder, "lib/sub");
    must_add(builder,
             (struct fp_entry){
                 .path = "lib/hard", .kind = FP_ENTRY_HARDLINK, .mode = 0644, .link = "lib/y"},
             NULL);
    assert_int_equal(fp_layer_builder_finish(builder, below, &err), FP_OK);
    struct fp_layer layer = write_layer(builder, 1);
    cleanup_free char *text = list(&layer);
    assert_string_equal(text, "tmp/ 1777 0:5 1700000000 [] {\"user.a\":\"AQ==\"}\n"
                              "tmp/new/ 755 0:0 1700000000 [] \n"
                              "tmp/new/x 644 0:0 1700000000 [] x\n"
                              "usr/ 755 0:0 1700000000 [] \n"
                              "usr/lib/ 711 0:0 1700000000 [] \n"
                              "usr/lib/sub/ 755 0:0 1700000000 [] \n"
                              "usr/lib/y 644 0:0 1700000000 [] y\n"
                              "usr/lib/hard 644 0:0 1700000000 [usr/lib/y] \n");
    fp_layer_clear(&layer);
    assert_int_equal(fp_layer_builder_apply(builder, below, &err), FP_OK);
    assert_string_equal(fp_tree_resolve(below, "/lib/hard")->path, "usr/lib/y");
    assert_int_equal(fp_tree_get(below, "tmp")->mode, 01777);
}

/* A directory and its content follow the same link, even if it is dangling or leads outside. */
static void directories_follow_links_of_the_base(void **state)
{
    (void) state;
    static const struct {
        const char *target;
        const char *listed;
    } cases[] = {
        {"/nowhere/yet", "nowhere/ 755 0:0 1700000000 [] \n"
                         "nowhere/yet/ 755 0:0 1700000000 [] \n"
                         "nowhere/yet/x 644 0:0 1700000000 [] x\n"},
        {"../..", "x 644 0:0 1700000000 [] x\n"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fp_error err = {0};
        cleanup_tree struct fp_tree *below = fp_tree_new();
        struct fp_entry link = {.path = "data", .kind = FP_ENTRY_SYMLINK, .link = cases[i].target};
        assert_int_equal(fp_tree_put(below, &link, &err), FP_OK);
        cleanup_layer_builder struct fp_layer_builder *builder = fp_layer_builder_new(MTIME);
        add_dir(builder, "data");
        add_file(builder, "data/x", "x");
        assert_int_equal(fp_layer_builder_finish(builder, below, &err), FP_OK);
        struct fp_layer layer = write_layer(builder, 1);
        cleanup_free char *text = list(&layer);
        assert_string_equal(text, cases[i].listed);
        fp_layer_clear(&layer);
    }
}

static void parents_that_are_no_folders_are_refused(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_tree struct fp_tree *below = fp_tree_new();
    struct fp_entry file = {.path = "opt", .kind = FP_ENTRY_FILE};
    assert_int_equal(fp_tree_put(below, &file, &err), FP_OK);
    cleanup_layer_builder struct fp_layer_builder *over_file = fp_layer_builder_new(MTIME);
    add_file(over_file, "opt/x", "x");
    assert_int_equal(fp_layer_builder_finish(over_file, below, &err), FP_E_INPUT);
    assert_string_equal(err.text, "/opt/x: opt: not a directory");
    cleanup_layer_builder struct fp_layer_builder *own_file = fp_layer_builder_new(MTIME);
    add_file(own_file, "a/b", "x");
    add_file(own_file, "a/b/c", "x");
    assert_int_equal(fp_layer_builder_finish(own_file, NULL, &err), FP_E_INPUT);
    assert_string_equal(err.text, "/a/b/c: its parent /a/b is no directory in this layer");
    struct fp_entry dir = {.path = "real", .kind = FP_ENTRY_DIR, .mode = 0755};
    struct fp_entry link = {.path = "alias", .kind = FP_ENTRY_SYMLINK, .link = "real"};
    assert_int_equal(fp_tree_put(below, &dir, &err), FP_OK);
    assert_int_equal(fp_tree_put(below, &link, &err), FP_OK);
    cleanup_layer_builder struct fp_layer_builder *twice = fp_layer_builder_new(MTIME);
    add_file(twice, "real/x", "1");
    add_file(twice, "alias/x", "2");
    assert_int_equal(fp_layer_builder_finish(twice, below, &err), FP_E_INPUT);
    assert_string_equal(err.text, "/real/x: put into the same layer twice, through a link");
}

static enum fp_code write_file_of(uint64_t stated, struct fp_error *err)
{
    static const char path[] = "test_write.content";
    cleanup_layer_builder struct fp_layer_builder *builder = fp_layer_builder_new(MTIME);
    struct fp_entry entry = {.path = "f", .kind = FP_ENTRY_FILE, .mode = 0644, .size = stated};
    struct fp_content content = {.path = path};
    struct fp_layer layer = {0};
    struct fp_layer_options options = {.folder = "."};
    assert_int_equal(fp_file_write(path, "hello", 5, 0600, err), FP_OK);
    fp_layer_builder_add(builder, &entry, &content);
    enum fp_code code = fp_layer_builder_write(builder, &options, &layer, err);
    fp_layer_clear(&layer);
    assert_int_equal(unlink(path), 0);
    return code;
}

/* If a file has changed since its digest was computed, no layer is made. */
static void contents_must_have_their_digest(void **state)
{
    (void) state;
    static const char path[] = "test_write.content";
    struct fp_error err = {0};
    char hex[FP_HASH_HEX_MAX] = "";
    fp_hash_bytes(FP_SHA256, "right", 5, hex);
    for (int from_blob = 0; from_blob < 2; from_blob++) {
        cleanup_layer_builder struct fp_layer_builder *builder = fp_layer_builder_new(0);
        struct fp_descriptor descriptor = {.size = 5};
        (void) snprintf(descriptor.digest.text, sizeof(descriptor.digest.text), "sha256:%s", hex);
        cleanup_blob struct fp_blob *blob = fp_blob_file(&descriptor, path, -1, 0);
        const struct fp_content content = {
            .blob = from_blob ? blob : NULL, .path = path, .sha256 = hex};
        const struct fp_entry entry = {.path = "a", .mode = 0644, .size = 5};
        struct fp_layer_options options = {.folder = "."};
        struct fp_layer layer = {0};
        fp_layer_builder_add(builder, &entry, &content);
        assert_int_equal(fp_file_write(path, "right", 5, 0644, &err), FP_OK);
        assert_int_equal(fp_layer_builder_write(builder, &options, &layer, &err), FP_OK);
        fp_layer_clear(&layer);
        assert_int_equal(fp_file_write(path, "wrong", 5, 0644, &err), FP_OK);
        assert_int_equal(fp_layer_builder_write(builder, &options, &layer, &err), FP_E_VERIFY);
        assert_non_null(strstr(err.text, "other than the 5 bytes it had"));
    }
    assert_int_equal(unlink(path), 0);
}

static void contents_must_have_their_size(void **state)
{
    (void) state;
    struct fp_error err = {0};
    assert_int_equal(write_file_of(5, &err), FP_OK);
    assert_int_equal(write_file_of(4, &err), FP_E_IO);
    assert_string_equal(err.text, "test_write.content: more than the 4 bytes it had");
    assert_int_equal(write_file_of(6, &err), FP_E_IO);
    assert_string_equal(err.text, "test_write.content: fewer than the 6 bytes it had");
}

static void contents_come_from_blobs_too(void **state)
{
    (void) state;
    cleanup_layer_builder struct fp_layer_builder *builder = fp_layer_builder_new(MTIME);
    struct fp_blob *blob = fp_blob_memory("text/plain", fp_xstrdup("from a blob"), 11);
    struct fp_entry entry = {.path = "f", .kind = FP_ENTRY_FILE, .mode = 0600, .size = 11};
    struct fp_content content = {.blob = blob};
    fp_layer_builder_add(builder, &entry, &content);
    fp_blob_unref(blob);
    struct fp_layer layer = write_layer(builder, 1);
    cleanup_free char *text = list(&layer);
    assert_string_equal(text, "f 600 0:0 0 [] from a blob\n");
    fp_layer_clear(&layer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_are_sorted_and_read_back),
        cmocka_unit_test(diff_ids_are_what_they_were),
        cmocka_unit_test(empty_layer_is_two_zero_blocks),
        cmocka_unit_test(huge_numbers_are_pax_records),
        cmocka_unit_test(pax_record_lengths_count_themselves),
        cmocka_unit_test(bytes_do_not_depend_on_order_or_threads),
        cmocka_unit_test(bad_entries_are_refused),
        cmocka_unit_test(first_failure_is_kept),
        cmocka_unit_test(parents_have_to_be_declared),
        cmocka_unit_test(parents_repeat_the_base),
        cmocka_unit_test(directories_follow_links_of_the_base),
        cmocka_unit_test(parents_that_are_no_folders_are_refused),
        cmocka_unit_test(contents_must_have_their_digest),
        cmocka_unit_test(contents_must_have_their_size),
        cmocka_unit_test(contents_come_from_blobs_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
