/**
 * @file
 * Signing images, and attaching attestations to them.
 *
 * Each is written in two forms, as no single one is read by all verifiers: cosign's tags
 * (`sha256-HEX.sig` for signatures, `.att` for attestations), and bundles of sigstore that refer to
 * the image by their subject. The image itself stays as it is. What others have attached stays too,
 * also what they attach at the same time.
 */
#ifndef FLINKPACK_TRUST_ATTACH_H
#define FLINKPACK_TRUST_ATTACH_H

#include "flinkpack/store.h"
#include "flinkpack/trust/key.h"

/** The image that something is attached to, or that is verified. Everything is borrowed. */
struct fp_trust_image {
    struct fp_repo *repo;             /**< open for writing, to attach to it */
    const struct fp_descriptor *root; /**< what the name stands for: a manifest or an index */
    const char *identity;             /**< REGISTRY/REPOSITORY, which signatures state; NULL: none
                                           is known, as in a layout */
    struct fp_reporter *reporter;     /**< may be NULL */
};

/** What is said of an image. Everything is borrowed. */
struct fp_attestation {
    const char *predicate_type; /**< a URI: "https://slsa.dev/provenance/v1" */
    const char *media_type;     /**< of the predicate by itself, for where nothing is signed;
                                     "application/vnd.in-toto+json" makes it a statement there */
    const json_t *predicate;
};

/** A document that is attached as it is, without a signature. Everything is borrowed. */
struct fp_artifact {
    const char *media_type; /**< its artifact type as well: "application/vnd.cyclonedx+json" */
    const char *bytes;
    size_t len;
};

/** What to attach. Zero-initialise; everything is borrowed. */
struct fp_trust_work {
    const struct fp_key *key; /**< signs the image and the attestations; NULL: nothing is signed,
                                   and the predicates are attached as they are */
    bool signs_image;         /**< the image itself, besides the attestations */
    const struct fp_attestation *attestations;
    size_t attestation_count;
    const struct fp_artifact *artifacts;
    size_t artifact_count;
    const char *signer; /**< a program that gets the image's descriptor and says what to attach;
                             NULL: none. See the README, "Sign and verify" */
};

/** What came of it. */
struct fp_trust_result {
    unsigned attached; /**< in both forms together */
    unsigned existing; /**< were there already */
};

/**
 * Sign an image and attach attestations to it. An image that the key has signed already is not
 * signed again, and what is attached unsigned is there once.
 * @param ret May be NULL.
 * @return FP_E_CONFLICT if the registry does not let a tag of the attachments change; FP_E_AUTH,
 *         FP_E_NETWORK, FP_E_IO; FP_E_INPUT if what is there, or what the signer says, is not what
 *         it should be.
 */
FP_CHECKED enum fp_code fp_trust_attach(const struct fp_trust_image *image,
                                        const struct fp_trust_work *work,
                                        struct fp_trust_result *ret, struct fp_error *err);
/** Likewise, for an image at a location whose repo is open, and report it. */
FP_CHECKED enum fp_code fp_trust_attach_at(const struct fp_location *location, struct fp_repo *repo,
                                           const struct fp_descriptor *root,
                                           const struct fp_trust_work *work,
                                           struct fp_reporter *reporter, struct fp_error *err);
/**
 * Copy what is attached to an image beside a copy of it: signatures, attestations, and all that
 * refers to it. What is there already stays.
 * @param from The repo that the image was copied from.
 * @param to   The copy, under the same digest.
 * @param ret  How much was copied.
 */
FP_CHECKED enum fp_code fp_trust_copy(struct fp_repo *from, const struct fp_trust_image *to,
                                      unsigned *ret, struct fp_error *err);

#endif
