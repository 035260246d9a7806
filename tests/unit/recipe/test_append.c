/* The options that append refuses before fetching anything, and the parsing of its options. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "plan_parts.h"
#include "record.h"

static const struct fp_build_context context = {.places.store = "/tmp/flinkpack-no-store",
                                                .cache_folder = "/tmp/flinkpack-no-cache",
                                                .source_date_epoch = -1};

static enum fp_code plan_of(const struct fp_build_options *image,
                            const struct fp_append_options *options, struct fp_plan *ret,
                            struct fp_error *err)
{
    return fp_plan_make(image, options, &context, ret, err);
}

static void check_words(const char *const *words, size_t count, const char *expected)
{
    struct fp_error err = {0};
    cleanup_plan struct fp_plan plan = {0};
    struct fp_append_options options = {0};
    for (size_t i = 0; i < count; i++)
        fp_strv_add(&options.cmd, words[i]);
    assert_int_equal(fp_plan_start(&plan, &(struct fp_build_options){0}, &options, &err),
                     expected != NULL ? FP_OK : FP_E_USAGE);
    fp_strv_clear(&options.cmd);
    if (expected == NULL) {
        assert_non_null(strstr(err.text, "--cmd"));
        return;
    }
    cleanup_free char *text = fp_json_canonical(plan.cmd);
    assert_string_equal(text, expected);
}

static void test_words(void **state)
{
    (void) state;
    check_words((const char *[]){"/app"}, 1, "[\"/app\"]");
    check_words((const char *[]){"/app", "", "[x]"}, 3, "[\"/app\",\"\",\"[x]\"]");
    check_words((const char *[]){"a b"}, 1, "[\"a b\"]");
    check_words((const char *[]){"[\"/app\", \"a b\"]"}, 1, "[\"/app\",\"a b\"]");
    check_words((const char *[]){""}, 1, "[]");
    check_words((const char *[]){"[]"}, 1, "[]");
    check_words((const char *[]){"[1]"}, 1, NULL);
    check_words((const char *[]){"[/app]"}, 1, NULL);
    check_words((const char *[]){"[\"a\"] b"}, 1, NULL);
    check_words((const char *[]){"\xff"}, 1, NULL);
}

static void test_nothing_given(void **state)
{
    struct fp_error err = {0};
    cleanup_plan struct fp_plan plan = {0};
    (void) state;
    assert_int_equal(
        fp_plan_start(&plan, &(struct fp_build_options){0}, &(struct fp_append_options){0}, &err),
        FP_OK);
    assert_null(plan.cmd);
    assert_null(plan.entrypoint);
}

static void try_plan(const struct fp_build_options *image, const struct fp_append_options *options,
                     enum fp_code code, const char *part)
{
    struct fp_error err = {0};
    cleanup_plan struct fp_plan plan = {0};
    assert_int_equal(plan_of(image, options, &plan, &err), code);
    if (part != NULL && strstr(err.text, part) == NULL)
        fail_msg("'%s' does not say '%s'", err.text, part);
}

static void test_refused(void **state)
{
    struct fp_build_options image = {.base = "scratch"};
    struct fp_append_options options = {0};
    (void) state;
    try_plan(&image, &options, FP_E_USAGE, "--image-name");
    image.image_name = "x";
    try_plan(&image, &options, FP_E_USAGE, "nothing is put on the base");
    fp_strv_add(&options.entrypoint, "/app");
    try_plan(&image, &options, FP_E_USAGE, "nothing is put on the base");
    fp_strv_add(&options.layers, "/no/{arch}.tar");
    try_plan(&image, &options, FP_E_NOT_FOUND, "/no/amd64.tar");
    fp_strv_clear(&options.layers);
    fp_strv_add(&image.add, "/etc:/x");
    try_plan(&image, &options, FP_OK, NULL);
    image.base = "nowhere";
    try_plan(&image, &options, FP_E_NOT_FOUND, "--base");
    image.base = "scratch";
    fp_strv_add(&image.platforms, "windows/amd64");
    try_plan(&image, &options, FP_E_USAGE, "made for linux");
    fp_strv_clear(&image.platforms);
    for (size_t i = 0; i < FP_OWN_LAYERS_MAX; i++)
        fp_strv_add(&options.layers, "/etc/passwd");
    try_plan(&image, &options, FP_E_USAGE, "--layer: more than");
    fp_strv_clear(&options.layers);
    fp_strv_clear(&options.entrypoint);
    fp_strv_clear(&image.add);
}

static void test_user_and_folder(void **state)
{
    static const char *const bad_users[] = {"", ":1", "a:", "a:b:c", "a b", "a\n", "\xff"};
    static const char *const good_users[] = {"0", "65532", "65532:65532", "nonroot", "a:b"};
    struct fp_build_options image = {.base = "scratch", .image_name = "x"};
    struct fp_append_options options = {0};
    (void) state;
    fp_strv_add(&image.add, "/etc:/x");
    for (size_t i = 0; i < sizeof(bad_users) / sizeof(bad_users[0]); i++) {
        image.user = bad_users[i];
        try_plan(&image, &options, FP_E_USAGE, "--user");
    }
    for (size_t i = 0; i < sizeof(good_users) / sizeof(good_users[0]); i++) {
        image.user = good_users[i];
        try_plan(&image, &options, FP_OK, NULL);
    }
    options.working_dir = "srv";
    try_plan(&image, &options, FP_E_USAGE, "--workdir 'srv'");
    options.working_dir = "/srv";
    try_plan(&image, &options, FP_OK, NULL);
    fp_strv_clear(&image.add);
}

/* A new entrypoint drops the command, because that was meant for the entrypoint of the base. */
static void test_entrypoint_drops_command(void **state)
{
    struct fp_error err = {0};
    struct fp_plan plan = {0};
    struct fp_build_options image = {.base = "scratch", .image_name = "x"};
    struct fp_append_options options = {0};
    (void) state;
    fp_strv_add(&image.add, "/etc:/x");
    assert_int_equal(plan_of(&image, &options, &plan, &err), FP_OK);
    assert_null(plan.cmd);
    fp_plan_clear(&plan);
    fp_strv_add(&options.entrypoint, "/app");
    assert_int_equal(plan_of(&image, &options, &plan, &err), FP_OK);
    assert_true(json_is_array(plan.cmd));
    assert_int_equal(json_array_size(plan.cmd), 0);
    fp_plan_clear(&plan);
    fp_strv_clear(&options.entrypoint);
    fp_strv_clear(&image.add);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_nothing_given),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_user_and_folder),
        cmocka_unit_test(test_entrypoint_drops_command),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
