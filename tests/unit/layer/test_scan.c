#include "flinkpack/layer/scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tar_maker.h"

#define TAR_MAX ((size_t) 4 << 20)

/* The results of a scan as text, with a line for each entry. */
struct listing {
    struct fp_buf text;
    struct fp_scan_summary summary;
    const char *stop_at;
};

static enum fp_code list_entry(void *context, struct fp_scan *scan, const struct fp_entry *entry,
                               const char *raw_path, enum fp_scan_action *ret_action,
                               struct fp_error *err)
{
    struct listing *listing = context;
    char data[100] = "";
    size_t len = 0;
    (void) raw_path;
    if (entry->kind == FP_ENTRY_FILE) {
        enum fp_code code = fp_scan_read(scan, data, sizeof(data) - 1, &len, err);
        if (code != FP_OK)
            return code;
    }
    if (listing->stop_at != NULL && strcmp(listing->stop_at, entry->path) == 0)
        *ret_action = FP_SCAN_STOP;
    fp_buf_putf(&listing->text, "%d %s %o %u [%s] %.*s\n", (int) entry->kind, entry->path,
                entry->mode, (unsigned) entry->uid, entry->link != NULL ? entry->link : "",
                (int) len, data);
    return fp_buf_check(&listing->text, err);
}

static enum fp_code list(const struct fp_buf *tar, bool is_layer, struct listing *listing,
                         struct fp_error *err)
{
    cleanup_source struct fp_source *source = fp_source_memory(fp_buf_text(tar), tar->len);
    return fp_scan_tar_summary(source, "x.tar", is_layer, list_entry, listing, &listing->summary,
                               err);
}

#define LISTING_INIT                                                                               \
    {                                                                                              \
        .text = FP_BUF_INIT(TAR_MAX)                                                               \
    }
static void listing_clear(struct listing *listing)
{
    fp_buf_clear(&listing->text);
}
#define cleanup_listing __attribute__((cleanup(listing_clear)))

static void assert_lists(const struct fp_buf *tar, const char *expected)
{
    cleanup_listing struct listing listing = LISTING_INIT;
    struct fp_error err = {0};
    enum fp_code code = list(tar, true, &listing, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(code, FP_OK);
    assert_string_equal(fp_buf_text(&listing.text), expected);
}

static void assert_refused(const struct fp_buf *tar, const char *text)
{
    cleanup_listing struct listing listing = LISTING_INIT;
    struct fp_error err = {0};
    if (list(tar, false, &listing, &err) != FP_E_INPUT)
        fail_msg("not refused, for \"%s\"", text);
    assert_memory_equal(err.text, "x.tar: ", 7);
    if (strstr(err.text, text) == NULL)
        fail_msg("\"%s\" lacks \"%s\"", err.text, text);
}

static void lists_and_cleans(void **state)
{
    (void) state;
    cleanup_buf struct fp_buf tar = FP_BUF_INIT(TAR_MAX);
    tar_add(&tar, &(struct tar_entry){.name = "./", .type = '5', .mode = "0000755"});
    tar_add(&tar, &(struct tar_entry){
                      .name = "./a//b/", .type = '5', .mode = "0001777", .owner = "0000144"});
    tar_add(&tar, &(struct tar_entry){.name = "a/./b/file", .data = "hello"});
    tar_add(&tar, &(struct tar_entry){.name = "a/link", .type = '2', .link = "../../../etc"});
    tar_add(&tar, &(struct tar_entry){.name = "hard", .type = '1', .link = "./a/b/file"});
    tar_add(&tar, &(struct tar_entry){.name = "dev/null", .type = '3'});
    tar_end(&tar);
    assert_lists(&tar, "1  755 0 [] \n"
                       "1 a/b 1777 100 [] \n"
                       "0 a/b/file 644 0 [] hello\n"
                       "2 a/link 644 0 [../../../etc] \n"
                       "3 hard 644 0 [a/b/file] \n"
                       "4 dev/null 644 0 [] \n");
    assert_refused(&tar, "entry \"dev/null\": a device or pipe");
}

/* kaniko names the root "/", and gives absolute targets to hard links. */
static void names_in_layers_count_from_the_root(void **state)
{
    (void) state;
    cleanup_buf struct fp_buf tar = FP_BUF_INIT(TAR_MAX);
    tar_add(&tar, &(struct tar_entry){.name = "/", .type = '5', .mode = "0000755"});
    tar_add(&tar, &(struct tar_entry){.name = "//etc/./group", .data = "x"});
    tar_add(&tar, &(struct tar_entry){.name = "etc/hard", .type = '1', .link = "/etc/group"});
    /* macOS creates such names. */
    tar_add(&tar, &(struct tar_entry){.name = "Icon\r"});
    tar_add(&tar, &(struct tar_entry){.name = "a\tb\nc", .type = '1', .link = "Icon\r"});
    tar_end(&tar);
    assert_lists(&tar, "1  755 0 [] \n"
                       "0 etc/group 644 0 [] x\n"
                       "3 etc/hard 644 0 [etc/group] \n"
                       "0 Icon\r 644 0 [] \n"
                       "3 a\tb\nc 644 0 [Icon\r] \n");
    assert_refused(&tar, "entry \"/\": the name is absolute");
    cleanup_buf struct fp_buf hostile = FP_BUF_INIT(TAR_MAX);
    tar_add(&hostile, &(struct tar_entry){.name = "/../x", .data = "x"});
    tar_end(&hostile);
    cleanup_listing struct listing listing = LISTING_INIT;
    struct fp_error err = {0};
    assert_int_equal(list(&hostile, true, &listing, &err), FP_E_INPUT);
}

static void refuses_bad_names(void **state)
{
    (void) state;
    static const struct {
        const char *name;
        const char *text;
    } bad[] = {
        {"/etc/passwd", "absolute"},
        {"../x", "\"..\" part"},
        {"a/../../x", "\"..\" part"},
        {"a/..", "\"..\" part"},
        {"a\nb", "a control character"},
        {"a\x7f", "control"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        cleanup_buf struct fp_buf tar = FP_BUF_INIT(TAR_MAX);
        tar_add(&tar, &(struct tar_entry){.name = bad[i].name, .data = "x"});
        tar_end(&tar);
        assert_refused(&tar, bad[i].text);
        cleanup_buf struct fp_buf links = FP_BUF_INIT(TAR_MAX);
        tar_add(&links, &(struct tar_entry){.name = "l", .type = '1', .link = bad[i].name});
        tar_end(&links);
        assert_refused(&links, bad[i].text);
    }
}

static void refuses_long_names(void **state)
{
    (void) state;
    cleanup_free char *path = fp_xmalloc(5001);
    for (size_t i = 0; i < 5000; i++)
        path[i] = i % 100 == 99 ? '/' : 'p';
    path[5000] = '\0';
    cleanup_buf struct fp_buf tar = FP_BUF_INIT(TAR_MAX);
    tar_pax(&tar, "path", path);
    tar_add(&tar, &(struct tar_entry){.name = "x", .data = "x"});
    tar_end(&tar);
    assert_refused(&tar, "longer than 4096 bytes");
    path[4000] = '\0';
    cleanup_buf struct fp_buf good = FP_BUF_INIT(TAR_MAX);
    tar_pax(&good, "path", path);
    tar_add(&good, &(struct tar_entry){.name = "x"});
    tar_end(&good);
    cleanup_listing struct listing listing = LISTING_INIT;
    struct fp_error err = {0};
    assert_int_equal(list(&good, false, &listing, &err), FP_OK);
    cleanup_buf struct fp_buf link = FP_BUF_INIT(TAR_MAX);
    path[4000] = 'p';
    tar_pax(&link, "linkpath", path);
    tar_add(&link, &(struct tar_entry){.name = "x", .type = '2', .link = "y"});
    tar_end(&link);
    assert_refused(&link, "longer than 4096 bytes");
    path[300] = '\0';
    memset(path, 'n', 300);
    cleanup_buf struct fp_buf name = FP_BUF_INIT(TAR_MAX);
    tar_pax(&name, "path", path);
    tar_add(&name, &(struct tar_entry){.name = "x"});
    tar_end(&name);
    assert_refused(&name, "longer than 255 bytes");
}

static void takes_utf8_names_in_any_locale(void **state)
{
    (void) state;
    cleanup_buf struct fp_buf tar = FP_BUF_INIT(TAR_MAX);
    tar_pax(&tar, "path", "F\xc5\x91tan\xc3\xbas\xc3\xadtv\xc3\xa1ny.crt");
    tar_add(&tar, &(struct tar_entry){.name = "F?tan", .data = "x"});
    tar_add(&tar, &(struct tar_entry){.name = "latin-\xe9", .data = "y"});
    tar_end(&tar);
    assert_lists(&tar, "0 F\xc5\x91tan\xc3\xbas\xc3\xadtv\xc3\xa1ny.crt 644 0 [] x\n"
                       "0 latin-\xe9 644 0 [] y\n");
    /* Names are bytes. Container runtimes treat them so, too. */
    cleanup_buf struct fp_buf odd = FP_BUF_INIT(TAR_MAX);
    tar_pax(&odd, "path", "not-utf8-\xff\xfe");
    tar_add(&odd, &(struct tar_entry){.name = "x", .data = "x"});
    tar_end(&odd);
    assert_lists(&odd, "0 not-utf8-\xff\xfe 644 0 [] x\n");
}

static void refuses_bad_numbers(void **state)
{
    (void) state;
    /* The sizes are -1 and 2^62 in base-256, and more than the stream holds. */
    static const char *const sizes[] = {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
                                        "\x80\0\0\0\x40\0\0\0\0\0\0\0", "00000777777 "};
    for (size_t i = 0; i < 3; i++) {
        cleanup_buf struct fp_buf tar = FP_BUF_INIT(TAR_MAX);
        tar_add(&tar, &(struct tar_entry){.name = "x", .data = "x", .size = sizes[i]});
        tar_end(&tar);
        assert_refused(&tar, "not a sound tar archive");
    }
    static const char *const owners[] = {"-1", "4294967295", "99999999999999999999"};
    for (size_t i = 0; i < 3; i++) {
        cleanup_buf struct fp_buf tar = FP_BUF_INIT(TAR_MAX);
        tar_pax(&tar, i == 1 ? "gid" : "uid", owners[i]);
        tar_add(&tar, &(struct tar_entry){.name = "x"});
        tar_end(&tar);
        assert_refused(&tar, "an owner outside");
    }
}

static void takes_sparse_files(void **state)
{
    (void) state;
    cleanup_buf struct fp_buf tar = FP_BUF_INIT(TAR_MAX);
    cleanup_buf struct fp_buf records = FP_BUF_INIT(TAR_MAX);
    tar_record(&records, "GNU.sparse.size", "9");
    tar_record(&records, "GNU.sparse.map", "0,1,5,1");
    tar_add(&tar, &(struct tar_entry){.name = "pax", .type = 'x', .data = records.data});
    tar_add(&tar, &(struct tar_entry){.name = "x", .data = "ab"});
    tar_end(&tar);
    cleanup_listing struct listing listing = LISTING_INIT;
    struct fp_error err = {0};
    assert_int_equal(list(&tar, false, &listing, &err), FP_OK);
    assert_string_equal(fp_buf_text(&listing.text), "0 x 644 0 [] a\n");
    assert_true(listing.summary.has_sparse);
    /* Repacking a sparse file writes its holes as zeros. */
    records.len = 0;
    tar_record(&records, "GNU.sparse.size", "1073741825");
    tar_record(&records, "GNU.sparse.map", "0,1,5,1");
    tar.len = 0;
    tar_add(&tar, &(struct tar_entry){.name = "pax", .type = 'x', .data = records.data});
    tar_add(&tar, &(struct tar_entry){.name = "x", .data = "ab"});
    tar_end(&tar);
    assert_refused(&tar, "entry \"x\": a sparse file; such files have more than 1073741824 bytes");
    assert_int_equal(list(&tar, true, &listing, &err), FP_OK);
}

static void refuses_what_is_no_tar(void **state)
{
    (void) state;
    cleanup_buf struct fp_buf empty = FP_BUF_INIT(TAR_MAX);
    assert_refused(&empty, "not a sound tar archive: it is empty");
    cleanup_listing struct listing listing = LISTING_INIT;
    struct fp_error err = {0};
    assert_int_equal(list(&empty, true, &listing, &err), FP_OK);
    assert_int_equal(listing.text.len, 0);
    cleanup_buf struct fp_buf html = FP_BUF_INIT(TAR_MAX);
    for (int i = 0; i < 100; i++)
        fp_buf_puts(&html, "<html>Not Found</html>\n");
    assert_refused(&html, "not a sound tar archive");
}

static void survives_pax_bombs(void **state)
{
    (void) state;
    cleanup_free char *value = fp_xmalloc((2 << 20) + 1);
    memset(value, 'v', 2 << 20);
    value[2 << 20] = '\0';
    cleanup_buf struct fp_buf huge = FP_BUF_INIT(TAR_MAX);
    tar_add(&huge, &(struct tar_entry){.name = "pax", .type = 'x', .data = value});
    tar_add(&huge, &(struct tar_entry){.name = "x"});
    tar_end(&huge);
    assert_refused(&huge, "an extended header has 2097152 bytes; the limit is 999424");
    cleanup_buf struct fp_buf nested = FP_BUF_INIT(TAR_MAX);
    for (int i = 0; i < 1000; i++)
        tar_pax(&nested, "path", "y");
    tar_add(&nested, &(struct tar_entry){.name = "x"});
    tar_end(&nested);
    assert_refused(&nested, "more than 16 extended headers before one entry");
    cleanup_buf struct fp_buf many = FP_BUF_INIT(TAR_MAX);
    cleanup_buf struct fp_buf records = FP_BUF_INIT(TAR_MAX);
    for (int i = 0; i < 70; i++) {
        cleanup_free char *text = fp_xasprintf("SCHILY.xattr.user.a%02d=v\n", i);
        fp_buf_putf(&records, "%zu %s", strlen(text) + 3, text);
    }
    tar_add(&many, &(struct tar_entry){.name = "pax", .type = 'x', .data = records.data});
    tar_add(&many, &(struct tar_entry){.name = "x"});
    tar_end(&many);
    assert_refused(&many, "more than 64 extended attributes");
}

/* A source that repeats the same entry endlessly. */
struct endless {
    struct fp_source base;
    struct fp_buf block;
};

static enum fp_code endless_read(struct fp_source *self, void *data, size_t cap, size_t *ret_len,
                                 struct fp_error *err)
{
    const struct fp_buf *block = &((struct endless *) self)->block;
    (void) err;
    assert_true(cap >= block->len);
    memcpy(data, block->data, block->len);
    *ret_len = block->len;
    return FP_OK;
}

static void endless_free(struct fp_source *self)
{
    (void) self;
}

static enum fp_code ignore_entry(void *context, struct fp_scan *scan, const struct fp_entry *entry,
                                 const char *raw_path, enum fp_scan_action *ret_action,
                                 struct fp_error *err)
{
    (void) context, (void) scan, (void) entry, (void) raw_path, (void) ret_action, (void) err;
    return FP_OK;
}

static void refuses_too_many_entries(void **state)
{
    (void) state;
    static const struct fp_source_ops ops = {endless_read, endless_free};
    struct endless source = {.base = {&ops}, .block = FP_BUF_INIT(TAR_MAX)};
    tar_add(&source.block, &(struct tar_entry){.name = "same"});
    struct fp_error err = {0};
    assert_int_equal(fp_scan_tar(&source.base, "x.tar", false, ignore_entry, NULL, &err),
                     FP_E_INPUT);
    assert_string_equal(err.text, "x.tar: more than 500000 entries");
    fp_buf_clear(&source.block);
}

static void tells_of_end_and_trailing_bytes(void **state)
{
    (void) state;
    cleanup_buf struct fp_buf tar = FP_BUF_INIT(TAR_MAX);
    cleanup_listing struct listing open = LISTING_INIT;
    cleanup_listing struct listing closed = LISTING_INIT;
    cleanup_listing struct listing padded = LISTING_INIT;
    cleanup_listing struct listing trailed = LISTING_INIT;
    struct fp_error err = {0};
    /* Content that ends in zeros must not be taken for the end of the archive. */
    cleanup_free char *zeros = fp_xcalloc(40960, 1);
    tar_add(&tar, &(struct tar_entry){.name = "a", .data = zeros, .data_len = 40960});
    assert_int_equal(list(&tar, false, &open, &err), FP_OK);
    assert_false(open.summary.has_end || open.summary.has_trailing || open.summary.stopped);
    assert_int_equal(open.summary.entries, 1);
    tar_end(&tar);
    assert_int_equal(list(&tar, false, &closed, &err), FP_OK);
    assert_true(closed.summary.has_end && !closed.summary.has_trailing);
    assert_int_equal(closed.summary.tar_bytes, tar.len);
    for (int i = 0; i < 700; i++)
        tar_end(&tar);
    assert_int_equal(list(&tar, false, &padded, &err), FP_OK);
    assert_true(padded.summary.has_end && !padded.summary.has_trailing);
    assert_int_equal(padded.summary.tar_bytes, tar.len);
    fp_buf_puts(&tar, "x");
    assert_int_equal(list(&tar, false, &trailed, &err), FP_OK);
    assert_true(trailed.summary.has_end && trailed.summary.has_trailing);
}

static void stops_when_told(void **state)
{
    (void) state;
    cleanup_buf struct fp_buf tar = FP_BUF_INIT(TAR_MAX);
    tar_add(&tar, &(struct tar_entry){.name = "a"});
    tar_add(&tar, &(struct tar_entry){.name = "b"});
    tar_add(&tar, &(struct tar_entry){.name = "/c"});
    cleanup_listing struct listing listing = LISTING_INIT;
    listing.stop_at = "b";
    struct fp_error err = {0};
    assert_int_equal(list(&tar, false, &listing, &err), FP_OK);
    assert_true(listing.summary.stopped);
    assert_int_equal(listing.summary.entries, 2);
}

static enum fp_code failing_read(struct fp_source *self, void *data, size_t cap, size_t *ret_len,
                                 struct fp_error *err)
{
    (void) self, (void) data, (void) cap, (void) ret_len;
    return fp_fail(err, FP_E_NETWORK, "connection reset");
}

static void failing_free(struct fp_source *self)
{
    (void) self;
}

static void hands_on_the_source_s_error(void **state)
{
    (void) state;
    static const struct fp_source_ops ops = {failing_read, failing_free};
    struct fp_source source = {&ops};
    struct fp_error err = {0};
    struct listing listing = LISTING_INIT;
    assert_int_equal(fp_scan_tar(&source, "x.tar", false, list_entry, &listing, &err),
                     FP_E_NETWORK);
    assert_string_equal(err.text, "connection reset");
}

static void mutated_archives_never_crash(void **state)
{
    (void) state;
    cleanup_buf struct fp_buf tar = FP_BUF_INIT(TAR_MAX);
    tar_add(&tar, &(struct tar_entry){.name = "d/", .type = '5'});
    tar_pax(&tar, "SCHILY.xattr.user.a", "b");
    tar_add(&tar, &(struct tar_entry){.name = "d/f", .data = "hello"});
    tar_add(&tar, &(struct tar_entry){.name = "d/l", .type = '2', .link = "f"});
    tar_end(&tar);
    struct fp_error err = {0};
    for (size_t len = 0; len <= tar.len; len += len % 512 == 510 ? 1 : 17) {
        cleanup_listing struct listing listing = LISTING_INIT;
        struct fp_buf cut = {.data = tar.data, .len = len, .max = TAR_MAX};
        enum fp_code code = list(&cut, true, &listing, &err);
        assert_true(code == FP_E_INPUT || code == FP_OK);
        if (code == FP_OK && !listing.summary.has_end)
            assert_int_equal(len % 512, 0);
    }
    unsigned refused = 0;
    for (size_t i = 0; i < tar.len - 1024; i++) {
        cleanup_listing struct listing listing = LISTING_INIT;
        ((unsigned char *) tar.data)[i] ^= (unsigned char) (1U << (i % 8));
        enum fp_code code = list(&tar, true, &listing, &err);
        ((unsigned char *) tar.data)[i] ^= (unsigned char) (1U << (i % 8));
        assert_true(code == FP_E_INPUT || code == FP_OK);
        refused += code == FP_E_INPUT;
    }
    assert_true(refused > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_and_cleans),
        cmocka_unit_test(names_in_layers_count_from_the_root),
        cmocka_unit_test(refuses_bad_names),
        cmocka_unit_test(refuses_long_names),
        cmocka_unit_test(takes_utf8_names_in_any_locale),
        cmocka_unit_test(refuses_bad_numbers),
        cmocka_unit_test(takes_sparse_files),
        cmocka_unit_test(refuses_what_is_no_tar),
        cmocka_unit_test(survives_pax_bombs),
        cmocka_unit_test(refuses_too_many_entries),
        cmocka_unit_test(tells_of_end_and_trailing_bytes),
        cmocka_unit_test(stops_when_told),
        cmocka_unit_test(hands_on_the_source_s_error),
        cmocka_unit_test(mutated_archives_never_crash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
