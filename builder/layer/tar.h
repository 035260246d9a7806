/**
 * @file
 * Writing tar, and the filter for tar that is read. What is written is POSIX ustar, with pax
 * extended headers only where ustar cannot say it.
 *
 * The bytes are the product's promise (diff_ids), which is why they are written here and not by a
 * library: a newer libarchive must not change them.
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
/** Append the headers of an entry. FP_E_INPUT where it cannot be said (over-long attributes). */
FP_CHECKED enum fp_code fp_tar_header(const struct fp_entry *entry, struct fp_buf *out,
                                      struct fp_error *err);

/**
 * The most bytes of an extended header, as Go and libarchive have it, but for the room that
 * libarchive leaves to one record (999,999 bytes).
 */
#define FP_TAR_MAX_SPECIAL ((size_t) 976 << 10)

/** What the records of one header say that matters to whoever follows the stream. */
struct fp_tar_pax {
    bool has_size;
    uint64_t size;     /**< of the content, instead of what the entry's own header says */
    size_t records;    /**< how many there were, those left out included */
    size_t name_bytes; /**< of names and links' targets */
};

/**
 * Copy the records that are read here: names, numbers, extended attributes and the maps of sparse
 * files. Access control lists and all other keys are left out, and so are empty values, which
 * state nothing. In front comes "hdrcharset=BINARY": names are bytes, whatever the locale is.
 *
 * @param body The records, `len` bytes; borrowed.
 * @param out  They are added here.
 * @param ret  Filled on success.
 * @return FP_E_INPUT, without the archive's name, where a record is malformed (POSIX.1-2017, pax).
 */
FP_CHECKED enum fp_code fp_tar_pax_copy(const char *body, size_t len, struct fp_buf *out,
                                        struct fp_tar_pax *ret, struct fp_error *err);

/**
 * What stands between a tar stream and libarchive, which does not bound what it takes. The filter
 * follows the headers and leaves everything else to libarchive. Extended headers are bounded one by
 * one, before each entry and in all, and written anew with what is read here, so that access
 * control lists cost nothing and names are bytes; maps of sparse files are bounded by the bytes
 * that they take. Both sides count, and the reader fails where they do not agree on where an entry
 * ends.
 */
struct fp_tar_filter;

/** A filter over `source` (borrowed); `name` (borrowed) is for errors. The caller frees it. */
struct fp_tar_filter *fp_tar_filter_new(struct fp_source *source, const char *name);
/**
 * The next bytes for libarchive: a header with what belongs to it, or content.
 *
 * @param in_header libarchive looks for a header. Content that it asks for meanwhile is the map of
 *                  a sparse file; if it asks for a header while it reads content, the two do not
 *                  agree.
 * @param ret       Borrowed until the next call.
 * @param ret_len   0 at the end of the stream.
 * @return FP_E_INPUT naming what is too large, and the limit; errors of the source.
 */
FP_CHECKED enum fp_code fp_tar_filter_next(struct fp_tar_filter *filter, bool in_header,
                                           const void **ret, size_t *ret_len, struct fp_error *err);
/**
 * FP_E_INPUT where libarchive, which has taken `taken` of the bytes that were handed out, does not
 * stand where the next header is.
 */
FP_CHECKED enum fp_code fp_tar_filter_check(const struct fp_tar_filter *filter, uint64_t taken,
                                            struct fp_error *err);
/** Read the source to its end, and tell how it was. */
FP_CHECKED enum fp_code fp_tar_filter_finish(struct fp_tar_filter *filter, struct fp_tar_end *ret,
                                             struct fp_error *err);
/** Where in the source the next byte to be handed out stands. */
uint64_t fp_tar_filter_offset(const struct fp_tar_filter *filter);
/** How many bytes of the entry's content, padding included, have not been handed out. */
uint64_t fp_tar_filter_content(const struct fp_tar_filter *filter);
/** Whether nothing has come from the source. */
bool fp_tar_filter_is_empty(const struct fp_tar_filter *filter);
/** Release; NULL is fine. */
void fp_tar_filter_free(struct fp_tar_filter *filter);

#endif
