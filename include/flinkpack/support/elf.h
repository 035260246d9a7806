/**
 * @file
 * ELF files: the machine that native code is for, and the libraries that it needs.
 */
#ifndef FLINKPACK_SUPPORT_ELF_H
#define FLINKPACK_SUPPORT_ELF_H

#include <stdbool.h>
#include <stddef.h>

#include "flinkpack/support/buf.h"

/** The most bytes of a file that fp_elf_read() is given. */
#define FP_ELF_MAX_BYTES ((size_t) 16 << 20)

/** How many bytes at the beginning of a file show its machine. */
#define FP_ELF_HEAD_BYTES 20

/** Whether a file with these first bytes is an ELF file. */
bool fp_elf_begins(const void *head, size_t len);
/** e_machine of a file with these first bytes, such as EM_X86_64; 0: no ELF file, or cut off. */
unsigned fp_elf_machine(const void *head, size_t len);
/** The architecture of a machine as image platforms name it: "amd64"; NULL: not known. Static. */
const char *fp_elf_architecture(unsigned machine);
/** The machine of such an architecture; 0: not known. */
unsigned fp_elf_machine_of(const char *architecture);

/** The C library that an ELF file was linked against. */
enum fp_elf_libc {
    FP_ELF_NONE,  /**< no ELF file, or linked against no C library */
    FP_ELF_GLIBC, /**< libc.so.6, ld-linux*.so.N */
    FP_ELF_MUSL,  /**< libc.musl-*.so.1, ld-musl-*.so.1 */
};

/** The needs of an ELF file. Zero-initialise; release with fp_elf_clear(). */
struct fp_elf {
    enum fp_elf_libc libc;
    unsigned machine;      /**< e_machine, such as EM_X86_64; 0: not said */
    struct fp_strv needed; /**< DT_NEEDED, the first 64: "libstdc++.so.6" */
};

/**
 * Read the needs of a file from its dynamic section (DT_NEEDED). If that lies beyond `len`, the C
 * library is found by the strings before it, which hold the same names.
 */
void fp_elf_read(const void *data, size_t len, struct fp_elf *ret);
/** Release the members. */
void fp_elf_clear(struct fp_elf *elf);

#endif
