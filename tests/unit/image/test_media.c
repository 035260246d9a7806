#include "image_test.h"

static void test_roles(void **state)
{
    (void) state;
    assert_true(fp_media_is_index(FP_MEDIA_OCI_INDEX));
    assert_true(fp_media_is_index(FP_MEDIA_DOCKER_LIST));
    assert_false(fp_media_is_index(FP_MEDIA_OCI_MANIFEST));
    assert_true(fp_media_is_manifest(FP_MEDIA_OCI_MANIFEST));
    assert_true(fp_media_is_manifest(FP_MEDIA_DOCKER_MANIFEST));
    assert_false(fp_media_is_manifest(FP_MEDIA_DOCKER_LIST));
    assert_false(fp_media_is_manifest(""));
}

static void test_layers_that_can_be_read(void **state)
{
    (void) state;
    assert_true(fp_media_is_layer(FP_MEDIA_OCI_LAYER));
    assert_true(fp_media_is_layer(FP_MEDIA_OCI_LAYER_GZIP));
    assert_true(fp_media_is_layer(FP_MEDIA_OCI_LAYER_ZSTD));
    assert_true(fp_media_is_layer(FP_MEDIA_DOCKER_LAYER_GZIP));
    assert_true(fp_media_is_layer(FP_MEDIA_DOCKER_LAYER));
    assert_false(fp_media_is_layer("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"));
    assert_false(fp_media_is_layer("application/vnd.oci.image.layer.nondistributable.v1.tar"));
    assert_false(fp_media_is_layer("application/vnd.in-toto+json"));
    assert_false(fp_media_is_layer(FP_MEDIA_OCI_LAYER_GZIP "; q=1"));
}

static void test_oci_equivalents(void **state)
{
    (void) state;
    static const struct {
        const char *from;
        const char *to;
    } pairs[] = {
        {FP_MEDIA_DOCKER_LIST, FP_MEDIA_OCI_INDEX},
        {FP_MEDIA_DOCKER_MANIFEST, FP_MEDIA_OCI_MANIFEST},
        {FP_MEDIA_DOCKER_CONFIG, FP_MEDIA_OCI_CONFIG},
        {FP_MEDIA_DOCKER_LAYER_GZIP, FP_MEDIA_OCI_LAYER_GZIP},
        {FP_MEDIA_DOCKER_LAYER, FP_MEDIA_OCI_LAYER},
        {FP_MEDIA_OCI_LAYER_ZSTD, FP_MEDIA_OCI_LAYER_ZSTD},
    };
    for (size_t i = 0; i < COUNT(pairs); i++)
        assert_string_equal(fp_media_to_oci(pairs[i].from), pairs[i].to);
    assert_null(fp_media_to_oci("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_roles),
        cmocka_unit_test(test_layers_that_can_be_read),
        cmocka_unit_test(test_oci_equivalents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
