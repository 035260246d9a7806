/**
 * @file
 * The written forms of signatures and attestations: pure functions. What is parsed here is written
 * by anybody.
 */
#ifndef FLINKPACK_TRUST_FORM_H
#define FLINKPACK_TRUST_FORM_H

#include "flinkpack/image.h"
#include "flinkpack/trust/key.h"

/** The layer of cosign's tag ".sig", and its annotations (cosign, specs/SIGNATURE_SPEC.md). */
#define FP_MEDIA_SIMPLE_SIGNING   "application/vnd.dev.cosign.simplesigning.v1+json"
#define FP_ANNOTATION_SIGNATURE   "dev.cosignproject.cosign/signature"
#define FP_ANNOTATION_CERTIFICATE "dev.sigstore.cosign/certificate"
/** The layer of cosign's tag ".att", with the annotation that says what is attested. */
#define FP_MEDIA_DSSE           "application/vnd.dsse.envelope.v1+json"
#define FP_ANNOTATION_PREDICATE "predicateType"
/** A bundle of sigstore, as a referrer (cosign, specs/BUNDLE_SPEC.md), and its annotations. */
#define FP_MEDIA_BUNDLE           "application/vnd.dev.sigstore.bundle.v0.3+json"
#define FP_MEDIA_BUNDLE_PREFIX    "application/vnd.dev.sigstore.bundle"
#define FP_ANNOTATION_CONTENT     "dev.sigstore.bundle.content"
#define FP_ANNOTATION_BUNDLE_TYPE "dev.sigstore.bundle.predicateType"
/** The predicate type of a document that is attached as it is, as docker's attestations have it. */
#define FP_ANNOTATION_UNSIGNED_TYPE "in-toto.io/predicate-type"
/** What the payload of an envelope is. */
#define FP_MEDIA_IN_TOTO "application/vnd.in-toto+json"
/** The predicate of a plain signature of an image. */
#define FP_PREDICATE_SIGN "https://sigstore.dev/cosign/sign/v1"

/** The payload of a simple signature. `identity` is REGISTRY/REPOSITORY. The caller owns it. */
char *fp_simple_payload(const struct fp_digest *image, const char *identity);
/** The image that such a payload is about. FP_E_INPUT. */
FP_CHECKED enum fp_code fp_simple_parse(const char *text, size_t len, struct fp_digest *ret,
                                        struct fp_error *err);

/** A statement of in-toto, version 1. The caller owns it. */
char *fp_statement_make(const struct fp_digest *image, const char *predicate_type,
                        const json_t *predicate);
/** An envelope around a statement, signed; `*ret` is a new reference. FP_E_INTERNAL. */
FP_CHECKED enum fp_code fp_envelope_make(const struct fp_key *key, const char *statement,
                                         json_t **ret, struct fp_error *err);
/** The bundle of an envelope. The caller owns it. */
char *fp_bundle_make(const struct fp_key *key, json_t *envelope);

/** A signed statement that was read. Zero-initialise; release with fp_signed_clear(). */
struct fp_signed {
    unsigned char *payload; /**< the statement, not trusted before a key verifies it */
    size_t payload_len;
    char *signed_bytes; /**< what the signatures are of (DSSE's pre-authentication encoding) */
    size_t signed_len;
    struct fp_strv signatures; /**< in base64 */
    char *hint;                /**< the key that a bundle names; NULL: none */
    bool has_certificate;      /**< it was made with a certificate, not with a key */
    char *predicate_type;
    struct fp_strv subjects; /**< "sha256:HEX" */
};
/** Read an envelope. FP_E_INPUT. */
FP_CHECKED enum fp_code fp_envelope_parse(const char *text, size_t len, struct fp_signed *ret,
                                          struct fp_error *err);
/** Read a bundle of sigstore, version 0.1 to 0.3. FP_E_INPUT. */
FP_CHECKED enum fp_code fp_bundle_parse(const char *text, size_t len, struct fp_signed *ret,
                                        struct fp_error *err);
/** Whether the key made one of the signatures. */
bool fp_signed_verifies(const struct fp_signed *statement, const struct fp_key *key);
/** Whether the key made one of them, of just this statement. */
bool fp_signed_says(const struct fp_signed *signed_one, const char *statement,
                    const struct fp_key *key);
/** Release the members. */
void fp_signed_clear(struct fp_signed *statement);

/** Declare a signed statement that is cleared at the end of its scope. */
#define cleanup_signed __attribute__((cleanup(fp_signed_clear)))

#endif
