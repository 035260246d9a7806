/**
 * @file
 * Which C library native code needs: what a musl base has to be guarded from.
 */
#ifndef FLINKPACK_ALPINE_ELF_H
#define FLINKPACK_ALPINE_ELF_H

#include <stdbool.h>
#include <stddef.h>

/** As many bytes of a file as fp_elf_libc() is ever given. */
#define FP_ELF_MAX_BYTES ((size_t) 16 << 20)

/** The C library that an ELF file was linked against. */
enum fp_elf_libc {
    FP_ELF_NONE,  /**< no ELF file, or linked against no C library */
    FP_ELF_GLIBC, /**< libc.so.6, ld-linux*.so.N */
    FP_ELF_MUSL,  /**< libc.musl-*.so.1, ld-musl-*.so.1 */
};

/**
 * What a file needs, by its dynamic section (DT_NEEDED) and interpreter. Of one that is longer
 * than `len` and has them behind that, by the strings in front, which hold the same names.
 */
enum fp_elf_libc fp_elf_libc(const void *data, size_t len);

#endif
