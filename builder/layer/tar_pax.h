/**
 * @file
 * The records of a pax extended header, written anew before libarchive sees them.
 */
#ifndef FLINKPACK_LAYER_TAR_PAX_H
#define FLINKPACK_LAYER_TAR_PAX_H

#include "internal.h"

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

#endif
