/* How amounts of bytes are written. */
#include "flinkpack/support/format.h"

#include <stddef.h>
#include <stdio.h>

void fp_format_bytes(uint64_t bytes, char ret[FP_FORMAT_MAX])
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    double value = (double) bytes;
    size_t unit = 0;
    /* 999.95 would be shown as 1000.0 */
    while (value >= 999.95 && unit + 1 < sizeof(units) / sizeof(units[0])) {
        value /= 1000;
        unit++;
    }
    int decimals = unit == 0 || value >= 99.95 ? 0 : 1;
    (void) snprintf(ret, FP_FORMAT_MAX, "%.*f %s", decimals, value, units[unit]);
}
