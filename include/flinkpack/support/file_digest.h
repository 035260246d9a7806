/**
 * @file
 * The SHA-256 of a large file that several threads want: worked out once.
 */
#ifndef FLINKPACK_SUPPORT_FILE_DIGEST_H
#define FLINKPACK_SUPPORT_FILE_DIGEST_H

#include <stdint.h>

#include "flinkpack/support/error.h"
#include "flinkpack/support/hash.h"

/** The digest of one file, known or not yet. Thread-safe. */
struct fp_file_digest;

/**
 * Remember the file as it is now; nothing is read yet.
 * @param ret Owned by the caller; fp_file_digest_free().
 * @return FP_E_NOT_FOUND, FP_E_IO.
 */
FP_CHECKED enum fp_code fp_file_digest_new(const char *path, struct fp_file_digest **ret,
                                           struct fp_error *err);
/**
 * The digest. The first to ask reads the file; others wait for it.
 * @param ret_hex   Lower-case hexadecimal; set only on success.
 * @param ret_bytes The file's size; may be NULL.
 * @return Errors of reading, to each that asks; FP_E_INTERRUPTED.
 */
FP_CHECKED enum fp_code fp_file_digest_get(struct fp_file_digest *self,
                                           char ret_hex[FP_HASH_HEX_MAX], uint64_t *ret_bytes,
                                           struct fp_error *err);
/**
 * Whether it is still the file that was remembered, by device, inode, size and time: several passes
 * over it see the same bytes only while nobody writes to it.
 * @return FP_E_INPUT when it changed; FP_E_NOT_FOUND, FP_E_IO.
 */
FP_CHECKED enum fp_code fp_file_digest_check(const struct fp_file_digest *self,
                                             struct fp_error *err);
/** Free; NULL is fine. */
void fp_file_digest_free(struct fp_file_digest *self);

FP_DEFINE_CLEANUP(fp_file_digest_freep, struct fp_file_digest, fp_file_digest_free)
/** Declare a struct fp_file_digest pointer that is freed at the end of its scope. */
#define cleanup_file_digest __attribute__((cleanup(fp_file_digest_freep)))

#endif
