/**
 * @file
 * Untrusted YAML: parsed values are within the bounds of JSON, and have a JSON form.
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fp_error err = {0};
    cleanup_json json_t *value = NULL;
    if (fp_yaml_parse((const char *) data, size, "fuzz", &value, &err) != FP_OK) {
        require(value == NULL && err.code == FP_E_INPUT && err.text[0] != '\0');
        return 0;
    }
    cleanup_free char *text = fp_json_canonical(value);
    cleanup_json json_t *again = NULL;
    require(fp_json_parse(text, strlen(text), "canonical", &again, &err) == FP_OK);
    require(json_equal(value, again));
    return 0;
}
