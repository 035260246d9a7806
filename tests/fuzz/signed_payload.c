/** @file Payloads of simple signatures: a digest that is taken from one is a digest. */
#include <stdlib.h>

#include "../../builder/trust/form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fp_digest digest = {0};
    struct fp_digest again = {0};
    struct fp_error err = {0};
    if (fp_simple_parse((const char *) data, size, &digest, &err) == FP_OK &&
        fp_digest_parse(digest.text, "again", &again, &err) != FP_OK)
        abort();
    return 0;
}
