/* Words as a shell has to be given them. */
#include "flinkpack/support/shell.h"

#include <stdint.h>
#include <string.h>

#include "flinkpack/support/buf.h"
#include "flinkpack/support/mem.h"

char *fp_shell_word(const char *text)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                "/._-+:@%=,";
    if (*text != '\0' && text[strspn(text, plain)] == '\0')
        return fp_xstrdup(text);
    cleanup_buf struct fp_buf word = FP_BUF_INIT(SIZE_MAX);
    fp_buf_puts(&word, "'");
    for (const char *p = text; *p != '\0'; p++)
        fp_buf_put(&word, *p == '\'' ? "'\\''" : p, *p == '\'' ? 4 : 1);
    fp_buf_puts(&word, "'");
    return fp_buf_take(&word);
}
