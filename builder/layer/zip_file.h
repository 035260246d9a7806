/**
 * @file
 * An open zip file, for the files that read it.
 */
#ifndef FLINKPACK_LAYER_ZIP_FILE_H
#define FLINKPACK_LAYER_ZIP_FILE_H

#include <libdeflate.h>
#include <zlib.h>

#include "flinkpack/layer/zip.h"

struct fp_zip {
    char *path;
    int fd;
    uint64_t size;
    uint64_t base; /* the size of data before the zip, such as a shell script */
    uint64_t directory_offset;
    uint64_t directory_size;
    uint64_t work; /* the bytes of entries that were read and inflated so far */
    z_stream inflater;
    bool has_inflater;
    struct libdeflate_decompressor
        *whole;            /* for entries that are read whole; NULL: not needed yet */
    unsigned char *window; /* bytes of the file, for entries that are read whole */
    size_t window_cap;
    size_t window_len;
    uint64_t window_at; /* their offset in the file */
};

/** Read the numbers of a zip, which are little-endian and have 16, 32 or 64 bits. */
static inline unsigned fp_le16(const unsigned char *p)
{
    return (unsigned) p[0] | (unsigned) p[1] << 8;
}

static inline uint64_t fp_le32(const unsigned char *p)
{
    return fp_le16(p) | (uint64_t) fp_le16(p + 2) << 16;
}

static inline uint64_t fp_le64(const unsigned char *p)
{
    return fp_le32(p) | fp_le32(p + 4) << 32;
}

/** Read up to `cap` bytes at `offset`; fewer only at the end of the file. */
FP_CHECKED enum fp_code fp_zip_read_at(const struct fp_zip *zip, uint64_t offset, void *data,
                                       size_t cap, size_t *ret_len, struct fp_error *err);
/** Fail with FP_E_INPUT: "FILE: not a jar (its zip directory is damaged: WHAT)". */
FP_CHECKED enum fp_code fp_zip_fail_damaged(const struct fp_zip *zip, const char *what,
                                            struct fp_error *err);
/** Find the directory, and fill `base` and the directory's offset and size. FP_E_INPUT. */
FP_CHECKED enum fp_code fp_zip_find_directory(struct fp_zip *zip, struct fp_error *err);

#endif
