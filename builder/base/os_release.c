/* Reads assignments in shell-like files such as /etc/os-release. */
#include "internal.h"

#include <string.h>

/* Removes quotes by the rules of os-release(5): 'x', "x" with \" \$ \\ \` in it, or none. */
static char *unquote(const char *text, size_t len)
{
    bool quoted = len > 0 && (text[0] == '"' || text[0] == '\'');
    bool literal = quoted && text[0] == '\'';
    cleanup_free char *value = fp_xmalloc(len + 1);
    size_t out = 0;
    for (size_t i = quoted ? 1 : 0; i < len && !(quoted && text[i] == text[0]); i++) {
        if (text[i] == '\\' && !literal && i + 1 < len)
            i++;
        value[out++] = text[i];
    }
    value[out] = '\0';
    return steal_pointer(&value);
}

char *fp_assignment_value(const char *text, const char *key)
{
    size_t key_len = strlen(key);
    char *value = NULL;
    while (*text != '\0') {
        const char *end = strchrnul(text, '\n');
        const char *stop = end > text && end[-1] == '\r' ? end - 1 : end;
        if (strncmp(text, key, key_len) == 0 && text[key_len] == '=') {
            const char *begin = text + key_len + 1;
            free(value);
            value = unquote(begin, stop > begin ? (size_t) (stop - begin) : 0);
        }
        text = *end != '\0' ? end + 1 : end;
    }
    return value;
}
