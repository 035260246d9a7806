/* Texts of java.util.Properties, such as pom.properties. */
#include <stdint.h>
#include <string.h>

#include "text_lists.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup_free char *text = fp_xstrndup((const char *) data, size);
    cleanup_free char *version = fp_properties_get(text, "version");
    cleanup_free char *group = fp_properties_get(text, "groupId");
    if (version != NULL && (strlen(version) > strlen(text) || strpbrk(version, "\r\n") != NULL ||
                            strstr(text, "version") == NULL))
        abort();
    if (group != NULL && strstr(text, "groupId") == NULL)
        abort();
    return 0;
}
