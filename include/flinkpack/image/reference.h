/**
 * @file
 * Image references: REGISTRY/REPOSITORY:TAG@DIGEST (distribution-spec 1.1, "Pulling manifests";
 * the defaults are Docker's).
 */
#ifndef FLINKPACK_IMAGE_REFERENCE_H
#define FLINKPACK_IMAGE_REFERENCE_H

#include "flinkpack/image/digest.h"

/** The tag of a name without a tag: Docker's default, which all other tools share. */
#define FP_TAG_DEFAULT "latest"

/** A parsed reference. Owned strings; release with fp_reference_clear() or cleanup_reference. */
struct fp_reference {
    char *registry;          /**< "registry.example.com:5000", "docker.io"; NULL: none was given */
    char *repository;        /**< "team/orders"; short names of docker.io get their "library/" */
    char *tag;               /**< NULL: none was given */
    struct fp_digest digest; /**< not set if none was given */
};

/**
 * Parse and validate. The first component is a registry if and only if it has a '.' or ':' or is
 * "localhost". No default tag is added. If both a tag and a digest are given, both are kept.
 * @return FP_OK, or FP_E_USAGE naming the part and the character that is wrong.
 */
FP_CHECKED enum fp_code fp_reference_parse(const char *text, struct fp_reference *ret,
                                           struct fp_error *err);
/** Like fp_reference_parse(), but a name without a registry belongs to docker.io. */
FP_CHECKED enum fp_code fp_reference_parse_docker(const char *text, struct fp_reference *ret,
                                                  struct fp_error *err);
/** Whether `tag` matches [a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}. */
bool fp_tag_is_valid(const char *tag);
/** REGISTRY/REPOSITORY[:TAG][@DIGEST], with the docker.io defaults kept. The caller owns it. */
char *fp_reference_text(const struct fp_reference *reference);
/** REGISTRY/REPOSITORY. The caller owns it. */
char *fp_reference_name(const struct fp_reference *reference);
/** The reference to send to a registry: the digest, else the tag, else FP_TAG_DEFAULT. Borrowed. */
const char *fp_reference_target(const struct fp_reference *reference);
/** The name in the local store: like fp_reference_text(), with FP_TAG_DEFAULT added if there is
 * neither a tag nor a digest. The caller owns it. */
char *fp_reference_full(const struct fp_reference *reference);
/** A deep copy. The caller clears it. */
struct fp_reference fp_reference_copy(const struct fp_reference *reference);
/** Free the parts. */
void fp_reference_clear(struct fp_reference *reference);

/** Declare a struct fp_reference that is cleared at the end of its scope. */
#define cleanup_reference __attribute__((cleanup(fp_reference_clear)))

#endif
