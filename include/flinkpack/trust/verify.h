/**
 * @file
 * Verifying the signatures and attestations of an image by public keys.
 */
#ifndef FLINKPACK_TRUST_VERIFY_H
#define FLINKPACK_TRUST_VERIFY_H

#include "flinkpack/trust/attach.h"

/** What became of something that is attached to an image. */
enum fp_verdict {
    FP_VERDICT_VERIFIED,    /**< by one of the keys, and about this image */
    FP_VERDICT_OTHER_KEY,   /**< by none of the keys, or changed since */
    FP_VERDICT_FORGED,      /**< it names one of the keys, which did not make it */
    FP_VERDICT_OTHER_IMAGE, /**< by one of the keys, but about another image: replayed */
    FP_VERDICT_CERTIFICATE, /**< made with a certificate, which is not looked at here */
    FP_VERDICT_UNREADABLE,  /**< it is not what it should be */
};

/** Something that is attached. */
struct fp_trust_finding {
    enum fp_verdict verdict;
    char *where;              /**< "sha256-HEX.sig", or "bundle sha256:HEX" */
    char *predicate_type;     /**< NULL: a signature of the image */
    char *detail;             /**< the other image, or what is wrong; NULL: nothing more is known */
    const struct fp_key *key; /**< that made it; NULL: none of the keys. Borrowed */
};

/** All of it. Zero-initialise; release with fp_trust_findings_clear(). */
struct fp_trust_findings {
    struct fp_trust_finding *items;
    size_t len;
};

/**
 * Read and judge what is attached to an image, in all forms, at most 64 of each.
 * @param keys Public keys.
 * @return FP_OK whatever the verdicts are; FP_E_NETWORK, FP_E_AUTH, FP_E_IO if it cannot be told.
 */
FP_CHECKED enum fp_code fp_trust_judge(const struct fp_trust_image *image,
                                       struct fp_key *const *keys, size_t key_count,
                                       struct fp_trust_findings *ret, struct fp_error *err);
/**
 * List what is attached to an image, without judging it: manifests that refer to it, and cosign's
 * tags with the number of their layers.
 * @param ret An array of { "digest"?, "tag"?, "artifactType"?, "count"?, "annotations"? }. A new
 *            reference.
 * @return FP_E_NETWORK, FP_E_AUTH, FP_E_IO if it cannot be told.
 */
FP_CHECKED enum fp_code fp_trust_list(const struct fp_trust_image *image, json_t **ret,
                                      struct fp_error *err);
/** Whether the image itself is signed by one of the keys, in any form.
 * @return FP_OK, or FP_E_VERIFY, which says what is there instead. */
FP_CHECKED enum fp_code fp_trust_findings_check(const struct fp_trust_findings *findings,
                                                const char *title, const struct fp_digest *image,
                                                struct fp_error *err);
/** A finding in words: "sha256-HEX.sig: signed by cosign.pub". The caller owns it. */
char *fp_trust_finding_text(const struct fp_trust_finding *finding);
/** Release the members. */
void fp_trust_findings_clear(struct fp_trust_findings *findings);

/** Declare findings that are cleared at the end of their scope. */
#define cleanup_trust_findings __attribute__((cleanup(fp_trust_findings_clear)))

#endif
