/**
 * @file
 * Untrusted JSON: parsed values are within the bounds, and the canonical form is a fixed point.
 */
#include <stdlib.h>
#include <string.h>

#include "flinkpack/support.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition)
{
    if (!condition)
        abort();
}

static char *parse_canonical(const char *text, size_t len)
{
    struct fp_error err = {0};
    cleanup_json json_t *value = NULL;
    if (fp_json_parse(text, len, "fuzz", &value, &err) != FP_OK) {
        require(value == NULL && err.code == FP_E_INPUT && err.text[0] != '\0');
        return NULL;
    }
    return fp_json_canonical(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup_free char *first = parse_canonical((const char *) data, size);
    if (first == NULL)
        return 0;
    cleanup_free char *second = parse_canonical(first, strlen(first));
    require(second != NULL && strcmp(first, second) == 0);
    return 0;
}
