#include "image_test.h"

/* The example of image-spec 1.1, image-index.md. */
static const char spec_example[] =
    "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\","
    "\"manifests\":[{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"size\":7143,"
    "\"digest\":\"sha256:e692418e4cbaf90ca69d05a66403747baa33ee08806650b51fab815ad7fc331f\","
    "\"platform\":{\"architecture\":\"ppc64le\",\"os\":\"linux\"}},"
    "{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"size\":7682,"
    "\"digest\":\"sha256:5b0bcabd1ed22e9fb1310cf6c2dec7cdef19f0ad69efa1f392e94a4333501270\","
    "\"platform\":{\"architecture\":\"amd64\",\"os\":\"linux\"}}],"
    "\"annotations\":{\"com.example.key1\":\"value1\",\"com.example.key2\":\"value2\"}}";

static struct fp_platform make(const char *text)
{
    struct fp_platform platform = {0};
    assert_int_equal(fp_platform_parse(text, &platform, NULL), FP_OK);
    return platform;
}

/* Make an index whose n-th manifest has the size n, so that sizes identify manifests. */
static struct fp_index make_index(const char *const *platforms)
{
    struct fp_index index = {0};
    for (size_t i = 0; platforms[i] != NULL; i++) {
        struct fp_descriptor manifest = {.size = i, .digest = {.text = DIGEST("a")}};
        (void) snprintf(manifest.media_type, sizeof(manifest.media_type), FP_MEDIA_OCI_MANIFEST);
        if (strcmp(platforms[i], "unknown/unknown") == 0)
            manifest.platform = (struct fp_platform){.os = "unknown", .architecture = "unknown"};
        else if (platforms[i][0] != '\0')
            manifest.platform = make(platforms[i]);
        fp_index_add(&index, &manifest);
    }
    return index;
}

static void test_reads_the_example_of_the_spec(void **state)
{
    (void) state;
    cleanup_index struct fp_index index = {0};
    const struct fp_descriptor *chosen = NULL;
    struct fp_platform platform = make("linux/amd64");
    assert_int_equal(fp_index_parse(spec_example, strlen(spec_example), NULL, "NAME", &index, NULL),
                     FP_OK);
    assert_int_equal(index.manifest_count, 2);
    assert_int_equal(fp_index_choose(&index, &platform, "NAME", &chosen, NULL), FP_OK);
    assert_int_equal(chosen->size, 7682);
}

static void test_chooses(void **state)
{
    (void) state;
    static const struct {
        const char *want;
        size_t expected;
        const char *have[8];
    } cases[] = {
        {"linux/amd64", 1, {"linux/arm64", "linux/amd64", "linux/amd64", NULL}},
        {"linux/amd64", 2, {"unknown/unknown", "windows/amd64", "linux/amd64", NULL}},
        {"linux/arm64", 0, {"linux/arm64/v8", "linux/amd64", NULL}},
        {"linux/arm/v7", 2, {"linux/arm/v5", "linux/arm/v6", "linux/arm/v7", NULL}},
        {"linux/arm/v7", 1, {"linux/arm/v5", "linux/arm/v6", NULL}},
        {"linux/arm/v6", 0, {"linux/arm/v5", "linux/arm/v7", NULL}},
        {"linux/amd64", 1, {"linux/amd64/v3", "linux/amd64", NULL}},
        {"linux/amd64/v3", 2, {"linux/amd64", "linux/amd64/v2", "linux/amd64/v3", NULL}},
        {"linux/amd64", 1, {"", "linux/amd64", NULL}},
        {"linux/amd64", 0, {"", "linux/arm64", NULL}},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        cleanup_index struct fp_index index = make_index(cases[i].have);
        struct fp_platform want = make(cases[i].want);
        const struct fp_descriptor *chosen = NULL;
        assert_int_equal(fp_index_choose(&index, &want, "NAME", &chosen, NULL), FP_OK);
        assert_int_equal(chosen->size, cases[i].expected);
    }
}

static void test_says_what_there_is(void **state)
{
    (void) state;
    static const char *const have[] = {"linux/amd64", "linux/amd64", "unknown/unknown",
                                       "linux/arm/v7", NULL};
    cleanup_index struct fp_index index = make_index(have);
    struct fp_platform want = make("linux/s390x");
    const struct fp_descriptor *chosen = NULL;
    struct fp_error err = {0};
    assert_int_equal(fp_index_choose(&index, &want, "NAME", &chosen, &err), FP_E_NOT_FOUND);
    assert_string_equal(err.text,
                        "NAME: no image for linux/s390x: there is linux/amd64, linux/arm/v7");
    assert_hints(&err, "--platform");
    assert_null(chosen);
    cleanup_index struct fp_index empty = {0};
    assert_int_equal(fp_index_choose(&empty, &want, "NAME", &chosen, &err), FP_E_NOT_FOUND);
    assert_says(&err, "the index is empty");
}

static void test_passes_over_what_is_no_image(void **state)
{
    (void) state;
    static const char text[] =
        "{\"schemaVersion\":2,\"manifests\":["
        "{\"mediaType\":\"application/vnd.example.sbom+json\",\"digest\":\"" DIGEST(
            "1") "\","
                 "\"size\":1,\"platform\":{\"os\":\"linux\",\"architecture\":\"amd64\"}},"
                 "{\"mediaType\":\"" FP_MEDIA_OCI_MANIFEST "\",\"digest\":\"" DIGEST(
                     "2") "\",\"size\":2,"
                          "\"annotations\":{\"vnd.docker.reference.type\":\"attestation-manifest\"}"
                          ","
                          "\"platform\":{\"os\":\"linux\",\"architecture\":\"amd64\"}},"
                          "{\"mediaType\":\"" FP_MEDIA_DOCKER_MANIFEST "\",\"digest\":\"" DIGEST(
                              "3") "\","
                                   "\"size\":3,\"platform\":{\"os\":\"linux\",\"architecture\":"
                                   "\"x86_64\"}}]}";
    cleanup_index struct fp_index index = {0};
    const struct fp_descriptor *chosen = NULL;
    struct fp_platform want = make("linux/amd64");
    assert_int_equal(fp_index_parse(text, strlen(text), NULL, "NAME", &index, NULL), FP_OK);
    assert_int_equal(fp_index_choose(&index, &want, "NAME", &chosen, NULL), FP_OK);
    assert_int_equal(chosen->size, 3);
}

static void test_golden_bytes(void **state)
{
    (void) state;
    static const char *const have[] = {"linux/amd64", "linux/arm/v7", NULL};
    cleanup_index struct fp_index index = make_index(have);
    index.annotations = json_pack("{s:s}", "k", "v");
    cleanup_free char *bytes = fp_index_bytes(&index);
    assert_string_equal(
        bytes,
        "{\"annotations\":{\"k\":\"v\"},\"manifests\":["
        "{\"digest\":\"" DIGEST(
            "a") "\","
                 "\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\","
                 "\"platform\":{\"architecture\":\"amd64\",\"os\":\"linux\"},\"size\":0},"
                 "{\"digest\":\"" DIGEST(
                     "a") "\","
                          "\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\","
                          "\"platform\":{\"architecture\":\"arm\",\"os\":\"linux\",\"variant\":"
                          "\"v7\"},"
                          "\"size\":1}],\"mediaType\":\"application/vnd.oci.image.index.v1+json\","
                          "\"schemaVersion\":2}");
}

static void test_refuses(void **state)
{
    (void) state;
    static const struct {
        const char *text;
        const char *words;
    } bad[] = {
        {"{\"schemaVersion\":2,\"config\":{},\"layers\":[]}", "the manifest of one image, where"},
        {"{\"schemaVersion\":2,\"manifests\":[7]}", "manifests[0]: a descriptor is not an object"},
        {"{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"" FP_MEDIA_OCI_MANIFEST
         "\",\"digest\":\"" DIGEST("a") "\",\"size\":99999999999}]}",
         "manifests[0]: 99999999999 bytes"},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        cleanup_index struct fp_index index = {0};
        struct fp_error err = {0};
        assert_int_equal(
            fp_index_parse(bad[i].text, strlen(bad[i].text), NULL, "NAME", &index, &err),
            FP_E_INPUT);
        assert_says(&err, bad[i].words);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_the_example_of_the_spec),
        cmocka_unit_test(test_chooses),
        cmocka_unit_test(test_says_what_there_is),
        cmocka_unit_test(test_passes_over_what_is_no_image),
        cmocka_unit_test(test_golden_bytes),
        cmocka_unit_test(test_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
