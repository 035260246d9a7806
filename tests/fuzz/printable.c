/**
 * @file
 * Text from anywhere on its way to a terminal: no control characters are left in it, and it is
 * UTF-8 that JSON takes.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"

#include "flinkpack/support.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup_free char *text = fp_xstrndup((const char *) data, size);
    size_t len = strlen(text);
    fp_make_printable(text);
    require(strlen(text) == len);
    for (const unsigned char *p = (const unsigned char *) text; *p != '\0'; p++)
        require(*p >= 0x20 && *p != 0x7f && !(*p == 0xc2 && p[1] < 0xa0));
    cleanup_json json_t *value = json_string(text);
    require(value != NULL);
    cleanup_free char *cut = fp_xstrdup(text);
    fp_text_cut(cut, 10);
    require(fp_text_columns(cut) == (fp_text_columns(text) < 10 ? fp_text_columns(text) : 10));
    cleanup_json json_t *still = json_string(cut);
    require(still != NULL);
    return 0;
}
