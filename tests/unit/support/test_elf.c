#include "support.h"

#include <elf.h>

/* Make a shared object that needs the library `name`. */
static void make(unsigned char file[1024], const char *name)
{
    Elf64_Ehdr header = {.e_phoff = 64, .e_phnum = 2};
    Elf64_Phdr segments[2] = {{.p_type = PT_LOAD, .p_vaddr = 0x1000, .p_filesz = 1024},
                              {.p_type = PT_DYNAMIC, .p_offset = 512, .p_filesz = 48}};
    Elf64_Dyn dynamic[3] = {{.d_tag = DT_NEEDED, .d_un.d_val = 1},
                            {.d_tag = DT_STRTAB, .d_un.d_ptr = 0x1000 + 256},
                            {.d_tag = DT_NULL}};
    memset(file, 0, 1024);
    memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    memcpy(file, &header, sizeof(header));
    memcpy(file + 64, segments, sizeof(segments));
    memcpy(file + 257, name, strlen(name));
    memcpy(file + 512, dynamic, sizeof(dynamic));
}

static enum fp_elf_libc libc_of(const void *data, size_t len)
{
    struct fp_elf elf = {0};
    fp_elf_read(data, len, &elf);
    enum fp_elf_libc libc = elf.libc;
    fp_elf_clear(&elf);
    return libc;
}

static void test_needs(void **state)
{
    unsigned char file[1024];
    (void) state;
    make(file, "libc.so.6");
    assert_int_equal(libc_of(file, sizeof(file)), FP_ELF_GLIBC);
    make(file, "libc.musl-x86_64.so.1");
    assert_int_equal(libc_of(file, sizeof(file)), FP_ELF_MUSL);
    make(file, "libz.so.1");
    assert_int_equal(libc_of(file, sizeof(file)), FP_ELF_NONE);
    /* A name that only appears in the file is not a needed library. */
    memcpy(file + 800, "libc.so.6", 9);
    assert_int_equal(libc_of(file, sizeof(file)), FP_ELF_NONE);
}

/* A thousand names are as long as the file. They are neither scanned to the end nor kept. */
static void test_names_without_end(void **state)
{
    const size_t len = (size_t) 16 << 20;
    cleanup_free unsigned char *file = fp_xmalloc(len);
    struct fp_elf elf = {0};
    (void) state;
    memset(file, 'a', len);
    make(file, "");
    Elf64_Phdr segments[2] = {{.p_type = PT_LOAD, .p_vaddr = 0x1000, .p_filesz = len},
                              {.p_type = PT_DYNAMIC, .p_offset = 1024, .p_filesz = 16384}};
    memcpy(file + 64, segments, sizeof(segments));
    for (size_t i = 0; i < 1024; i++) {
        Elf64_Dyn entry = {.d_tag = i == 0 ? DT_STRTAB : DT_NEEDED,
                           .d_un.d_val = i == 0 ? 0x1000 + 32768 : i};
        memcpy(file + 1024 + i * sizeof(entry), &entry, sizeof(entry));
    }
    fp_elf_read(file, len, &elf);
    assert_int_equal(elf.needed.len, 0);
    assert_int_equal(elf.libc, FP_ELF_NONE);
    fp_elf_clear(&elf);
}

static void test_names_and_machine(void **state)
{
    unsigned char file[1024];
    struct fp_elf elf = {0};
    (void) state;
    make(file, "libstdc++.so.6");
    file[offsetof(Elf64_Ehdr, e_machine)] = EM_AARCH64;
    fp_elf_read(file, sizeof(file), &elf);
    assert_int_equal(elf.machine, EM_AARCH64);
    assert_int_equal(elf.needed.len, 1);
    assert_string_equal(elf.needed.items[0], "libstdc++.so.6");
    fp_elf_clear(&elf);
    file[EI_DATA] = ELFDATA2MSB;
    file[offsetof(Elf64_Ehdr, e_machine)] = 0;
    file[offsetof(Elf64_Ehdr, e_machine) + 1] = EM_S390;
    fp_elf_read(file, sizeof(file), &elf);
    assert_int_equal(elf.machine, EM_S390);
    assert_int_equal(elf.needed.len, 0);
    fp_elf_clear(&elf);
}

static void test_cut_off(void **state)
{
    unsigned char file[1024];
    (void) state;
    make(file, "libc.so.6");
    /* The dynamic section was not read, but its strings were. */
    assert_int_equal(libc_of(file, 400), FP_ELF_GLIBC);
    for (size_t len = 0; len < sizeof(file); len++)
        (void) libc_of(file, len);
    for (size_t i = 0; i < 700; i++) {
        file[i] ^= 0xff;
        (void) libc_of(file, sizeof(file));
        file[i] ^= 0xff;
    }
}

static void test_others(void **state)
{
    (void) state;
    assert_int_equal(libc_of("", 0), FP_ELF_NONE);
    assert_int_equal(libc_of("MZ libc.so.6 libc.so.6 libc.so.6 libc.so.6 libc.so.6 libc.so.6", 64),
                     FP_ELF_NONE);
}

static const char *architecture_of(unsigned char order, unsigned char low, unsigned char high)
{
    unsigned char head[FP_ELF_HEAD_BYTES] = {0x7f, 'E', 'L', 'F', 2, order};
    head[18] = low;
    head[19] = high;
    return fp_elf_architecture(fp_elf_machine(head, sizeof(head)));
}

static void test_architectures(void **state)
{
    static const unsigned char script[FP_ELF_HEAD_BYTES] = "#!/bin/sh\nexec java";
    (void) state;
    assert_string_equal(architecture_of(1, 62, 0), "amd64");
    assert_string_equal(architecture_of(1, 183, 0), "arm64");
    assert_string_equal(architecture_of(2, 0, 22), "s390x");
    assert_string_equal(architecture_of(1, 2, 1), "loong64");
    assert_null(architecture_of(1, 0xff, 0xff));
    assert_int_equal(fp_elf_machine(script, sizeof(script)), 0);
    assert_int_equal(fp_elf_machine("\177ELF", 4), 0);
    assert_true(fp_elf_begins("\177ELF", 4));
    assert_false(fp_elf_begins("\177ELF", 3));
    assert_false(fp_elf_begins(script, sizeof(script)));
    assert_int_equal(fp_elf_machine_of("arm64"), EM_AARCH64);
    assert_int_equal(fp_elf_machine_of("ppc64le"), EM_PPC64);
    assert_int_equal(fp_elf_machine_of("mips"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_needs),
        cmocka_unit_test(test_names_without_end),
        cmocka_unit_test(test_names_and_machine),
        cmocka_unit_test(test_cut_off),
        cmocka_unit_test(test_others),
        cmocka_unit_test(test_architectures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
