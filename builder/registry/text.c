/* Makes text from outside safe to show. */
#include "answer.h"

#include <string.h>

char *fp_clean_text(const char *text, size_t len, size_t max)
{
    size_t used = len < max ? len : max;
    char *clean = fp_xmalloc(used + 1);
    size_t out = 0;
    for (size_t i = 0; i < used; i++) {
        unsigned char c = (unsigned char) text[i];
        bool is_control = c <= 0x20 || c == 0x7f;
        if (is_control && (out == 0 || clean[out - 1] == ' '))
            continue;
        clean[out++] = (char) (is_control ? ' ' : c);
    }
    while (out > 0 && clean[out - 1] == ' ')
        out--;
    clean[out] = '\0';
    return clean;
}
