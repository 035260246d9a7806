/* Reads ELF files (System V gABI): their machine, their libraries, and their C library. */
#include "flinkpack/support/elf.h"

#include <elf.h>
#include <stdint.h>
#include <string.h>

#include "flinkpack/support/mem.h"

#define SEGMENTS_MAX   128
#define ENTRIES_MAX    1024
#define NEEDED_MAX     64
#define NAME_MAX_BYTES 255

/* Machines, and their names in Go and in image platforms. */
static const struct {
    unsigned machine;
    const char *architecture;
} machines[] = {{EM_386, "386"},       {EM_PPC64, "ppc64le"},    {EM_S390, "s390x"},
                {EM_ARM, "arm"},       {EM_X86_64, "amd64"},     {EM_AARCH64, "arm64"},
                {EM_RISCV, "riscv64"}, {EM_LOONGARCH, "loong64"}};

/* A file in memory, of either class; only little-endian ones are parsed. */
struct image {
    const unsigned char *data;
    size_t len;
    bool is_64;
};

static uint64_t number(const struct image *image, uint64_t at, size_t len)
{
    uint64_t value = 0;
    if (at > image->len || len > image->len - at)
        return 0;
    for (size_t i = len; i-- > 0;)
        value = value << 8 | image->data[at + i];
    return value;
}

/* A segment's type, offset in the file, address and size. */
struct segment {
    uint64_t type;
    uint64_t offset;
    uint64_t address;
    uint64_t size;
};

static struct segment segment_at(const struct image *image, uint64_t at)
{
    struct segment segment = {.type = number(image, at, 4)};
    if (image->is_64) {
        segment.offset = number(image, at + offsetof(Elf64_Phdr, p_offset), 8);
        segment.address = number(image, at + offsetof(Elf64_Phdr, p_vaddr), 8);
        segment.size = number(image, at + offsetof(Elf64_Phdr, p_filesz), 8);
    } else {
        segment.offset = number(image, at + offsetof(Elf32_Phdr, p_offset), 4);
        segment.address = number(image, at + offsetof(Elf32_Phdr, p_vaddr), 4);
        segment.size = number(image, at + offsetof(Elf32_Phdr, p_filesz), 4);
    }
    return segment;
}

static size_t list_segments(const struct image *image, struct segment list[SEGMENTS_MAX])
{
    uint64_t at = image->is_64 ? number(image, offsetof(Elf64_Ehdr, e_phoff), 8)
                               : number(image, offsetof(Elf32_Ehdr, e_phoff), 4);
    uint64_t count = number(
        image, image->is_64 ? offsetof(Elf64_Ehdr, e_phnum) : offsetof(Elf32_Ehdr, e_phnum), 2);
    uint64_t each = image->is_64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
    size_t found = 0;
    for (uint64_t i = 0; i < count && i < SEGMENTS_MAX && at < image->len; i++)
        list[found++] = segment_at(image, at + i * each);
    return found;
}

static uint64_t offset_of(const struct segment *list, size_t count, uint64_t address)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i].type == PT_LOAD && address >= list[i].address &&
            address - list[i].address < list[i].size)
            return list[i].offset + (address - list[i].address);
    }
    return UINT64_MAX;
}

static enum fp_elf_libc by_name(const char *name, size_t len)
{
    if (len >= 9 && memcmp(name, "libc.so.6", 9) == 0)
        return FP_ELF_GLIBC;
    if (len >= 8 && memcmp(name, "ld-linux", 8) == 0)
        return FP_ELF_GLIBC;
    if (len >= 9 && memcmp(name, "libc.musl", 9) == 0)
        return FP_ELF_MUSL;
    return len >= 7 && memcmp(name, "ld-musl", 7) == 0 ? FP_ELF_MUSL : FP_ELF_NONE;
}

/* Add a name in the string table to the needed libraries. */
static void add_needed(const struct image *image, uint64_t at, struct fp_elf *elf)
{
    if (at >= image->len || elf->needed.len >= NEEDED_MAX)
        return;
    const char *name = (const char *) image->data + at;
    size_t left = image->len - (size_t) at;
    size_t len = strnlen(name, left < NAME_MAX_BYTES + 1 ? left : NAME_MAX_BYTES + 1);
    if (elf->libc == FP_ELF_NONE)
        elf->libc = by_name(name, left);
    if (len > 0 && len <= NAME_MAX_BYTES) {
        cleanup_free char *copy = fp_xstrndup(name, len);
        fp_strv_add(&elf->needed, copy);
    }
}

/* Read DT_NEEDED of a dynamic section. False: it lies beyond the available bytes. */
static bool read_needs(const struct image *image, const struct segment *list, size_t count,
                       const struct segment *dynamic, struct fp_elf *elf)
{
    size_t word = image->is_64 ? 8 : 4;
    uint64_t strings = UINT64_MAX;
    uint64_t entries = dynamic->size / (2 * word);
    entries = entries < ENTRIES_MAX ? entries : ENTRIES_MAX;
    if (dynamic->offset >= image->len || dynamic->size > image->len - dynamic->offset)
        return false;
    for (uint64_t i = 0; i < entries; i++) {
        uint64_t at = dynamic->offset + i * 2 * word;
        if (number(image, at, word) == DT_STRTAB)
            strings = offset_of(list, count, number(image, at + word, word));
    }
    for (uint64_t i = 0; strings < image->len && i < entries; i++) {
        uint64_t at = dynamic->offset + i * 2 * word;
        if (number(image, at, word) == DT_NEEDED)
            add_needed(image, strings + number(image, at + word, word), elf);
    }
    return strings < image->len;
}

static enum fp_elf_libc by_strings(const struct image *image)
{
    static const char *const names[] = {"libc.so.6", "libc.musl-", "ld-linux-", "ld-musl-"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (memmem(image->data, image->len, names[i], strlen(names[i])) != NULL)
            return by_name(names[i], strlen(names[i]));
    }
    return FP_ELF_NONE;
}

bool fp_elf_begins(const void *head, size_t len)
{
    return len >= SELFMAG && memcmp(head, ELFMAG, SELFMAG) == 0;
}

unsigned fp_elf_machine(const void *head, size_t len)
{
    const unsigned char *bytes = head;
    if (len < FP_ELF_HEAD_BYTES || !fp_elf_begins(head, len))
        return EM_NONE;
    const unsigned char *machine = bytes + offsetof(Elf32_Ehdr, e_machine);
    bool little = bytes[EI_DATA] == ELFDATA2LSB;
    return (unsigned) machine[little ? 1 : 0] << 8 | machine[little ? 0 : 1];
}

const char *fp_elf_architecture(unsigned machine)
{
    for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
        if (machines[i].machine == machine)
            return machines[i].architecture;
    }
    return NULL;
}

unsigned fp_elf_machine_of(const char *architecture)
{
    for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
        if (strcmp(machines[i].architecture, architecture) == 0)
            return machines[i].machine;
    }
    return EM_NONE;
}

void fp_elf_read(const void *data, size_t len, struct fp_elf *ret)
{
    struct image image = {.data = data, .len = len};
    struct segment list[SEGMENTS_MAX];
    if (len < sizeof(Elf32_Ehdr) || !fp_elf_begins(data, len))
        return;
    bool little = image.data[EI_DATA] == ELFDATA2LSB;
    ret->machine = fp_elf_machine(data, len);
    image.is_64 = image.data[EI_CLASS] == ELFCLASS64;
    size_t count = little ? list_segments(&image, list) : 0;
    bool known = count > 0;
    for (size_t i = 0; i < count; i++) {
        if (list[i].type != PT_DYNAMIC)
            continue;
        known = read_needs(&image, list, count, &list[i], ret);
        break;
    }
    if (!known)
        ret->libc = by_strings(&image);
}

void fp_elf_clear(struct fp_elf *elf)
{
    fp_strv_clear(&elf->needed);
    *elf = (struct fp_elf){0};
}
