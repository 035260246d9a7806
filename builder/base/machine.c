/* The architecture of an ELF file, in words of the OCI model. */
#include "internal.h"

#include <string.h>

/* e_machine of the ELF header (System V gABI) and Go's names, which platforms use. */
static const struct {
    unsigned machine;
    const char *architecture;
} MACHINES[] = {
    {3, "386"},    {21, "ppc64le"}, {22, "s390x"},    {40, "arm"},
    {62, "amd64"}, {183, "arm64"},  {243, "riscv64"}, {258, "loong64"},
};

bool fp_machine_is_of_use(const char *path)
{
    const char *base = fp_path_base(path);
    return strcmp(base, "bash") == 0 || strcmp(base, "java") == 0 || strcmp(base, "busybox") == 0;
}

const char *fp_machine_architecture(const unsigned char *head, size_t len)
{
    if (len < FP_ELF_HEAD || memcmp(head,
                                    "\x7f"
                                    "ELF",
                                    4) != 0)
        return NULL;
    bool little_endian = head[5] == 1;
    unsigned machine =
        little_endian ? head[18] | (unsigned) head[19] << 8 : head[19] | (unsigned) head[18] << 8;
    for (size_t i = 0; i < sizeof(MACHINES) / sizeof(MACHINES[0]); i++) {
        if (MACHINES[i].machine == machine)
            return MACHINES[i].architecture;
    }
    return NULL;
}
