/* The error body of a registry, before it is shown on a terminal. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "registry/answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *words, const char *secret)
{
    if (strlen(words) > 1024 || (secret != NULL && strstr(words, secret) != NULL))
        abort();
    for (const char *p = words; *p != '\0'; p++) {
        if ((unsigned char) *p < 0x20 || *p == 0x7f)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup_http_response struct fp_http_response response = FP_HTTP_RESPONSE_INIT(65536);
    bool is_html = size > 0 && data[0] == '<';
    fp_strv_add(&response.headers,
                is_html ? "content-type: text/html" : "content-type: text/plain");
    fp_buf_put(&response.body, data, size);
    if (response.body.is_full)
        return 0;
    static char user[] = "ci";
    static char password[] = "s3cret";
    struct fp_registry registry = {.lock = PTHREAD_MUTEX_INITIALIZER,
                                   .credential = {.username = user, .password = password}};
    char *const all[] = {fp_registry_words(&registry, &response),
                         fp_token_server_words(&registry, &response),
                         fp_helper_words((const char *) data, size)};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        check(all[i], i < 2 ? password : NULL);
        free(all[i]);
    }
    (void) fp_registry_has_code(&response, "DENIED");
    return 0;
}
