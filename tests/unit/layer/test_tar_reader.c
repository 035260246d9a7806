#include "flinkpack/layer/tar_reader.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <archive_entry.h>
#include <cmocka.h>

#include "flinkpack/support/cancel.h"
#include "tar_maker.h"

#define TAR_MAX ((size_t) 8 << 20)
/* The sizes 2^33 - 1 in octal and 2^40 in base-256. */
#define HUGE_OCTAL   "077777777777"
#define HUGE_BASE256 "\x80\0\0\0\0\0\x01\0\0\0\0\0"

/* List the entries as "NAME SIZE [LINK] CONTENT;", with dots for NUL bytes. */
static enum fp_code list_source(struct fp_source *source, struct fp_buf *text, struct fp_error *err)
{
    cleanup_tar_reader struct fp_tar_reader *reader = NULL;
    struct archive_entry *entry = NULL;
    struct fp_tar_end end = {0};
    enum fp_code code = fp_tar_reader_open(source, "x.tar", &reader, err);
    while (code == FP_OK) {
        char data[41] = "";
        size_t len = 0;
        code = fp_tar_reader_next(reader, &entry, err);
        if (code != FP_OK || entry == NULL)
            break;
        assert_int_equal(archive_entry_acl_types(entry), 0);
        const char *link = archive_entry_hardlink(entry) != NULL ? archive_entry_hardlink(entry)
                                                                 : archive_entry_symlink(entry);
        for (size_t got = 1; code == FP_OK && got > 0; len += got)
            code = fp_tar_reader_read(reader, data + len, sizeof(data) - 1 - len, &got, err);
        for (size_t i = 0; i < len; i++)
            if (data[i] == '\0')
                data[i] = '.';
        if (code == FP_OK)
            fp_buf_putf(text, "%s %lld [%s] %s;", archive_entry_pathname(entry),
                        (long long) archive_entry_size(entry), link != NULL ? link : "", data);
    }
    assert_false(text->is_full);
    return code == FP_OK ? fp_tar_reader_finish(reader, &end, err) : code;
}

static void assert_lists(const struct fp_buf *tar, const char *expected)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(TAR_MAX);
    cleanup_source struct fp_source *source = fp_source_memory(fp_buf_text(tar), tar->len);
    struct fp_error err = {0};
    enum fp_code code = list_source(source, &text, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(code, FP_OK);
    assert_string_equal(fp_buf_text(&text), expected);
}

static void assert_source_refused(struct fp_source *source, const char *words)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(TAR_MAX);
    struct fp_error err = {0};
    enum fp_code code = list_source(source, &text, &err);
    if (strstr(err.text, words) == NULL)
        fail_msg("\"%s\" lacks \"%s\"", err.text, words);
    assert_int_equal(code, FP_E_INPUT);
    assert_memory_equal(err.text, "x.tar: ", 7);
}

static void assert_refused(const struct fp_buf *tar, const char *words)
{
    cleanup_source struct fp_source *source = fp_source_memory(fp_buf_text(tar), tar->len);
    assert_source_refused(source, words);
}

/* A source that repeats the same bytes endlessly. */
struct endless {
    struct fp_source base;
    struct fp_buf bytes;
    size_t at;
    uint64_t given;
    uint64_t interrupt_at;
};

static enum fp_code endless_read(struct fp_source *self, void *data, size_t cap, size_t *ret_len,
                                 struct fp_error *err)
{
    struct endless *endless = (struct endless *) self;
    (void) err;
    size_t left = endless->bytes.len - endless->at;
    *ret_len = cap < left ? cap : left;
    memcpy(data, endless->bytes.data + endless->at, *ret_len);
    endless->at = (endless->at + *ret_len) % endless->bytes.len;
    endless->given += *ret_len;
    if (endless->interrupt_at != 0 && endless->given >= endless->interrupt_at)
        (void) fp_cancel(fp_cancel_current(), FP_CANCEL_FAILURE);
    return FP_OK;
}

static void endless_free(struct fp_source *self)
{
    (void) self;
}

static struct endless make_endless(void)
{
    static const struct fp_source_ops ops = {endless_read, endless_free};
    return (struct endless){.base = {&ops}, .bytes = FP_BUF_INIT(TAR_MAX)};
}

static void access_control_lists_cost_nothing(void **state)
{
    (void) state;
    cleanup_buf struct fp_buf acl = FP_BUF_INIT(TAR_MAX);
    cleanup_buf struct fp_buf records = FP_BUF_INIT(TAR_MAX);
    cleanup_buf struct fp_buf tar = FP_BUF_INIT(TAR_MAX);
    for (int i = 0; i < 10000; i++)
        fp_buf_putf(&acl, "user:u%d:rwx:%d,", i, i);
    tar_record(&records, "SCHILY.acl.access", acl.data);
    tar_record(&records, "SCHILY.acl.default", acl.data);
    tar_record(&records, "SCHILY.acl.ace", acl.data);
    tar_record(&records, "SCHILY.fflags", "nodump,uchg");
    tar_record(&records, "path", "by-pax");
    tar_add(&tar, &(struct tar_entry){.name = "pax", .type = 'x', .data = records.data});
    tar_add(&tar, &(struct tar_entry){.name = "x", .data = "1"});
    tar_add(&tar, &(struct tar_entry){.name = "acl", .type = 'A', .data = acl.data});
    tar_add(&tar, &(struct tar_entry){.name = "y", .data = "2"});
    tar_end(&tar);
    assert_lists(&tar, "by-pax 1 [] 1;y 1 [] 2;");
}

/* Add a header of GNU tar with a sparse map of one block at 3, and optional further map blocks. */
static void add_gnu_sparse(struct fp_buf *tar, size_t blocks_more)
{
    size_t at = tar->len;
    tar_add(tar, &(struct tar_entry){.name = "holes", .type = 'S', .size = "00000000002"});
    char *header = tar->data + at;
    memcpy(header + 257, "ustar  ", 8);
    memset(header + 345, 0, 167);
    memcpy(header + 386, "00000000003", 12);
    memcpy(header + 398, blocks_more == 0 ? "00000000002" : "00000000001", 12);
    header[482] = blocks_more > 0 ? 1 : 0;
    memcpy(header + 483, "00000000010", 12);
    tar_seal(header);
    for (size_t i = 1; i <= blocks_more; i++) {
        char more[512] = "";
        memcpy(more, i == 1 ? "00000000006" : "00000000010", 12);
        memcpy(more + 12, i == 1 ? "00000000001" : "00000000000", 12);
        more[504] = i < blocks_more ? 1 : 0;
        fp_buf_put(tar, more, sizeof(more));
    }
    static const char content[512] = "ab";
    fp_buf_put(tar, content, sizeof(content));
}

static void maps_of_gnu_headers_are_bounded(void **state)
{
    (void) state;
    cleanup_buf struct fp_buf tar = FP_BUF_INIT(TAR_MAX);
    add_gnu_sparse(&tar, 0);
    add_gnu_sparse(&tar, 3);
    tar_add(&tar, &(struct tar_entry){.name = "y", .data = "2"});
    tar_end(&tar);
    assert_lists(&tar, "holes 8 [] ...ab...;holes 8 [] ...a..b.;y 1 [] 2;");
    tar.len = 0;
    add_gnu_sparse(&tar, 2049);
    tar_end(&tar);
    assert_refused(&tar, "the map of a sparse file has more than 1048576 bytes (1 entries before)");
    tar.len = 0;
    add_gnu_sparse(&tar, 2);
    tar.len = 512; /* the rest of the map is cut off */
    assert_refused(&tar, "not a sound tar archive");
}

/* Add a sparse file in the 1.0 format, whose map precedes its content. */
static void add_sparse_10(struct fp_buf *tar, const char *map, const char *content)
{
    cleanup_buf struct fp_buf records = FP_BUF_INIT(TAR_MAX);
    cleanup_buf struct fp_buf data = FP_BUF_INIT(TAR_MAX);
    static const char zeros[512] = "";
    tar_record(&records, "GNU.sparse.major", "1");
    tar_record(&records, "GNU.sparse.minor", "0");
    tar_record(&records, "GNU.sparse.name", "holes");
    tar_record(&records, "GNU.sparse.realsize", "8");
    tar_add(tar, &(struct tar_entry){.name = "pax", .type = 'x', .data = records.data});
    fp_buf_puts(&data, map);
    fp_buf_put(&data, zeros, (512 - data.len % 512) % 512);
    fp_buf_puts(&data, content);
    tar_add(tar, &(struct tar_entry){.name = "x", .data = data.data, .data_len = data.len});
}

static void maps_before_the_content_are_bounded(void **state)
{
    (void) state;
    cleanup_buf struct fp_buf tar = FP_BUF_INIT(TAR_MAX);
    cleanup_buf struct fp_buf map = FP_BUF_INIT(TAR_MAX);
    add_sparse_10(&tar, "2\n3\n1\n6\n1\n", "ab");
    tar_add(&tar, &(struct tar_entry){.name = "y", .data = "2"});
    tar_end(&tar);
    assert_lists(&tar, "holes 8 [] ...a..b.;y 1 [] 2;");
    tar.len = 0;
    fp_buf_puts(&map, "300000\n");
    for (int i = 0; i < 300000; i++)
        fp_buf_puts(&map, "0\n0\n");
    add_sparse_10(&tar, map.data, "");
    assert_refused(&tar, "the map of a sparse file has more than 1048576 bytes");
    /* Comments in a map are not blocks, but reading them takes time as well. */
    tar.len = map.len = 0;
    for (int i = 0; i < 300000; i++)
        fp_buf_puts(&map, "#...\n");
    add_sparse_10(&tar, map.data, "");
    assert_refused(&tar, "the map of a sparse file has more than 1048576 bytes");
}

static void maps_in_pax_headers_are_taken(void **state)
{
    (void) state;
    cleanup_buf struct fp_buf tar = FP_BUF_INIT(TAR_MAX);
    cleanup_buf struct fp_buf records = FP_BUF_INIT(TAR_MAX);
    tar_record(&records, "GNU.sparse.size", "8");
    tar_record(&records, "GNU.sparse.numblocks", "2");
    tar_record(&records, "GNU.sparse.offset", "3");
    tar_record(&records, "GNU.sparse.numbytes", "1");
    tar_record(&records, "GNU.sparse.offset", "6");
    tar_record(&records, "GNU.sparse.numbytes", "1");
    tar_add(&tar, &(struct tar_entry){.name = "pax", .type = 'x', .data = records.data});
    tar_add(&tar, &(struct tar_entry){.name = "v0.0", .data = "ab"});
    records.len = 0;
    tar_record(&records, "GNU.sparse.size", "8");
    tar_record(&records, "GNU.sparse.map", "3,1,6,1");
    tar_add(&tar, &(struct tar_entry){.name = "pax", .type = 'x', .data = records.data});
    tar_add(&tar, &(struct tar_entry){.name = "v0.1", .data = "ab"});
    tar_end(&tar);
    assert_lists(&tar, "v0.0 8 [] ...a..b.;v0.1 8 [] ...a..b.;");
    /* These maps describe less than the content, or are invalid. */
    static const char *const bad[] = {"3,1", "3,x", "9223372036854775807,9223372036854775807"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        tar.len = 0;
        tar_pax(&tar, "GNU.sparse.map", bad[i]);
        tar_add(&tar, &(struct tar_entry){.name = "x", .data = "ab"});
        tar_end(&tar);
        assert_refused(&tar, "not a sound tar archive");
    }
}

static void extended_headers_are_bounded(void **state)
{
    (void) state;
    static const struct {
        char type;
        const char *size;
        const char *words;
    } BAD[] = {
        {'x', HUGE_OCTAL, "an extended header has 8589934591 bytes; the limit is 999424"},
        {'g', HUGE_OCTAL, "an extended header has 8589934591 bytes"},
        {'X', HUGE_BASE256, "an extended header has 1099511627776 bytes"},
        {'L', HUGE_BASE256, "an extended header has 1099511627776 bytes"},
        {'K', "00003640001", "an extended header has 999425 bytes"},
        {'A', "00003640001", "an extended header has 999425 bytes"},
        {'x', "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "negative or too large"},
        {'L', "\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "negative or too large"},
        {'x', "-0000000001", "negative or too large"},
        {'x', "00000010000", "cut off in an extended header"},
    };
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        cleanup_buf struct fp_buf tar = FP_BUF_INIT(TAR_MAX);
        tar_add(&tar, &(struct tar_entry){.name = "h", .type = BAD[i].type, .size = BAD[i].size});
        tar_end(&tar);
        assert_refused(&tar, BAD[i].words);
    }
    static const char CHAINS[] = "xXLKgVA";
    for (const char *type = CHAINS; *type != '\0'; type++) {
        struct endless source = make_endless();
        tar_add(&source.bytes, &(struct tar_entry){.name = "h", .type = *type});
        assert_source_refused(&source.base, "more than 16 extended headers before one entry");
        fp_buf_clear(&source.bytes);
    }
}

static void extended_headers_are_bounded_in_all(void **state)
{
    (void) state;
    struct endless source = make_endless();
    cleanup_buf struct fp_buf records = FP_BUF_INIT(TAR_MAX);
    while (records.len < 900000)
        tar_record(&records, "comment", "0123456789012345678901234567890123456789");
    tar_add(&source.bytes, &(struct tar_entry){.name = "pax", .type = 'x', .data = records.data});
    tar_add(&source.bytes, &(struct tar_entry){.name = "x"});
    assert_source_refused(&source.base, "the extended headers hold too much");
    fp_buf_clear(&source.bytes);
}

/* Filter and libarchive must skip the same bytes, so that neither takes content for entries. */
static void content_ends_where_libarchive_ends_it(void **state)
{
    (void) state;
    cleanup_buf struct fp_buf tar = FP_BUF_INIT(TAR_MAX);
    cleanup_buf struct fp_buf inner = FP_BUF_INIT(TAR_MAX);
    tar_add(&inner, &(struct tar_entry){.name = "inner", .type = 'x', .size = HUGE_OCTAL});
    struct tar_entry hidden = {
        .name = "x", .size = "00000000000", .data = inner.data, .data_len = 512};
    tar_pax(&tar, "size", "512");
    tar_add(&tar, &hidden);
    tar_add(&tar, &(struct tar_entry){.name = "base-256",
                                      .size = "\x80\0\0\0\0\0\0\0\0\0\x02\0",
                                      .data = inner.data,
                                      .data_len = 512});
    tar_add(&tar, &(struct tar_entry){.name = "dumpdir", .type = 'D', .data = "Yfile"});
    tar_add(&tar, &(struct tar_entry){.name = "dir", .type = '5', .size = "00000001000"});
    tar_add(&tar, &(struct tar_entry){.name = "z", .data = "2"});
    tar_end(&tar);
    assert_lists(&tar, "x 512 [] inner...................................;"
                       "base-256 512 [] inner...................................;"
                       "dumpdir 5 [] Yfile;dir 0 [] ;z 1 [] 2;");
    /* libarchive takes this header for a directory without content. */
    tar.len = 0;
    tar_add(&tar, &(struct tar_entry){.name = "x/", .data = inner.data, .data_len = 512});
    tar_end(&tar);
    assert_refused(&tar, "an entry's content ends elsewhere than its header says");
    static const char *const sizes[] = {"-1", "9223372036854775807", "99999999999999999999", "1x"};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        tar.len = 0;
        tar_pax(&tar, "size", sizes[i]);
        tar_add(&tar, &(struct tar_entry){.name = "x", .data = "1"});
        tar_end(&tar);
        assert_refused(&tar, "the size in an extended header is negative, too large or no number");
    }
}

static void hard_links_have_content_in_pax_only(void **state)
{
    (void) state;
    cleanup_buf struct fp_buf tar = FP_BUF_INIT(TAR_MAX);
    struct tar_entry link = {.name = "h", .type = '1', .link = "a", .size = "00000000010"};
    tar_add(&tar, &link);
    tar_add(&tar, &(struct tar_entry){.name = "g", .type = 'g', .data = "13 comment=x\n"});
    tar_add(&tar, &link);
    tar_pax(&tar, "mtime", "1.5");
    tar_add(&tar, &(struct tar_entry){.name = "h", .type = '1', .link = "a", .data = "content"});
    tar_add(&tar, &(struct tar_entry){.name = "z", .data = "2"});
    tar_end(&tar);
    assert_lists(&tar, "h 0 [a] ;h 0 [a] ;h 7 [a] content;z 1 [] 2;");
}

static void headers_of_headers_are_plain(void **state)
{
    (void) state;
    cleanup_buf struct fp_buf tar = FP_BUF_INIT(TAR_MAX);
    tar_add(&tar, &(struct tar_entry){.name = "volume", .type = 'V'});
    tar_add(&tar,
            &(struct tar_entry){.name = "long", .type = 'L', .data = "by-gnu", .data_len = 7});
    tar_add(&tar,
            &(struct tar_entry){.name = "link", .type = 'K', .data = "to-gnu", .data_len = 7});
    tar_add(&tar, &(struct tar_entry){.name = "x", .type = '2', .link = "y"});
    tar_pax(&tar, "path", "first");
    tar_pax(&tar, "path", "second");
    tar_add(&tar, &(struct tar_entry){.name = "x"});
    tar_pax(&tar, "path", "");
    tar_add(&tar, &(struct tar_entry){.name = "unchanged"});
    tar_end(&tar);
    assert_lists(&tar, "by-gnu 0 [to-gnu] ;second 0 [] ;unchanged 0 [] ;");
    tar.len = 0;
    tar_pax(&tar, "path", "nobody");
    tar_end(&tar);
    assert_refused(&tar, "no entry comes behind an extended header");
    static const char *const malformed[] = {
        "12 path=xyz", "11 path=abc\n", "x path=y\n",         "9 path=y\n9 path",
        "8 pathxy\n",  "6 =abc\n",      "999999999 path=y\n", "0 path=y\n",
        "9path=xy\n",  "3 \n",          "-9 path=y\n",        "99999999999999999999999 a=b\n",
    };
    for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++) {
        tar.len = 0;
        tar_add(&tar, &(struct tar_entry){.name = "p", .type = 'x', .data = malformed[i]});
        tar_add(&tar, &(struct tar_entry){.name = "x"});
        tar_end(&tar);
        assert_refused(&tar, "not a sound tar archive: an extended header is malformed");
    }
    tar.len = 0;
    tar_add(&tar, &(struct tar_entry){
                      .name = "p", .type = 'x', .data = "12 path=a\0b\n", .data_len = 12});
    tar_add(&tar, &(struct tar_entry){.name = "x"});
    tar_end(&tar);
    assert_refused(&tar, "the record \"path\" of an extended header holds a NUL");
}

/* Names are composed, decomposed, not UTF-8, or declared as binary. */
static void names_are_bytes_in_every_locale(void **state)
{
    (void) state;
    static const char *const locales[] = {"C", "C.UTF-8", "POSIX"};
    cleanup_buf struct fp_buf tar = FP_BUF_INIT(TAR_MAX);
    cleanup_buf struct fp_buf records = FP_BUF_INIT(TAR_MAX);
    tar_pax(&tar, "path", "composed-\xc3\xa9");
    tar_add(&tar, &(struct tar_entry){.name = "x"});
    tar_pax(&tar, "path", "decomposed-e\xcc\x81");
    tar_add(&tar, &(struct tar_entry){.name = "x"});
    tar_pax(&tar, "linkpath", "latin-\xe9");
    tar_add(&tar, &(struct tar_entry){.name = "x\xe9", .type = '2', .link = "y"});
    tar_record(&records, "hdrcharset", "BINARY");
    tar_record(&records, "path", "bin-\xff\xc3\xa9");
    tar_add(&tar, &(struct tar_entry){.name = "pax", .type = 'x', .data = records.data});
    tar_add(&tar, &(struct tar_entry){.name = "x"});
    tar_end(&tar);
    for (size_t i = 0; i < sizeof(locales) / sizeof(locales[0]); i++) {
        (void) setlocale(LC_ALL, locales[i]); /* a missing locale is no problem */
        assert_lists(&tar, "composed-\xc3\xa9 0 [] ;decomposed-e\xcc\x81 0 [] ;"
                           "x\xe9 0 [latin-\xe9] ;bin-\xff\xc3\xa9 0 [] ;");
    }
    (void) setlocale(LC_ALL, "C");
}

/* Offsets refer to the bytes of the source, not to those that the filter passes on. */
static void offsets_are_those_of_the_source(void **state)
{
    (void) state;
    cleanup_buf struct fp_buf tar = FP_BUF_INIT(TAR_MAX);
    tar_add(&tar, &(struct tar_entry){.name = "g", .type = 'g', .data = "13 comment=x\n"});
    tar_pax(&tar, "comment", "left out");
    tar_add(&tar, &(struct tar_entry){.name = "x", .data = "here"});
    tar_end(&tar);
    cleanup_source struct fp_source *source = fp_source_memory(tar.data, tar.len);
    cleanup_tar_reader struct fp_tar_reader *reader = NULL;
    struct archive_entry *entry = NULL;
    struct fp_tar_end end = {0};
    struct fp_error err = {0};
    assert_int_equal(fp_tar_reader_open(source, "x.tar", &reader, &err), FP_OK);
    assert_int_equal(fp_tar_reader_next(reader, &entry, &err), FP_OK);
    assert_string_equal(tar.data + fp_tar_reader_offset(reader), "here");
    assert_int_equal(fp_tar_reader_next(reader, &entry, &err), FP_OK);
    assert_null(entry);
    assert_int_equal(fp_tar_reader_finish(reader, &end, &err), FP_OK);
    assert_int_equal(end.tar_bytes, tar.len);
    assert_true(end.has_end && !end.has_trailing);
}

static void an_interrupt_ends_the_skipping_of_content(void **state)
{
    (void) state;
    struct endless source = make_endless();
    struct fp_cancel cancel = {0};
    cleanup_cancel struct fp_cancel *before = fp_cancel_enter(&cancel);
    source.interrupt_at = (uint64_t) 4 << 20;
    tar_add(&source.bytes, &(struct tar_entry){.name = "endless", .size = HUGE_OCTAL});
    cleanup_buf struct fp_buf text = FP_BUF_INIT(TAR_MAX);
    struct fp_error err = {0};
    assert_int_equal(list_source(&source.base, &text, &err), FP_E_INTERRUPTED);
    assert_true(source.given < (uint64_t) 5 << 20);
    fp_buf_clear(&source.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(access_control_lists_cost_nothing),
        cmocka_unit_test(maps_of_gnu_headers_are_bounded),
        cmocka_unit_test(maps_before_the_content_are_bounded),
        cmocka_unit_test(maps_in_pax_headers_are_taken),
        cmocka_unit_test(extended_headers_are_bounded),
        cmocka_unit_test(extended_headers_are_bounded_in_all),
        cmocka_unit_test(content_ends_where_libarchive_ends_it),
        cmocka_unit_test(hard_links_have_content_in_pax_only),
        cmocka_unit_test(headers_of_headers_are_plain),
        cmocka_unit_test(names_are_bytes_in_every_locale),
        cmocka_unit_test(offsets_are_those_of_the_source),
        cmocka_unit_test(an_interrupt_ends_the_skipping_of_content),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
