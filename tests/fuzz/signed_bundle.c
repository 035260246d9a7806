/** @file Bundles of sigstore, and envelopes, which anybody may attach to an image. */
#include <stdlib.h>
#include <string.h>

#include "../../builder/trust/form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *) data;
    cleanup_signed struct fp_signed bundle = {0};
    cleanup_signed struct fp_signed envelope = {0};
    struct fp_error err = {0};
    if (fp_bundle_parse(text, size, &bundle, &err) == FP_OK &&
        (bundle.predicate_type == NULL || bundle.signed_len <= bundle.payload_len))
        abort();
    if (fp_envelope_parse(text, size, &envelope, &err) == FP_OK && envelope.hint != NULL)
        abort();
    return 0;
}
