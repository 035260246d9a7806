/*
 * Answers of token servers: an accepted token is valid in a header and is renewed within the
 * longest accepted lifetime. No part of a refused answer is shown.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "registry/connection.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WEEK_MS ((int64_t) 7 * 24 * 3600 * 1000)

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void check_refused(const json_t *answer, enum fp_code code, const struct fp_error *err)
{
    static const char *const keys[] = {"token", "access_token", "refresh_token"};
    require((code == FP_E_AUTH || code == FP_E_INPUT) && err->text[0] != '\0');
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const char *secret = fp_json_string(answer, keys[i]);
        require(secret == NULL || strlen(secret) < 24 || strstr(err->text, secret) == NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char realm[] = "https://auth.example.com/token";
    char host[] = "registry.example.com";
    struct fp_registry registry = {.host = host, .challenge.realm = realm};
    struct fp_http_response response = FP_HTTP_RESPONSE_INIT(65536);
    struct fp_token token = {0};
    cleanup_strv struct fp_strv scopes = {0};
    cleanup_json json_t *answer = NULL;
    struct fp_error err = {0};
    fp_strv_add(&scopes, "repository:a:pull");
    registry.credential.identity_token = fp_xstrdup("before");
    fp_buf_put(&response.body, data, size);
    if (!response.body.is_full) {
        int64_t now = fp_now_ms();
        enum fp_code code = fp_token_take_answer(&registry, &scopes, &response, &token, &err);
        if (fp_json_parse((const char *) data, size, "x", &answer, NULL) != FP_OK)
            require(code == FP_E_INPUT);
        if (code != FP_OK)
            check_refused(answer, code, &err);
        else
            require(fp_token_is_clean(token.value) && token.renew_ms >= now - 30000 &&
                    token.renew_ms <= fp_now_ms() + WEEK_MS &&
                    fp_scope_covers(&token.scopes, &scopes));
    }
    require(registry.credential.identity_token != NULL &&
            *registry.credential.identity_token != '\0');
    fp_credential_clear(&registry.credential);
    fp_token_clear(&token);
    fp_http_response_clear(&response);
    return 0;
}
