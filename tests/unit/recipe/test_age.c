/* How long ago packages were resolved. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "age.h"

#define KEY "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static char *age_of(struct fp_cache *cache, json_int_t seconds, const char *kind)
{
    struct fp_config config = {0};
    cleanup_json json_t *record = json_pack("{s:I}", "time", (json_int_t) time(NULL) - seconds);
    cleanup_free char *label =
        fp_xasprintf("{\"layout\": %d, \"layers\": [{\"kind\": \"%s\", \"key\": \"" KEY "\"}]}",
                     FP_LAYOUT_NUMBER, kind);
    cleanup_json json_t *document =
        json_pack("{s:{s:{s:s}}}", "config", "Labels", FP_LABEL_RECIPES, label);
    fp_cache_put(cache, "resolved", KEY, record);
    config.document = document;
    return fp_packages_age(cache, &config);
}

static void test_ages(void **state)
{
    static const struct {
        json_int_t seconds;
        const char *text;
    } cases[] = {{0, "less than an hour"}, {3599, "less than an hour"}, {3600, "1 hour"},
                 {7200, "2 hours"},        {169200, "47 hours"},        {172800, "2 days"},
                 {34560000, "400 days"}};
    char folder[] = "/tmp/flinkpack-test-XXXXXX";
    struct fp_cache *cache = NULL;
    (void) state;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(fp_cache_open(folder, UINT64_MAX, &cache, NULL), FP_OK);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cleanup_free char *age = age_of(cache, cases[i].seconds, "packages");
        assert_non_null(age);
        assert_string_equal(age, cases[i].text);
    }
    /* A clock that was set back tells nothing, and neither does an image without packages. */
    assert_null(age_of(cache, -86400, "packages"));
    assert_null(age_of(cache, 0, "setup"));
    assert_null(age_of(NULL, 0, "packages"));
    fp_cache_free(cache);
    assert_int_equal(fp_remove_tree(folder, NULL), FP_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_ages)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
