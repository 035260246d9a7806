/**
 * @file
 * Image references and digests: accepted ones must be the same after writing and reading.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "flinkpack/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup_free char *text = fp_xstrndup((const char *) data, size);
    cleanup_reference struct fp_reference reference = {0};
    cleanup_reference struct fp_reference again = {0};
    struct fp_digest digest = {0};
    struct fp_error err = {0};
    if (fp_digest_parse(text, "fuzz", &digest, &err) == FP_OK && strcmp(digest.text, text) != 0)
        abort();
    if (fp_reference_parse_docker(text, &reference, &err) != FP_OK)
        return 0;
    cleanup_free char *written = fp_reference_text(&reference);
    if (fp_reference_parse(written, &again, &err) != FP_OK)
        abort();
    cleanup_free char *rewritten = fp_reference_text(&again);
    if (strcmp(written, rewritten) != 0)
        abort();
    return 0;
}
