/*
 * os-release of a base, and the release file of Java: a value is not longer than its line, and is
 * the same after writing it in quotes.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *quote(const char *key, const char *value)
{
    cleanup_buf struct fp_buf text = FP_BUF_INIT((size_t) 4 << 20);
    fp_buf_putf(&text, "%s=\"", key);
    for (const char *p = value; *p != '\0'; p++)
        fp_buf_putf(&text, "%s%c", strchr("\"\\$`", *p) != NULL ? "\\" : "", *p);
    fp_buf_puts(&text, "\"\n");
    if (text.is_full)
        abort();
    return fp_buf_take(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const keys[] = {"ID", "VERSION_ID", "PRETTY_NAME", "JAVA_VERSION"};
    cleanup_free char *text = fp_xstrndup((const char *) data, size < 65536 ? size : 65536);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        cleanup_free char *value = fp_assignment_value(text, keys[i]);
        if (value == NULL)
            continue;
        if (strlen(value) > strlen(text) || strchr(value, '\n') != NULL)
            abort();
        cleanup_free char *quoted = quote(keys[i], value);
        cleanup_free char *again = fp_assignment_value(quoted, keys[i]);
        cleanup_free char *behind = fp_xasprintf("%s\n%s", text, quoted);
        cleanup_free char *last = fp_assignment_value(behind, keys[i]);
        if (again == NULL || last == NULL || strcmp(value, again) != 0 || strcmp(value, last) != 0)
            abort();
    }
    return 0;
}
