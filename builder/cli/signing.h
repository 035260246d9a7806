/**
 * @file
 * What --sign-key and --signer say.
 */
#ifndef FLINKPACK_CLI_SIGNING_H
#define FLINKPACK_CLI_SIGNING_H

#include "flinkpack/trust.h"
#include "session.h"

/** The key of a run. Zero-initialise; release with fp_signing_clear(). */
struct fp_signing {
    struct fp_key *key;
    struct fp_trust_work work;
    bool is_asked; /**< images are to be signed */
};
/** Read the key, and ask for its password. Nothing is done if nobody asked for signatures. */
FP_CHECKED enum fp_code fp_signing_open(const struct fp_run *run, struct fp_signing *ret,
                                        struct fp_error *err);
/** Sign an image that was pushed, and report it. Images in other places than registries and
 * layouts are left alone. */
FP_CHECKED enum fp_code fp_signing_sign(const struct fp_signing *signing,
                                        const struct fp_session *session,
                                        const struct fp_location *location, struct fp_repo *repo,
                                        const struct fp_descriptor *root, struct fp_error *err);
/** With --referrers, take along what is attached to an image that was copied.
 * FP_E_USAGE if it cannot be attached there. */
FP_CHECKED enum fp_code fp_signing_take_along(const struct fp_run *run, const struct fp_found *from,
                                              const struct fp_target *to,
                                              const struct fp_descriptor *root,
                                              struct fp_error *err);
/** Whether a destination can hold what --referrers takes along. FP_E_USAGE. */
FP_CHECKED enum fp_code fp_signing_can_take_along(const struct fp_run *run,
                                                  const struct fp_target *to, struct fp_error *err);
/** Release the members. */
void fp_signing_clear(struct fp_signing *signing);

/** Declare a struct fp_signing that is cleared at the end of its scope. */
#define cleanup_signing __attribute__((cleanup(fp_signing_clear)))

#endif
