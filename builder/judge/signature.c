/* Writes a method's descriptor as people know it. */
#include "signature.h"

#include <string.h>

#include "flinkpack/support.h"

#define WORDS_MAX_BYTES ((size_t) 4 << 10)

static const char *primitive(char letter)
{
    static const char LETTERS[] = "BCDFIJSZ";
    static const char *const NAMES[] = {"byte", "char", "double", "float",
                                        "int",  "long", "short",  "boolean"};
    const char *at = letter != '\0' ? strchr(LETTERS, letter) : NULL;
    return at != NULL ? NAMES[at - LETTERS] : "?";
}

/* Write the type at `at`, and go on behind it. */
static const char *put_type(const char *at, struct fp_buf *words)
{
    size_t dimensions = strspn(at, "[");
    at += dimensions;
    size_t len = *at == 'L' ? strcspn(at, ";)") : *at != '\0';
    const char *name = at + 1;
    for (const char *p = at; *at == 'L' && p < at + len; p++)
        name = *p == '/' || *p == '$' ? p + 1 : name;
    if (*at == 'L')
        fp_buf_put(words, name, (size_t) (at + len - name));
    else
        fp_buf_puts(words, primitive(*at));
    for (size_t i = 0; i < dimensions; i++)
        fp_buf_puts(words, "[]");
    return at + len + (at[len] == ';' && *at == 'L');
}

char *fp_signature_words(const char *member, const char *descriptor)
{
    struct fp_buf words = FP_BUF_INIT(WORDS_MAX_BYTES);
    fp_buf_puts(&words, member);
    if (descriptor == NULL || descriptor[0] != '(')
        return fp_buf_take(&words);
    fp_buf_puts(&words, "(");
    for (const char *at = descriptor + 1; *at != '\0' && *at != ')';) {
        at = put_type(at, &words);
        fp_buf_puts(&words, *at != '\0' && *at != ')' ? ", " : "");
    }
    fp_buf_puts(&words, ")");
    return fp_buf_take(&words);
}
