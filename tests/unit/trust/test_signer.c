/* Programs that sign: what they are told, and what they may answer. */
#include "../../../builder/trust/form.h"
#include "../../../builder/trust/piece.h"
#include "../store/fixture.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#define HEX   "1111111111111111111111111111111111111111111111111111111111111111"
#define OTHER "2222222222222222222222222222222222222222222222222222222222222222"
#define SIMPLE(hex)                                                                                \
    "{\"critical\":{\"type\":\"cosign container image signature\",\"image\":"                      \
    "{\"docker-manifest-digest\":\"sha256:" hex "\"}}}"
#define STATEMENT(hex)                                                                             \
    "{\"predicateType\":\"https://example.com/p\",\"subject\":[{\"digest\":{\"sha256\":\"" hex     \
    "\"}}]}"

static const struct fp_digest image = {.text = "sha256:" HEX};

static char *base64(const char *text)
{
    return fp_base64_encode(text, strlen(text));
}

static char *item_of(const char *type, const char *content, const char *more)
{
    cleanup_free char *data = base64(content);
    return fp_xasprintf("{\"mediaType\":\"%s\",\"data\":\"%s\"%s}", type, data, more);
}

static char *envelope_of(const char *statement)
{
    cleanup_free char *payload = base64(statement);
    return fp_xasprintf("{\"payload\":\"%s\",\"payloadType\":\"" FP_MEDIA_IN_TOTO
                        "\",\"signatures\":[{\"sig\":\"AA==\"}]}",
                        payload);
}

static enum fp_code parse(const char *text, struct fp_pieces *ret, struct fp_error *err)
{
    return fp_signer_parse(text, strlen(text), &image, ret, err);
}

static void all_forms_are_taken(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_free char *sig =
        item_of(FP_MEDIA_SIMPLE_SIGNING, SIMPLE(HEX),
                ",\"annotations\":{\"" FP_ANNOTATION_SIGNATURE "\":\"AA==\",\"x\":\"y\"}");
    cleanup_free char *envelope = envelope_of(STATEMENT(HEX));
    cleanup_free char *att = item_of(FP_MEDIA_DSSE, envelope, "");
    cleanup_free char *other =
        item_of("application/pgp-signature", "x", ",\"artifactType\":\"application/vnd.example\"");
    cleanup_free char *all = fp_xasprintf("[%s,%s,{\"mediaType\":\"" FP_MEDIA_BUNDLE
                                          "\",\"verificationMaterial\":{},\"dsseEnvelope\":%s},%s]",
                                          sig, att, envelope, other);
    cleanup_pieces struct fp_pieces pieces = {0};
    assert_ok(parse(all, &pieces, &err), &err);
    assert_int_equal(pieces.len, 4);
    assert_int_equal(pieces.items[0].form, FP_PIECE_SIG);
    assert_string_equal(fp_json_string(pieces.items[0].annotations, "x"), "y");
    assert_int_equal(pieces.items[1].form, FP_PIECE_ATT);
    assert_string_equal(fp_json_string(pieces.items[1].annotations, FP_ANNOTATION_PREDICATE),
                        "https://example.com/p");
    assert_int_equal(pieces.items[2].form, FP_PIECE_REFERRER);
    assert_string_equal(pieces.items[2].artifact_type, FP_MEDIA_BUNDLE);
    assert_string_equal(fp_json_string(pieces.items[2].annotations, FP_ANNOTATION_BUNDLE_TYPE),
                        "https://example.com/p");
    assert_int_equal(pieces.items[3].form, FP_PIECE_REFERRER);
    assert_string_equal(pieces.items[3].artifact_type, "application/vnd.example");
    assert_int_equal(fp_blob_descriptor(pieces.items[3].blob)->size, 1);
}

static void what_is_of_another_image_is_refused(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_free char *sig = item_of(FP_MEDIA_SIMPLE_SIGNING, SIMPLE(OTHER),
                                     ",\"annotations\":{\"" FP_ANNOTATION_SIGNATURE "\":\"AA==\"}");
    cleanup_free char *envelope = envelope_of(STATEMENT(OTHER));
    cleanup_free char *att = item_of(FP_MEDIA_DSSE, envelope, "");
    cleanup_free char *bundle = fp_xasprintf("{\"mediaType\":\"" FP_MEDIA_BUNDLE
                                             "\",\"verificationMaterial\":{},\"dsseEnvelope\":%s}",
                                             envelope);
    const char *const all[] = {sig, att, bundle};
    for (size_t i = 0; i < 3; i++) {
        cleanup_pieces struct fp_pieces pieces = {0};
        assert_fails(parse(all[i], &pieces, &err), FP_E_VERIFY, &err, "sha256:" OTHER);
        assert_int_equal(pieces.len, 0);
    }
}

static void nonsense_is_refused(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_free char *unsigned_one = item_of(FP_MEDIA_SIMPLE_SIGNING, SIMPLE(HEX), "");
    cleanup_free char *no_type = item_of("nonsense", "x", "");
    const char *const all[] = {"",
                               "hello",
                               "[]",
                               "{}",
                               "7",
                               "[7]",
                               "{\"mediaType\":\"a/b\"}",
                               "{\"mediaType\":\"a/b\",\"data\":\"!\"}",
                               unsigned_one,
                               no_type};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        cleanup_pieces struct fp_pieces pieces = {0};
        assert_int_equal(parse(all[i], &pieces, &err), FP_E_INPUT);
    }
}

static const char *put_program(const char *script)
{
    const char *path = put_file("signer", script, strlen(script));
    assert_int_equal(chmod(path, 0700), 0);
    return path;
}

static enum fp_code run(const char *script, struct fp_pieces *ret, struct fp_error *err)
{
    const struct fp_descriptor root = {
        .media_type = FP_MEDIA_OCI_MANIFEST, .digest = image, .size = 7};
    const struct fp_trust_image target = {.root = &root, .identity = "example.com/a"};
    return fp_pieces_of_signer(&target, put_program(script), ret, err);
}

static void programs_get_the_descriptor(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_pieces struct fp_pieces pieces = {0};
    assert_ok(run("#!/bin/sh\ncat > \"$0.in\"\n"
                  "printf '{\"mediaType\":\"a/b\",\"data\":\"eA==\"}'\n",
                  &pieces, &err),
              &err);
    assert_int_equal(pieces.len, 1);
    size_t len = 0;
    cleanup_free char *input = slurp(in_folder("signer.in"), &len);
    assert_string_equal(input, "{\"digest\":\"sha256:" HEX "\",\"mediaType\":\"" //
                        FP_MEDIA_OCI_MANIFEST "\",\"repository\":\"example.com/a\","
                               "\"size\":7}");
}

static void programs_that_fail(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_pieces struct fp_pieces pieces = {0};
    assert_fails(run("#!/bin/sh\necho secret >&2\nexit 3\n", &pieces, &err), FP_E_INPUT, &err,
                 "status 3");
    assert_null(strstr(err.text, "secret"));
    assert_fails(run("#!/bin/sh\nexit 0\n", &pieces, &err), FP_E_INPUT, &err, "--signer");
    const struct fp_descriptor root = {.media_type = "a/b", .digest = image};
    const struct fp_trust_image target = {.root = &root};
    assert_fails(fp_pieces_of_signer(&target, "no-such-program", &pieces, &err), FP_E_NOT_FOUND,
                 &err, "no-such-program");
}

int main(void)
{
    /* As in the program: a signer may end before it has read what it is given. */
    (void) signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_forms_are_taken),
        cmocka_unit_test(what_is_of_another_image_is_refused),
        cmocka_unit_test(nonsense_is_refused),
        cmocka_unit_test_setup_teardown(programs_get_the_descriptor, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(programs_that_fail, fixture_setup, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
