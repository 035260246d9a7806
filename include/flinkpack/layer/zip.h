/**
 * @file
 * A reader of the directory of a zip file, and of its entries or their beginnings. It searches jars
 * of 100 MB in a fraction of a second, because it unpacks only what is asked for. (APPNOTE.TXT 6.3,
 * with zip64.)
 */
#ifndef FLINKPACK_LAYER_ZIP_H
#define FLINKPACK_LAYER_ZIP_H

#include "flinkpack/support.h"

/** The most entries of one jar. */
#define FP_ZIP_MAX_ENTRIES 200000

/** An open zip file. */
struct fp_zip;

/** An entry of the directory. Strings are borrowed for the duration of the visitor's call. */
struct fp_zip_entry {
    const char *name; /**< terminated; a name that contains NUL gives FP_E_INPUT */
    unsigned method;  /**< 0 stored, 8 deflated */
    bool is_encrypted;
    uint32_t crc32;       /**< of the inflated bytes, as the directory says */
    uint64_t size;        /**< inflated */
    uint64_t packed_size; /**< as stored; larger than 4 GiB: UINT32_MAX */
    uint64_t offset;
    int64_t mtime_s; /**< its local time read as UTC; -1: none */
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
 * Read at most `cap` bytes from the beginning of an entry; `*ret_len` is 0 if its method is unknown
 * or it is encrypted. An entry of up to 1 MiB that is read whole takes a third of the time per
 * byte; in the order of the directory it is quickest. FP_E_INPUT if the entry is damaged or the sum
 * of all reads of the zip exceeds 64 MiB plus 16 times its size.
 */
FP_CHECKED enum fp_code fp_zip_read(struct fp_zip *zip, const struct fp_zip_entry *entry,
                                    void *data, size_t cap, size_t *ret_len, struct fp_error *err);
/** Find the newest time of a zip's entries, or -1. Errors of fp_zip_open() and fp_zip_each(). */
FP_CHECKED enum fp_code fp_zip_newest(const char *path, int64_t *ret_mtime_s, struct fp_error *err);
/** Size of the file in bytes. */
uint64_t fp_zip_size(const struct fp_zip *zip);
/** Close; NULL is fine. */
void fp_zip_free(struct fp_zip *zip);

FP_DEFINE_CLEANUP(fp_zip_freep, struct fp_zip, fp_zip_free)
/** Declare a zip that is closed at the end of its scope. */
#define cleanup_zip __attribute__((cleanup(fp_zip_freep)))

#endif
