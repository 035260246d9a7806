/**
 * @file
 * Large files that are read more than once: opened once, and held to be the same bytes each time.
 *
 * A name can come to stand for another file between two readings, and a file can be written to. So
 * every reading is one of the same open file, and takes the SHA-256 of the bytes that it saw.
 */
#ifndef FLINKPACK_SUPPORT_INPUT_H
#define FLINKPACK_SUPPORT_INPUT_H

#include <stdint.h>
#include <sys/stat.h>

#include "flinkpack/support/error.h"
#include "flinkpack/support/hash.h"
#include "flinkpack/support/stream.h"

/** An open file. Zero-initialise; release with fp_input_clear(). */
struct fp_input {
    char *path; /**< for messages; owned; NULL: nothing is open */
    int fd;
    uint64_t bytes;               /**< its size when it was opened */
    char sha256[FP_HASH_HEX_MAX]; /**< of its bytes as they were first read; "": not read yet */
    bool is_pinned;               /**< that reading met a checksum from elsewhere */
    struct stat opened;           /**< what it was when it was opened */
};

/** Open a regular file. @return FP_E_NOT_FOUND, FP_E_IO, or FP_E_INPUT for what is none. */
FP_CHECKED enum fp_code fp_input_open(const char *path, struct fp_input *ret, struct fp_error *err);
/** Likewise where it is open already. @param take_fd Owned by the input, on failure too. */
FP_CHECKED enum fp_code fp_input_take(int take_fd, const char *path, struct fp_input *ret,
                                      struct fp_error *err);
/** The same open file once more, for another thread. @return FP_E_IO. */
FP_CHECKED enum fp_code fp_input_share(const struct fp_input *input, struct fp_input *ret,
                                       struct fp_error *err);
/**
 * Read it through for its digest; a second thread takes its SHA-256, which the input keeps.
 * @param ret_hex Lower-case hexadecimal.
 * @return Errors of reading and of fp_input_confirm().
 */
FP_CHECKED enum fp_code fp_input_hash(struct fp_input *input, enum fp_hash_algorithm algorithm,
                                      char ret_hex[FP_HASH_HEX_MAX], struct fp_error *err);
/** Its bytes from the beginning, as many as it had. Owned by the caller; must not outlive it.
 * @return FP_E_IO. */
FP_CHECKED enum fp_code fp_input_source(const struct fp_input *input, struct fp_source **ret,
                                        struct fp_error *err);
/**
 * A reading has seen all its bytes, and they were `sha256`: the first one is remembered, any later
 * one has to be the same.
 * @return FP_E_VERIFY where the first one had met a checksum, else FP_E_INPUT: "PATH: changed
 *         while it was read".
 */
FP_CHECKED enum fp_code fp_input_confirm(struct fp_input *input, const char sha256[FP_HASH_HEX_MAX],
                                         struct fp_error *err);
/** fp_input_confirm()'s failure where the file's size or time differ from when it was opened, for
 * whoever was told that bytes of it are not what they should be. FP_OK: nobody has written to it.
 */
FP_CHECKED enum fp_code fp_input_check(const struct fp_input *input, struct fp_error *err);
/** Close it and release the members. */
void fp_input_clear(struct fp_input *input);

/** Declare a struct fp_input that is cleared at the end of its scope. */
#define cleanup_input __attribute__((cleanup(fp_input_clear)))

#endif
