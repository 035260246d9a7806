/**
 * @file
 * Platforms: an accepted platform is in normal form, and matches itself.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "flinkpack/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup_free char *text = fp_xstrndup((const char *) data, size);
    struct fp_platform platform = {0};
    struct fp_platform again = {0};
    struct fp_error err = {0};
    if (fp_platform_parse(text, &platform, &err) != FP_OK)
        return 0;
    cleanup_free char *written = fp_platform_text(&platform);
    if (fp_platform_parse(written, &again, &err) != FP_OK ||
        memcmp(&platform, &again, sizeof(platform)) != 0 || !fp_platform_matches(&platform, &again))
        abort();
    return 0;
}
