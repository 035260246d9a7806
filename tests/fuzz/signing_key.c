/** @file Keys in PEM: what is taken for one signs, or has a hint. */
#include <stdlib.h>

#include "flinkpack/trust.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup_key struct fp_key *pair = NULL;
    cleanup_key struct fp_key *public = NULL;
    cleanup_free char *signature = NULL;
    struct fp_error err = {0};
    const char *text = (const char *) data;
    if (size > 65536)
        return 0;
    if (fp_key_parse_private(text, size, "key", NULL, &pair, &err) == FP_OK &&
        fp_key_sign(pair, "x", 1, &signature, &err) == FP_OK)
        (void) fp_key_verifies(pair, "x", 1, signature);
    if (fp_key_parse_public(text, size, "key", &public, &err) == FP_OK) {
        if (fp_key_hint(public)[0] == '\0')
            abort();
        (void) fp_key_verifies(public, "x", 1, "MAYCAQECAQE=");
    }
    return 0;
}
