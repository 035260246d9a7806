/* Allocation that succeeds or ends the program. */
#include "flinkpack/support/mem.h"

#include <errno.h>
#include <jansson.h>
#include <openssl/crypto.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Enough for clean-up, and so large that malloc() maps it, and free() releases it at once. */
#define RESERVE_BYTES ((size_t) 256 << 10)

static void (*last_words)(void);
static void *reserve;
static atomic_bool is_out;
static _Thread_local bool is_at_it;

void fp_out_of_memory(void)
{
    if (last_words == NULL)
        abort();
    if (!is_at_it) {
        is_at_it = true;
        while (atomic_exchange(&is_out, true))
            (void) pause(); /* another thread is doing this, and ends the program */
        free(reserve);
    }
    last_words();
    abort();
}

static void *openssl_malloc(size_t size, const char *file, int line)
{
    (void) file;
    (void) line;
    return fp_xmalloc(size);
}

static void *openssl_realloc(void *ptr, size_t size, const char *file, int line)
{
    (void) file;
    (void) line;
    return fp_realloc(ptr, size);
}

static void openssl_free(void *ptr, const char *file, int line)
{
    (void) file;
    (void) line;
    free(ptr);
}

void fp_memory_guard(void (*handler)(void))
{
    reserve = fp_xmalloc(RESERVE_BYTES);
    last_words = handler;
    json_set_alloc_funcs(fp_xmalloc, free);
    /* OpenSSL refuses this if it has allocated memory already, which is fine. */
    (void) CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free);
}

void *fp_zalloc(void *opaque, unsigned count, unsigned size)
{
    (void) opaque;
    return fp_xreallocarray(NULL, count, size);
}

void fp_zfree(void *opaque, void *ptr)
{
    (void) opaque;
    free(ptr);
}

void *fp_realloc(void *ptr, size_t size)
{
    if (size > 0)
        return fp_xreallocarray(ptr, 1, size);
    free(ptr);
    return NULL;
}

void *fp_xmalloc(size_t size)
{
    void *ptr = malloc(size > 0 ? size : 1);
    if (ptr == NULL)
        fp_out_of_memory();
    return ptr;
}

void *fp_xcalloc(size_t count, size_t size)
{
    void *ptr = calloc(count > 0 ? count : 1, size > 0 ? size : 1);
    if (ptr == NULL)
        fp_out_of_memory();
    return ptr;
}

void *fp_xreallocarray(void *ptr, size_t count, size_t size)
{
    void *grown = reallocarray(ptr, count > 0 ? count : 1, size > 0 ? size : 1);
    if (grown == NULL)
        fp_out_of_memory();
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
        fp_out_of_memory();
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

void fp_free_secret(char *secret)
{
    if (secret != NULL)
        explicit_bzero(secret, strlen(secret));
    free(secret);
}

void fp_cleanup_fdp(const int *fd)
{
    if (*fd >= 0) {
        int saved = errno;
        (void) close(*fd);
        errno = saved;
    }
}
