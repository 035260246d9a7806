/**
 * @file
 * The only reader of tar streams: libarchive behind a filter that bounds its memory. Names are
 * bytes, so nothing depends on the locale.
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
 * FP_E_INPUT, here and from fp_tar_reader_next(): an extended header of more than 976 KiB, more
 * than 16 of them before an entry, a map of a sparse file of more than 1 MiB, extended headers of
 * more than 64 MiB plus 2 KiB for each entry in all (a record counts 64 bytes extra, and a byte of
 * a name counts as 4), and ambiguous headers, which two readers may read differently. Access
 * control lists are ignored.
 *
 * @param source The inflated stream; borrowed. Calls that read it end on an interrupt.
 * @param name   For errors; borrowed.
 * @param ret    The caller frees it.
 */
FP_CHECKED enum fp_code fp_tar_reader_open(struct fp_source *source, const char *name,
                                           struct fp_tar_reader **ret, struct fp_error *err);
/** The next entry, borrowed until the next call; NULL at the end. */
FP_CHECKED enum fp_code fp_tar_reader_next(struct fp_tar_reader *reader, struct archive_entry **ret,
                                           struct fp_error *err);
/** Read from the entry's content, with holes filled; `*ret_len` is 0 at its end. */
FP_CHECKED enum fp_code fp_tar_reader_read(struct fp_tar_reader *reader, void *data, size_t cap,
                                           size_t *ret_len, struct fp_error *err);
/** Whether the stream has no bytes at all, not even blocks of zeros. */
bool fp_tar_reader_is_empty(const struct fp_tar_reader *reader);
/** Whether the content has holes, or is otherwise larger than its data in the archive. */
bool fp_tar_reader_is_sparse(const struct fp_tar_reader *reader);
/** The offset of the entry's content in the source. Call this before reading any of it. */
uint64_t fp_tar_reader_offset(const struct fp_tar_reader *reader);

/** Facts about an archive beside its entries. */
struct fp_tar_end {
    uint64_t tar_bytes; /**< of the whole stream */
    bool has_end;       /**< a zero block ended it, not just the end of the stream */
    bool has_trailing;  /**< nonzero bytes follow the end */
};

/** After the last entry, read the source to its very end, so that its decorators see every byte. */
FP_CHECKED enum fp_code fp_tar_reader_finish(struct fp_tar_reader *reader, struct fp_tar_end *ret,
                                             struct fp_error *err);
/** Release; NULL is fine. */
void fp_tar_reader_free(struct fp_tar_reader *reader);

FP_DEFINE_CLEANUP(fp_tar_reader_freep, struct fp_tar_reader, fp_tar_reader_free)
/** Declare a reader that is freed at the end of its scope. */
#define cleanup_tar_reader __attribute__((cleanup(fp_tar_reader_freep)))

#endif
