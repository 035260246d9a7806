/* Manifests, and the same bytes as a signature file of themselves and of another manifest. */
#include <stdint.h>
#include <string.h>

#include "manifest_facts.h"
#include "signatures.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char OTHER[] = "Manifest-Version: 1.0\r\n\r\nName: a\r\n";
    cleanup_json json_t *attributes = json_object();
    cleanup_json json_t *faults = json_array();
    cleanup_free char *text = fp_xstrndup((const char *) data, size);
    size_t len = strlen(text);
    fp_manifest_facts(text, len, attributes, faults);
    for (size_t i = 0; i < json_array_size(faults); i++) {
        const json_t *fault = json_array_get(faults, i);
        const json_t *line = json_object_get(fault, "line");
        if (fp_json_string(fault, "what") == NULL ||
            (json_is_true(json_object_get(fault, "fatal")) &&
             (json_integer_value(line) < 1 || (size_t) json_integer_value(line) > len)))
            abort();
    }
    if (fp_signature_judge(text, len, text, len) != FP_SIGNATURE_FITS)
        abort();
    (void) fp_signature_judge((const char *) data, size, OTHER, strlen(OTHER));
    return 0;
}
