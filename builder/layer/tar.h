/**
 * @file
 * Writing tar, and the filter for reading tar. flinkpack writes POSIX ustar, with pax extended
 * headers only for values that ustar cannot hold.
 *
 * The bytes must stay the same (diff_ids), so they are written here and not by a library: a newer
 * libarchive must not change them.
 *
 * - a path in the name field, else split at the last '/' that fits prefix and name, else pax;
 * - uname and gname empty, device numbers zero, times in whole seconds;
 * - pax records sorted by key: a link over 100 bytes, sizes from 8 GiB, ids over 2097151, times
 *   outside 33 bits, and extended attributes as SCHILY.xattr.NAME;
 * - the archive ends with two zero blocks and no further padding.
 */
#ifndef FLINKPACK_LAYER_TAR_H
#define FLINKPACK_LAYER_TAR_H

#include "flinkpack/layer/tar_block.h"
#include "flinkpack/layer/tar_reader.h"
#include "internal.h"

/** The most bytes that the headers of an entry may take. */
#define FP_TAR_HEADER_MAX ((size_t) 8 << 20)
/** Append the headers of an entry. FP_E_INPUT if they would be too long (over-long attributes). */
FP_CHECKED enum fp_code fp_tar_header(const struct fp_entry *entry, struct fp_buf *out,
                                      struct fp_error *err);

/**
 * The most bytes of an extended header. It is the limit of Go and libarchive, reduced so that
 * libarchive's limit for one record (999,999 bytes) cannot be reached.
 */
#define FP_TAR_MAX_SPECIAL ((size_t) 976 << 10)

/** The values in the records of one header that a reader of the stream needs. */
struct fp_tar_pax {
    bool has_size;
    uint64_t size;     /**< size of the content, which overrides the entry's own header */
    size_t records;    /**< number of records, including those that are left out */
    size_t name_bytes; /**< bytes of names and link targets */
};

/**
 * Copy the records that flinkpack reads: names, numbers, extended attributes and the maps of sparse
 * files. Access control lists, all other keys and empty values are left out. The first record is
 * "hdrcharset=BINARY", because names are bytes in every locale.
 *
 * @param body The records, `len` bytes; borrowed.
 * @param out  The records are appended to it.
 * @param ret  Filled on success.
 * @return FP_E_INPUT, without the archive's name, if a record is malformed (POSIX.1-2017, pax).
 */
FP_CHECKED enum fp_code fp_tar_pax_copy(const char *body, size_t len, struct fp_buf *out,
                                        struct fp_tar_pax *ret, struct fp_error *err);

/**
 * A filter between a tar stream and libarchive, which does not bound its memory. The filter follows
 * the headers and leaves everything else to libarchive. It bounds extended headers individually,
 * for each entry and in total. It rewrites them with only the records that flinkpack reads, so that
 * access control lists cost nothing and names are bytes. It bounds the bytes of sparse files' maps.
 * Filter and libarchive both count bytes, and the reader fails if they disagree about the end of an
 * entry.
 */
struct fp_tar_filter;

/** A filter over `source` (borrowed); `name` (borrowed) is for errors. The caller frees it. */
struct fp_tar_filter *fp_tar_filter_new(struct fp_source *source, const char *name);
/**
 * Get the next bytes for libarchive: a header with its extended headers, or content.
 *
 * @param in_header libarchive is looking for a header. Content that it requests meanwhile is the
 * map of a sparse file; if it requests a header while it reads content, the two disagree.
 * @param ret       Borrowed until the next call.
 * @param ret_len   0 at the end of the stream.
 * @return FP_E_INPUT naming the part that is too large and its limit; errors of the source.
 */
FP_CHECKED enum fp_code fp_tar_filter_next(struct fp_tar_filter *filter, bool in_header,
                                           const void **ret, size_t *ret_len, struct fp_error *err);
/**
 * FP_E_INPUT unless libarchive, which has consumed `taken` of the bytes handed out, is at the next
 * header.
 */
FP_CHECKED enum fp_code fp_tar_filter_check(const struct fp_tar_filter *filter, uint64_t taken,
                                            struct fp_error *err);
/** Read the source to its end, and fill `ret` with facts about it. */
FP_CHECKED enum fp_code fp_tar_filter_finish(struct fp_tar_filter *filter, struct fp_tar_end *ret,
                                             struct fp_error *err);
/** The offset in the source of the next byte to be handed out. */
uint64_t fp_tar_filter_offset(const struct fp_tar_filter *filter);
/** The bytes of the entry's content, including padding, that have not been handed out. */
uint64_t fp_tar_filter_content(const struct fp_tar_filter *filter);
/** Whether the source has returned no bytes. */
bool fp_tar_filter_is_empty(const struct fp_tar_filter *filter);
/** Release; NULL is fine. */
void fp_tar_filter_free(struct fp_tar_filter *filter);

#endif
