#include "alpine_test.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static void note_warnings(struct fp_reporter *self, const struct fp_event *event)
{
    (void) self;
    if (event->kind == FP_EVENT_WARNING)
        fail_msg("a warning: %s", event->text);
}

/* An interrupt while a cached package is read does not mean that the package is damaged. */
static void test_an_interrupt_blames_no_package(void **state)
{
    (void) state;
    char folder[] = "/tmp/flinkpack-test-XXXXXX";
    struct fp_error err = {0};
    struct fp_apk_contents contents = {0};
    struct fp_apk_spool spool = {.fd = -1};
    struct fp_reporter reporter = {.event = note_warnings};
    const struct fp_http_options http_options = {0};
    const struct fp_apk_package package = {
        .fields = {[FP_APK_NAME] = "bash", [FP_APK_VERSION] = "5.2-r0"}, .size = 3};
    cleanup_http struct fp_http *http = NULL;
    assert_non_null(mkdtemp(folder));
    cleanup_free char *cache = fp_path_join(folder, "apk");
    cleanup_free char *file = fp_path_join(cache, "bash-5.2-r0..apk");
    assert_int_equal(fp_mkdir_p(cache, 0700, &err), FP_OK);
    assert_int_equal(fp_file_write(file, "apk", 3, 0600, &err), FP_OK);
    assert_int_equal(fp_apk_spool_open(folder, &spool, &err), FP_OK);
    assert_int_equal(fp_http_new(&http_options, &http, &err), FP_OK);
    const struct fp_apk_fetch_options options = {
        .http = http, .cache_folder = folder, .reporter = &reporter};
    struct fp_cancel cancel = {0};
    cleanup_cancel struct fp_cancel *before = fp_cancel_enter(&cancel);
    assert_true(fp_cancel(&cancel, SIGTERM));
    assert_int_equal(fp_apk_package_fetch(&options, "http://127.0.0.1:1/main", &package, &spool,
                                          &contents, &err),
                     FP_E_INTERRUPTED);
    fp_apk_spool_clear(&spool);
    assert_int_equal(fp_remove_tree(folder, &err), FP_OK);
}

/* The repositories in a text, and its ignored parts, each on a line. */
static char *read_lines(const char *text, const char *mirror, bool is_here)
{
    struct fp_apk_repositories found = {0};
    cleanup_buf struct fp_buf out = FP_BUF_INIT(1 << 20);
    fp_apk_repositories_read(
        &(struct fp_apk_repositories_source){
            .text = text, .name = "/f", .arch = "x86_64", .mirror = mirror, .is_here = is_here},
        &found);
    for (size_t i = 0; i < found.urls.len; i++)
        fp_buf_putf(&out, "%s\n", found.urls.items[i]);
    for (size_t i = 0; i < found.passed.len; i++)
        fp_buf_putf(&out, "! %s\n", found.passed.items[i]);
    fp_apk_repositories_clear(&found);
    return out.len > 0 ? fp_buf_take(&out) : fp_xstrdup("");
}

static void expect_lines(const char *text, const char *mirror, bool is_here, const char *expected)
{
    cleanup_free char *found = read_lines(text, mirror, is_here);
    assert_string_equal(found, expected);
}

static void test_repositories_as_apk_reads_them(void **state)
{
    (void) state;
    expect_lines("# one\n\nhttps://h/alpine/v3.20/main/\nhttps://h/alpine/v3.20/main\n"
                 " \thttp://h/x  \t\r\nv2 https://h/a main\tcommunity\nhttps://h/b/ c\n",
                 NULL, false,
                 "https://h/alpine/v3.20/main\nhttp://h/x\nhttps://h/a/main\n"
                 "https://h/a/community\nhttps://h/b/c\n");
    expect_lines("set -default m=one.org\nhttp://${m}/main\nset m=two.org\nhttp://${m}/main\n"
                 "set -default m=three\nset m=${m}/alpine\nset comp=main community\n"
                 "http://${m}/ ${comp}\nhttp://h/${APK_ARCH}/x\n${n}\nset n=http://n/n\n${n}",
                 NULL, false,
                 "http://one.org/main\nhttp://two.org/main\nhttp://two.org/alpine/main\n"
                 "http://two.org/alpine/community\nhttp://h/x86_64/x\nhttp://n/n\n"
                 "! /f, line 10: ${n}: a variable in it has no value, or it is too long\n");
    expect_lines("ndx https://h/a/APKINDEX.tar.gz\nhttps://h/b/APKINDEX.tar.gz\n", NULL, false,
                 "https://h/a/APKINDEX.tar.gz\nhttps://h/b/APKINDEX.tar.gz\n");
}

static void test_what_is_passed_over_is_named(void **state)
{
    static const char adb[] = "an index in apk 3's own format (ADB), which is not read here";
    (void) state;
    cleanup_free char *text = fp_xasprintf(
        "! /f, line 1: https://h/edge: a tagged repository, of which only packages are taken that "
        "name the tag\n! /f, line 2: https://h/Packages.adb: %s\n"
        "! /f, line 3: https://h: %s\n"
        "! /f, line 4: /media/cdrom/apks: a path inside the image, which is not there yet\n"
        "! /f, line 5: /srv: a path inside the image, which is not there yet\n"
        "! /f, line 6: ftp://h/x: expected an http or https URL, or an absolute path\n"
        "! /f, line 7: foo: expected an http or https URL, or an absolute path\n"
        "! /f, line 8: v2: expected an http or https URL, or an absolute path\n"
        "! /f, line 9: a variable that cannot be set\n"
        "! /f, line 10: a variable that cannot be set\n"
        "! /f, line 11: https://h/x: a component of it is a variable without a value\n",
        adb, adb);
    expect_lines("@edge https://me:secret@h/edge\nndx https://h/Packages.adb\nv3 https://h main\n"
                 "/media/cdrom/apks\nfile:///srv\nftp://me:secret@h/x\nfoo https://h/x\nv2\n"
                 "set APK_X=secret\nset 1=secret\nhttps://me:secret@h/x ${secret}\n",
                 NULL, false, text);
    expect_lines("file:///srv/apks/\n/media", NULL, true, "/srv/apks\n/media\n");
}

/* A short text names the same repository very often. */
static void test_too_many_are_not_read_to_the_end(void **state)
{
    struct fp_apk_repositories found = {0};
    cleanup_buf struct fp_buf text = FP_BUF_INIT(1 << 20);
    (void) state;
    fp_buf_puts(&text, "set x=a a a a a a a a\nhttp://h");
    for (unsigned i = 0; i < FP_APK_REPOSITORIES_NAMED_MAX; i++)
        fp_buf_puts(&text, " ${x}");
    fp_apk_repositories_read(&(struct fp_apk_repositories_source){.text = fp_buf_text(&text),
                                                                  .name = "/f",
                                                                  .arch = "x86_64"},
                             &found);
    assert_int_equal(found.urls.len, 1);
    assert_int_equal(found.named, FP_APK_REPOSITORIES_NAMED_MAX + 1);
    fp_apk_repositories_clear(&found);
}

static void test_a_mirror_takes_the_servers_place(void **state)
{
    (void) state;
    expect_lines(
        "https://h/alpine/v3.20/main\nhttp://h/edge/main\nhttps://h/own\n",
        "https://u:p@m/alpine//", false,
        "https://u:p@m/alpine/v3.20/main\nhttps://u:p@m/alpine/edge/main\nhttps://h/own\n");
}

/* Any list of a base is read within two seconds. */
static void test_hostile_repositories(void **state)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT(4 << 20);
    (void) state;
    for (int i = 0; i < 50; i++)
        fp_buf_puts(&text, "set a=${a}${a}${a}x\nset -default a=x\n");
    for (int i = 0; i < 4000; i++)
        fp_buf_putf(&text, "set a%d=x\nhttp://h/${a}\n", i);
    for (int i = 0; i < 4000; i++)
        fp_buf_putf(&text, "http://h/%d a b\n", i);
    cleanup_free char *found = read_lines(fp_buf_text(&text), NULL, false);
    assert_true(strlen(found) < 20000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_repositories_as_apk_reads_them),
        cmocka_unit_test(test_what_is_passed_over_is_named),
        cmocka_unit_test(test_too_many_are_not_read_to_the_end),
        cmocka_unit_test(test_a_mirror_takes_the_servers_place),
        cmocka_unit_test(test_hostile_repositories),
        cmocka_unit_test(test_an_interrupt_blames_no_package),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
