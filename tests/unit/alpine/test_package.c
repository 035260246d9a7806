#include "parts.h"

#include <unistd.h>

#include "alpine/installer.h"

static char *folder;
static struct fp_apk_spool spool;

static int setup(void **state)
{
    (void) state;
    return fp_temp_dir("/tmp", &folder, NULL) == FP_OK &&
                   fp_apk_spool_open(folder, &spool, NULL) == FP_OK
               ? 0
               : -1;
}

static int teardown(void **state)
{
    (void) state;
    fp_apk_spool_clear(&spool);
    fp_temp_remove(steal_pointer(&folder));
    return 0;
}

/* A package file with the data part `data`, and its entry in an index. */
struct made {
    struct fp_buf file;
    char identity[32];
    struct fp_apk_package package;
};

static void make(const struct fp_buf *data, const char *more_info, struct made *ret)
{
    struct fp_buf data_gz = FP_BUF_INIT(2 << 20);
    struct fp_buf control = FP_BUF_INIT(1 << 20);
    char hex[FP_HASH_HEX_MAX];
    put_gzip(&data_gz, data);
    fp_hash_bytes(FP_SHA256, data_gz.data, data_gz.len, hex);
    cleanup_free char *info =
        fp_xasprintf("# made\npkgname = a\npkgver = 1-r0\n%sdatahash = %s\n", more_info, hex);
    put_member(&control, ".PKGINFO", '0', "", info);
    put_member(&control, ".post-install", '0', "", "#!/bin/sh\n");
    *ret = (struct made){.file = FP_BUF_INIT(4 << 20)};
    put_gzip(&ret->file, &control);
    fp_hash_bytes(FP_SHA1, ret->file.data, ret->file.len, hex);
    fp_apk_identity_text(hex, ret->identity);
    ret->package.fields[FP_APK_IDENTITY] = ret->identity;
    ret->package.fields[FP_APK_NAME] = "a";
    ret->package.fields[FP_APK_VERSION] = "1-r0";
    fp_buf_put(&ret->file, data_gz.data, data_gz.len);
    fp_buf_clear(&data_gz);
    fp_buf_clear(&control);
}

static enum fp_code read_made(const struct made *made, struct fp_apk_contents *ret,
                              struct fp_error *err)
{
    return fp_apk_package_read(fp_source_memory(made->file.data, made->file.len), "a.apk",
                               &made->package, &spool, ret, err);
}

static void test_contents(void **state)
{
    cleanup_buf struct fp_buf data = FP_BUF_INIT(1 << 20);
    cleanup_apk_contents struct fp_apk_contents contents = {0};
    struct made made;
    char text[8] = "";
    (void) state;
    put_member(&data, ".dummy", '0', "", "");
    put_member(&data, "bin/one", '0', "", "first");
    put_member(&data, "bin/two", '1', "bin/one", "");
    put_member(&data, "bin/three", '2', "one", "");
    put_member(&data, "var/.keep_a", '0', "", "");
    make(&data, "replaces = b\nreplaces = c<2\ntriggers = /usr/* /bin\n", &made);
    assert_int_equal(read_made(&made, &contents, NULL), FP_OK);
    assert_int_equal(contents.file_count, 3);
    assert_string_equal(contents.replaces, "b c<2");
    assert_string_equal(contents.triggers, "/usr/* /bin");
    char hex[FP_HASH_HEX_MAX];
    fp_hash_bytes(FP_SHA256, made.file.data, made.file.len, hex);
    assert_string_equal(contents.sha256, hex);
    assert_int_equal(contents.script_count, 1);
    assert_string_equal(contents.files[0].user, "games");
    assert_string_equal(contents.files[1].identity, contents.files[0].identity);
    assert_string_equal(contents.files[2].identity, "Q1/gW83NxJKAEngaXxoqd8u1OY4QY=");
    assert_int_equal(pread(spool.fd, text, 5, (off_t) contents.files[0].offset), 5);
    assert_string_equal(text, "first");
    fp_buf_clear(&made.file);
}

static void expect_refused(const char *name, char type, const char *link, enum fp_code expected,
                           const char *words)
{
    cleanup_buf struct fp_buf data = FP_BUF_INIT(1 << 20);
    struct fp_apk_contents contents = {0};
    struct fp_error err = {0};
    struct made made;
    put_member(&data, name, type, link, "");
    make(&data, "", &made);
    if (read_made(&made, &contents, &err) != expected)
        fail_msg("%s: %s", name, err.text);
    assert_text_has(err.text, words);
    fp_buf_clear(&made.file);
}

/* With this attribute, overlayfs would hide the files of lower layers in a directory. */
static void test_attributes_of_overlayfs(void **state)
{
    cleanup_buf struct fp_buf data = FP_BUF_INIT(1 << 20);
    struct fp_apk_contents contents = {0};
    struct fp_error err = {0};
    struct made made;
    (void) state;
    put_member(&data, "x", 'x', "", "41 SCHILY.xattr.trusted.overlay.opaque=y\n");
    put_member(&data, "etc", '5', "", "");
    make(&data, "", &made);
    assert_int_equal(read_made(&made, &contents, &err), FP_E_INPUT);
    assert_text_has(err.text, "/etc: the attribute trusted.overlay.opaque would hide files");
    fp_buf_clear(&made.file);
}

static void test_hostile_names(void **state)
{
    (void) state;
    expect_refused("../etc/passwd", '0', "", FP_E_INPUT, "a.apk");
    expect_refused("/etc/passwd", '0', "", FP_E_INPUT, "a.apk");
    expect_refused("etc/.wh.passwd", '0', "", FP_E_INPUT, "would delete a file");
    expect_refused("etc/.wh.a/b", '0', "", FP_E_INPUT, "would delete a file");
    expect_refused("etc/a\1b", '0', "", FP_E_INPUT, "a.apk");
    expect_refused("bin/a", '1', "bin", FP_E_INPUT, "which is no file in it");
    expect_refused("etc/a\nR:b", '0', "", FP_E_INPUT, "a.apk");
    expect_refused("dev/null", '3', "", FP_E_INPUT, "a.apk");
    expect_refused("bin/a", '1', "bin/none", FP_E_INPUT, "which is no file in it");
}

/* The limit is for all packages together, and is checked before the digest of the files. */
static void test_too_many_files(void **state)
{
    cleanup_buf struct fp_buf data = FP_BUF_INIT(1 << 22);
    struct fp_apk_contents contents = {0};
    struct fp_error err = {0};
    struct made made;
    char name[100];
    (void) state;
    for (int i = 0; i < 4000; i++) {
        (void) snprintf(name, sizeof(name), "usr/share/a/%d", i);
        put_member(&data, name, '2', "elsewhere", "");
    }
    make(&data, "", &made);
    spool.list_bytes = (size_t) 32 << 20;
    spool.list_bytes -= 1 << 18;
    assert_int_equal(read_made(&made, &contents, &err), FP_E_INPUT);
    assert_text_has(err.text, "more files than the packages of an image may have");
    spool.list_bytes = 0;
    assert_int_equal(read_made(&made, &contents, NULL), FP_OK);
    assert_true(spool.list_bytes > (size_t) 1 << 18 && spool.list_bytes < (size_t) 2 << 20);
    spool.list_bytes = 0;
    fp_apk_contents_clear(&contents);
    fp_buf_clear(&made.file);
}

static void test_every_part_is_verified(void **state)
{
    cleanup_buf struct fp_buf data = FP_BUF_INIT(1 << 20);
    struct made made;
    (void) state;
    put_member(&data, "bin/one", '0', "", "first");
    make(&data, "", &made);
    for (size_t i = 0; i < made.file.len; i++) {
        struct fp_apk_contents contents = {0};
        made.file.data[i] ^= 4;
        if (read_made(&made, &contents, NULL) == FP_OK)
            fail_msg("byte %zu may be anything", i);
        made.file.data[i] ^= 4;
    }
    for (size_t len = 0; len < made.file.len; len++) {
        struct fp_apk_contents contents = {0};
        assert_int_not_equal(fp_apk_package_read(fp_source_memory(made.file.data, len), "a.apk",
                                                 &made.package, &spool, &contents, NULL),
                             FP_OK);
    }
    fp_buf_clear(&made.file);
}

/* Files next to a signature are not signed, so they are not taken as scripts of the package. */
static void test_scripts_among_the_signatures(void **state)
{
    cleanup_buf struct fp_buf data = FP_BUF_INIT(1 << 20);
    cleanup_buf struct fp_buf tar = FP_BUF_INIT(1 << 20);
    cleanup_buf struct fp_buf file = FP_BUF_INIT(1 << 20);
    struct fp_error err = {0};
    struct made made;
    (void) state;
    put_member(&data, "bin/one", '0', "", "first");
    make(&data, "", &made);
    put_member(&tar, ".SIGN.RSA256.a.rsa.pub", '0', "", "whatever");
    put_gzip(&file, &tar);
    put_gzip(&file, &tar);
    size_t len = file.len;
    fp_buf_put(&file, made.file.data, made.file.len);
    struct fp_apk_contents contents = {0};
    assert_int_equal(fp_apk_package_read(fp_source_memory(file.data, file.len), "a.apk",
                                         &made.package, &spool, &contents, NULL),
                     FP_OK);
    assert_int_equal(contents.script_count, 1);
    fp_apk_contents_clear(&contents);
    file.len = len;
    put_member(&tar, ".pre-deinstall", '0', "", "#!/bin/sh\nevil\n");
    put_gzip(&file, &tar);
    fp_buf_put(&file, made.file.data, made.file.len);
    assert_int_equal(fp_apk_package_read(fp_source_memory(file.data, file.len), "a.apk",
                                         &made.package, &spool, &contents, &err),
                     FP_E_VERIFY);
    assert_text_has(err.text, "signatures and other files in one part");
    fp_buf_clear(&made.file);
}

/* Attributes are recorded as apk 3.0.8 does it. */
static void test_attributes_in_the_record(void **state)
{
    (void) state;
    static const struct {
        const char *names[2];
        const char *values[2];
        const char *expected;
    } cases[] = {
        {{"security.capability"},
         {"AQAAAgAEAAAAAAAAAAAAAAAAAAA="},
         "R:a\na:0:0:755:Q13mhAdHkP2T+trQ+T8Fm+BiKO6xQ=\n"},
        {{"user.b", "user.a"}, {"", "YWI="}, "R:a\na:0:0:755:Q1j9lHCpG6dk9DmEksXOUphW8X/O4=\n"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cleanup_json json_t *xattrs = json_object();
        for (size_t k = 0; k < 2 && cases[i].names[k] != NULL; k++)
            json_object_set_new(xattrs, cases[i].names[k], json_string(cases[i].values[k]));
        struct fp_apk_file file = {
            .entry = {.path = "bin/a", .kind = FP_ENTRY_FILE, .mode = 0755, .xattrs = xattrs}};
        const struct fp_apk_contents contents = {.files = &file, .file_count = 1};
        const struct fp_apk_package package = {.fields = {[FP_APK_NAME] = "a"}};
        cleanup_buf struct fp_buf record = FP_BUF_INIT(10000);
        assert_int_equal(fp_record_write(&package, &contents, &record, NULL), FP_OK);
        assert_text_has(fp_buf_text(&record), cases[i].expected);
    }
}

static void test_of_another_package(void **state)
{
    cleanup_buf struct fp_buf data = FP_BUF_INIT(1 << 20);
    struct fp_apk_contents contents = {0};
    struct fp_error err = {0};
    struct made made;
    (void) state;
    make(&data, "", &made);
    made.package.fields[FP_APK_VERSION] = "2-r0";
    assert_int_equal(read_made(&made, &contents, &err), FP_E_INPUT);
    assert_text_has(err.text, ".PKGINFO is of another package");
    fp_buf_clear(&made.file);
}

/* Open a tar of scripts with `count` members of a size. Only their sizes are read. */
static enum fp_code open_scripts(const char *size, size_t count, size_t *ret_len)
{
    char block[512] = "";
    struct fp_buf tar = FP_BUF_INIT(SCRIPTS_MAX_BYTES);
    memset(block, '7', sizeof(block));
    memcpy(block + 124, size, 12);
    for (size_t i = 0; i < count; i++)
        fp_buf_put(&tar, block, sizeof(block));
    enum fp_code code = fp_scripts_open(&tar, NULL);
    *ret_len = tar.len;
    fp_buf_clear(&tar);
    return code;
}

/* Digits follow the size field, but a size ends with its field and must not include them. */
static void test_sizes_of_scripts(void **state)
{
    size_t len = 0;
    (void) state;
    assert_int_equal(open_scripts("000000000000", SCRIPTS_MAX_BYTES / 512, &len), FP_OK);
    assert_int_equal(len, SCRIPTS_MAX_BYTES);
    assert_int_equal(open_scripts("000000001000", 2, &len), FP_OK);
    assert_int_equal(open_scripts("00000001000", 2, &len), FP_OK);
    assert_int_equal(open_scripts("00000001000 ", 2, &len), FP_OK);
    assert_int_equal(open_scripts("00000001000", 1, &len), FP_E_INPUT);
    assert_int_equal(open_scripts("0000000100x", 2, &len), FP_E_INPUT);
    assert_int_equal(open_scripts("00000000008", 2, &len), FP_E_INPUT);
    assert_int_equal(open_scripts("\x80\0\0\0\0\0\0\0\0\0\2\0", 2, &len), FP_E_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_contents),
        cmocka_unit_test(test_attributes_of_overlayfs),
        cmocka_unit_test(test_hostile_names),
        cmocka_unit_test(test_too_many_files),
        cmocka_unit_test(test_every_part_is_verified),
        cmocka_unit_test(test_scripts_among_the_signatures),
        cmocka_unit_test(test_attributes_in_the_record),
        cmocka_unit_test(test_of_another_package),
        cmocka_unit_test(test_sizes_of_scripts),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
