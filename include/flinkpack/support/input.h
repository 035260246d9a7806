/**
 * @file
 * Large files that are read more than once: they are opened once and must not change in between.
 *
 * Between two readings a name can come to mean another file, and a file can be written to. So every
 * reading uses the same open file and takes a fingerprint (FP_FINGERPRINT) of the bytes that it
 * sees; the costly digests are computed once.
 */
#ifndef FLINKPACK_SUPPORT_INPUT_H
#define FLINKPACK_SUPPORT_INPUT_H

#include <pthread.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

#include "flinkpack/support/error.h"
#include "flinkpack/support/hash.h"
#include "flinkpack/support/stream.h"

/** An open file. The functions are safe from several threads unless their comment says
 * otherwise. */
struct fp_input {
    char *path; /**< for messages */
    int fd;
    uint64_t bytes;               /**< its size when it was opened */
    bool is_pinned;               /**< its bytes matched a checksum from elsewhere */
    pthread_mutex_t hashing;      /**< held while it is read for `sha256` */
    char sha256[FP_HASH_HEX_MAX]; /**< empty until it is computed; while other threads may do that,
                                       use fp_input_sha256() */
    pthread_mutex_t lock;         /**< protects `fingerprint` */
    char fingerprint[FP_HASH_HEX_MAX];
    bool is_recalled;          /**< `sha256` is from an earlier run, and no reading has shown it */
    struct stat opened;        /**< its state when it was opened */
    struct timespec opened_at; /**< the system's clock before `opened` was taken */
};

/** Open a regular file. @return FP_E_NOT_FOUND, FP_E_IO, or FP_E_INPUT for anything else. */
FP_CHECKED enum fp_code fp_input_open(const char *path, struct fp_input **ret,
                                      struct fp_error *err);
/** Like fp_input_open() for an open file. @param take_fd Owned by the input, on failure too. */
FP_CHECKED enum fp_code fp_input_take(int take_fd, const char *path, struct fp_input **ret,
                                      struct fp_error *err);
/** Set the digests that are known from writing the file, as if one reading had ended. */
void fp_input_expect(struct fp_input *input, const char sha256[FP_HASH_HEX_MAX],
                     const char fingerprint[FP_HASH_HEX_MAX]);
/**
 * Read it from the beginning, up to its size when it was opened. If another reading has ended and
 * saw other bytes, this one fails at its end: with FP_E_VERIFY if the input is pinned, else with
 * FP_E_INPUT, "PATH: changed while it was read". Likewise if the bytes have another SHA-256 than
 * fp_input_set_sha256() was given.
 * @param ret Owned by the caller; must not outlive the input.
 * @return FP_E_IO.
 */
FP_CHECKED enum fp_code fp_input_source(struct fp_input *input, struct fp_source **ret,
                                        struct fp_error *err);
/**
 * Its SHA-256. The first caller reads the whole file; others wait meanwhile.
 * @param ret_hex Lower-case hexadecimal.
 * @return Errors of reading.
 */
FP_CHECKED enum fp_code fp_input_sha256(struct fp_input *input, char ret_hex[FP_HASH_HEX_MAX],
                                        struct fp_error *err);
/** Whether its SHA-256 was computed or set. @param ret_hex Unchanged if not. */
bool fp_input_has_sha256(struct fp_input *input, char ret_hex[FP_HASH_HEX_MAX]);
/** Set its SHA-256, known from an earlier run, unless one was computed. Readings are held to it. */
void fp_input_set_sha256(struct fp_input *input, const char hex[FP_HASH_HEX_MAX]);
/** Read the whole file for another digest and its SHA-256. Not safe from several threads. */
FP_CHECKED enum fp_code fp_input_hash(struct fp_input *input, enum fp_hash_algorithm algorithm,
                                      char ret_hex[FP_HASH_HEX_MAX], struct fp_error *err);
/**
 * Explain wrong bytes by a change of its size or time since it was opened.
 * @param failed With `err` filled in.
 * @return `failed`, or, in place of FP_E_INPUT and FP_E_VERIFY, the failure of a reading that saw
 *         other bytes.
 */
FP_CHECKED enum fp_code fp_input_blame(const struct fp_input *input, enum fp_code failed,
                                       struct fp_error *err);
/** Close it; NULL is fine. */
void fp_input_free(struct fp_input *input);

FP_DEFINE_CLEANUP(fp_input_freep, struct fp_input, fp_input_free)
/** Declare a struct fp_input pointer that is freed at the end of its scope. */
#define cleanup_input __attribute__((cleanup(fp_input_freep)))

#endif
