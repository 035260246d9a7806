/**
 * @file
 * The blocks of a tar, and the numbers in them.
 */
#ifndef FLINKPACK_LAYER_TAR_BLOCK_H
#define FLINKPACK_LAYER_TAR_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The size of a block of an archive, in bytes. */
#define FP_TAR_BLOCK ((size_t) 512)

/** A header (POSIX.1-2017, pax, "ustar Interchange Format"). Texts that fill their field are not
 * terminated. */
struct fp_tar_block {
    char name[100];
    char mode[8];
    char uid[8];
    char gid[8];
    char size[12];
    char mtime[12];
    char checksum[8];
    char type;
    char link[100];
    char magic[8]; /**< with the version: "ustar\0" "00", or GNU's "ustar  \0" */
    char user[32];
    char group[32];
    char major[8];
    char minor[8];
    char prefix[155];
    char padding[12];
};
_Static_assert(sizeof(struct fp_tar_block) == FP_TAR_BLOCK, "a header is one block");

/** Write a number as octal digits that fill a field of `size` bytes, the last of which is NUL. */
void fp_tar_put_octal(char *field, size_t size, uint64_t value);
/** Read a number of a header, in octal digits or in GNU's base 256. A number that does not fit is
 * returned as a negative one. */
int64_t fp_tar_number(const char *field, size_t size);
/** The sum of a header's bytes, with its checksum field counted as blanks. */
unsigned fp_tar_sum(const struct fp_tar_block *header);
/** Whether all FP_TAR_BLOCK bytes of a block are zero. */
bool fp_tar_is_zero(const void *block);
/** The number of zero bytes after a content of `size` bytes: 0 to 511. */
size_t fp_tar_padding(uint64_t size);

#endif
