/* Parses .PKGINFO. */
#include "members.h"

#include <string.h>

/* Joins the values of several lines with the same key to one list. */
static void append(char **slot, char *take_value)
{
    if (*slot == NULL) {
        *slot = take_value;
        return;
    }
    char *joined = fp_xasprintf("%s %s", *slot, take_value);
    free(*slot);
    free(take_value);
    *slot = joined;
}

static void set(struct pkginfo *info, const char *key, size_t key_len, char *take_value)
{
    const struct {
        const char *key;
        char **slot;
        bool is_list;
    } table[] = {
        {"pkgname", &info->name, false},
        {"pkgver", &info->version, false},
        {"datahash", &info->datahash, false},
        {"replaces", &info->replaces, true},
        {"replaces_priority", &info->replaces_priority, false},
        {"triggers", &info->triggers, true},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (strlen(table[i].key) != key_len || memcmp(table[i].key, key, key_len) != 0)
            continue;
        if (*table[i].slot == NULL || table[i].is_list) {
            append(table[i].slot, take_value);
            return;
        }
    }
    free(take_value);
}

void fp_pkginfo_parse(const char *text, struct pkginfo *ret)
{
    while (*text != '\0') {
        const char *end = strchrnul(text, '\n');
        const char *equals = memmem(text, (size_t) (end - text), " = ", 3);
        if (*text != '#' && equals != NULL)
            set(ret, text, (size_t) (equals - text),
                fp_xstrndup(equals + 3, (size_t) (end - equals - 3)));
        text = *end != '\0' ? end + 1 : end;
    }
}

void fp_pkginfo_clear(struct pkginfo *info)
{
    free(info->name);
    free(info->version);
    free(info->datahash);
    free(info->replaces);
    free(info->replaces_priority);
    free(info->triggers);
    *info = (struct pkginfo){0};
}
