/* Statements of in-toto (in-toto/attestation, spec/v1), envelopes around them (DSSE 1.0), and
 * sigstore's bundles around these. */
#include "form.h"

#include <string.h>

#define STATEMENT_TYPE "https://in-toto.io/Statement/v1"
/* The most signatures and subjects that are looked at. */
#define MAX_SIGNATURES 16
#define MAX_SUBJECTS   64

char *fp_statement_make(const struct fp_digest *image, const char *predicate_type,
                        const json_t *predicate)
{
    cleanup_json json_t *statement = json_object();
    json_t *subject = json_object();
    json_t *digest = json_object();
    json_t *subjects = json_array();
    fp_json_set_text(digest, fp_digest_algorithm_name(image), fp_digest_hex(image));
    fp_json_set(subject, "digest", digest);
    fp_json_append(subjects, subject);
    fp_json_set_text(statement, "_type", STATEMENT_TYPE);
    fp_json_set(statement, "subject", subjects);
    fp_json_set_text(statement, "predicateType", predicate_type);
    fp_json_set(statement, "predicate",
                predicate != NULL ? json_incref((json_t *) (uintptr_t) predicate) : json_object());
    return fp_json_canonical(statement);
}

/* What is signed: "DSSEv1 LEN TYPE LEN PAYLOAD". */
static char *encode(const char *type, const void *payload, size_t len, size_t *ret_len)
{
    cleanup_free char *head = fp_xasprintf("DSSEv1 %zu %s %zu ", strlen(type), type, len);
    size_t head_len = strlen(head);
    char *bytes = fp_xmalloc(head_len + len + 1);
    memcpy(bytes, head, head_len);
    memcpy(bytes + head_len, payload, len);
    bytes[head_len + len] = '\0';
    *ret_len = head_len + len;
    return bytes;
}

enum fp_code fp_envelope_make(const struct fp_key *key, const char *statement, json_t **ret,
                              struct fp_error *err)
{
    size_t len = 0;
    cleanup_free char *bytes = encode(FP_MEDIA_IN_TOTO, statement, strlen(statement), &len);
    cleanup_free char *signature = NULL;
    FP_TRY(fp_key_sign(key, bytes, len, &signature, err));
    cleanup_free char *payload = fp_base64_encode(statement, strlen(statement));
    json_t *one = json_object();
    json_t *signatures = json_array();
    fp_json_set_text(one, "sig", signature);
    fp_json_append(signatures, one);
    *ret = json_object();
    fp_json_set_text(*ret, "payload", payload);
    fp_json_set_text(*ret, "payloadType", FP_MEDIA_IN_TOTO);
    fp_json_set(*ret, "signatures", signatures);
    return FP_OK;
}

char *fp_bundle_make(const struct fp_key *key, json_t *envelope)
{
    cleanup_json json_t *bundle = json_object();
    json_t *material = json_object();
    json_t *public_key = json_object();
    fp_json_set_text(public_key, "hint", fp_key_hint(key));
    fp_json_set(material, "publicKey", public_key);
    fp_json_set_text(bundle, "mediaType", FP_MEDIA_BUNDLE);
    fp_json_set(bundle, "verificationMaterial", material);
    fp_json_set(bundle, "dsseEnvelope", json_incref(envelope));
    return fp_json_canonical(bundle);
}

static void take_subjects(const json_t *statement, struct fp_strv *ret)
{
    size_t i = 0;
    json_t *subject = NULL;
    json_array_foreach(json_object_get(statement, "subject"), i, subject)
    {
        const char *key = NULL;
        json_t *hex = NULL;
        json_object_foreach(json_object_get(subject, "digest"), key, hex)
        {
            if (json_is_string(hex) && ret->len < MAX_SUBJECTS)
                fp_strv_addf(ret, "%s:%s", key, json_string_value(hex));
        }
    }
}

static enum fp_code take_statement(struct fp_signed *ret, struct fp_error *err)
{
    cleanup_json json_t *statement = NULL;
    const char *type = NULL;
    FP_TRY(
        fp_json_parse((const char *) ret->payload, ret->payload_len, "statement", &statement, err));
    FP_TRY(fp_json_need_string(statement, "predicateType", "statement", &type, err));
    ret->predicate_type = fp_xstrdup(type);
    take_subjects(statement, &ret->subjects);
    return FP_OK;
}

static enum fp_code take_envelope(const json_t *envelope, struct fp_signed *ret,
                                  struct fp_error *err)
{
    const char *type = NULL;
    const char *payload = NULL;
    FP_TRY(fp_json_need_string(envelope, "payloadType", "envelope", &type, err));
    FP_TRY(fp_json_need_string(envelope, "payload", "envelope", &payload, err));
    if (strcmp(type, FP_MEDIA_IN_TOTO) != 0)
        return fp_fail(err, FP_E_INPUT, "an envelope of the type %.100s", type);
    ret->payload = fp_base64_decode(payload, &ret->payload_len);
    if (ret->payload == NULL)
        return fp_fail(err, FP_E_INPUT, "envelope: its payload is not base64");
    ret->signed_bytes = encode(type, ret->payload, ret->payload_len, &ret->signed_len);
    size_t i = 0;
    json_t *signature = NULL;
    json_array_foreach(json_object_get(envelope, "signatures"), i, signature)
    {
        const char *text = fp_json_string(signature, "sig");
        if (text != NULL && ret->signatures.len < MAX_SIGNATURES)
            fp_strv_add(&ret->signatures, text);
    }
    return take_statement(ret, err);
}

enum fp_code fp_envelope_parse(const char *text, size_t len, struct fp_signed *ret,
                               struct fp_error *err)
{
    cleanup_json json_t *envelope = NULL;
    cleanup_signed struct fp_signed found = {0};
    FP_TRY(fp_json_parse(text, len, "envelope", &envelope, err));
    FP_TRY(take_envelope(envelope, &found, err));
    *ret = steal_value(&found);
    return FP_OK;
}

enum fp_code fp_bundle_parse(const char *text, size_t len, struct fp_signed *ret,
                             struct fp_error *err)
{
    cleanup_json json_t *bundle = NULL;
    cleanup_signed struct fp_signed found = {0};
    const char *type = NULL;
    FP_TRY(fp_json_parse(text, len, "bundle", &bundle, err));
    FP_TRY(fp_json_need_string(bundle, "mediaType", "bundle", &type, err));
    if (strncmp(type, FP_MEDIA_BUNDLE_PREFIX, strlen(FP_MEDIA_BUNDLE_PREFIX)) != 0)
        return fp_fail(err, FP_E_INPUT, "bundle: of the type %.100s", type);
    const json_t *envelope = json_object_get(bundle, "dsseEnvelope");
    if (envelope == NULL)
        return fp_fail(err, FP_E_INPUT, "bundle: no statement in it");
    const json_t *material = json_object_get(bundle, "verificationMaterial");
    found.hint = fp_xstrdup(fp_json_string(json_object_get(material, "publicKey"), "hint"));
    found.has_certificate = json_object_get(material, "certificate") != NULL ||
                            json_object_get(material, "x509CertificateChain") != NULL;
    FP_TRY(take_envelope(envelope, &found, err));
    *ret = steal_value(&found);
    return FP_OK;
}

bool fp_signed_verifies(const struct fp_signed *statement, const struct fp_key *key)
{
    for (size_t i = 0; i < statement->signatures.len; i++)
        if (fp_key_verifies(key, statement->signed_bytes, statement->signed_len,
                            statement->signatures.items[i]))
            return true;
    return false;
}

bool fp_signed_says(const struct fp_signed *signed_one, const char *statement,
                    const struct fp_key *key)
{
    size_t len = strlen(statement);
    return signed_one->payload_len == len && memcmp(signed_one->payload, statement, len) == 0 &&
           fp_signed_verifies(signed_one, key);
}

void fp_signed_clear(struct fp_signed *statement)
{
    free(statement->payload);
    free(statement->signed_bytes);
    free(statement->hint);
    free(statement->predicate_type);
    fp_strv_clear(&statement->signatures);
    fp_strv_clear(&statement->subjects);
    *statement = (struct fp_signed){0};
}
