/* The headers of an answer: lines, Content-Range, Retry-After. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http/headers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_value(const char *value)
{
    uint64_t first = 0;
    uint64_t last = 0;
    uint64_t total = 0;
    if (fp_parse_content_range(value, &first, &last, &total) && (first > last || last >= total))
        abort();
    if (fp_parse_retry_after(value, 1000000000) < -1)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup_http_response struct fp_http_response response = FP_HTTP_RESPONSE_INIT(10);
    cleanup_strv struct fp_strv lines = {0};
    cleanup_free char *text = fp_xstrndup((const char *) data, size);
    struct fp_error err = {0};
    read_value(text);
    fp_strv_split(&lines, text, '\n');
    for (size_t i = 0; i < lines.len; i++) {
        if (fp_headers_add(&response, lines.items[i], strlen(lines.items[i]), &err) != FP_OK)
            break;
    }
    if (response.headers.len > FP_HTTP_MAX_HEADERS)
        abort();
    for (size_t i = 0; i < response.headers.len; i++) {
        const char *value = strchr(response.headers.items[i], ':');
        if (value == NULL)
            abort();
        read_value(value + 1);
    }
    return 0;
}
