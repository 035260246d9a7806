/**
 * @file
 * The directory of a zip file, and the beginnings of what is in it. Jars of 100 MB are looked
 * through by this in a fraction of a second, where unpacking them would take many.
 * (APPNOTE.TXT 6.3; zip64 is understood.)
 */
#ifndef FLINKPACK_FLINK_ZIP_H
#define FLINKPACK_FLINK_ZIP_H

#include "flinkpack/support.h"

/** The most entries of one jar. */
#define FP_ZIP_MAX_ENTRIES 200000

/** An open zip file. */
struct fp_zip;

/** An entry of the directory. Strings are borrowed for the call of the visitor. */
struct fp_zip_entry {
    const char *name; /**< terminated; names with a NUL in them are FP_E_INPUT */
    unsigned method;  /**< 0 stored, 8 deflated */
    bool is_encrypted;
    uint64_t size; /**< inflated */
    uint64_t offset;
    int64_t mtime_s; /**< its local time taken for UTC; -1: none */
};

/** Called for each entry in the order of the directory. */
typedef enum fp_code (*fp_zip_visitor)(void *context, struct fp_zip *zip,
                                       const struct fp_zip_entry *entry, struct fp_error *err);

/**
 * Open a zip and find its directory.
 * @return FP_E_NOT_FOUND, FP_E_IO, or FP_E_INPUT: "FILE: not a jar (...)".
 */
FP_CHECKED enum fp_code fp_zip_open(const char *path, struct fp_zip **ret, struct fp_error *err);
/** Visit all entries. FP_E_INPUT for a damaged directory. */
FP_CHECKED enum fp_code fp_zip_each(struct fp_zip *zip, fp_zip_visitor visitor, void *context,
                                    struct fp_error *err);
/**
 * Read at most `cap` bytes from the beginning of an entry; `*ret_len` is 0 where its method is not
 * known or it is encrypted. FP_E_INPUT where all that has been read of the zip so far comes to more
 * than 64 MiB and 16 times its size.
 */
FP_CHECKED enum fp_code fp_zip_read(struct fp_zip *zip, const struct fp_zip_entry *entry,
                                    void *data, size_t cap, size_t *ret_len, struct fp_error *err);
/** The newest time of the entries of a zip, or -1. Errors as for fp_zip_open() and fp_zip_each().
 */
FP_CHECKED enum fp_code fp_zip_newest(const char *path, int64_t *ret_mtime_s, struct fp_error *err);
/** Size of the file in bytes. */
uint64_t fp_zip_size(const struct fp_zip *zip);
/** Close; NULL is fine. */
void fp_zip_free(struct fp_zip *zip);

FP_DEFINE_CLEANUP(fp_zip_freep, struct fp_zip, fp_zip_free)
/** Declare a zip that is closed at the end of its scope. */
#define cleanup_zip __attribute__((cleanup(fp_zip_freep)))

#endif
