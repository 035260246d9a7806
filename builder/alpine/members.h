/**
 * @file
 * The members of a file that is several gzip files behind each other, one by one: signatures and
 * digests of packages are of a member's compressed bytes.
 */
#ifndef FLINKPACK_ALPINE_MEMBERS_H
#define FLINKPACK_ALPINE_MEMBERS_H

#include <stdint.h>

#include "flinkpack/support.h"

struct members;

/** What the compressed bytes of a member are. Hexadecimal. */
struct member_digests {
    char sha1[FP_HASH_HEX_MAX];
    char sha256[FP_HASH_HEX_MAX];
    char sha512[FP_HASH_HEX_MAX];
};

/**
 * Begin.
 * @param take_source The whole file.
 * @param name        For errors; borrowed.
 * @param max_bytes   Inflated bytes of all members, beyond is FP_E_INPUT.
 */
struct members *members_open(struct fp_source *take_source, const char *name, uint64_t max_bytes);
/**
 * Go to the next member; the one before must have been read to its end.
 * @param ret Its inflated bytes, or NULL at the end of the file. Borrowed.
 */
FP_CHECKED enum fp_code members_next(struct members *members, struct fp_source **ret,
                                     struct fp_error *err);
/** The digests of the member that has just been read to its end. */
void members_digests(struct members *members, struct member_digests *ret);
/** Close. */
void members_close(struct members *members);

FP_DEFINE_CLEANUP(members_closep, struct members, members_close)
#define cleanup_members __attribute__((cleanup(members_closep)))

#endif
