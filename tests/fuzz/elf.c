/* ELF files: the list of needed libraries is bounded, and its names appear in the file. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "flinkpack/support/elf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static bool says(const uint8_t *data, size_t size, const char *text)
{
    return memmem(data, size, text, strlen(text)) != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fp_elf elf = {0};
    struct fp_elf cut = {0};
    fp_elf_read(data, size, &elf);
    require(elf.needed.len <= 64);
    for (size_t i = 0; i < elf.needed.len; i++) {
        const char *name = elf.needed.items[i];
        require(*name != '\0' && strlen(name) <= 255 && says(data, size, name));
    }
    if (elf.libc == FP_ELF_GLIBC)
        require(says(data, size, "libc.so.6") || says(data, size, "ld-linux"));
    if (elf.libc == FP_ELF_MUSL)
        require(says(data, size, "libc.musl") || says(data, size, "ld-musl"));
    bool is_elf = size >= 4 && memcmp(data, "\177ELF", 4) == 0;
    require(is_elf || (elf.libc == FP_ELF_NONE && elf.needed.len == 0 && elf.machine == 0));
    fp_elf_read(data, size / 2, &cut);
    require(cut.needed.len <= elf.needed.len || size >= 64);
    fp_elf_clear(&cut);
    fp_elf_clear(&elf);
    return 0;
}
