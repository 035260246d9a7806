/* Signing images in a layout, and what verifies then. */
#include "../../../builder/trust/form.h"
#include "../store/fixture.h"
#include "flinkpack/trust.h"
#include "keys.h"

#include <string.h>

static struct fp_repo *layout;
static struct fp_descriptor image;
static struct fp_key *ec;
static struct fp_key *ed;

static struct fp_key *key_of(const char *text, const char *name)
{
    struct fp_key *key = NULL;
    struct fp_error err = {0};
    assert_ok(fp_key_parse_private(text, strlen(text), name, NULL, &key, &err), &err);
    return key;
}

static struct fp_descriptor put_image(const char *name, const char *text)
{
    struct fp_repo *parts = fp_repo_new_parts();
    struct fp_descriptor made = make_image(parts, "linux/amd64", &text, 1);
    (void) copy_ok(parts, &made, layout, name);
    fp_repo_free(parts);
    return made;
}

static int setup(void **state)
{
    struct fp_error err = {0};
    if (fixture_setup(state) != 0)
        return -1;
    ec = key_of(KEY_EC, "ec");
    ed = key_of(KEY_ED, "ed");
    assert_ok(fp_repo_open_layout(in_folder("out"), FP_LAYOUT_OUTPUT, &layout, &err), &err);
    image = put_image("app:1", "hello");
    return 0;
}

static int teardown(void **state)
{
    fp_repo_free(layout);
    fp_key_free(ec);
    fp_key_free(ed);
    return fixture_teardown(state);
}

static struct fp_trust_result sign(const struct fp_descriptor *root, const struct fp_key *key,
                                   const struct fp_attestation *attestations, size_t count)
{
    struct fp_error err = {0};
    const struct fp_trust_image target = {
        .repo = layout, .root = root, .identity = "example.com/a"};
    const struct fp_trust_work work = {
        .key = key, .signs_image = true, .attestations = attestations, .attestation_count = count};
    struct fp_trust_result result = {0};
    assert_ok(fp_trust_attach(&target, &work, &result, &err), &err);
    return result;
}

static struct fp_trust_findings judge(const struct fp_descriptor *root, struct fp_key *key)
{
    struct fp_error err = {0};
    struct fp_trust_findings findings = {0};
    const struct fp_trust_image target = {.repo = layout, .root = root};
    assert_ok(fp_trust_judge(&target, &key, 1, &findings, &err), &err);
    return findings;
}

static size_t count(const struct fp_trust_findings *findings, enum fp_verdict verdict)
{
    size_t n = 0;
    for (size_t i = 0; i < findings->len; i++)
        n += findings->items[i].verdict == verdict ? 1 : 0;
    return n;
}

static void check(const struct fp_descriptor *root, struct fp_key *key, enum fp_code expected,
                  const char *says)
{
    struct fp_error err = {0};
    cleanup_trust_findings struct fp_trust_findings findings = judge(root, key);
    enum fp_code code = fp_trust_findings_check(&findings, "app", &root->digest, &err);
    if (code != expected || (says != NULL && strstr(err.text, says) == NULL))
        fail_msg("%d: %s", code, err.text);
}

static void signed_in_both_forms(void **state)
{
    (void) state;
    check(&image, ec, FP_E_VERIFY, "not signed");
    assert_int_equal(sign(&image, ec, NULL, 0).attached, 2);
    cleanup_trust_findings struct fp_trust_findings findings = judge(&image, ec);
    assert_int_equal(findings.len, 2);
    assert_int_equal(count(&findings, FP_VERDICT_VERIFIED), 2);
    check(&image, ec, FP_OK, NULL);
    check(&image, ed, FP_E_VERIFY, "another key");
    /* The image is what it was, and has the names that it had. */
    check_image(layout, "app:1", &image);
    check_image(layout, NULL, &image);
}

static void signed_once_by_each(void **state)
{
    (void) state;
    (void) sign(&image, ec, NULL, 0);
    size_t before = count_files("out");
    struct fp_trust_result again = sign(&image, ec, NULL, 0);
    assert_int_equal(again.attached, 0);
    assert_int_equal(again.existing, 2);
    assert_int_equal(count_files("out"), before);
    assert_int_equal(sign(&image, ed, NULL, 0).attached, 2);
    cleanup_trust_findings struct fp_trust_findings findings = judge(&image, ec);
    assert_int_equal(findings.len, 4);
    assert_int_equal(count(&findings, FP_VERDICT_VERIFIED), 2);
    assert_int_equal(count(&findings, FP_VERDICT_OTHER_KEY), 2);
    check(&image, ec, FP_OK, NULL);
    check(&image, ed, FP_OK, NULL);
}

static void attestations(void **state)
{
    (void) state;
    cleanup_json json_t *predicate = json_pack("{s:s}", "bomFormat", "CycloneDX");
    const struct fp_attestation sbom = {.predicate_type = "https://cyclonedx.org/bom",
                                        .predicate = predicate};
    assert_int_equal(sign(&image, ec, &sbom, 1).attached, 4);
    cleanup_trust_findings struct fp_trust_findings findings = judge(&image, ec);
    assert_int_equal(findings.len, 4);
    assert_int_equal(count(&findings, FP_VERDICT_VERIFIED), 4);
    size_t of_sbom = 0;
    for (size_t i = 0; i < findings.len; i++) {
        const char *type = findings.items[i].predicate_type;
        of_sbom += type != NULL && strcmp(type, sbom.predicate_type) == 0 ? 1 : 0;
    }
    assert_int_equal(of_sbom, 2);
    /* The same job once more, and one that says something else. */
    struct fp_trust_result again = sign(&image, ec, &sbom, 1);
    assert_int_equal(again.attached, 0);
    assert_int_equal(again.existing, 4);
    fp_json_set(predicate, "version", json_integer(2));
    again = sign(&image, ec, &sbom, 1);
    assert_int_equal(again.attached, 2);
    assert_int_equal(again.existing, 2);
}

/* An attestation says nothing of who stands for the image itself. */
static void an_attestation_is_no_signature(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_json json_t *predicate = json_object();
    const struct fp_attestation sbom = {.predicate_type = "https://cyclonedx.org/bom",
                                        .predicate = predicate};
    const struct fp_trust_image target = {.repo = layout, .root = &image};
    const struct fp_trust_work work = {.key = ec, .attestations = &sbom, .attestation_count = 1};
    assert_ok(fp_trust_attach(&target, &work, NULL, &err), &err);
    check(&image, ec, FP_E_VERIFY, "not signed");
}

/* A document alone needs no key, and attaching it again changes nothing. */
static void artifacts(void **state)
{
    (void) state;
    struct fp_error err = {0};
    const struct fp_artifact sbom = {.media_type = "application/vnd.cyclonedx+json",
                                     .bytes = "{\"bomFormat\":\"CycloneDX\"}",
                                     .len = 25};
    const struct fp_trust_image target = {.repo = layout, .root = &image};
    const struct fp_trust_work work = {.artifacts = &sbom, .artifact_count = 1};
    cleanup_index struct fp_index found = {0};
    for (int i = 0; i < 2; i++)
        assert_ok(fp_trust_attach(&target, &work, NULL, &err), &err);
    assert_ok(fp_repo_list_referrers(layout, &image.digest, sbom.media_type, &found, &err), &err);
    assert_int_equal(found.manifest_count, 1);
    cleanup_json json_t *list = NULL;
    assert_ok(fp_trust_list(&target, &list, &err), &err);
    assert_int_equal(json_array_size(list), 1);
    assert_string_equal(fp_json_string(json_array_get(list, 0), "artifactType"), sbom.media_type);
}

/* Let the names of another image's attachments stand for those of this one. */
static void replay(const struct fp_descriptor *from, const struct fp_descriptor *to,
                   const char *suffix)
{
    struct fp_error err = {0};
    cleanup_free char *old = fp_referrers_tag(&from->digest, suffix);
    cleanup_free char *new = fp_referrers_tag(&to->digest, suffix);
    cleanup_descriptor struct fp_descriptor found = {0};
    assert_ok(fp_repo_resolve(layout, old, &found, &err), &err);
    assert_ok(fp_repo_name(layout, &found, "", new, &err), &err);
    assert_ok(fp_repo_finish(layout, &err), &err);
}

static void replayed(void **state)
{
    (void) state;
    struct fp_descriptor other = put_image("app:2", "other");
    (void) sign(&image, ec, NULL, 0);
    replay(&image, &other, ".sig");
    check(&other, ec, FP_E_VERIFY, image.digest.text);
    replay(&image, &other, "");
    cleanup_trust_findings struct fp_trust_findings findings = judge(&other, ec);
    assert_int_equal(findings.len, 2);
    assert_int_equal(count(&findings, FP_VERDICT_OTHER_IMAGE), 2);
    check(&other, ec, FP_E_VERIFY, "replayed");
    /* And once the image has a signature of its own, the false ones do no harm. */
    (void) sign(&other, ec, NULL, 0);
    check(&other, ec, FP_OK, NULL);
}

/* Put a document in place of a blob of the layout, so that its digest is right. */
static void attach_bundle(char *take_text)
{
    struct fp_error err = {0};
    cleanup_blob struct fp_blob *blob =
        fp_blob_memory(FP_MEDIA_BUNDLE, take_text, strlen(take_text));
    enum fp_push_outcome outcome = FP_PUSH_EXISTING;
    const struct fp_descriptor *layer = fp_blob_descriptor(blob);
    assert_ok(fp_repo_put_blob(layout, layer, blob, NULL, NULL, &outcome, &err), &err);
    cleanup_free char *text = fp_xasprintf(
        "{\"schemaVersion\":2,\"mediaType\":\"" FP_MEDIA_OCI_MANIFEST "\",\"config\":"
        "{\"mediaType\":\"" FP_MEDIA_OCI_EMPTY "\",\"digest\":\"%s\",\"size\":2},\"layers\":"
        "[{\"mediaType\":\"" FP_MEDIA_BUNDLE "\",\"digest\":\"%s\",\"size\":%zu}]}",
        fp_digest_of("{}", 2).text, layer->digest.text, (size_t) layer->size);
    cleanup_descriptor struct fp_descriptor manifest = {.media_type = FP_MEDIA_OCI_MANIFEST,
                                                        .digest = fp_digest_of(text, strlen(text)),
                                                        .size = strlen(text),
                                                        .artifact_type =
                                                            json_string(FP_MEDIA_BUNDLE)};
    cleanup_index struct fp_index one = {0};
    assert_ok(fp_repo_put_document(layout, &manifest, text, &err), &err);
    fp_index_add(&one, &manifest);
    assert_ok(fp_repo_add_referrers(layout, &image.digest, &one, &err), &err);
}

/* A bundle that says to be of the key, with a signature of another one. */
static void forged(void **state)
{
    (void) state;
    struct fp_error err = {0};
    cleanup_free char *statement = fp_statement_make(&image.digest, FP_PREDICATE_SIGN, NULL);
    cleanup_json json_t *envelope = NULL;
    assert_ok(fp_envelope_make(ed, statement, &envelope, &err), &err);
    attach_bundle(fp_bundle_make(ec, envelope));
    check(&image, ec, FP_E_VERIFY, "forged");
    attach_bundle(fp_xstrdup("{\"mediaType\":\"" FP_MEDIA_BUNDLE "\"}"));
    cleanup_trust_findings struct fp_trust_findings findings = judge(&image, ec);
    assert_int_equal(count(&findings, FP_VERDICT_UNREADABLE), 1);
    check(&image, ec, FP_E_VERIFY, "forged");
}

static void made_with_a_certificate(void **state)
{
    (void) state;
    cleanup_free char *statement = fp_statement_make(&image.digest, FP_PREDICATE_SIGN, NULL);
    cleanup_free char *payload = fp_base64_encode(statement, strlen(statement));
    attach_bundle(fp_xasprintf(
        "{\"mediaType\":\"" FP_MEDIA_BUNDLE "\",\"verificationMaterial\":{\"certificate\":"
        "{\"rawBytes\":\"AA==\"}},\"dsseEnvelope\":{\"payload\":\"%s\",\"payloadType\":"
        "\"" FP_MEDIA_IN_TOTO "\",\"signatures\":[{\"sig\":\"AA==\"}]}}",
        payload));
    check(&image, ec, FP_E_VERIFY, "certificate");
}

static void a_tag_that_is_used_otherwise(void **state)
{
    (void) state;
    struct fp_error err = {0};
    static const char text[] =
        "{\"schemaVersion\":2,\"mediaType\":\"" FP_MEDIA_OCI_INDEX "\",\"manifests\":[]}";
    struct fp_descriptor index = {.media_type = FP_MEDIA_OCI_INDEX, .size = strlen(text)};
    cleanup_free char *tag = fp_referrers_tag(&image.digest, ".sig");
    const struct fp_trust_image target = {.repo = layout, .root = &image};
    const struct fp_trust_work work = {.key = ec, .signs_image = true};
    index.digest = fp_digest_of(text, strlen(text));
    assert_ok(fp_repo_put_document(layout, &index, text, &err), &err);
    assert_ok(fp_repo_name(layout, &index, text, tag, &err), &err);
    assert_ok(fp_repo_finish(layout, &err), &err);
    assert_fails(fp_trust_attach(&target, &work, NULL, &err), FP_E_CONFLICT, &err, ".sig");
    check(&image, ec, FP_E_VERIFY, "no valid signature");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(signed_in_both_forms, setup, teardown),
        cmocka_unit_test_setup_teardown(signed_once_by_each, setup, teardown),
        cmocka_unit_test_setup_teardown(attestations, setup, teardown),
        cmocka_unit_test_setup_teardown(an_attestation_is_no_signature, setup, teardown),
        cmocka_unit_test_setup_teardown(artifacts, setup, teardown),
        cmocka_unit_test_setup_teardown(replayed, setup, teardown),
        cmocka_unit_test_setup_teardown(forged, setup, teardown),
        cmocka_unit_test_setup_teardown(made_with_a_certificate, setup, teardown),
        cmocka_unit_test_setup_teardown(a_tag_that_is_used_otherwise, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
