/* Versions and dependencies: any bytes have a consistent order. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "flinkpack/alpine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *) data;
    const char *split = size > 0 ? memchr(text, '\n', size) : NULL;
    struct fp_apk_dependency dependency = {0};
    if (split == NULL)
        return 0;
    struct fp_apk_text a = {text, (size_t) (split - text)};
    struct fp_apk_text b = {split + 1, size - a.len - 1};
    enum fp_apk_order order = fp_apk_version_compare(a, b);
    enum fp_apk_order back = fp_apk_version_compare(b, a);
    if (!(order == FP_APK_EQUAL ? back == FP_APK_EQUAL : (int) order + (int) back == 5))
        abort();
    if (fp_apk_version_compare(a, a) != FP_APK_EQUAL)
        abort();
    if (fp_apk_dependency_parse(a, &dependency, NULL) == FP_OK)
        (void) fp_apk_dependency_accepts(&dependency, b);
    return 0;
}
