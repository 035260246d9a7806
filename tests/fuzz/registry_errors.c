/* A registry's error body, before it comes to a terminal. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "registry/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup_http_response struct fp_http_response response = FP_HTTP_RESPONSE_INIT(65536);
    struct fp_error err = {0};
    bool is_html = size > 0 && data[0] == '<';
    fp_strv_add(&response.headers,
                is_html ? "content-type: text/html" : "content-type: text/plain");
    if (fp_buf_add(&response.body, data, size, &err) != FP_OK)
        return 0;
    cleanup_free char *words = fp_registry_words(&response);
    if (strlen(words) > 1024)
        abort();
    for (const char *p = words; *p != '\0'; p++) {
        if ((unsigned char) *p < 0x20 || *p == 0x7f)
            abort();
    }
    (void) fp_registry_has_code(&response, "DENIED");
    return 0;
}
