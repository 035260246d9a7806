#include "flinkpack/support/mem.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static _Noreturn void out_of_memory(void)
{
    static const char message[] = "flinkpack: out of memory\n";
    ssize_t ignored = write(STDERR_FILENO, message, sizeof(message) - 1);
    (void) ignored;
    abort();
}

void *fp_xmalloc(size_t size)
{
    void *ptr = malloc(size > 0 ? size : 1);
    if (ptr == NULL)
        out_of_memory();
    return ptr;
}

void *fp_xcalloc(size_t count, size_t size)
{
    void *ptr = calloc(count > 0 ? count : 1, size > 0 ? size : 1);
    if (ptr == NULL)
        out_of_memory();
    return ptr;
}

void *fp_xreallocarray(void *ptr, size_t count, size_t size)
{
    void *grown = reallocarray(ptr, count > 0 ? count : 1, size > 0 ? size : 1);
    if (grown == NULL)
        out_of_memory();
    return grown;
}

char *fp_xstrdup(const char *text)
{
    return text != NULL ? fp_xstrndup(text, strlen(text)) : NULL;
}

char *fp_xstrndup(const char *text, size_t len)
{
    size_t used = strnlen(text, len);
    char *copy = fp_xmalloc(used + 1);
    memcpy(copy, text, used);
    copy[used] = '\0';
    return copy;
}

char *fp_xvasprintf(const char *fmt, va_list args)
{
    char *text = NULL;
    if (vasprintf(&text, fmt, args) < 0 || text == NULL)
        out_of_memory();
    return text;
}

char *fp_xasprintf(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *text = fp_xvasprintf(fmt, args);
    va_end(args);
    return text;
}

void fp_cleanup_fdp(const int *fd)
{
    if (*fd >= 0) {
        int saved = errno;
        (void) close(*fd);
        errno = saved;
    }
}
