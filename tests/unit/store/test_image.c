#include "fixture.h"

#include <string.h>

static const struct fp_platform amd64 = {.os = "linux", .architecture = "amd64"};
static const struct fp_platform arm64 = {.os = "linux", .architecture = "arm64"};
static const struct fp_platform s390x = {.os = "linux", .architecture = "s390x"};

static struct fp_descriptor image_for(struct fp_repo *parts, const char *platform)
{
    const char *texts[] = {platform};
    return make_image(parts, platform, texts, 1);
}

/* The platforms of the images in `root`: "linux/amd64 linux/arm64 ". The caller frees it. */
static char *platforms_behind(struct fp_repo *parts, const struct fp_descriptor *root,
                              const struct fp_platform *platform)
{
    struct fp_error err = {0};
    cleanup_images struct fp_images images = {0};
    cleanup_image struct fp_image image = {0};
    char *all = fp_xstrdup("");
    bool more = true;
    assert_ok(fp_images_open(parts, root, "NAME", &images, &err), &err);
    for (;;) {
        assert_ok(fp_images_next(&images, platform, &image, &more, &err), &err);
        if (!more)
            break;
        assert_int_equal(image.manifest.layer_count, image.config.diff_id_count);
        cleanup_free char *text = fp_platform_text(&image.config.platform);
        cleanup_free char *before = all;
        all = fp_xasprintf("%s%s ", before, text);
    }
    assert_null(image.manifest.layers);
    return all;
}

static void check_platforms(struct fp_repo *parts, const struct fp_descriptor *root,
                            const struct fp_platform *platform, const char *expected)
{
    cleanup_free char *all = platforms_behind(parts, root, platform);
    assert_string_equal(all, expected);
}

static void each_platform_comes_in_turn(void **state)
{
    (void) state;
    cleanup_repo struct fp_repo *parts = fp_repo_new_parts();
    struct fp_descriptor manifests[] = {
        image_for(parts, "linux/arm64"),
        image_for(parts, "linux/amd64"),
        image_for(parts, "linux/amd64"),
    };
    /* Attestations are listed with this platform. */
    manifests[1].platform = (struct fp_platform){.os = "unknown", .architecture = "unknown"};
    cleanup_descriptor struct fp_descriptor root = make_index(parts, manifests, 3);
    check_platforms(parts, &root, NULL, "linux/arm64 linux/amd64 ");
    check_platforms(parts, &root, &amd64, "linux/amd64 ");
    check_platforms(parts, &manifests[0], NULL, "linux/arm64 ");
    for (size_t i = 0; i < 3; i++)
        fp_descriptor_clear(&manifests[i]);
}

static void a_platform_that_is_not_there_is_not_found(void **state)
{
    (void) state;
    struct fp_error err = {0};
    bool more = true;
    cleanup_repo struct fp_repo *parts = fp_repo_new_parts();
    cleanup_descriptor struct fp_descriptor manifest = image_for(parts, "linux/arm64");
    cleanup_descriptor struct fp_descriptor root = make_index(parts, &manifest, 1);
    cleanup_descriptor struct fp_descriptor chosen = {0};
    cleanup_images struct fp_images images = {0};
    cleanup_image struct fp_image image = {0};
    assert_ok(fp_images_open(parts, &root, "NAME", &images, &err), &err);
    assert_fails(fp_images_next(&images, &s390x, &image, &more, &err), FP_E_NOT_FOUND, &err,
                 "linux/arm64");
    assert_fails(fp_images_choose(&images, &s390x, &chosen, &err), FP_E_NOT_FOUND, &err,
                 "linux/arm64");
}

/* Wrap `manifest` in `depth` nested indexes. */
static struct fp_descriptor wrap(struct fp_repo *parts, const struct fp_descriptor *manifest,
                                 int depth)
{
    struct fp_descriptor root = fp_descriptor_copy(manifest);
    for (int i = 0; i < depth; i++) {
        struct fp_descriptor inner = root;
        inner.platform = manifest->platform;
        root = make_index(parts, &inner, 1);
        fp_descriptor_clear(&inner);
    }
    return root;
}

static void indexes_within_indexes_are_followed_so_far(void **state)
{
    (void) state;
    for (int depth = 0; depth < FP_INDEX_MAX_DEPTH + 3; depth++) {
        struct fp_error err = {0};
        cleanup_repo struct fp_repo *parts = fp_repo_new_parts();
        cleanup_descriptor struct fp_descriptor manifest = image_for(parts, "linux/arm64");
        cleanup_descriptor struct fp_descriptor root = wrap(parts, &manifest, depth);
        cleanup_descriptor struct fp_descriptor chosen = {0};
        cleanup_images struct fp_images images = {0};
        assert_ok(fp_images_open(parts, &root, "NAME", &images, &err), &err);
        enum fp_code code = fp_images_choose(&images, &arm64, &chosen, &err);
        if (depth > FP_INDEX_MAX_DEPTH + 1) {
            assert_fails(code, FP_E_INPUT, &err, "NAME: indexes are nested more than 4 deep");
            continue;
        }
        assert_ok(code, &err);
        assert_true(fp_digest_equal(&chosen.digest, &manifest.digest));
    }
}

static void an_image_alone_is_chosen_for_any_platform(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_repo struct fp_repo *parts = fp_repo_new_parts();
    cleanup_descriptor struct fp_descriptor root = image_for(parts, "linux/arm64");
    cleanup_descriptor struct fp_descriptor chosen = {0};
    cleanup_images struct fp_images images = {0};
    assert_ok(fp_images_open(parts, &root, "NAME", &images, &err), &err);
    assert_ok(fp_images_choose(&images, &amd64, &chosen, &err), &err);
    assert_true(fp_digest_equal(&chosen.digest, &root.digest));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_platform_comes_in_turn),
        cmocka_unit_test(a_platform_that_is_not_there_is_not_found),
        cmocka_unit_test(indexes_within_indexes_are_followed_so_far),
        cmocka_unit_test(an_image_alone_is_chosen_for_any_platform),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
