#include "image_test.h"

/* The example of image-spec 1.1, manifest.md, subject included. */
static const char spec_example[] =
    "{\n"
    "  \"schemaVersion\": 2,\n"
    "  \"mediaType\": \"application/vnd.oci.image.manifest.v1+json\",\n"
    "  \"config\": {\n"
    "    \"mediaType\": \"application/vnd.oci.image.config.v1+json\",\n"
    "    \"digest\": "
    "\"sha256:b5b2b2c507a0944348e0303114d8d93aaaa081732b86451d9bce1f432a537bc7\",\n"
    "    \"size\": 7023\n"
    "  },\n"
    "  \"layers\": [\n"
    "    {\n"
    "      \"mediaType\": \"application/vnd.oci.image.layer.v1.tar+gzip\",\n"
    "      \"digest\": "
    "\"sha256:9834876dcfb05cb167a5c24953eba58c4ac89b1adf57f28f2f9d09af107ee8f0\",\n"
    "      \"size\": 32654\n"
    "    },\n"
    "    {\n"
    "      \"mediaType\": \"application/vnd.oci.image.layer.v1.tar+gzip\",\n"
    "      \"digest\": "
    "\"sha256:3c3a4604a545cdc127456d94e421cd355bca5b528f4a9c1905b15da2eb4a4c6b\",\n"
    "      \"size\": 16724\n"
    "    }\n"
    "  ],\n"
    "  \"subject\": {\n"
    "    \"mediaType\": \"application/vnd.oci.image.manifest.v1+json\",\n"
    "    \"digest\": "
    "\"sha256:5b0bcabd1ed22e9fb1310cf6c2dec7cdef19f0ad69efa1f392e94a4333501270\",\n"
    "    \"size\": 7682\n"
    "  },\n"
    "  \"annotations\": {\n"
    "    \"com.example.key1\": \"value1\",\n"
    "    \"com.example.key2\": \"value2\"\n"
    "  }\n"
    "}\n";

static enum fp_code parse(const char *text, struct fp_manifest *ret, struct fp_error *err)
{
    return fp_manifest_parse(text, strlen(text), NULL, "NAME", ret, err);
}

static void test_reads_the_example_of_the_spec(void **state)
{
    (void) state;
    cleanup_manifest struct fp_manifest manifest = {0};
    assert_int_equal(parse(spec_example, &manifest, NULL), FP_OK);
    assert_string_equal(manifest.media_type, FP_MEDIA_OCI_MANIFEST);
    assert_int_equal(manifest.config.size, 7023);
    assert_int_equal(manifest.layer_count, 2);
    assert_int_equal(manifest.layers[1].size, 16724);
    assert_string_equal(fp_json_string(manifest.annotations, "com.example.key2"), "value2");
}

static struct fp_descriptor make_descriptor(const char *type, const char *digest, uint64_t size)
{
    struct fp_descriptor descriptor = {.size = size};
    (void) snprintf(descriptor.media_type, sizeof(descriptor.media_type), "%s", type);
    assert_int_equal(fp_digest_parse(digest, "x", &descriptor.digest, NULL), FP_OK);
    return descriptor;
}

static void test_golden_bytes(void **state)
{
    (void) state;
    cleanup_manifest struct fp_manifest manifest = {
        .config = make_descriptor(FP_MEDIA_DOCKER_CONFIG, DIGEST("c"), 10),
        .annotations = json_pack("{s:s, s:s}", "z", "last", "a", "\xc3\xa9 \" /"),
    };
    struct fp_descriptor layers[] = {
        make_descriptor(FP_MEDIA_DOCKER_LAYER_GZIP, DIGEST("1"), 20),
        make_descriptor(FP_MEDIA_OCI_LAYER_ZSTD, DIGEST("2"), 9223372036854775807),
    };
    for (size_t i = 0; i < COUNT(layers); i++)
        fp_manifest_add_layer(&manifest, &layers[i]);
    cleanup_free char *bytes = fp_manifest_bytes(&manifest);
    assert_string_equal(
        bytes,
        "{\"annotations\":{\"a\":\"\xc3\xa9 \\\" /\",\"z\":\"last\"},"
        "\"config\":{\"digest\":\"" DIGEST(
            "c") "\","
                 "\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"size\":10},"
                 "\"layers\":[{\"digest\":\"" DIGEST(
                     "1") "\","
                          "\"mediaType\":\"application/"
                          "vnd.oci.image.layer.v1.tar+gzip\",\"size\":20},"
                          "{\"digest\":\"" DIGEST(
                              "2") "\","
                                   "\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+zstd\","
                                   "\"size\":9223372036854775807}],"
                                   "\"mediaType\":\"application/"
                                   "vnd.oci.image.manifest.v1+json\",\"schemaVersion\":2}");
    cleanup_manifest struct fp_manifest again = {0};
    assert_int_equal(parse(bytes, &again, NULL), FP_OK);
    cleanup_free char *bytes_again = fp_manifest_bytes(&again);
    assert_string_equal(bytes, bytes_again);
}

static void test_scratch_has_no_layers(void **state)
{
    (void) state;
    cleanup_manifest struct fp_manifest manifest = {
        .config = make_descriptor(FP_MEDIA_OCI_CONFIG, DIGEST("c"), 10)};
    cleanup_free char *bytes = fp_manifest_bytes(&manifest);
    cleanup_manifest struct fp_manifest again = {0};
    assert_int_equal(parse(bytes, &again, NULL), FP_OK);
    assert_int_equal(again.layer_count, 0);
    assert_null(again.annotations);
}

#define CONFIG(size)                                                                               \
    "\"config\":{\"mediaType\":\"" FP_MEDIA_OCI_CONFIG                                             \
    "\",\"digest\":\"" DIGEST("c") "\",\"size\":" size "}"
#define LAYER(extra)                                                                               \
    "{\"mediaType\":\"" FP_MEDIA_OCI_LAYER_GZIP "\",\"digest\":\"" DIGEST("a") "\"" extra "}"

/* Go writes null for an empty list. A member that is null counts as missing. */
static void test_nulls_as_go_writes_them(void **state)
{
    (void) state;
    static const char text[] = "{\"schemaVersion\":2,\"mediaType\":null,\"manifests\":null,"
                               "\"annotations\":null," CONFIG("1") ",\"layers\":null}";
    cleanup_manifest struct fp_manifest manifest = {0};
    struct fp_error err = {0};
    if (parse(text, &manifest, &err) != FP_OK)
        fail_msg("%s", err.text);
    assert_int_equal(manifest.layer_count, 0);
    assert_int_equal(parse("{\"schemaVersion\":2,\"manifests\":null}", &manifest, NULL),
                     FP_E_INPUT);
}

static void test_refuses(void **state)
{
    (void) state;
    static const struct {
        const char *text;
        const char *words;
    } bad[] = {
        {"", "NAME"},
        {"<html>", "NAME"},
        {"{\"schemaVersion\":2,\"manifests\":[]}", "an index, where the manifest of one image"},
        {"{\"schemaVersion\":2,\"schemaVersion\":2," CONFIG("1") ",\"layers\":[]}", "NAME"},
        {"{\"schemaVersion\":2," CONFIG("1") ",\"layers\":[],\"layers\":[]}", "NAME"},
        {"{\"schemaVersion\":2," CONFIG("4194305") ",\"layers\":[]}",
         "NAME: config: 4194305 bytes"},
        {"{\"schemaVersion\":2," CONFIG("-1") ",\"layers\":[]}", "NAME: config"},
        {"{\"schemaVersion\":2," CONFIG("1") ",\"layers\":[" LAYER(",\"size\":1") "," LAYER(
             "") "]}",
         "NAME: layers[1]"},
        {"{\"schemaVersion\":2," CONFIG("1") ",\"layers\":[" LAYER(",\"size\":-5") "]}",
         "NAME: layers[0]"},
        {"{\"schemaVersion\":2," CONFIG("1") ",\"layers\":[" LAYER(
             ",\"size\":9223372036854775808") "]}",
         "NAME"},
        {"{\"schemaVersion\":2," CONFIG("1") ",\"layers\":[" LAYER(",\"size\":1e3") "]}",
         "NAME: layers[0]"},
        {"{\"schemaVersion\":2," CONFIG("1") ",\"layers\":[" LAYER(
             ",\"size\":1,\"urls\":[\"https://x/\"]") "]}",
         "foreign servers"},
        {"{\"schemaVersion\":2," CONFIG("1") ",\"layers\":[],\"annotations\":{\"a\":{}}}",
         "annotations"},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        cleanup_manifest struct fp_manifest manifest = {0};
        struct fp_error err = {0};
        if (parse(bad[i].text, &manifest, &err) != FP_E_INPUT)
            fail_msg("%s was accepted", bad[i].text);
        assert_says(&err, bad[i].words);
        assert_null(manifest.layers);
    }
}

static void test_bounds(void **state)
{
    (void) state;
    cleanup_manifest struct fp_manifest manifest = {
        .config = make_descriptor(FP_MEDIA_OCI_CONFIG, DIGEST("c"), 10)};
    struct fp_descriptor layer = make_descriptor(FP_MEDIA_OCI_LAYER, DIGEST("1"), 20);
    for (size_t i = 0; i < FP_MANIFEST_MAX_LAYERS; i++)
        fp_manifest_add_layer(&manifest, &layer);
    cleanup_free char *most = fp_manifest_bytes(&manifest);
    cleanup_manifest struct fp_manifest again = {0};
    assert_int_equal(parse(most, &again, NULL), FP_OK);
    assert_int_equal(again.layer_count, FP_MANIFEST_MAX_LAYERS);

    fp_manifest_add_layer(&manifest, &layer);
    cleanup_free char *more = fp_manifest_bytes(&manifest);
    cleanup_manifest struct fp_manifest none = {0};
    struct fp_error err = {0};
    assert_int_equal(parse(more, &none, &err), FP_E_INPUT);
    assert_says(&err, "501 entries in 'layers', at most 500");
}

static void test_bounds_bytes_and_depth(void **state)
{
    (void) state;
    static char text[FP_MANIFEST_MAX_BYTES + 2];
    struct fp_error err = {0};
    cleanup_manifest struct fp_manifest manifest = {0};
    memset(text, ' ', sizeof(text) - 1);
    assert_int_equal(parse(text, &manifest, &err), FP_E_INPUT);
    assert_says(&err, "manifests of at most 4194304 are accepted");
    memset(text, '[', sizeof(text) - 2);
    text[sizeof(text) - 2] = '\0';
    assert_int_equal(parse(text, &manifest, &err), FP_E_INPUT);
    assert_says(&err, "NAME");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_the_example_of_the_spec),
        cmocka_unit_test(test_golden_bytes),
        cmocka_unit_test(test_scratch_has_no_layers),
        cmocka_unit_test(test_nulls_as_go_writes_them),
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_bounds_bytes_and_depth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
