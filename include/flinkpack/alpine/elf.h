/**
 * @file
 * Which C library native code needs: what a musl base has to be guarded from.
 */
#ifndef FLINKPACK_ALPINE_ELF_H
#define FLINKPACK_ALPINE_ELF_H

#include <stdbool.h>
#include <stddef.h>

#include "flinkpack/support.h"

/** As many bytes of a file as fp_elf_read() is ever given. */
#define FP_ELF_MAX_BYTES ((size_t) 16 << 20)

/** The C library that an ELF file was linked against. */
enum fp_elf_libc {
    FP_ELF_NONE,  /**< no ELF file, or linked against no C library */
    FP_ELF_GLIBC, /**< libc.so.6, ld-linux*.so.N */
    FP_ELF_MUSL,  /**< libc.musl-*.so.1, ld-musl-*.so.1 */
};

/** What an ELF file says of itself. Zero-initialise; release with fp_elf_clear(). */
struct fp_elf {
    enum fp_elf_libc libc;
    unsigned machine;      /**< e_machine, such as EM_X86_64; 0: not said */
    struct fp_strv needed; /**< DT_NEEDED, the first 64: "libstdc++.so.6" */
};

/**
 * What a file needs, by its dynamic section (DT_NEEDED). Of one that is longer than `len` and has
 * that behind it, the C library by the strings in front, which hold the same names.
 */
void fp_elf_read(const void *data, size_t len, struct fp_elf *ret);
/** Release the members. */
void fp_elf_clear(struct fp_elf *elf);

#endif
