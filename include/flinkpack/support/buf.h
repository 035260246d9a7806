/**
 * @file
 * Growing byte buffers with a ceiling, and lists of strings.
 */
#ifndef FLINKPACK_SUPPORT_BUF_H
#define FLINKPACK_SUPPORT_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "flinkpack/support/error.h"

/**
 * A byte buffer that is always NUL-terminated and never grows beyond `max` bytes. Adding cannot
 * fail: bytes that do not fit are left out, with all that are added after them, and fp_buf_check()
 * reports it. Initialise with FP_BUF_INIT(max); release with fp_buf_clear() or cleanup_buf.
 */
struct fp_buf {
    char *data; /**< NULL until something is added; use fp_buf_text() for a string */
    size_t len; /**< bytes in use, without the final NUL */
    size_t cap;
    size_t max;   /**< the most bytes it may hold */
    bool is_full; /**< something had no room; see fp_buf_check() */
};

/** An empty buffer for at most `limit` bytes. */
#define FP_BUF_INIT(limit)                                                                         \
    {                                                                                              \
        .data = NULL, .len = 0, .cap = 0, .max = (limit)                                           \
    }

/** Append bytes. */
void fp_buf_put(struct fp_buf *buf, const void *data, size_t len);
/** Append a string. */
void fp_buf_puts(struct fp_buf *buf, const char *text);
/** Append formatted text. */
void fp_buf_putf(struct fp_buf *buf, const char *fmt, ...) FP_PRINTF(2, 3);
/**
 * Whether everything that was added is in the buffer. Call it once, when the content is complete.
 * @return FP_OK, or FP_E_INPUT: "more than the limit of N bytes".
 */
FP_CHECKED enum fp_code fp_buf_check(const struct fp_buf *buf, struct fp_error *err);
/** The content as a string, "" when empty. Borrowed, until the next change. */
const char *fp_buf_text(const struct fp_buf *buf);
/** Hand over the content as a string that the caller frees; the buffer is empty afterwards. */
char *fp_buf_take(struct fp_buf *buf);
/** Release the content and become empty, with the same ceiling. */
void fp_buf_clear(struct fp_buf *buf);

/** fp_buf_clear() for a secret, which is wiped first. */
void fp_buf_wipe(struct fp_buf *buf);
/** Declare a struct fp_buf that is wiped at the end of its scope. */
#define cleanup_secret_buf __attribute__((cleanup(fp_buf_wipe)))
/** Declare a struct fp_buf that is cleared at the end of its scope. */
#define cleanup_buf __attribute__((cleanup(fp_buf_clear)))

/** A list of strings that it owns. Zero-initialise; `items` is NULL-terminated when not empty. */
struct fp_strv {
    char **items;
    size_t len;
};

/** Append a copy of `text`. */
void fp_strv_add(struct fp_strv *list, const char *text);
/** Append formatted text. */
void fp_strv_addf(struct fp_strv *list, const char *fmt, ...) FP_PRINTF(2, 3);
/** Append `take_text`, which the list owns from now on. */
void fp_strv_take(struct fp_strv *list, char *take_text);
/** Append copies of all strings of another list. */
void fp_strv_add_all(struct fp_strv *list, const struct fp_strv *from);
/** Whether `text` is in the list. */
bool fp_strv_has(const struct fp_strv *list, const char *text);
/** Sort bytewise, as strcmp() does. */
void fp_strv_sort(struct fp_strv *list);
/** Whether `text` ends with `end`. */
bool fp_text_ends_with(const char *text, const char *end);
/** Whether `data` begins with a line "#!..." that ends with CR LF: the kernel cannot run such a
 * script, because the CR becomes a part of the interpreter's name. */
bool fp_text_is_crlf_script(const char *data, size_t len);
/** Append the parts of `text` between the characters `separator`; empty parts are left out. */
void fp_strv_split(struct fp_strv *list, const char *text, char separator);
/** The strings with `separator` between them; only the first ones if all would exceed `max` bytes.
 * The caller owns it. */
char *fp_strv_join(const struct fp_strv *list, const char *separator, size_t max);
/** The first `most` of them, and the number of the others: "a, b and 3 more". The caller owns it.
 */
char *fp_strv_join_first(const struct fp_strv *list, size_t most);
/** Free all strings and become empty. */
void fp_strv_clear(struct fp_strv *list);

/** Declare a struct fp_strv that is cleared at the end of its scope. */
#define cleanup_strv __attribute__((cleanup(fp_strv_clear)))

#endif
