/* Determines whether a base has musl or glibc. */
#include "internal.h"

#include <string.h>

/* glibc's loaders. The processors' ABIs fix these paths, which may be links. */
static const char *const glibc_loaders[] = {
    "lib64/ld-linux-x86-64.so.2",
    "lib/ld-linux-x86-64.so.2",
    "lib/ld-linux-aarch64.so.1",
    "lib64/ld-linux-aarch64.so.1",
    "lib/ld-linux-armhf.so.3",
    "lib/ld-linux.so.2",
    "lib64/ld64.so.2",
    "lib/ld64.so.1",
    "lib/ld-linux-riscv64-lp64d.so.1",
    "lib64/ld-linux-loongarch-lp64d.so.1",
};

static const char *const musl_loaders[] = {
    "lib/ld-musl-x86_64.so.1",  "lib/ld-musl-aarch64.so.1", "lib/ld-musl-armhf.so.1",
    "lib/ld-musl-arm.so.1",     "lib/ld-musl-i386.so.1",    "lib/ld-musl-powerpc64le.so.1",
    "lib/ld-musl-riscv64.so.1", "lib/ld-musl-s390x.so.1",   "lib/ld-musl-loongarch64.so.1",
};

static bool has_prefix(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Compatibility packages for musl put their own loader, or a link to musl's, at these paths. */
static bool is_glibc(const struct fp_tree *tree, const char *loader)
{
    const struct fp_entry *entry = fp_tree_resolve(tree, loader);
    if (entry == NULL)
        return false;
    const char *name = fp_path_base(entry->path);
    return !has_prefix(name, "ld-musl-") && !has_prefix(name, "libc.musl-") &&
           !has_prefix(name, "libgcompat") && fp_tree_resolve(tree, "lib/libgcompat.so.0") == NULL;
}

bool fp_libc_is_musl(const struct fp_tree *tree)
{
    for (size_t i = 0; i < sizeof(glibc_loaders) / sizeof(glibc_loaders[0]); i++) {
        if (is_glibc(tree, glibc_loaders[i]))
            return false;
    }
    for (size_t i = 0; i < sizeof(musl_loaders) / sizeof(musl_loaders[0]); i++) {
        if (fp_tree_resolve(tree, musl_loaders[i]) != NULL)
            return true;
    }
    return false;
}
