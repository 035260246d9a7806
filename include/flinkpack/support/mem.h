/**
 * @file
 * Memory: allocation that ends the program on failure, and clean-up at the end of a scope.
 *
 * flinkpack is a one-shot program whose memory does not grow with its input, so running out of it
 * is only reported, without recovery. No allocation may be sized by input without a limit. "Aborts"
 * means fp_out_of_memory() below.
 */
#ifndef FLINKPACK_SUPPORT_MEM_H
#define FLINKPACK_SUPPORT_MEM_H

#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include "flinkpack/support/error.h"

/**
 * Call the handler, or abort(), because no memory is left. Code that learns this from a library or
 * errno calls it, so that the failure is not mistaken for damage or a missing file.
 */
_Noreturn void fp_out_of_memory(void);
/**
 * Set the handler of fp_out_of_memory(), before any thread starts and any library is used. The
 * first thread without memory calls `handler`, after some reserved memory was freed, and it has to
 * end the process. If it runs out of that too, it is called again from within itself. Failed
 * allocations of jansson and OpenSSL call it too, because they use our functions from now on.
 */
void fp_memory_guard(void (*handler)(void));

/** Memory for zlib, in the form of its alloc_func and free_func; it aborts. */
void *fp_zalloc(void *opaque, unsigned count, unsigned size);
/** free() in that form. */
void fp_zfree(void *opaque, void *ptr);
/** realloc() that aborts, for libraries. Size 0 frees and gives NULL. */
void *fp_realloc(void *ptr, size_t size);

/** malloc() that aborts. `size` 0 gives a pointer that can be freed. The caller owns the result. */
void *fp_xmalloc(size_t size) __attribute__((malloc, returns_nonnull));
/** calloc() that aborts, on overflow too. The caller owns the result. */
void *fp_xcalloc(size_t count, size_t size) __attribute__((malloc, returns_nonnull));
/** realloc() of `count` elements that aborts, on overflow too. Consumes `ptr`. */
void *fp_xreallocarray(void *ptr, size_t count, size_t size) __attribute__((returns_nonnull));
/** strdup() that aborts; NULL gives NULL. The caller owns the result. */
char *fp_xstrdup(const char *text) __attribute__((malloc));
/** Copy of at most `len` bytes of `text`, terminated. The caller owns the result. */
char *fp_xstrndup(const char *text, size_t len) __attribute__((malloc, returns_nonnull));
/** A new formatted string. The caller owns it. Never NULL. */
char *fp_xasprintf(const char *fmt, ...) FP_PRINTF(1, 2) __attribute__((malloc, returns_nonnull));
/** fp_xasprintf() for a va_list. */
char *fp_xvasprintf(const char *fmt, va_list args)
    __attribute__((format(printf, 1, 0), malloc, returns_nonnull));

/** Implementation of cleanup_free. */
static inline void fp_cleanup_freep(void *slot)
{
    void **ptr = slot;
    free(*ptr);
    *ptr = NULL;
}
/** Implementation of cleanup_fd: close() unless negative. errno is kept. */
void fp_cleanup_fdp(const int *fd);

/** Wipe and free() a string that is a secret; NULL is fine. */
void fp_free_secret(char *secret);
/** Implementation of cleanup_secret. */
static inline void fp_free_secretp(char **slot)
{
    fp_free_secret(*slot);
    *slot = NULL;
}
/** Declare a string that fp_free_secret() releases at the end of its scope. */
#define cleanup_secret __attribute__((cleanup(fp_free_secretp)))
/** Declare a pointer that free() releases at the end of its scope. */
#define cleanup_free __attribute__((cleanup(fp_cleanup_freep)))
/** Declare a file descriptor (-1: none) that is closed at the end of its scope. */
#define cleanup_fd __attribute__((cleanup(fp_cleanup_fdp)))

/** Hand over a pointer: yields its value and leaves NULL behind. */
#define steal_pointer(slot)                                                                        \
    __extension__({                                                                                \
        __typeof__(slot) fp_slot_ = (slot);                                                        \
        __typeof__(*fp_slot_) fp_stolen_ = *fp_slot_;                                              \
        *fp_slot_ = NULL;                                                                          \
        fp_stolen_;                                                                                \
    })

/** Hand over a value with members to release: yields it and leaves an empty one behind. */
#define steal_value(slot)                                                                          \
    __extension__({                                                                                \
        __typeof__(slot) fp_slot_ = (slot);                                                        \
        __typeof__(*fp_slot_) fp_stolen_ = *fp_slot_;                                              \
        *fp_slot_ = (__typeof__(*fp_slot_)){0};                                                    \
        fp_stolen_;                                                                                \
    })

/** Hand over a file descriptor: yields its value and leaves -1 behind. */
static inline int steal_fd(int *slot)
{
    int fd = *slot;
    *slot = -1;
    return fd;
}

/**
 * Declare the cleanup attribute of a type with a destructor that takes a pointer:
 * FP_DEFINE_CLEANUP(fp_layer, fp_layer_free) gives fp_layer_freep() for
 * `__attribute__((cleanup(fp_layer_freep)))`; the header then defines cleanup_layer with it.
 */
/* NOLINTBEGIN(bugprone-macro-parentheses): a type cannot stand in parentheses here */
#define FP_DEFINE_CLEANUP(name, type, destroy)                                                     \
    static inline void name(type **slot)                                                           \
    {                                                                                              \
        if (*slot != NULL)                                                                         \
            destroy(*slot);                                                                        \
        *slot = NULL;                                                                              \
    }
/* NOLINTEND(bugprone-macro-parentheses) */

#endif
