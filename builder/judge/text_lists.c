/* Readers of the lists of services and the properties that jars hold. */
#include "text_lists.h"

#include <string.h>

#define BLANKS " \t\f"

void fp_services_read(const char *text, size_t most, struct fp_strv *ret)
{
    for (const char *line = text; *line != '\0' && ret->len < most;) {
        size_t len = strcspn(line, "\r\n");
        const char *word = line + strspn(line, BLANKS);
        size_t word_len = strcspn(word, "#\r\n");
        while (word_len > 0 && strchr(BLANKS, word[word_len - 1]) != NULL)
            word_len--;
        if (word_len > 0)
            fp_strv_take(ret, fp_xstrndup(word, word_len));
        line += len;
        line += strspn(line, "\r\n");
    }
}

/* The value that begins at `text`, up to the end of its line. */
static char *unescape(const char *text)
{
    size_t len = strcspn(text, "\r\n");
    char *value = fp_xmalloc(len + 1);
    size_t to = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\\' && i + 1 < len && text[i + 1] != 'u')
            i++;
        value[to++] = text[i];
    }
    value[to] = '\0';
    return value;
}

char *fp_properties_get(const char *text, const char *key)
{
    char *value = NULL;
    size_t key_len = strlen(key);
    for (const char *line = text; *line != '\0';) {
        line += strspn(line, BLANKS "\r\n");
        const char *at = line + key_len;
        bool is_it = strncmp(line, key, key_len) == 0 && strchr(BLANKS "=:\r\n", *at) != NULL;
        line += strcspn(line, "\r\n");
        if (!is_it)
            continue;
        at += strspn(at, BLANKS);
        at += *at == '=' || *at == ':';
        at += strspn(at, BLANKS);
        free(value);
        value = unescape(at);
    }
    return value;
}
