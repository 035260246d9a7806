#include "alpine_test.h"

#include <stdlib.h>
#include <unistd.h>

static void note_warnings(struct fp_reporter *self, const struct fp_event *event)
{
    (void) self;
    if (event->kind == FP_EVENT_WARNING)
        fail_msg("a warning: %s", event->text);
}

/* Ctrl-C while a package of the cache is read says nothing of the package. What has arrived stays:
 * no test may follow. */
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
    fp_interrupt_give_up();
    assert_int_equal(fp_apk_package_fetch(&options, "http://127.0.0.1:1/main", &package, &spool,
                                          &contents, &err),
                     FP_E_INTERRUPTED);
    fp_apk_spool_clear(&spool);
    assert_int_equal(fp_remove_tree(folder, &err), FP_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_interrupt_blames_no_package),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
