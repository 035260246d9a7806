/**
 * @file
 * Whether the signature files of a jar fit it.
 */
#ifndef FLINKPACK_JUDGE_SIGNATURES_H
#define FLINKPACK_JUDGE_SIGNATURES_H

#include "flinkpack/support.h"

/** What Java would say of a signature file, as far as can be told. */
enum fp_signature {
    FP_SIGNATURE_FITS,   /**< its digest of the manifest is right, or nothing speaks against it */
    FP_SIGNATURE_BROKEN, /**< Java throws a SecurityException for each class of the jar */
    FP_SIGNATURE_OLD,    /**< the same, unless Java takes its algorithms for too weak to look */
};

/** Compare a signature file, META-INF/X.SF, to the manifest beside it. */
enum fp_signature fp_signature_judge(const char *signature, size_t signature_len,
                                     const char *manifest, size_t manifest_len);

#endif
