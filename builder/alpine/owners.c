#include "installer.h"

#include <string.h>

/* NAME:x:ID:... in passwd and in group. */
static bool line_id(const char *line, size_t len, const char *name, uint64_t *ret)
{
    size_t name_len = strlen(name);
    if (len <= name_len || line[name_len] != ':' || memcmp(line, name, name_len) != 0)
        return false;
    const char *password = line + name_len + 1;
    const char *colon = memchr(password, ':', len - name_len - 1);
    if (colon == NULL)
        return false;
    const char *id = colon + 1;
    cleanup_free char *digits = fp_xstrndup(id, strcspn(id, ":\r\n"));
    return fp_apk_number(digits, ret) && *ret <= UINT32_MAX;
}

uint64_t owner_id(const char *accounts, const char *name, uint64_t fallback)
{
    uint64_t id = 0;
    if (name == NULL || *name == '\0')
        return fallback;
    for (const char *line = accounts; *line != '\0';) {
        const char *end = strchrnul(line, '\n');
        if (line_id(line, (size_t) (end - line), name, &id))
            return id;
        line = *end != '\0' ? end + 1 : end;
    }
    return fallback;
}
