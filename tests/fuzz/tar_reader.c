/* Reads tar archives with and without the filter before libarchive, and compares the results. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tar_compare.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Correct the checksums, because otherwise all mutated headers would be rejected early. */
static void seal_headers(uint8_t *data, size_t size)
{
    for (size_t at = 0; at + 512 <= size; at += 512) {
        uint8_t *header = data + at;
        char text[8];
        unsigned sum = 8 * ' ';
        if (memcmp(header + 257, "ustar", 5) != 0)
            continue;
        for (size_t i = 0; i < 512; i++)
            sum += i < 148 || i >= 156 ? header[i] : 0;
        (void) snprintf(text, sizeof(text), "%06o", sum & 0777777);
        memcpy(header + 148, text, 7);
        header[155] = ' ';
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *sealed = malloc(size + 1);
    if (sealed == NULL)
        return 0;
    memcpy(sealed, data, size);
    seal_headers(sealed, size);
    compare_tar(sealed, size);
    free(sealed);
    return 0;
}
