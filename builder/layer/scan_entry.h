/**
 * @file
 * One entry of a tar archive as libarchive gives it, checked and cleaned.
 */
#ifndef FLINKPACK_LAYER_SCAN_ENTRY_H
#define FLINKPACK_LAYER_SCAN_ENTRY_H

#include <archive_entry.h>

#include "internal.h"

/** A checked entry with its strings. Release with fp_scan_entry_clear(). */
struct fp_scan_entry {
    struct fp_entry entry;
    const char *raw_path; /**< borrowed from the archive_entry */
    char *path;
    char *link;
    json_t *xattrs;
};

/** Check and clean. FP_E_INPUT naming `name` and the entry. */
FP_CHECKED enum fp_code fp_scan_entry_read(struct archive_entry *raw, const char *name,
                                           bool is_layer, struct fp_scan_entry *ret,
                                           struct fp_error *err);
/** Release the members. */
void fp_scan_entry_clear(struct fp_scan_entry *entry);
/** Declare an entry that is cleared at the end of its scope. */
#define cleanup_scan_entry __attribute__((cleanup(fp_scan_entry_clear)))

#endif
