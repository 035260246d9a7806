/* What a credential helper prints. */
#include <stdint.h>
#include <stdlib.h>

#include "registry/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup_credential struct fp_credential found = {0};
    struct fp_error err = {0};
    enum fp_code code = fp_helper_parse((const char *) data, size, "fuzz", &found, &err);
    if ((code == FP_OK) != fp_credential_is_set(&found))
        abort();
    return 0;
}
