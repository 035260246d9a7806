/* Package URLs and licences: texts that other programs read. */
#include "components.h"

#include <ctype.h>
#include <string.h>

char *fp_purl_part(const char *text)
{
    cleanup_buf struct fp_buf buf = FP_BUF_INIT((size_t) 1 << 20);
    for (const unsigned char *at = (const unsigned char *) text; *at != '\0'; at++) {
        if (isalnum(*at) != 0 || strchr(".-_~:", *at) != NULL)
            fp_buf_put(&buf, at, 1);
        else
            fp_buf_putf(&buf, "%%%02X", *at);
    }
    return fp_xstrdup(fp_buf_text(&buf));
}

/* Whether a word is a licence's identifier. Of those of the SPDX list, nearly all have a number;
 * the few others that packages of Alpine and Debian have are named here. */
static bool is_identifier(const char *word, size_t len)
{
    static const char *const OTHERS[] = {"MIT",     "ISC",        "Zlib", "curl",      "X11",
                                         "OpenSSL", "Unlicense",  "TCL",  "FTL",       "Libpng",
                                         "NCSA",    "PostgreSQL", "ICU",  "Sleepycat", "Vim"};
    bool has_number = false;
    for (size_t i = 0; i < len; i++) {
        has_number = has_number || isdigit((unsigned char) word[i]) != 0;
        if (isalnum((unsigned char) word[i]) == 0 && strchr(".-+", word[i]) == NULL)
            return false;
    }
    bool is_other = false;
    for (size_t i = 0; i < sizeof(OTHERS) / sizeof(OTHERS[0]); i++)
        is_other = is_other || (strlen(OTHERS[i]) == len && strncmp(OTHERS[i], word, len) == 0);
    return is_other || (has_number && len > 3);
}

bool fp_is_licence_expression(const char *text)
{
    unsigned words = 0;
    for (const char *at = text + strspn(text, " "); *at != '\0'; at += strspn(at, " ")) {
        size_t len = strcspn(at, " ");
        bool is_operator = (len == 3 && strncmp(at, "AND", 3) == 0) ||
                           (len == 2 && strncmp(at, "OR", 2) == 0) ||
                           (len == 4 && strncmp(at, "WITH", 4) == 0);
        /* Operators stand between identifiers; there are no parentheses in what is taken. */
        if (is_operator != (words % 2 == 1) || (!is_operator && !is_identifier(at, len)))
            return false;
        words++;
        at += len;
    }
    return words % 2 == 1;
}
