/* The written forms: what is made can be read again, and what is damaged is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "../../../builder/trust/form.h"
#include "keys.h"

#define HEX "1111111111111111111111111111111111111111111111111111111111111111"

static const struct fp_digest image = {.text = "sha256:" HEX};

static struct fp_key *key_of(const char *text)
{
    struct fp_key *key = NULL;
    struct fp_error err = {0};
    assert_int_equal(fp_key_parse_private(text, strlen(text), "key", NULL, &key, &err), FP_OK);
    return key;
}

/* cosign's own bytes, but for the order of keys. */
static void test_simple(void **state)
{
    (void) state;
    struct fp_error err = {0};
    struct fp_digest found = {0};
    cleanup_free char *payload = fp_simple_payload(&image, "example.com/a");
    assert_string_equal(payload,
                        "{\"critical\":{\"identity\":{\"docker-reference\":\"example.com/a\"},"
                        "\"image\":{\"docker-manifest-digest\":\"sha256:" HEX
                        "\"},\"type\":\"cosign container image signature\"},\"optional\":null}");
    assert_int_equal(fp_simple_parse(payload, strlen(payload), &found, &err), FP_OK);
    assert_string_equal(found.text, image.text);
}

static void test_simple_refused(void **state)
{
    (void) state;
    static const char *const texts[] = {
        "",
        "[]",
        "{}",
        "{\"critical\":{}}",
        "{\"critical\":{\"type\":\"other\",\"image\":{\"docker-manifest-digest\":\"sha256:" HEX
        "\"}}}",
        "{\"critical\":{\"type\":\"cosign container image signature\"}}",
        "{\"critical\":{\"type\":\"cosign container image signature\",\"image\":"
        "{\"docker-manifest-digest\":\"sha256:../x\"}}}",
        "{\"critical\":{\"type\":\"cosign container image signature\",\"image\":"
        "{\"docker-manifest-digest\":7}}}"};
    struct fp_digest found = {0};
    struct fp_error err = {0};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_int_equal(fp_simple_parse(texts[i], strlen(texts[i]), &found, &err), FP_E_INPUT);
}

static void test_bundle(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_key struct fp_key *key = key_of(KEY_EC);
    cleanup_key struct fp_key *other = key_of(KEY_ED);
    cleanup_json json_t *predicate = json_pack("{s:i}", "a", 1);
    cleanup_free char *statement = fp_statement_make(&image, "https://example.com/p", predicate);
    cleanup_json json_t *envelope = NULL;
    cleanup_signed struct fp_signed bundle = {0};
    cleanup_signed struct fp_signed bare = {0};
    assert_string_equal(statement,
                        "{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicate\":{\"a\":1},"
                        "\"predicateType\":\"https://example.com/p\",\"subject\":[{\"digest\":"
                        "{\"sha256\":\"" HEX "\"}}]}");
    assert_int_equal(fp_envelope_make(key, statement, &envelope, &err), FP_OK);
    cleanup_free char *text = fp_bundle_make(key, envelope);
    cleanup_free char *envelope_text = fp_json_canonical(envelope);
    assert_int_equal(fp_bundle_parse(text, strlen(text), &bundle, &err), FP_OK);
    assert_string_equal(bundle.hint, HINT_EC);
    assert_string_equal(bundle.predicate_type, "https://example.com/p");
    assert_string_equal(bundle.subjects.items[0], image.text);
    assert_string_equal((char *) bundle.payload, statement);
    assert_true(fp_signed_verifies(&bundle, key));
    assert_false(fp_signed_verifies(&bundle, other));
    assert_int_equal(fp_envelope_parse(envelope_text, strlen(envelope_text), &bare, &err), FP_OK);
    assert_true(fp_signed_verifies(&bare, key));
}

/* What a signature is of begins with the type and the lengths (DSSE, protocol.md). */
static void test_encoding(void **state)
{
    (void) state;
    static const char text[] = "{\"payload\":\"eyJwcmVkaWNhdGVUeXBlIjoieCJ9\",\"payloadType\":"
                               "\"application/vnd.in-toto+json\",\"signatures\":[]}";
    static const char expected[] =
        "DSSEv1 28 application/vnd.in-toto+json 21 {\"predicateType\":\"x\"}";
    struct fp_error err = {0};
    cleanup_signed struct fp_signed found = {0};
    cleanup_key struct fp_key *key = key_of(KEY_EC);
    assert_int_equal(fp_envelope_parse(text, strlen(text), &found, &err), FP_OK);
    assert_int_equal(found.signed_len, strlen(expected));
    assert_string_equal(found.signed_bytes, expected);
    assert_false(fp_signed_verifies(&found, key));
}

static void test_bundles_refused(void **state)
{
    (void) state;
    static const char *const texts[] = {
        "",
        "[]",
        "{}",
        "{\"mediaType\":\"application/json\",\"dsseEnvelope\":{}}",
        "{\"mediaType\":\"" FP_MEDIA_BUNDLE "\"}",
        "{\"mediaType\":\"" FP_MEDIA_BUNDLE "\",\"messageSignature\":{}}",
        "{\"mediaType\":\"" FP_MEDIA_BUNDLE "\",\"dsseEnvelope\":[]}",
        "{\"mediaType\":\"" FP_MEDIA_BUNDLE
        "\",\"dsseEnvelope\":{\"payload\":\"e30=\",\"payloadType\":\"text/plain\"}}",
        "{\"mediaType\":\"" FP_MEDIA_BUNDLE
        "\",\"dsseEnvelope\":{\"payload\":\"!\",\"payloadType\":\"" FP_MEDIA_IN_TOTO "\"}}",
        "{\"mediaType\":\"" FP_MEDIA_BUNDLE
        "\",\"dsseEnvelope\":{\"payload\":\"e30=\",\"payloadType\":\"" FP_MEDIA_IN_TOTO "\"}}"};
    struct fp_error err = {0};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        cleanup_signed struct fp_signed found = {0};
        assert_int_equal(fp_bundle_parse(texts[i], strlen(texts[i]), &found, &err), FP_E_INPUT);
        assert_null(found.payload);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_simple),          cmocka_unit_test(test_simple_refused),
        cmocka_unit_test(test_bundle),          cmocka_unit_test(test_encoding),
        cmocka_unit_test(test_bundles_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
