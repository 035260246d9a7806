/**
 * @file
 * The one way to read a tar stream: libarchive behind a filter that bounds what it takes. Nothing
 * depends on the locale: names are bytes.
 */
#ifndef FLINKPACK_LAYER_TAR_READER_H
#define FLINKPACK_LAYER_TAR_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "flinkpack/support/stream.h"

struct archive_entry;
struct fp_tar_reader;

/**
 * Begin to read.
 *
 * Extended headers of more than 976 KiB, more than 16 of them before an entry, maps of sparse files
 * of more than 1 MiB, and extended headers that take more than 64 MiB and 2 KiB an entry in all (a
 * record counts as 64 bytes more, and a byte of a name as 4), are FP_E_INPUT, here and from
 * fp_tar_reader_next() on. So is an archive whose headers can be read in two ways. Access control
 * lists are left out.
 *
 * @param source The inflated stream; borrowed. An interrupt ends every call that reads it.
 * @param name   For errors; borrowed.
 * @param ret    The caller frees it.
 */
FP_CHECKED enum fp_code fp_tar_reader_open(struct fp_source *source, const char *name,
                                           struct fp_tar_reader **ret, struct fp_error *err);
/** The next entry, borrowed until the next call; NULL at the end. */
FP_CHECKED enum fp_code fp_tar_reader_next(struct fp_tar_reader *reader, struct archive_entry **ret,
                                           struct fp_error *err);
/** The content of the entry, holes filled; `*ret_len` 0 at its end. */
FP_CHECKED enum fp_code fp_tar_reader_read(struct fp_tar_reader *reader, void *data, size_t cap,
                                           size_t *ret_len, struct fp_error *err);
/** Whether there are no bytes at all, not even blocks of zeros. */
bool fp_tar_reader_is_empty(const struct fp_tar_reader *reader);
/** Whether the content has holes, or is otherwise larger than what the archive holds of it. */
bool fp_tar_reader_is_sparse(const struct fp_tar_reader *reader);
/** Where in the source the content of the entry begins, before any of it has been read. */
uint64_t fp_tar_reader_offset(const struct fp_tar_reader *reader);

/** What there was beside the entries. */
struct fp_tar_end {
    uint64_t tar_bytes; /**< of the whole stream */
    bool has_end;       /**< a zero block ended it, and not merely the end of the stream */
    bool has_trailing;  /**< other bytes than zeros come behind the end */
};

/** Behind the last entry, read the source to its very end, for whoever looks at its bytes. */
FP_CHECKED enum fp_code fp_tar_reader_finish(struct fp_tar_reader *reader, struct fp_tar_end *ret,
                                             struct fp_error *err);
/** Release; NULL is fine. */
void fp_tar_reader_free(struct fp_tar_reader *reader);

FP_DEFINE_CLEANUP(fp_tar_reader_freep, struct fp_tar_reader, fp_tar_reader_free)
/** Declare a reader that is freed at the end of its scope. */
#define cleanup_tar_reader __attribute__((cleanup(fp_tar_reader_freep)))

#endif
