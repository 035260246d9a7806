/* Lists of services. */
#include <stdint.h>
#include <string.h>

#include "text_lists.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup_strv struct fp_strv found = {0};
    cleanup_free char *text = fp_xstrndup((const char *) data, size);
    fp_services_read(text, 100, &found);
    if (found.len > 100)
        abort();
    for (size_t i = 0; i < found.len; i++)
        if (found.items[i][0] == '\0' || strpbrk(found.items[i], "#\r\n") != NULL)
            abort();
    return 0;
}
