#include "image_test.h"

#define GZIP "\"mediaType\":\"" FP_MEDIA_OCI_LAYER_GZIP "\""
#define SUM  "\"digest\":\"" DIGEST("a") "\""

static enum fp_code parse(const char *text, struct fp_descriptor *ret, struct fp_error *err)
{
    cleanup_json json_t *object = json_loads(text, JSON_DECODE_ANY, NULL);
    assert_non_null(object);
    return fp_descriptor_parse(object, "NAME", ret, err);
}

static void test_reads_and_writes(void **state)
{
    (void) state;
    static const char text[] = "{\"annotations\":{\"k\":\"v\"}," SUM "," GZIP
                               ",\"platform\":{\"architecture\":\"arm64\",\"os\":\"linux\","
                               "\"os.features\":[\"f\"],\"variant\":\"v8\"},\"size\":32654}";
    cleanup_descriptor struct fp_descriptor descriptor = {0};
    assert_int_equal(parse(text, &descriptor, NULL), FP_OK);
    assert_int_equal(descriptor.size, 32654);
    assert_string_equal(descriptor.platform.variant, ""); /* the default variant is dropped */
    assert_string_equal(fp_json_string(descriptor.annotations, "k"), "v");
    cleanup_json json_t *object = fp_descriptor_json(&descriptor);
    cleanup_free char *again = fp_json_canonical(object);
    assert_string_equal(again, text);
}

static void test_copy_lives_on(void **state)
{
    (void) state;
    struct fp_descriptor descriptor = {0};
    assert_int_equal(
        parse("{" SUM "," GZIP ",\"size\":0,\"annotations\":{\"k\":\"v\"},"
              "\"platform\":{\"os\":\"linux\",\"architecture\":\"arm64\",\"variant\":\"v8\"}}",
              &descriptor, NULL),
        FP_OK);
    cleanup_descriptor struct fp_descriptor copy = fp_descriptor_copy(&descriptor);
    fp_descriptor_clear(&descriptor);
    assert_null(descriptor.annotations);
    assert_null(descriptor.stated_platform);
    assert_string_equal(fp_json_string(copy.stated_platform, "variant"), "v8");
    assert_string_equal(fp_json_string(copy.annotations, "k"), "v");
}

static void test_tolerates_what_harms_nobody(void **state)
{
    (void) state;
    static const char *const good[] = {
        "{" SUM "," GZIP ",\"size\":0,\"urls\":[]}",
        "{" SUM "," GZIP ",\"size\":0,\"urls\":null,\"platform\":null,\"annotations\":null}",
        "{" SUM "," GZIP ",\"size\":9223372036854775807}",
        "{" SUM "," GZIP ",\"size\":1,\"data\":\"AA==\",\"artifactType\":\"x/y\"}",
    };
    for (size_t i = 0; i < COUNT(good); i++) {
        cleanup_descriptor struct fp_descriptor descriptor = {0};
        assert_int_equal(parse(good[i], &descriptor, NULL), FP_OK);
    }
}

static void test_refuses(void **state)
{
    (void) state;
    static const struct {
        const char *text;
        const char *words;
    } bad[] = {
        {"[]", "not an object"},
        {"7", "not an object"},
        {"{" SUM ",\"size\":1}", "mediaType"},
        {"{" SUM ",\"mediaType\":7,\"size\":1}", "mediaType"},
        {"{" SUM ",\"mediaType\":\"layer\",\"size\":1}", "no media type"},
        {"{" SUM ",\"mediaType\":\"a/b; c=d\",\"size\":1}", "no media type"},
        {"{" SUM ",\"mediaType\":\"a/" HEX64("b") HEX64("b") "\",\"size\":1}", "no media type"},
        {"{" GZIP ",\"size\":1}", "digest"},
        {"{" GZIP ",\"digest\":\"sha256:../../x\",\"size\":1}", "no digest"},
        {"{" SUM "," GZIP "}", "size"},
        {"{" SUM "," GZIP ",\"size\":-1}", "size"},
        {"{" SUM "," GZIP ",\"size\":1.5}", "size"},
        {"{" SUM "," GZIP ",\"size\":\"1\"}", "size"},
        {"{" SUM "," GZIP ",\"size\":1,\"urls\":[\"http://169.254.169.254/\"]}", "foreign servers"},
        {"{" SUM "," GZIP ",\"size\":1,\"urls\":\"http://x/\"}", "foreign servers"},
        {"{" SUM "," GZIP ",\"size\":1,\"annotations\":{\"k\":1}}", "annotations"},
        {"{" SUM "," GZIP ",\"size\":1,\"annotations\":[]}", "annotations"},
        {"{" SUM "," GZIP ",\"size\":1,\"platform\":\"linux/amd64\"}", "platform"},
        {"{" SUM "," GZIP ",\"size\":1,\"platform\":{\"os\":1}}", "'os' of the platform"},
        {"{" SUM "," GZIP ",\"size\":1,\"platform\":{\"architecture\":\"a/b\"}}", "architecture"},
        {"{" SUM "," GZIP ",\"size\":1,\"platform\":{\"architecture\":\"aaaaaaaaaaaaaaaa\"}}",
         "architecture"},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        cleanup_descriptor struct fp_descriptor descriptor = {0};
        struct fp_error err = {0};
        assert_int_equal(parse(bad[i].text, &descriptor, &err), FP_E_INPUT);
        assert_says(&err, "NAME");
        assert_says(&err, bad[i].words);
        assert_null(descriptor.annotations);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_and_writes),
        cmocka_unit_test(test_copy_lives_on),
        cmocka_unit_test(test_tolerates_what_harms_nobody),
        cmocka_unit_test(test_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
