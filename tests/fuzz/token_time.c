/* Times that token servers send (RFC 3339): what is accepted lies within the years it can name. */
#include <stdint.h>
#include <stdlib.h>

#include "registry/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup_free char *text = fp_xstrndup((const char *) data, size);
    int64_t found_s = 0;
    if (fp_parse_rfc3339(text, &found_s) && (found_s < -86400 || found_s > 253402400000))
        abort();
    return 0;
}
