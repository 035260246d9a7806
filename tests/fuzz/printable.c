/**
 * @file
 * Untrusted text for a terminal: the result contains no control characters, and is UTF-8 that JSON
 * accepts.
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

/* JSON of any text: the printable form has the same value, and needs no replacements. */
static void check_json(const uint8_t *data, size_t size)
{
    cleanup_json json_t *value = json_stringn((const char *) data, size);
    if (value == NULL)
        return;
    cleanup_free char *dumped = json_dumps(value, JSON_ENCODE_ANY);
    cleanup_free char *shown = fp_json_printable(dumped);
    cleanup_free char *again = fp_xstrdup(shown);
    cleanup_json json_t *read = json_loads(shown, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    fp_make_printable(again);
    require(strcmp(shown, again) == 0 && json_equal(value, read));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup_free char *text = fp_xstrndup((const char *) data, size);
    size_t len = strlen(text);
    fp_make_printable(text);
    require(strlen(text) == len);
    for (const unsigned char *p = (const unsigned char *) text; *p != '\0'; p++)
        require(*p >= 0x20 && *p != 0x7f && !(*p == 0xc2 && p[1] < 0xa0));
    /* A second pass changes nothing, so no commands for CI systems are left. */
    cleanup_free char *again = fp_xstrdup(text);
    fp_make_printable(again);
    require(strcmp(text, again) == 0);
    cleanup_json json_t *value = json_string(text);
    require(value != NULL);
    check_json(data, size);
    cleanup_free char *cut = fp_xstrdup(text);
    fp_text_cut(cut, 10);
    require(fp_text_columns(cut) == (fp_text_columns(text) < 10 ? fp_text_columns(text) : 10));
    cleanup_json json_t *still = json_string(cut);
    require(still != NULL);
    return 0;
}
