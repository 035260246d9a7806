#include "image_test.h"

#define SCHEMA2    "\"schemaVersion\":2"
#define TYPE(t)    ",\"mediaType\":\"" t "\""
#define MANIFEST   ",\"config\":{},\"layers\":[]"
#define INDEX      ",\"manifests\":[]"
#define SCHEMA1JWS "application/vnd.docker.distribution.manifest.v1+prettyjws"

static enum fp_code type_of(const char *text, const char *content_type, const char **ret,
                            struct fp_error *err)
{
    cleanup_json json_t *document = json_loads(text, JSON_DECODE_ANY, NULL);
    assert_non_null(document);
    return fp_document_type(document, content_type, "NAME", ret, err);
}

static void test_tells_what_it_is(void **state)
{
    (void) state;
    static const struct {
        const char *text;
        const char *content_type;
        const char *expected;
    } good[] = {
        {"{" SCHEMA2 MANIFEST "}", NULL, FP_MEDIA_OCI_MANIFEST},
        {"{" SCHEMA2 INDEX "}", "", FP_MEDIA_OCI_INDEX},
        {"{" SCHEMA2 TYPE(FP_MEDIA_DOCKER_LIST) INDEX "}", NULL, FP_MEDIA_DOCKER_LIST},
        {"{" SCHEMA2 TYPE(FP_MEDIA_DOCKER_MANIFEST) MANIFEST "}", NULL, FP_MEDIA_DOCKER_MANIFEST},
        {"{" SCHEMA2 MANIFEST "}", FP_MEDIA_DOCKER_MANIFEST, FP_MEDIA_DOCKER_MANIFEST},
        {"{" SCHEMA2 TYPE(FP_MEDIA_OCI_INDEX) INDEX "}", FP_MEDIA_OCI_INDEX "; charset=utf-8",
         FP_MEDIA_OCI_INDEX},
        {"{" SCHEMA2 TYPE(FP_MEDIA_OCI_INDEX) INDEX "}", "Application/vnd.oci.image.index.v1+JSON",
         FP_MEDIA_OCI_INDEX},
        {"{" SCHEMA2 MANIFEST "}", "application/json", FP_MEDIA_OCI_MANIFEST},
        {"{" SCHEMA2 TYPE(FP_MEDIA_OCI_MANIFEST) MANIFEST "}", "application/octet-stream",
         FP_MEDIA_OCI_MANIFEST},
    };
    for (size_t i = 0; i < COUNT(good); i++) {
        const char *type = NULL;
        struct fp_error err = {0};
        if (type_of(good[i].text, good[i].content_type, &type, &err) != FP_OK)
            fail_msg("%s", err.text);
        assert_string_equal(type, good[i].expected);
    }
}

static void test_refuses(void **state)
{
    (void) state;
    static const struct {
        const char *text;
        const char *content_type;
        const char *words;
    } bad[] = {
        {"[]", NULL, "not an object"},
        {"{}", NULL, "schemaVersion"},
        {"{\"schemaVersion\":\"2\"" MANIFEST "}", NULL, "schemaVersion"},
        {"{\"schemaVersion\":3" MANIFEST "}", NULL, "schemaVersion"},
        {"{" SCHEMA2 "}", NULL, "no array 'layers'"},
        {"{" SCHEMA2 ",\"layers\":[]}", NULL, "no object 'config'"},
        {"{" SCHEMA2 ",\"config\":{}}", NULL, "no array 'layers'"},
        {"{" SCHEMA2 ",\"manifests\":{}}", NULL, "no array 'manifests'"},
        /* Docker's schema 1, by each of its marks. */
        {"{\"schemaVersion\":1,\"name\":\"a\",\"fsLayers\":[]}", NULL, "schema 1"},
        {"{\"schemaVersion\":1}", SCHEMA1JWS, "schema 1"},
        {"{" SCHEMA2 MANIFEST "}", SCHEMA1JWS, "schema 1"},
        {"{" SCHEMA2 MANIFEST ",\"fsLayers\":[]}", NULL, "schema 1"},
        /* CVE-2021-41190: a digest with two interpretations. */
        {"{" SCHEMA2 MANIFEST INDEX "}", NULL, "CVE-2021-41190"},
        {"{" SCHEMA2 ",\"layers\":[]" INDEX "}", NULL, "CVE-2021-41190"},
        {"{" SCHEMA2 ",\"config\":{}" INDEX "}", NULL, "CVE-2021-41190"},
        {"{" SCHEMA2 TYPE(FP_MEDIA_OCI_MANIFEST) MANIFEST INDEX "}", FP_MEDIA_OCI_MANIFEST,
         "CVE-2021-41190"},
        {"{" SCHEMA2 TYPE(FP_MEDIA_OCI_INDEX) INDEX "}", FP_MEDIA_OCI_MANIFEST, "CVE-2021-41190"},
        {"{" SCHEMA2 TYPE(FP_MEDIA_OCI_MANIFEST) MANIFEST "}", FP_MEDIA_DOCKER_MANIFEST,
         "CVE-2021-41190"},
        {"{" SCHEMA2 TYPE(FP_MEDIA_OCI_MANIFEST) INDEX "}", NULL, "has the members of"},
        {"{" SCHEMA2 MANIFEST "}", FP_MEDIA_OCI_INDEX, "has the members of"},
        {"{" SCHEMA2 TYPE("application/vnd.oci.artifact.manifest.v1+json") MANIFEST "}", NULL,
         "no image manifest or index"},
        {"{" SCHEMA2 ",\"mediaType\":5" MANIFEST "}", NULL, "(not a string)"},
        {"{" SCHEMA2 MANIFEST "}", "text/html", "announced as 'text/html'"},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        const char *type = NULL;
        struct fp_error err = {0};
        if (type_of(bad[i].text, bad[i].content_type, &type, &err) != FP_E_INPUT)
            fail_msg("%s was accepted", bad[i].text);
        assert_says(&err, "NAME: ");
        assert_says(&err, bad[i].words);
        assert_null(type);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tells_what_it_is),
        cmocka_unit_test(test_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
