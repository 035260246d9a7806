#include "flinkpack/support/shell.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "flinkpack/support/buf.h"
#include "flinkpack/support/mem.h"

char *fp_shell_word(const char *text)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                "/._-+:@%=,";
    if (*text != '\0' && text[strspn(text, plain)] == '\0')
        return fp_xstrdup(text);
    /* Without a limit, so that nothing below can fail. */
    cleanup_buf struct fp_buf word = FP_BUF_INIT(SIZE_MAX);
    enum fp_code code = fp_buf_add(&word, "'", 1, NULL);
    for (const char *p = text; *p != '\0' && code == FP_OK; p++)
        code = *p == '\'' ? fp_buf_add_text(&word, "'\\''", NULL) : fp_buf_add(&word, p, 1, NULL);
    if (code == FP_OK)
        code = fp_buf_add(&word, "'", 1, NULL);
    if (code != FP_OK)
        abort();
    return fp_buf_take(&word);
}
