/* Checksum files: the result is a full digest, or an error with a reason. */
#include <stdint.h>
#include <string.h>

#include "flinkpack/flink/release.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup_free char *text = fp_xstrndup((const char *) data, size);
    char hex[FP_HASH_HEX_MAX] = "";
    struct fp_error err = {0};
    enum fp_code code = fp_checksum_parse(text, "flink.tgz", "origin", hex, &err);
    if (code == FP_OK && strspn(hex, "0123456789abcdef") != 128)
        abort();
    if (code != FP_OK && (code != FP_E_INPUT || hex[0] != '\0' || err.text[0] == '\0'))
        abort();
    return 0;
}
