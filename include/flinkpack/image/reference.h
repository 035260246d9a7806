/**
 * @file
 * Image references: REGISTRY/REPOSITORY:TAG@DIGEST (distribution-spec 1.1, "Pulling manifests";
 * the defaults are Docker's).
 */
#ifndef FLINKPACK_IMAGE_REFERENCE_H
#define FLINKPACK_IMAGE_REFERENCE_H

#include "flinkpack/image/digest.h"

/** The tag that a name without one means to Docker, and so to all others. */
#define FP_TAG_DEFAULT "latest"

/** A parsed reference. Owned strings; release with fp_reference_clear() or cleanup_reference. */
struct fp_reference {
    char *registry;          /**< "registry.example.com:5000", "docker.io"; NULL: none was given */
    char *repository;        /**< "team/orders"; "library/" is there for docker.io's short names */
    char *tag;               /**< NULL where none was given */
    struct fp_digest digest; /**< not set where none was given */
};

/**
 * Parse and validate. The first component is a registry iff it has a '.' or ':' or is
 * "localhost". No tag is made up. Where both tag and digest are given both are kept.
 * @return FP_OK, or FP_E_USAGE naming the part and the character that is wrong.
 */
FP_CHECKED enum fp_code fp_reference_parse(const char *text, struct fp_reference *ret,
                                           struct fp_error *err);
/** Like fp_reference_parse(), and a name without a registry is one of docker.io's. */
FP_CHECKED enum fp_code fp_reference_parse_docker(const char *text, struct fp_reference *ret,
                                                  struct fp_error *err);
/** Whether `tag` matches [a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}. */
bool fp_tag_is_valid(const char *tag);
/** REGISTRY/REPOSITORY[:TAG][@DIGEST], without the docker.io defaults undone. Caller owns it. */
char *fp_reference_text(const struct fp_reference *reference);
/** REGISTRY/REPOSITORY. The caller owns it. */
char *fp_reference_name(const struct fp_reference *reference);
/** What a registry is asked for: the digest, else the tag, else FP_TAG_DEFAULT. Borrowed. */
const char *fp_reference_target(const struct fp_reference *reference);
/** The name in the local store: like fp_reference_text(), with FP_TAG_DEFAULT where there is
 * neither tag nor digest. The caller owns it. */
char *fp_reference_full(const struct fp_reference *reference);
/** A deep copy. The caller clears it. */
struct fp_reference fp_reference_copy(const struct fp_reference *reference);
/** Free the parts. */
void fp_reference_clear(struct fp_reference *reference);

/** Declare a struct fp_reference that is cleared at the end of its scope. */
#define cleanup_reference __attribute__((cleanup(fp_reference_clear)))

#endif
