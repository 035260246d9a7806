/* Formats errors. */
#include "flinkpack/support/mem.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#ifdef __clang_analyzer__
#undef fp_fail
#undef fp_fail_errno
#undef fp_context
#undef fp_hinted
#endif

/* Messages may contain bytes from outside, which must not reach a terminal as commands. */
static void make_printable(char *text)
{
    for (char *p = text; *p != '\0'; p++) {
        unsigned char c = (unsigned char) *p;
        if (c < 0x20 || c == 0x7f)
            *p = '?';
        else if (c == 0xc2 && (unsigned char) p[1] >= 0x80 && (unsigned char) p[1] < 0xa0)
            p[0] = p[1] = '?'; /* the C1 controls in UTF-8 */
    }
}

__attribute__((format(printf, 3, 0))) static void fill(struct fp_error *err, enum fp_code code,
                                                       const char *fmt, va_list args)
{
    err->code = code;
    err->sys_errno = 0;
    err->hint[0] = '\0';
    (void) vsnprintf(err->text, sizeof(err->text), fmt, args);
    make_printable(err->text);
}

enum fp_code fp_fail(struct fp_error *err, enum fp_code code, const char *fmt, ...)
{
    if (err != NULL) {
        va_list args;
        va_start(args, fmt);
        fill(err, code, fmt, args);
        va_end(args);
    }
    return code;
}

enum fp_code fp_fail_errno(struct fp_error *err, enum fp_code code, const char *fmt, ...)
{
    int saved = errno;
    if (saved == ENOMEM)
        fp_out_of_memory();
    if (saved == ENOENT && code == FP_E_IO)
        code = FP_E_NOT_FOUND;
    if (err == NULL)
        return code;
    va_list args;
    va_start(args, fmt);
    fill(err, code, fmt, args);
    va_end(args);
    err->sys_errno = saved;
    size_t len = strlen(err->text);
    (void) snprintf(err->text + len, sizeof(err->text) - len, ": %s", strerror(saved));
    if (saved == ENOSPC || saved == EDQUOT)
        fp_hint(err, "free some space there, or choose another folder");
    return code;
}

enum fp_code fp_fail_as(struct fp_error *err, const struct fp_error *failure)
{
    if (failure->code != FP_OK && err != NULL)
        *err = *failure;
    return failure->code;
}

enum fp_code fp_context(enum fp_code code, struct fp_error *err, const char *fmt, ...)
{
    if (code == FP_OK || err == NULL)
        return code;
    char inner[sizeof(err->text)];
    memcpy(inner, err->text, sizeof(inner));
    va_list args;
    va_start(args, fmt);
    (void) vsnprintf(err->text, sizeof(err->text), fmt, args);
    va_end(args);
    make_printable(err->text);
    size_t len = strlen(err->text);
    (void) snprintf(err->text + len, sizeof(err->text) - len, ": %s", inner);
    err->code = code;
    return code;
}

__attribute__((format(printf, 2, 0))) static void say_hint(struct fp_error *err, const char *fmt,
                                                           va_list args)
{
    (void) vsnprintf(err->hint, sizeof(err->hint), fmt, args);
    make_printable(err->hint);
}

void fp_hint(struct fp_error *err, const char *fmt, ...)
{
    if (err == NULL)
        return;
    va_list args;
    va_start(args, fmt);
    say_hint(err, fmt, args);
    va_end(args);
}

enum fp_code fp_hinted(enum fp_code code, struct fp_error *err, const char *fmt, ...)
{
    if (code == FP_OK || err == NULL)
        return code;
    va_list args;
    va_start(args, fmt);
    say_hint(err, fmt, args);
    va_end(args);
    return code;
}
