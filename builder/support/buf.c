/* Byte buffers that grow up to a ceiling, and lists of strings. */
#include "flinkpack/support/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flinkpack/support/mem.h"

static void reserve(struct fp_buf *buf, size_t len)
{
    size_t need = len + 1; /* the final NUL; len <= max, so this cannot overflow in practice */
    if (need <= buf->cap)
        return;
    size_t cap = buf->cap < 64 ? 64 : buf->cap;
    while (cap < need)
        cap = cap > SIZE_MAX / 2 ? need : cap * 2;
    buf->data = fp_xreallocarray(buf->data, cap, 1);
    buf->cap = cap;
}

void fp_buf_put(struct fp_buf *buf, const void *data, size_t len)
{
    if (buf->is_full || len > buf->max || buf->len > buf->max - len) {
        buf->is_full = true;
        return;
    }
    reserve(buf, buf->len + len);
    if (len > 0)
        memcpy(buf->data + buf->len, data, len);
    buf->len += len;
    buf->data[buf->len] = '\0';
}

void fp_buf_puts(struct fp_buf *buf, const char *text)
{
    fp_buf_put(buf, text, strlen(text));
}

void fp_buf_putf(struct fp_buf *buf, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    cleanup_free char *text = fp_xvasprintf(fmt, args);
    va_end(args);
    fp_buf_puts(buf, text);
}

enum fp_code fp_buf_check(const struct fp_buf *buf, struct fp_error *err)
{
    if (buf->is_full)
        return fp_fail(err, FP_E_INPUT, "more than the limit of %zu bytes", buf->max);
    return FP_OK;
}

const char *fp_buf_text(const struct fp_buf *buf)
{
    return buf->data != NULL ? buf->data : "";
}

char *fp_buf_take(struct fp_buf *buf)
{
    char *text = buf->data != NULL ? buf->data : fp_xstrdup("");
    buf->data = NULL;
    buf->len = buf->cap = 0;
    buf->is_full = false;
    return text;
}

void fp_buf_clear(struct fp_buf *buf)
{
    free(buf->data);
    buf->data = NULL;
    buf->len = buf->cap = 0;
    buf->is_full = false;
}

void fp_buf_wipe(struct fp_buf *buf)
{
    if (buf->data != NULL)
        explicit_bzero(buf->data, buf->cap);
    fp_buf_clear(buf);
}

void fp_strv_take(struct fp_strv *list, char *take_text)
{
    list->items = fp_xreallocarray(list->items, list->len + 2, sizeof(*list->items));
    list->items[list->len++] = take_text;
    list->items[list->len] = NULL;
}

void fp_strv_add(struct fp_strv *list, const char *text)
{
    fp_strv_take(list, fp_xstrdup(text));
}

void fp_strv_addf(struct fp_strv *list, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fp_strv_take(list, fp_xvasprintf(fmt, args));
    va_end(args);
}

void fp_strv_add_all(struct fp_strv *list, const struct fp_strv *from)
{
    for (size_t i = 0; i < from->len; i++)
        fp_strv_add(list, from->items[i]);
}

bool fp_strv_has(const struct fp_strv *list, const char *text)
{
    for (size_t i = 0; i < list->len; i++) {
        if (strcmp(list->items[i], text) == 0)
            return true;
    }
    return false;
}

static int compare_items(const void *a, const void *b)
{
    return strcmp(*(char *const *) a, *(char *const *) b);
}

void fp_strv_sort(struct fp_strv *list)
{
    if (list->len > 1)
        qsort(list->items, list->len, sizeof(*list->items), compare_items);
}

void fp_strv_split(struct fp_strv *list, const char *text, char separator)
{
    while (*text != '\0') {
        const char *end = strchrnul(text, separator);
        if (end > text)
            fp_strv_take(list, fp_xstrndup(text, (size_t) (end - text)));
        text = *end != '\0' ? end + 1 : end;
    }
}

char *fp_strv_join(const struct fp_strv *list, const char *separator, size_t max)
{
    struct fp_buf text = FP_BUF_INIT(max);
    for (size_t i = 0; i < list->len; i++)
        fp_buf_putf(&text, "%s%s", i > 0 ? separator : "", list->items[i]);
    return fp_buf_take(&text);
}

char *fp_strv_join_first(const struct fp_strv *list, size_t most)
{
    const struct fp_strv first = {.items = list->items, .len = list->len < most ? list->len : most};
    cleanup_free char *text = fp_strv_join(&first, ", ", SIZE_MAX);
    if (list->len <= most)
        return steal_pointer(&text);
    return fp_xasprintf("%s and %zu more", text, list->len - most);
}

void fp_strv_clear(struct fp_strv *list)
{
    for (size_t i = 0; i < list->len; i++)
        free(list->items[i]);
    free(list->items);
    list->items = NULL;
    list->len = 0;
}

bool fp_text_is_crlf_script(const char *data, size_t len)
{
    const char *end = len > 2 && data[0] == '#' && data[1] == '!' ? memchr(data, '\n', len) : NULL;
    return end != NULL && end[-1] == '\r';
}

bool fp_text_ends_with(const char *text, const char *end)
{
    size_t len = strlen(text);
    size_t end_len = strlen(end);
    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}
