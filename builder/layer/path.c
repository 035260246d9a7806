/* The order of paths in a layer, and the check of an entry's path. */
#include "internal.h"

#include <string.h>

/* The separator sorts before every byte of a name. */
static int rank(char c)
{
    return c == '/' ? 1 : 2 * (unsigned char) c;
}

int fp_path_compare(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return rank(*a) - rank(*b);
}

static const char *name_fault(const char *name, size_t len)
{
    if (len == 0)
        return "has an empty part";
    if (len > FP_LAYER_MAX_NAME)
        return "has a name longer than 255 bytes";
    if ((len == 1 && name[0] == '.') || (len == 2 && name[0] == '.' && name[1] == '.'))
        return "has a \".\" or \"..\" part";
    return NULL;
}

const char *fp_path_fault(const char *path, bool is_layer)
{
    if (*path == '/')
        return "is absolute";
    if (strnlen(path, FP_LAYER_MAX_PATH + 1) > FP_LAYER_MAX_PATH)
        return "is longer than 4096 bytes";
    const char *name = path;
    size_t depth = 1;
    for (const char *at = path;; at++) {
        if (!is_layer && *at != '\0' && ((unsigned char) *at < 0x20 || *at == 0x7f))
            return "holds a control character";
        if (*at != '/' && *at != '\0')
            continue;
        const char *fault = name_fault(name, (size_t) (at - name));
        if (fault != NULL || *at == '\0')
            return fault;
        if (++depth > FP_LAYER_MAX_DEPTH)
            return "is nested more than 256 deep";
        name = at + 1;
    }
}

size_t fp_path_parent_len(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? (size_t) (slash - path) : 0;
}
