/**
 * @file
 * Writing tar: POSIX ustar, with pax extended headers only where ustar cannot say it.
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
#include "internal.h"

/** The most bytes that the headers of an entry may take. */
#define FP_TAR_HEADER_MAX ((size_t) 8 << 20)
/** Append the headers of an entry. FP_E_INPUT where it cannot be said (over-long attributes). */
FP_CHECKED enum fp_code fp_tar_header(const struct fp_entry *entry, struct fp_buf *out,
                                      struct fp_error *err);

#endif
