/* Versions of Flink: an accepted one is within bounds, and the same after writing and reading. */
#include "flinkpack/flink/version.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup_free char *text = fp_xstrndup((const char *) data, size);
    struct fp_flink_version version = {0};
    struct fp_error err = {0};
    enum fp_code code = fp_flink_version_parse(text, &version, &err);
    if (code != FP_OK) {
        if (code != FP_E_USAGE || err.text[0] == '\0' || err.hint[0] == '\0')
            abort();
        return 0;
    }
    if (strcmp(version.text, text) != 0 || strpbrk(text, "/ %\n") != NULL ||
        !fp_flink_at_least(&version, version.major, version.minor, version.patch) ||
        fp_flink_at_least(&version, version.major, version.minor, version.patch + 1) ||
        !fp_flink_supports_java(&version, fp_flink_traits(&version)->default_java))
        abort();
    return 0;
}
