/* Times (RFC 3339): accepted times are in the years 0 to 9999, and are written as they are read. */
#include <stdint.h>
#include <stdlib.h>

#include "flinkpack/support.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int64_t first_s = -62167219200;
    static const int64_t last_s = 253402300799;
    cleanup_free char *text = fp_xstrndup((const char *) data, size);
    char written[FP_TIME_TEXT];
    int64_t found_s = 0;
    int64_t again_s = 0;
    if (!fp_time_parse(text, &found_s))
        return 0;
    /* An offset can move the time a day beyond either end. */
    if (found_s < first_s - 86400 || found_s > last_s + 86401)
        abort();
    fp_time_text(found_s, written);
    if (found_s >= first_s && found_s <= last_s &&
        (!fp_time_parse(written, &again_s) || again_s != found_s))
        abort();
    return 0;
}
