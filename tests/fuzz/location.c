/** @file Locations of images, as a user types them. */
#include <string.h>

#include "flinkpack/store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fp_error err = {0};
    struct fp_location location = {0};
    cleanup_free char *text = fp_xstrndup((const char *) data, size);
    enum fp_code code = fp_location_parse(text, &location, &err);
    if (code != FP_OK && (code != FP_E_USAGE || err.text[0] == '\0'))
        abort();
    if (code == FP_OK && location.path == NULL && location.reference.repository == NULL)
        abort();
    fp_location_clear(&location);
    return 0;
}
